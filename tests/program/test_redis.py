"""RED-1, RED-2: the evicting cache and the never-evicting queue."""

from __future__ import annotations

import json

import pytest

from tests.support.recorder import Recording
from tests.support.recordings import recording_of

GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
PURPOSES = pytest.mark.parametrize("purpose", ["cache", "queue"])


@pytest.mark.contract("RED-1", "RED-2")
@pytest.mark.parametrize(("purpose", "policy"), [("cache", "allkeys-lru"), ("queue", "noeviction")])
def test_the_cache_evicts_and_the_queue_never_does(each: Recording, purpose: str, policy: str) -> None:
    group = each.one("aws:elasticache/parameterGroup:ParameterGroup", purpose)
    used = each.one(GROUP, purpose).inputs["parameterGroupName"]
    parameters = {parameter["name"]: parameter["value"] for parameter in group.inputs["parameters"]}
    assert (used, parameters["maxmemory-policy"]) == (group.inputs["name"], policy)


@pytest.mark.contract("RED-1", "RED-2")
@PURPOSES
def test_redis_is_encrypted_in_transit_and_at_rest(each: Recording, purpose: str) -> None:
    redis = each.one(GROUP, purpose).inputs
    assert redis["transitEncryptionEnabled"] is True
    assert redis["atRestEncryptionEnabled"] is True
    assert redis["kmsKeyId"].endswith(":data")


@pytest.mark.contract("RED-1", "RED-2")
@PURPOSES
@pytest.mark.parametrize(("environment", "nodes"), [("dev", 1), ("staging", 2), ("prod", 2)])
def test_another_zone_takes_over_in_staging_and_prod(environment: str, nodes: int, purpose: str) -> None:
    redis = recording_of(environment).one(GROUP, purpose).inputs
    redundant = nodes > 1
    assert redis["numCacheClusters"] == nodes
    assert (redis["automaticFailoverEnabled"], redis["multiAzEnabled"]) == (redundant, redundant)


@pytest.mark.contract("RED-1")
def test_the_cache_of_prod_has_two_gigabytes_for_data(prod: Recording) -> None:
    # It has 3.09 GB, of which ElastiCache reserves a quarter.
    assert prod.one(GROUP, "cache").inputs["nodeType"] == "cache.t4g.medium"


@pytest.mark.contract("RED-1", "RED-2")
@PURPOSES
def test_the_application_has_a_password_and_the_default_user_is_off(each: Recording, purpose: str) -> None:
    users = each.of("aws:elasticache/user:User")
    app, default = users[f"{purpose}-app"], users[f"{purpose}-default"]
    assert app.plain("authenticationMode")["type"] == "password"
    assert app.inputs["accessString"].startswith("on ")
    assert default.inputs["accessString"] == "off ~* -@all"
    assert each.one(GROUP, purpose).inputs["userGroupIds"] == [
        each.one("aws:elasticache/userGroup:UserGroup", purpose).inputs["userGroupId"]
    ]


@pytest.mark.contract("RED-2")
@pytest.mark.parametrize(("purpose", "allowed"), [("cache", True), ("queue", False)])
def test_the_cache_can_be_cleared_and_the_queue_cannot(each: Recording, purpose: str, allowed: bool) -> None:
    access = each.one("aws:elasticache/user:User", f"{purpose}-app").inputs["accessString"]
    assert ("+flushdb" in access) is allowed


@pytest.mark.contract("RED-1", "RED-2")
@pytest.mark.parametrize(("purpose", "days"), [("cache", 1), ("queue", 7)])
def test_snapshots_of_a_cache_stay_a_day_and_of_a_queue_a_week(
    each: Recording, purpose: str, days: int
) -> None:
    assert each.one(GROUP, purpose).inputs["snapshotRetentionLimit"] == days


@pytest.mark.contract("RED-2")
@pytest.mark.parametrize("purpose", ["cache", "queue"])
def test_a_redis_that_is_removed_leaves_what_it_had(like_prod: Recording, purpose: str) -> None:
    group = like_prod.one(GROUP, purpose)
    name = group.inputs["finalSnapshotIdentifier"]
    assert name == f"triangle-{like_prod.environment}-{purpose}-final-0a1b2c"
    assert group.protect


@pytest.mark.contract("ENV-3")
def test_nothing_of_redis_exists_in_dev_when_it_is_switched_off(without_redis: Recording) -> None:
    assert not [r.urn for r in without_redis.resources if "elasticache" in r.type or "redis" in r.name]
    assert not [
        a
        for a in without_redis.of("aws:cloudwatch/metricAlarm:MetricAlarm")
        if a.startswith(("cache", "queue"))
    ]
    manifests = [r.inputs for r in without_redis.resources if r.type.startswith("kubernetes:")]
    assert "REDIS" not in json.dumps(manifests)


@pytest.mark.contract("RED-1", "RED-2")
@PURPOSES
def test_clients_find_redis_where_its_rules_and_entry_say(each: Recording, purpose: str) -> None:
    redis = each.one(GROUP, purpose).inputs
    assert (redis["engine"], redis["port"]) == ("redis", 6379)
    # Users with passwords come with Redis 6 (ElastiCache user guide, "Role-Based Access Control").
    assert int(redis["engineVersion"].partition(".")[0]) >= 6
    family = each.one("aws:elasticache/parameterGroup:ParameterGroup", purpose).inputs["family"]
    assert family == f"redis{redis['engineVersion'].partition('.')[0]}"


@pytest.mark.contract("RED-1", "RED-2")
@PURPOSES
def test_snapshots_and_maintenance_are_apart_and_at_night(each: Recording, purpose: str) -> None:
    """ElastiCache refuses windows that overlap (CreateReplicationGroup, SnapshotWindow)."""
    redis = each.one(GROUP, purpose).inputs
    snapshot, maintenance = redis["snapshotWindow"], redis["maintenanceWindow"]
    day, begin = maintenance.partition("-")[0].split(":", 1)
    assert day == "sun"
    assert "00:00" < snapshot.partition("-")[0] < snapshot.partition("-")[2] <= begin < "06:00"


@pytest.mark.contract("RED-1", "RED-2")
@pytest.mark.parametrize(("environment", "at_once"), [("dev", True), ("staging", False), ("prod", False)])
@PURPOSES
def test_a_change_that_breaks_connections_waits_for_the_night(
    environment: str, at_once: bool, purpose: str
) -> None:
    assert recording_of(environment).one(GROUP, purpose).inputs["applyImmediately"] is at_once
