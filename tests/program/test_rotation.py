"""SEC-2, SEC-3: what is rotated, how often, and that nothing else can touch it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from infra.configuration.secret_sources import SIGNING_KEYS
from infra.configuration.secrets import POD_LIFETIME_MAXIMUM
from tests.support.graphs import graph_of
from tests.support.recorder import Recording, record, system_file
from timing.graph import everything_before

ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"
VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
KEYS = {name: entry["rotation"] for name, entry in system_file()["secrets"].items() if "rotation" in entry}


@pytest.mark.contract("SEC-2")
@pytest.mark.parametrize("name", KEYS)
def test_signing_keys_rotate_every_90_days(each: Recording, name: str) -> None:
    rotation = each.one(ROTATION, name)
    assert rotation.inputs["rotationRules"] == {"automaticallyAfterDays": 90}
    assert rotation.inputs["rotationLambdaArn"].endswith(":rotate-signing-key")


@pytest.mark.contract("SEC-3")
def test_a_key_that_begins_to_rotate_gets_a_new_value_with_all_its_fields(
    like_prod: Recording, tmp_path: Path
) -> None:
    # The rotated value's changes are ignored, so it must not take the place of the one before.
    system = system_file()
    del system["secrets"]["jwt-access-key"]["rotation"]
    file = tmp_path / "system.yaml"
    file.write_text(yaml.safe_dump(system), encoding="utf-8")
    before = record(like_prod.environment, {"systemFile": str(file)})
    fixed = set(before.of(VERSION)) - set(like_prod.of(VERSION))
    assert fixed == {"jwt-access-key-fixed"}
    assert "jwt-access-key" not in before.of(VERSION)


@pytest.mark.contract("SEC-2")
@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("database", "rotate-database"),
        ("redis-cache", "rotate-redis"),
        ("redis-queue", "rotate-redis"),
    ],
)
def test_passwords_rotate_every_30_days(each: Recording, name: str, function: str) -> None:
    rotation = each.one(ROTATION, name)
    assert rotation.inputs["rotationRules"] == {"automaticallyAfterDays": 30}
    assert rotation.inputs["rotationLambdaArn"].endswith(f":{function}")


@pytest.mark.contract("SEC-3")
def test_every_pod_is_replaced_before_its_credentials_end(each: Recording) -> None:
    # They are valid until the next rotation; see docs/secrets.md.
    days = [
        rotation.inputs["rotationRules"]["automaticallyAfterDays"] for rotation in each.of(ROTATION).values()
    ]
    assert min(days) > POD_LIFETIME_MAXIMUM


def test_a_deployment_rotates_nothing_and_secrets_manager_may_do_it_later(each: Recording) -> None:
    for name, rotation in each.of(ROTATION).items():
        assert rotation.inputs["rotateImmediately"] is False, name
    account = json.loads(each.one("pulumi:providers:aws", "aws").inputs["allowedAccountIds"])[0]
    for name, permission in each.of("aws:lambda/permission:Permission").items():
        # As Secrets Manager's guide has it ("Permissions for rotation"), and for this account alone.
        assert {key: permission.inputs[key] for key in ("action", "principal", "sourceAccount")} == {
            "action": "lambda:InvokeFunction",
            "principal": "secretsmanager.amazonaws.com",
            "sourceAccount": account,
        }
        (function,) = {each.by_urn(urn).name for urn in permission.references["function"]}
        assert name == f"{function}-secrets-manager"


def test_nothing_rotates_redis_where_there_is_none(without_redis: Recording) -> None:
    assert not [name for name in without_redis.of(ROTATION) if "redis" in name]
    assert "rotate-redis" not in without_redis.of("aws:lambda/function:Function")


@pytest.mark.contract("SEC-2")
def test_a_rotated_redis_password_is_not_set_back(each: Recording) -> None:
    users = each.of("aws:elasticache/user:User").values()
    assert {user.ignore_changes for user in users} == {("authenticationMode",)}


@pytest.mark.contract("SEC-2")
def test_entries_name_the_redis_user_that_is_changed(each: Recording) -> None:
    users = {user.inputs["userId"] for user in each.of("aws:elasticache/user:User").values()}
    policy = each.one("aws:iam/rolePolicy:RolePolicy", "function-rotate-redis").plain("policy")
    for purpose in ("cache", "queue"):
        user = json.loads(each.one(VERSION, f"redis-{purpose}").plain("secretString"))["userId"]
        assert user in users
        assert f":user:{user}" in policy


@pytest.mark.contract("SEC-1")
def test_only_one_function_may_read_the_masters_password(each: Recording) -> None:
    arn = "arn:aws:secretsmanager:us-west-2:123456789012:database-master"
    readers = [
        name
        for name, policy in each.of("aws:iam/rolePolicy:RolePolicy").items()
        for statement in json.loads(policy.plain("policy"))["Statement"]
        if arn in statement["Resource"] and "secretsmanager:GetSecretValue" in statement["Action"]
    ]
    assert readers == ["function-rotate-database"]


def test_services_start_when_the_database_knows_their_password(each: Recording) -> None:
    prepared = each.one("aws:lambda/invocation:Invocation", "prepare-database")
    event = json.loads(prepared.inputs["input"])
    assert event["address"] == {"host": "database.rds.example", "port": 5432, "dbname": "triangle"}
    assert prepared.inputs["triggers"] == {"instance": "db-EXAMPLE"}
    by_urn = {resource.urn: resource for resource in each.resources}

    def needs(urn: str, wanted: str, seen: set[str]) -> bool:
        if urn == wanted:
            return True
        seen.add(urn)
        return any(
            needs(each, wanted, seen)
            for each in by_urn[urn].depends_on
            if each in by_urn and each not in seen
        )

    for deployment in each.of("kubernetes:apps/v1:Deployment").values():
        assert needs(deployment.urn, prepared.urn, set()), deployment.name


@pytest.mark.contract("SEC-2")
def test_the_program_never_puts_its_first_value_back(each: Recording) -> None:
    rotated = set(each.of(ROTATION))
    for name, version in each.of(VERSION).items():
        # What nobody rotates is changed by the program alone.
        assert version.ignore_changes == (("secretString", "versionStages") if name in rotated else ()), name
    assert rotated < set(each.of(VERSION))


@pytest.mark.contract("SEC-3")
@pytest.mark.parametrize("name", KEYS)
def test_services_get_the_keys_before_and_after_as_well(each: Recording, name: str) -> None:
    assert set(json.loads(each.one(VERSION, name).plain("secretString"))) == set(SIGNING_KEYS.fields)
    (spec,) = [
        provider.inputs["spec"]["parameters"]["objects"]
        for provider in each.of("kubernetes:secrets-store.csi.x-k8s.io/v1:SecretProviderClass").values()
        if provider.name == "api"
    ]
    (entry,) = [each for each in json.loads(spec) if each["objectName"].endswith(f"/{name}")]
    variable = name.upper().replace("-", "_")
    assert entry["jmesPath"] == [
        {"path": "current", "objectAlias": variable},
        {"path": "previous", "objectAlias": f"{variable}_PREVIOUS"},
        {"path": "next", "objectAlias": f"{variable}_NEXT"},
    ]


def test_secrets_manager_tries_the_function_only_when_it_may_call_it(each: Recording) -> None:
    permissions = {resource.urn for resource in each.of("aws:lambda/permission:Permission").values()}
    for rotation in each.of(ROTATION).values():
        assert permissions & rotation.depends_on


def test_the_databases_users_are_made_without_waiting_for_redis(each: Recording) -> None:
    # Redis is there minutes later than a database that is restored; services need both, their users do not.
    graph = graph_of(each)
    prepared = each.one("aws:lambda/invocation:Invocation", "prepare-database")
    before = everything_before(graph)[prepared.urn]
    groups = {urn for urn, resource in graph.items() if resource.type.endswith(":ReplicationGroup")}
    assert groups
    assert not groups & before
