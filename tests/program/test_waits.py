"""DR-3: what the program declares in the recovery region when less waits there than usually."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

import pytest

from tests.support.recorder import Recording, record, stack_file

pytestmark = pytest.mark.contract("DR-3")

CLUSTER = "aws:eks/cluster:Cluster"
REDIS = "aws:elasticache/replicationGroup:ReplicationGroup"
PODS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
LOGS = "aws:cloudwatch/logGroup:LogGroup"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
EACH = pytest.mark.parametrize("waits", [(), ("cluster",), ("redis",)], ids=str)


@cache
def with_waiting(waits: tuple[str, ...]) -> Recording:
    return record("prod", {"waits": list(waits)})


def there(recording: Recording, *types: str) -> set[str]:
    return {each.name for each in recording.resources if each.in_recovery and each.type in types}


def urns(recording: Recording, *, recovery: bool) -> set[str]:
    return {each.urn for each in recording.resources if each.in_recovery is recovery and each.custom}


@EACH
def test_what_is_not_named_does_not_stand_there(waits: Collection[str]) -> None:
    found = with_waiting(tuple(waits))
    assert there(found, CLUSTER) == ({"cluster"} if "cluster" in waits else set())
    assert there(found, REDIS) == ({"cache", "queue"} if "redis" in waits else set())


@EACH
def test_everything_else_is_as_it_was(prod: Recording, waits: Collection[str]) -> None:
    """Data and its copies, the network, and all of home; of what goes nothing is left behind."""
    found = with_waiting(tuple(waits))
    assert urns(found, recovery=False) == urns(prod, recovery=False)
    assert urns(found, recovery=True) <= urns(prod, recovery=True)
    gone = urns(prod, recovery=True) - urns(found, recovery=True)
    components = ("cluster:Cluster$", "redis:Redis$", "kubernetes:PodGroup$")
    assert [urn for urn in gone if not any(f"groundwork:{each}" in urn for each in components)] == []
    if not waits:
        left = urns(found, recovery=True)
        named = [urn.rpartition("::")[2] for urn in left if any(f":{each}" in urn for each in components)]
        assert named == ["control-plane"]


@EACH
def test_the_log_of_a_control_plane_outlives_it(prod: Recording, waits: Collection[str]) -> None:
    """What it wrote is kept; and the next cluster finds the group under its name."""

    def group(recording: Recording) -> tuple[str, object]:
        found = recording.one(LOGS, "recovery/control-plane")
        return found.urn, found.inputs

    assert group(with_waiting(tuple(waits))) == group(prod)


def test_redis_lets_pods_in_that_are_still_to_come() -> None:
    found = with_waiting(("redis",))
    assert "pods-pods" in there(found, PODS)
    assert not {"pods-cluster", "cluster-pods"} & there(found, PODS)
    assert {"cache", "queue"} <= there(found, PODS)


@EACH
def test_no_alarm_is_about_what_does_not_stand_there(prod: Recording, waits: Collection[str]) -> None:
    """None was: nobody works there. The copies and the replica are watched as before."""
    assert there(with_waiting(tuple(waits)), ALARM) == there(prod, ALARM) != set()


def test_a_region_that_is_back_keeps_neither() -> None:
    database = {**stack_file("prod")["database"], "promoted": [1]}
    back = record("prod", {"serving": "us-east-2", "database": database, "waits": []})
    homes = {each.type for each in back.resources if "groundwork:place:Home$" in each.urn}
    assert not homes & {CLUSTER, REDIS}
    assert there(back, CLUSTER) == {"cluster"}
    assert there(back, REDIS) == {"cache", "queue"}


def _declared(recording: Recording) -> set[tuple[str, str]]:
    return {(each.urn, str(each.inputs)) for each in recording.resources}


def test_what_serves_when_the_region_is_lost_is_the_same() -> None:
    database = {**stack_file("prod")["database"], "promoted": [1]}
    keys = {"serving": "us-east-2", "lost": "us-west-2", "recovering": "services", "database": database}
    usual = _declared(record("prod", keys))
    without = _declared(record("prod", {**keys, "waits": []}))
    differing = {urn for urn, _ in usual ^ without}
    # Of the whole program only the function that asks what waits knows of it.
    assert {urn.rpartition("::")[2] for urn in differing} <= {"check-recovery"}
