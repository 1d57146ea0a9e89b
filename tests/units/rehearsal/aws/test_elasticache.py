"""Redis replication groups with their users and subnets: the whole life of each."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.aws.services.elasticache import _short
from tests.support.aws_round_trip import ACCOUNT, REGION, Life

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"
LOGS = {
    "destination": "slow",
    "destinationType": "cloudwatch-logs",
    "logFormat": "json",
    "logType": "slow-log",
}
REDIS: dict[str, Any] = {
    "replicationGroupId": "cache",
    "description": "evicting cache",
    "engine": "redis",
    "engineVersion": "7.1",
    "nodeType": "cache.t4g.small",
    "numCacheClusters": 3,
    "automaticFailoverEnabled": True,
    "multiAzEnabled": True,
    "port": 6380,
    "parameterGroupName": "cache",
    "subnetGroupName": "redis",
    "securityGroupIds": ["sg-0123456789abcdef0"],
    "userGroupIds": ["cache"],
    "atRestEncryptionEnabled": True,
    "kmsKeyId": KEY,
    "transitEncryptionEnabled": True,
    "transitEncryptionMode": "required",
    "snapshotRetentionLimit": 7,
    "snapshotWindow": "03:00-04:00",
    "maintenanceWindow": "sun:05:00-sun:06:00",
    "autoMinorVersionUpgrade": True,
    "applyImmediately": True,
    "finalSnapshotIdentifier": "cache-final",
    "logDeliveryConfigurations": [LOGS],
}
CHANGES: list[dict[str, Any]] = [
    {"nodeType": "cache.t4g.medium"},
    {"snapshotRetentionLimit": 14},
    {"snapshotWindow": "02:00-03:00", "maintenanceWindow": "mon:05:00-mon:06:00"},
    {"userGroupIds": ["queue"]},
    {"logDeliveryConfigurations": [{**LOGS, "destination": "engine", "logType": "engine-log"}]},
    {"logDeliveryConfigurations": None},
    {"description": "another cache"},
    {"multiAzEnabled": False, "automaticFailoverEnabled": False},
    {"numCacheClusters": 2},
    {"tags": {"team": "data"}},
]


def test_a_replication_group_lives_and_lives_again(life: Life) -> None:
    for _ in range(2):
        redis = life.create("aws:elasticache/replicationGroup:ReplicationGroup", REDIS)
        host = redis.outputs["primaryEndpointAddress"]
        assert host.startswith("master.cache.")
        assert host.endswith(".usw2.cache.amazonaws.com")
        assert redis.outputs["memberClusters"] == ["cache-001", "cache-002", "cache-003"]
        assert redis.outputs["arn"] == f"arn:aws:elasticache:{REGION}:{ACCOUNT}:replicationgroup:cache"
        for change in CHANGES:
            redis = life.changes_to(redis, change)
        life.ends(redis)


def test_a_user_lives_and_lives_again(life: Life) -> None:
    inputs = {
        "userId": "cache-app",
        "userName": "app",
        "engine": "redis",
        "accessString": "on ~* +@all",
        "authenticationMode": {"type": "password", "passwords": ["a-password-of-16-letters"]},
    }
    first = life.create("aws:elasticache/user:User", inputs)
    life.imports(first, but=("authenticationMode",))
    first = life.changes_to(first, {"accessString": "on ~app:* +@all"})
    # Not `ends`, whose look at the user would make moto forget it.
    life.provider.delete(first.resource, first.inputs, first.outputs)
    life.ends(life.create("aws:elasticache/user:User", inputs))


def test_a_subnet_group_lives_and_lives_again(life: Life) -> None:
    vpc = life.create("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16"})
    subnet = life.create("aws:ec2/subnet:Subnet", {"vpcId": vpc.id, "cidrBlock": "10.0.0.0/24"})
    for _ in range(2):
        inputs = {"name": "redis", "description": "private", "subnetIds": [subnet.id]}
        group = life.create("aws:elasticache/subnetGroup:SubnetGroup", inputs)
        life.imports(group)
        group = life.changes_to(group, {"tags": {"team": "data"}})
        life.ends(group)


@pytest.mark.parametrize(
    ("kind", "inputs", "identifier", "arn"),
    [
        ("parameterGroup:ParameterGroup", {"name": "cache", "family": "redis7"}, "cache", "parametergroup"),
        ("userGroup:UserGroup", {"userGroupId": "cache", "engine": "redis"}, "cache", "usergroup"),
    ],
)
def test_what_moto_has_not_is_recorded(
    life: Life, kind: str, inputs: dict[str, Any], identifier: str, arn: str
) -> None:
    made = life.create(f"aws:elasticache/{kind}", inputs)
    assert made.id == identifier
    assert made.outputs["arn"] == f"arn:aws:elasticache:{REGION}:{ACCOUNT}:{arn}:cache"


def test_host_names_have_the_region_in_short() -> None:
    regions = ("us-east-1", "eu-central-1", "ap-southeast-2", "ap-northeast-1")
    assert [_short(region) for region in regions] == ["use1", "euc1", "apse2", "apne1"]
