"""SEC-1, ENV-2: secrets are where they belong, and nowhere else."""

from __future__ import annotations

import json

import pytest

from tests.support.computed_outputs import PLANTED
from tests.support.engine_values import Secret, open_texts, uncovered
from tests.support.recorder import Recording, system_file
from tests.support.recordings import PAGING

SECRET = "aws:secretsmanager/secret:Secret"
# What the platform fills for services.
PLATFORM = {"database", "redis-cache", "redis-queue"}
MASTER = "database-master"


@pytest.mark.contract("SEC-1")
def test_every_secret_of_the_system_file_has_an_entry(each: Recording) -> None:
    assert set(each.of(SECRET)) == set(system_file()["secrets"]) | PLATFORM | {MASTER}


@pytest.mark.contract("SEC-1")
def test_entries_are_encrypted_with_a_key_of_their_own(each: Recording) -> None:
    keys = {secret.inputs["kmsKeyId"] for secret in each.of(SECRET).values()}
    assert keys == {"arn:aws:kms:us-west-2:123456789012:secrets"}


@pytest.mark.contract("SEC-1")
def test_values_that_people_give_out_are_not_in_the_program(each: Recording) -> None:
    generated = {
        name for name, secret in system_file()["secrets"].items() if secret.get("source") == "generated"
    }
    assert set(each.of("aws:secretsmanager/secretVersion:SecretVersion")) == generated | PLATFORM | {MASTER}


@pytest.mark.contract("SEC-1")
@pytest.mark.parametrize("name", sorted(PLATFORM))
def test_what_the_platform_knows_is_enough_to_connect(each: Recording, name: str) -> None:
    version = each.one("aws:secretsmanager/secretVersion:SecretVersion", name)
    value = json.loads(version.plain("secretString"))
    assert value["password"].startswith(PLANTED)
    assert value["password"] in value["url"]
    assert value["host"] in value["url"]
    # The server's certificate and its name are checked: `require` only encrypts (PostgreSQL, "SSL Support").
    if name == "database":
        assert value["url"].partition("?")[2] == "sslmode=verify-full"


@pytest.mark.contract("SEC-1")
def test_no_secret_is_ever_in_the_clear(paged: Recording) -> None:
    for resource in paged.resources:
        shown = [text for text in open_texts(dict(resource.inputs)) if PLANTED in text]
        assert not shown, resource.urn
    assert not [text for text in open_texts(paged.outputs) if PLANTED in text]


@pytest.mark.contract("SEC-1")
def test_the_planted_values_are_there_to_be_found(paged: Recording) -> None:
    # The test above could not fail if the values never reached a resource.
    values = json.dumps([uncovered(dict(resource.inputs)) for resource in paged.resources])
    passwords = paged.of("random:index/randomPassword:RandomPassword")
    assert all(f"{PLANTED}-{each.name}" in values for each in passwords.values())
    assert all(address in values for address in PAGING.values())


@pytest.mark.contract("SEC-1")
def test_outputs_have_the_kubeconfig_as_a_secret(each: Recording) -> None:
    assert isinstance(each.outputs["kubeconfig"], Secret)


@pytest.mark.contract("SEC-1")
def test_the_kubeconfig_holds_no_credentials(each: Recording) -> None:
    config = json.loads(uncovered(each.outputs["kubeconfig"]))
    (user,) = config["users"]
    assert set(user["user"]) == {"exec"}


@pytest.mark.contract("ENV-2")
def test_names_of_entries_belong_to_one_environment(each: Recording) -> None:
    names = [secret.inputs["name"] for secret in each.of(SECRET).values()]
    assert all(name.startswith(f"triangle/{each.environment}/") for name in names)


@pytest.mark.contract("ENV-2")
def test_every_environment_has_an_account_of_its_own(
    dev: Recording, staging: Recording, prod: Recording
) -> None:
    accounts = [
        recording.one("pulumi:providers:aws", "aws").inputs["allowedAccountIds"]
        for recording in (dev, staging, prod)
    ]
    assert len(set(accounts)) == 3


