"""A deployment waits as long as AWS may take: nothing is made after what the provider gives up."""

from __future__ import annotations

import pytest

from tests.support.recorder import Recording

# Hours that AWS may take at worst, and by whom they are known: infra/foundations/timeouts.py.
SLOW = {
    ("aws:rds/snapshot:Snapshot", "create"): 3.0,
    ("aws:rds/instance:Instance", "create"): 3.0,
    ("aws:rds/instance:Instance", "update"): 3.0,
    ("aws:rds/instance:Instance", "delete"): 3.0,
    (
        "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
        "create",
    ): 6.0,
    ("aws:elasticache/replicationGroup:ReplicationGroup", "update"): 3.0,
    ("aws:eks/cluster:Cluster", "create"): 1.0,
    ("aws:eks/cluster:Cluster", "delete"): 1.0,
    ("aws:eks/addon:Addon", "create"): 0.5,
}
_UNITS = {"h": 1.0, "m": 1 / 60, "s": 1 / 3600}


def _hours(time: str) -> float:
    return float(time[:-1]) * _UNITS[time[-1]]


@pytest.mark.parametrize(("kind", "operation"), SLOW)
def test_nothing_that_takes_long_is_given_up(prod: Recording, kind: str, operation: str) -> None:
    for resource in prod.of(kind).values():
        assert _hours(resource.custom_timeouts[operation]) >= SLOW[kind, operation], resource.name


def test_a_replica_in_another_region_is_waited_for_longest(prod: Recording) -> None:
    databases = prod.of("aws:rds/instance:Instance")
    assert _hours(databases["recovery/database"].custom_timeouts["create"]) == 6


@pytest.mark.contract("K8S-6")
def test_a_snapshot_in_the_daily_backups_window_is_asked_for_again(like_prod: Recording) -> None:
    snapshot = like_prod.one("aws:rds/snapshot:Snapshot", "before-migration")
    assert snapshot.error_hooks == ("before-migration-when-free",)
