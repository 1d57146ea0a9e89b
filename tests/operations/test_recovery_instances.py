"""DR-1, DB-6: of what RDS has of a database the right one is restored, as the program would have made it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from operations.checkout import declared
from operations.console import OperationFailed
from operations.environments import Connection
from operations.recovery.instances import LATEST, Instances
from operations.recovery.replica import Replica

pytestmark = pytest.mark.contract("DR-1", "DB-6")

PROD = declared("prod")


def _day(number: int) -> datetime:
    return datetime(2026, 11, number, tzinfo=UTC)


@dataclass
class Aws:
    """RDS and EC2 of an account, as far as an instance is looked for and restored."""

    groups: tuple[str, ...] = ("sg-1",)
    backups: tuple[dict[str, Any], ...] = ()
    snapshots: tuple[dict[str, Any], ...] = ()
    restored: list[dict[str, Any]] = field(default_factory=list)

    def client(self, *_: str) -> Any:
        return self

    def describe_security_groups(self, **_: Any) -> dict[str, Any]:
        return {"SecurityGroups": [{"GroupId": each} for each in self.groups]}

    def describe_db_instance_automated_backups(self, **_: Any) -> dict[str, Any]:
        return {"DBInstanceAutomatedBackups": list(self.backups)}

    def get_paginator(self, _: str) -> Any:
        return SimpleNamespace(paginate=lambda **_: [{"DBSnapshots": list(self.snapshots)}])

    def restore_db_instance_to_point_in_time(self, **asked: Any) -> None:
        self.restored.append(asked)

    restore_db_instance_from_db_snapshot = restore_db_instance_to_point_in_time

    @property
    def instances(self) -> Instances:
        return Instances(PROD, cast(Connection, self))


def _backup(resource: str, first: int, last: int) -> dict[str, Any]:
    window = {"EarliestTime": _day(first), "LatestTime": _day(last)}
    return {"DbiResourceId": resource, "RestoreWindow": window}


def test_of_an_instance_that_was_made_again_the_newest_backups_are_taken() -> None:
    """Those of one that was deleted stay for as long as they would have been kept."""
    aws = Aws(
        backups=(_backup("db-new", 20, 28), _backup("db-deleted", 1, 19), {"DbiResourceId": "db-begun"})
    )
    window = aws.instances.window(1)
    assert window is not None
    assert (window.resource_id, window.earliest, window.latest) == ("db-new", _day(20), _day(28))
    assert Aws(backups=({"DbiResourceId": "db-begun"},)).instances.window(1) is None


def test_a_snapshot_that_is_being_made_is_none_to_go_back_to() -> None:
    made = [
        {"DBSnapshotIdentifier": name, "Status": status, "SnapshotCreateTime": _day(day)}
        for name, status, day in (("old", "available", 1), ("new", "available", 3), ("now", "creating", 4))
    ]
    found = Aws(snapshots=tuple(made)).instances.snapshots(1)
    assert [each["DBSnapshotIdentifier"] for each in found] == ["new", "old"]


@pytest.mark.parametrize("groups", [(), ("sg-1", "sg-2")])
def test_without_the_one_security_group_nothing_is_restored(groups: tuple[str, ...]) -> None:
    """Restored into RDS's own one it would let everybody of the network in, or nobody."""
    aws = Aws(groups=groups, backups=(_backup("db-1", 1, 28),))
    window = aws.instances.window(1)
    assert window is not None
    told = f"found {len(groups)} security groups triangle-prod-database"
    with pytest.raises(OperationFailed, match=told):
        aws.instances.restore_to_time(window, 2, LATEST, "run")
    with pytest.raises(OperationFailed, match=told):
        aws.instances.restore_snapshot("before", 2, "run")
    assert aws.restored == []


def test_what_is_restored_may_grow_is_protected_and_has_backups_from_its_first_minute() -> None:
    aws = Aws(backups=(_backup("db-1", 1, 28),))
    window = aws.instances.window(1)
    assert window is not None
    aws.instances.restore_to_time(window, 2, _day(5).isoformat(), "the-run")
    aws.instances.restore_snapshot("before", 2, "the-run")
    to_time, of_snapshot = aws.restored
    settings = PROD.settings
    assert to_time["MaxAllocatedStorage"] == settings.database.storage_maximum
    assert (to_time["SourceDbiResourceId"], to_time["RestoreTime"]) == ("db-1", _day(5))
    assert of_snapshot["DBSnapshotIdentifier"] == "before"
    for asked in aws.restored:
        assert asked["VpcSecurityGroupIds"] == ["sg-1"]
        assert asked["BackupRetentionPeriod"] == settings.database.backup_retention
        assert (asked["DeletionProtection"], asked["MultiAZ"], asked["PubliclyAccessible"]) == (
            True,
            True,
            False,
        )
        assert asked["DBParameterGroupName"] == f"triangle-prod-postgres{settings.database.version}"
        assert asked["Tags"] == [{"Key": "groundwork:recovery", "Value": "the-run"}]


@pytest.mark.contract("DR-3")
def test_the_lag_is_the_last_that_was_measured_in_whatever_order_it_is_told() -> None:
    """CloudWatch gives data points in no order; RDS says -1 where replication does not run."""

    def measured(*points: tuple[int, float]) -> float | None:
        told = [{"Timestamp": _day(day), "Maximum": lag} for day, lag in points]
        metrics = SimpleNamespace(get_metric_statistics=lambda **_: {"Datapoints": told})
        connection = cast(Connection, SimpleNamespace(client=lambda _: metrics))
        return Replica(connection, "triangle-prod-replica").lag(_day(28))

    assert measured((3, 41.0), (1, 900.0), (2, 7.0)) == 41.0
    assert measured((3, -1.0), (2, 7.0)) == 7.0
    assert measured((3, -1.0)) is None
    assert measured() is None
