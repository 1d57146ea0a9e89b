"""AWS Backup's snapshots of RDS: how they are taken, what RDS says of them, and how one gets elsewhere.

RDS tells of them as of `awsbackup` ones (DescribeDBSnapshots in RDS's API reference), and does not delete
them: they go with their recovery point.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from moto.rds.exceptions import RDSClientError
from moto.rds.models import DBInstance, DBSnapshot, LogFileManager, RDSBackend, rds_backends

SNAPSHOT_TYPE = "awsbackup"
_PLAIN = (str, int, float, bool, type(None))
# Of an instance, what is nothing to its snapshots elsewhere: places, groups, and the log that it wrote.
_OF_ITS_PLACE = frozenset({"db_parameter_group_name", "_db_subnet_group_name", "availability_zone"})


class Rows(Protocol):
    """What real databases have in them, where there are any: follows snapshots to where they are copied."""

    def copy(self, source: Any, snapshot: Any) -> None:
        """`snapshot` is a copy of `source` from now on, and has its rows or none."""

    def forget(self, snapshot: Any) -> None:
        """A snapshot is gone."""


# Put in by whoever runs servers.
ROWS: list[Rows] = []

_describe = RDSBackend.describe_db_snapshots
_delete = RDSBackend.delete_db_snapshot


def repair_snapshots() -> None:
    """Replaces the methods in question, once in a process."""
    RDSBackend.describe_db_snapshots = _described  # type: ignore[method-assign]
    RDSBackend.delete_db_snapshot = _deleted  # type: ignore[method-assign]


def _described(
    self: Any,
    db_instance_identifier: str | None,
    db_snapshot_identifier: str | None = None,
    snapshot_type: str | None = None,
    filters: dict[str, Any] | None = None,
) -> Any:
    """Who asks for no type is told of AWS Backup's too, since RDS counts them among the manual ones (RDS user
    guide, "Using AWS Backup to manage automated backups"). moto finds them by their type alone, and none by
    its ARN."""
    name = (db_snapshot_identifier or "").rpartition(":snapshot:")[2] or db_snapshot_identifier
    if snapshot_type is None and "snapshot-type" not in (filters or {}):
        filters = {**(filters or {}), "snapshot-type": ["automated", "manual", SNAPSHOT_TYPE]}
    return _describe(self, db_instance_identifier, name, snapshot_type, filters)


def _deleted(self: Any, db_snapshot_identifier: str) -> Any:
    """DeleteDBSnapshot deletes none that AWS Backup manages (RDS user guide, "Deleting a DB snapshot"), or a
    vault's lock would keep nothing. moto itself deletes automated ones by it."""
    snapshot = self.database_snapshots.get(db_snapshot_identifier)
    if snapshot is not None and getattr(snapshot, "has_recovery_point", False):
        raise RDSClientError(
            "InvalidDBSnapshotState",
            f"The snapshot {db_snapshot_identifier} is managed by AWS Backup and is deleted with its "
            "recovery point.",
        )
    return _delete(self, db_snapshot_identifier)


def take(instance: Any, job: str, tags: dict[str, str]) -> Any:
    """The snapshot that a backup job makes; raises what RDS refuses it with."""
    backend = rds_backends[instance.account_id][instance.region]
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    snapshot: Any = backend.create_db_snapshot(
        instance.db_instance_identifier,
        f"awsbackup:job-{job.lower()}",
        snapshot_type=SNAPSHOT_TYPE,
        tags=listed or None,
    )
    snapshot.has_recovery_point = True
    return snapshot


def find(arn: str) -> Any:
    """The snapshot of an ARN; None when it is not there."""
    _, _, _, region, account, _, name = arn.split(":", 6)
    return rds_backends[account][region].database_snapshots.get(name)


def as_plain(snapshot: Any) -> dict[str, Any]:
    """What a snapshot elsewhere is made from, of texts and numbers alone: it outlives this account."""
    known = {
        name: value
        for name, value in vars(snapshot.database).items()
        if name not in _OF_ITS_PLACE and _is_plain(value)
    }
    return {
        "database": {**known, "vpc_security_group_ids": [], "replicas": []},
        "created": snapshot.database.created.isoformat(),
        "taken": snapshot.original_snapshot_create_time.isoformat(),
        "tags": snapshot.tags,
        "encrypted": bool(snapshot.encrypted),
    }


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    return isinstance(value, _PLAIN)


def place(account: str, region: str, job: str, plain: dict[str, Any], key: str | None) -> Any:
    """Makes the snapshot that a copy job leaves in its destination, encrypted with the vault's key."""
    backend = rds_backends[account][region]
    database: Any = DBInstance.__new__(DBInstance)
    for name in _OF_ITS_PLACE:
        setattr(database, name.removeprefix("_"), None)
    vars(database).update(plain["database"])
    database.backend, database.log_file_manager = backend, LogFileManager(database.engine)
    database.created = database.instance_create_time = datetime.fromisoformat(plain["created"])
    snapshot: Any = DBSnapshot(
        backend,
        database,
        f"awsbackup:copyjob-{job.lower()}",
        SNAPSHOT_TYPE,
        list(plain["tags"]),
        datetime.fromisoformat(plain["taken"]),
        key,
    )
    snapshot.has_recovery_point = True
    backend.database_snapshots[snapshot.db_snapshot_identifier] = snapshot
    return snapshot


def remove(arn: str) -> None:
    """Deletes the snapshot of a recovery point that is deleted."""
    snapshot = find(arn)
    if snapshot is not None:
        snapshot.has_recovery_point = False
        rds_backends[snapshot.account_id][snapshot.region].delete_db_snapshot(snapshot.db_snapshot_identifier)
        for rows in ROWS:
            rows.forget(snapshot)
