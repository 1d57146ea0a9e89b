"""Roles, keys and log groups are really made."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rehearsal.aws.cloud import Cloud
from rehearsal.providers.provider import ProviderError
from tests.support.aws_round_trip import ACCOUNT, REGION, Life, replayed

ROLE = "aws:iam/role:Role"
KEY = "aws:kms/key:Key"


def policy(action: str) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": f"arn:aws:s3:::bucket-{ACCOUNT}"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def key_policy(action: str) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*", "Principal": {"AWS": ACCOUNT}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust(service: str) -> str:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_a_role_with_its_policies_lives(life: Life) -> None:
    role = life.create(ROLE, {"name": "service", "assumeRolePolicy": trust("pods.eks.amazonaws.com")})
    assert (role.id, role.outputs["arn"]) == ("service", f"arn:aws:iam::{ACCOUNT}:role/service")
    role = life.changes_to(role, {"assumeRolePolicy": trust("ec2.amazonaws.com"), "description": "x"})
    role = life.changes_to(role, {"tags": {"owner": "somebody"}})
    life.imports(role)
    inline = life.create(
        "aws:iam/rolePolicy:RolePolicy", {"name": "read", "role": role.id, "policy": policy("s3:GetObject")}
    )
    assert inline.id == "service:read"
    inline = life.changes_to(inline, {"policy": policy("s3:PutObject")})
    life.imports(inline)
    made = life.create("aws:iam/policy:Policy", {"name": "managed", "policy": policy("s3:GetObject")})
    attached = life.create(
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment", {"role": role.id, "policyArn": made.id}
    )
    life.imports(attached)
    life.changes_to(made, {"policy": policy("s3:ListBucket")})
    for each in (attached, inline, role):
        life.ends(each)


def test_a_role_without_a_name_gets_the_programs_name_and_random_digits(life: Life) -> None:
    role = life.create(ROLE, {"assumeRolePolicy": trust("ec2.amazonaws.com")}, name="nodes")
    assert role.id.startswith("nodes-")
    assert len(role.id) == len("nodes-") + 7


def test_a_key_with_its_alias_lives(life: Life) -> None:
    key = life.create(
        KEY,
        {
            "description": "data",
            "enableKeyRotation": True,
            "policy": key_policy("kms:*"),
            "deletionWindowInDays": 30,
        },
    )
    key = life.changes_to(key, {"description": "data at rest", "policy": key_policy("kms:Decrypt")})
    alias = life.create("aws:kms/alias:Alias", {"name": "alias/data", "targetKeyId": key.id})
    assert alias.outputs["targetKeyArn"] == key.outputs["arn"]
    life.imports(alias)
    life.ends(alias)
    life.ends(key)


def test_a_log_group_lives(life: Life) -> None:
    group = life.create("aws:cloudwatch/logGroup:LogGroup", {"name": "/app", "retentionInDays": 30})
    assert group.outputs["arn"] == f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/app"
    group = life.changes_to(group, {"retentionInDays": 90, "tags": {"a": "b"}})
    group = life.changes_to(group, {"retentionInDays": None})
    life.imports(group)
    pattern = life.create(
        "aws:cloudwatch/logMetricFilter:LogMetricFilter",
        {
            "name": "errors",
            "logGroupName": group.id,
            "pattern": "ERROR",
            "metricTransformation": {"name": "Errors", "namespace": "App", "value": "1"},
        },
    )
    life.changes_to(pattern, {"pattern": "FATAL"})
    life.ends(pattern)
    life.ends(group)


def test_a_role_lets_go_of_its_policies_when_told_to(life: Life) -> None:
    inputs = {"name": "leaving", "assumeRolePolicy": trust("ec2.amazonaws.com"), "forceDetachPolicies": True}
    role = life.create(ROLE, inputs)
    life.create("aws:iam/rolePolicy:RolePolicy", {"name": "a", "role": role.id, "policy": policy("s3:*")})
    attachment = {"role": role.id, "policyArn": "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy"}
    attached = life.create("aws:iam/rolePolicyAttachment:RolePolicyAttachment", attachment)
    assert attached.id == f"{role.id}/{attachment['policyArn']}"
    life.ends(role)


def test_a_role_with_policies_is_not_deleted(life: Life) -> None:
    role = life.create(ROLE, {"name": "staying", "assumeRolePolicy": trust("ec2.amazonaws.com")})
    life.create("aws:iam/rolePolicy:RolePolicy", {"name": "a", "role": role.id, "policy": policy("s3:*")})
    with pytest.raises(ProviderError, match="DeleteConflict"):
        life.provider.delete(role.resource, role.inputs, role.outputs)


def test_a_roles_boundary_comes_and_goes(life: Life) -> None:
    role = life.create(ROLE, {"name": "bounded", "assumeRolePolicy": trust("ec2.amazonaws.com")})
    role = life.changes_to(role, {"permissionsBoundary": "arn:aws:iam::aws:policy/PowerUserAccess"})
    role = life.changes_to(role, {"permissionsBoundary": None})
    assert "permissionsBoundary" not in role.outputs
    life.ends(role)


def test_a_managed_policy_changes_more_often_than_aws_keeps_versions(life: Life, cloud: Cloud) -> None:
    made = life.create("aws:iam/policy:Policy", {"name": "often", "policy": policy("s3:GetObject")})
    for number in range(7):
        made = life.changes_to(made, {"policy": policy(f"s3:Get{number}")})
    versions = cloud.call("iam", REGION, "list_policy_versions", PolicyArn=made.id)["Versions"]
    assert sorted(version["VersionId"] for version in versions) == ["v4", "v5", "v6", "v7", "v8"]
    life.ends(made)


def test_an_identity_provider_lives(life: Life) -> None:
    host = "token.actions.githubusercontent.com"
    inputs = {"url": f"https://{host}", "clientIdLists": ["sts.amazonaws.com"], "thumbprintLists": ["0" * 40]}
    made = life.create("aws:iam/openIdConnectProvider:OpenIdConnectProvider", inputs)
    assert made.outputs["arn"] == f"arn:aws:iam::{ACCOUNT}:oidc-provider/{host}"
    made = life.changes_to(made, {"clientIdLists": ["sigstore"], "tags": {"owner": "ci"}})
    made = life.changes_to(made, {"thumbprintLists": ["1" * 40]})
    life.imports(made, but=("url", "clientIdLists"))
    life.ends(made)


@pytest.mark.parametrize(
    ("inputs", "rotates"),
    [({}, False), ({"enableKeyRotation": False}, False), ({"enableKeyRotation": True}, True)],
)
def test_a_key_rotates_only_when_told_to(
    life: Life, cloud: Cloud, inputs: dict[str, bool], rotates: bool
) -> None:
    key = life.create(KEY, inputs)
    status = cloud.call("kms", REGION, "get_key_rotation_status", KeyId=key.id)
    assert status["KeyRotationEnabled"] is rotates


def test_a_key_is_switched_off_and_on(life: Life, cloud: Cloud) -> None:
    key = life.create(KEY, {"enableKeyRotation": True, "rotationPeriodInDays": 365, "isEnabled": False})
    assert not cloud.call("kms", REGION, "describe_key", KeyId=key.id)["KeyMetadata"]["Enabled"]
    key = life.changes_to(key, {"isEnabled": True, "enableKeyRotation": False, "rotationPeriodInDays": None})
    assert cloud.call("kms", REGION, "describe_key", KeyId=key.id)["KeyMetadata"]["Enabled"]
    assert not cloud.call("kms", REGION, "get_key_rotation_status", KeyId=key.id)["KeyRotationEnabled"]
    life.imports(key)


def test_a_log_groups_key_changes(life: Life) -> None:
    keys = [life.create(KEY, {}, name=name).outputs["arn"] for name in ("first", "second")]
    group = life.create("aws:cloudwatch/logGroup:LogGroup", {"name": "/keyed", "kmsKeyId": keys[0]})
    group = life.changes_to(group, {"kmsKeyId": keys[1]})
    assert group.outputs["kmsKeyId"] == keys[1]
    life.ends(group)


def _for_events(action: str) -> str:
    """EventBridge's part in a log group."""
    document = json.loads(policy(action))
    return json.dumps(
        {**document, "Statement": [{**each, "Principal": EVENTS} for each in document["Statement"]]}
    )


EVENTS = {"Service": "events.amazonaws.com"}


def test_a_log_resource_policy_lives(life: Life) -> None:
    inputs = {"policyName": "delivery", "policyDocument": _for_events("logs:PutLogEvents")}
    made = life.create("aws:cloudwatch/logResourcePolicy:LogResourcePolicy", inputs)
    made = life.changes_to(made, {"policyDocument": _for_events("logs:CreateLogStream")})
    life.imports(made)
    life.ends(made)


def test_a_replayed_journal_gives_the_same_cloud(life: Life, cloud: Cloud, journal: Path) -> None:
    made = [
        life.create(KEY, {"description": "kept"}, name="kept"),
        life.create("aws:ec2/vpc:Vpc", {"cidrBlock": "10.7.0.0/16"}, name="kept"),
        life.create(ROLE, {"assumeRolePolicy": trust("ec2.amazonaws.com")}, name="kept"),
    ]
    before = {
        each.resource.urn: life.provider.read(each.resource, each.inputs, each.outputs) for each in made
    }
    assert replayed(cloud, journal, made) == before
