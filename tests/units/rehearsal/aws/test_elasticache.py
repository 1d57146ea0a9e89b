"""Redis replication groups with their users and subnets: the whole life of each."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.aws.moto_elasticache import short
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


def test_what_moto_has_not_is_recorded(life: Life) -> None:
    inputs = {"name": "cache", "family": "redis7"}
    made = life.create("aws:elasticache/parameterGroup:ParameterGroup", inputs)
    assert made.id == "cache"
    assert made.outputs["arn"] == f"arn:aws:elasticache:{REGION}:{ACCOUNT}:parametergroup:cache"


def _user(life: Life, identifier: str, name: str) -> str:
    inputs = {
        "userId": identifier,
        "userName": name,
        "engine": "redis",
        "accessString": "on ~* +@all",
        "authenticationMode": {"type": "password", "passwords": [f"the first one of {identifier}"]},
    }
    return life.create("aws:elasticache/user:User", inputs).id


def test_a_group_of_users_lives_and_lives_again(life: Life) -> None:
    users = [_user(life, "group-default", "default"), _user(life, "group-app", "app")]
    for _ in range(2):
        inputs = {"userGroupId": "cache", "engine": "redis", "userIds": users}
        group = life.create("aws:elasticache/userGroup:UserGroup", inputs)
        assert group.outputs["arn"] == f"arn:aws:elasticache:{REGION}:{ACCOUNT}:usergroup:cache"
        life.imports(group)
        group = life.changes_to(group, {"userIds": users[:1]})
        group = life.changes_to(group, {"tags": {"team": "data"}})
        life.ends(group)


def test_groups_of_users_are_what_elasticache_allows(life: Life) -> None:
    cloud, default = life._cloud, _user(life, "used-default", "default")
    app = _user(life, "used-app", "app")

    def call(operation: str, **parameters: Any) -> Any:
        return cloud.call("elasticache", REGION, operation, **parameters)

    def create(name: str, *users: str) -> Any:
        return call("create_user_group", UserGroupId=name, Engine="redis", UserIds=list(users))

    with pytest.raises(ClientError, match="DefaultUserRequired"):
        create("used", app)
    with pytest.raises(ClientError, match="UserNotFound"):
        create("used", default, "nobody")
    create("used", default, app)
    with pytest.raises(ClientError, match="UserGroupAlreadyExists"):
        create("used", default)
    with pytest.raises(ClientError, match="DefaultUserAssociatedToUserGroup"):
        call("delete_user", UserId=default)
    call("delete_user", UserId=app)
    assert call("describe_user_groups", UserGroupId="used")["UserGroups"][0]["UserIds"] == [default]
    life.create("aws:elasticache/replicationGroup:ReplicationGroup", {**REDIS, "userGroupIds": ["used"]})
    with pytest.raises(ClientError, match="InvalidUserGroupState"):
        call("delete_user_group", UserGroupId="used")


def test_host_names_have_the_region_inshort() -> None:
    regions = ("us-east-1", "eu-central-1", "ap-southeast-2", "ap-northeast-1")
    assert [short(region) for region in regions] == ["use1", "euc1", "apse2", "apne1"]