@pytest.mark.contract("ENV-2")
@pytest.mark.parametrize(
    ("secret", "services", "functions"),
    [
        ("stripe-secret-key", ["api", "worker"], []),
        ("jwt-access-key", ["api"], ["rotate-signing-key"]),
        ("sentry-dsn", ["api", "worker", "admin"], []),
        ("database", ["api", "worker"], ["rotate-database"]),
        ("database-master", [], ["rotate-database"]),
        ("redis-queue", ["api", "worker"], ["rotate-redis"]),
    ],
)
def test_a_secret_is_refused_to_everybody_but_its_readers(
    each: Recording, secret: str, services: list[str], functions: list[str]
) -> None:
    policy = json.loads(each.one("aws:secretsmanager/secretPolicy:SecretPolicy", secret).plain("policy"))
    (statement,) = policy["Statement"]
    account = json.loads(each.one("pulumi:providers:aws", "aws").inputs["allowedAccountIds"])[0]
    prefix = f"triangle-{each.environment}"
    roles = [f"{prefix}-service-{service}" for service in services]
    snapshot = [] if secret == MASTER else ["snapshot-secrets"]
    if secret == "database" and each.environment != "dev":
        snapshot.append("restore-test")
    roles += ["groundwork-deploy", *(f"{prefix}-function-{name}" for name in (*functions, *snapshot))]
    readers = [f"arn:aws:iam::{account}:role/{role}" for role in roles]
    assert (statement["Effect"], statement["Action"]) == ("Deny", ["secretsmanager:GetSecretValue"])
    assert statement["Condition"] == {"ArnNotLike": {"aws:PrincipalArn": readers}}


@pytest.mark.contract("ENV-2")
@pytest.mark.parametrize("service", ["api", "worker", "admin"])
def test_a_service_may_read_what_it_names_and_nothing_else(each: Recording, service: str) -> None:
    policy = json.loads(each.one("aws:iam/rolePolicy:RolePolicy", f"service-{service}").plain("policy"))
    (statement,) = [s for s in policy["Statement"] if s["Sid"] == "ReadSecrets"]
    resources = statement["Resource"]
    allowed = {arn.split(":")[-1] for arn in ([resources] if isinstance(resources, str) else resources)}
    definition = system_file()["services"][service]
    expected = set(definition["secrets"].values()) | (PLATFORM if definition.get("database") else set())
    assert allowed == expected


@pytest.mark.contract("SEC-1")
def test_the_master_has_another_password_than_the_services(each: Recording) -> None:
    version = "aws:secretsmanager/secretVersion:SecretVersion"
    services, master = (
        json.loads(each.one(version, name).plain("secretString")) for name in ("database", MASTER)
    )
    assert services["username"] != master["username"]
    assert services["password"] != master["password"]
    instance = each.one("aws:rds/instance:Instance", "database")
    assert (instance.inputs["username"], instance.plain("password")) == (
        master["username"],
        master["password"],
    )


def test_a_deleted_secret_of_dev_gives_its_name_back_at_once(dev: Recording) -> None:
    assert {secret.inputs["recoveryWindowInDays"] for secret in dev.of(SECRET).values()} == {0}


def test_a_deleted_secret_can_be_taken_back_for_30_days(like_prod: Recording) -> None:
    secrets = like_prod.of(SECRET).values()
    assert {secret.inputs["recoveryWindowInDays"] for secret in secrets} == {30}
    assert all(secret.protect for secret in secrets)


@pytest.mark.contract("SEC-1")
def test_no_policy_of_an_entry_can_let_the_world_in(each: Recording) -> None:
    policies = each.of("aws:secretsmanager/secretPolicy:SecretPolicy").values()
    assert all(policy.inputs["blockPublicPolicy"] is True for policy in policies)


@pytest.mark.contract("SEC-1")
def test_the_value_that_the_program_gives_is_the_one_that_is_read(each: Recording) -> None:
    for version in each.of("aws:secretsmanager/secretVersion:SecretVersion").values():
        assert "AWSCURRENT" in version.inputs.get("versionStages", ["AWSCURRENT"])
