"""Roles, keys and log groups are really made."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rehearsal.aws.cloud import Cloud
from tests.support.aws_round_trip import ACCOUNT, REGION, Life, replayed

ROLE = "aws:iam/role:Role"
KEY = "aws:kms/key:Key"


def policy(action: str) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": f"arn:aws:s3:::bucket-{ACCOUNT}"}
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
            "policy": policy("kms:*"),
            "deletionWindowInDays": 30,
        },
    )
    key = life.changes_to(key, {"description": "data at rest", "policy": policy("kms:Decrypt")})
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


def test_a_cluster_lives(life: Life) -> None:
    vpc = life.create("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16"})
    subnet = life.create("aws:ec2/subnet:Subnet", {"vpcId": vpc.id, "cidrBlock": "10.0.0.0/24"})
    cluster = life.create(
        "aws:eks/cluster:Cluster",
        {
            "name": "main",
            "version": "1.34",
            "roleArn": f"arn:aws:iam::{ACCOUNT}:role/cluster",
            "vpcConfig": {"subnetIds": [subnet.id], "endpointPrivateAccess": True},
            "enabledClusterLogTypes": ["api", "audit"],
            "encryptionConfig": {
                "provider": {"keyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"},
                "resources": ["secrets"],
            },
            "computeConfig": {"enabled": True},
        },
    )
    assert cluster.outputs["vpcConfig"]["clusterSecurityGroupId"].startswith("sg-")
    assert cluster.outputs["certificateAuthority"]["data"]
    cluster = life.changes_to(cluster, {"enabledClusterLogTypes": ["audit"]})
    cluster = life.changes_to(
        cluster, {"vpcConfig": {"subnetIds": [subnet.id], "publicAccessCidrs": ["203.0.113.0/24"]}}
    )
    life.ends(cluster)


@pytest.mark.parametrize("token", ["aws:eks/addon:Addon", "aws:eks/accessEntry:AccessEntry"])
def test_what_moto_lacks_is_recorded_with_ids_of_aws_form(life: Life, token: str) -> None:
    inputs = {"clusterName": "main", "addonName": "metrics-server", "principalArn": "arn:aws:iam::1:role/ci"}
    own = {name: value for name, value in inputs.items() if (name == "principalArn") == ("access" in token)}
    made = life.create(token, {**own, "clusterName": "main"})
    assert made.id == ("main:" + next(value for name, value in own.items() if name != "clusterName"))


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
