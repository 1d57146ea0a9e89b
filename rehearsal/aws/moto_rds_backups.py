"""RDS's automated backups, and instances that are restored: the times that can be had, what is not inherited.

The times: RDS stores the log every five minutes (RDS user guide, "Backup retention period"), so that an
instance's last minutes cannot be restored. Here it is five minutes ago, or when the instance was made where
that was later. Where a real server stands behind an instance, it is what this server has really archived:
see `MEASURED`.
"""

from __future__ import annotations

import base64
import copy
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.core.responses import ActionResult
from moto.rds.exceptions import DBInstanceNotFoundError, RDSClientError
from moto.rds.models import RDSBackend, rds_backends
from moto.rds.responses import RDSResponse

_LAG = timedelta(minutes=5)

# The earliest and the latest time that can be restored.
Window = tuple[datetime, datetime]
# Of instances with a real server behind them, by the identifier that RDS gives each (DbiResourceId).
MEASURED: dict[str, Callable[[], Window | None]] = {}

# What a restored instance does not have from its source, but as whoever says nothing of it has it
# (RestoreDBInstanceToPointInTime in RDS's API reference: "the default security group, the default subnet
# group, and the default DB parameter group", "a single-AZ deployment").
_NOT_INHERITED: dict[str, Callable[[], Any]] = {
    "vpc_security_group_ids": list,
    "db_parameter_group_name": lambda: None,
    "deletion_protection": bool,
    "multi_az": bool,
}

_restore_snapshot = RDSBackend.restore_db_instance_from_db_snapshot
_restore_to_time = RDSBackend.restore_db_instance_to_point_in_time


@dataclass
class AutomatedBackup:
    """Backups of one instance in one region, as DescribeDBInstanceAutomatedBackups tells of them.

    Args:
        instance: as it is, or was when it was deleted.
        home: its backend, which is another region's where the backups are copies.
        backend: where the backups are.
        status: `active`, `retained` or `replicating`.
        backup_retention_period: days.
        window: the times that can be restored, of an instance that is gone.
    """

    instance: Any
    home: Any
    backend: Any
    status: str
    backup_retention_period: int
    kms_key_id: str | None = None
    window: Window | None = None

    @property
    def db_instance_automated_backups_arn(self) -> str:
        place = f"{self.backend.region_name}:{self.backend.account_id}"
        digest = hashlib.sha256(f"{place}:{self.instance.dbi_resource_id}".encode()).digest()
        name = base64.b32encode(digest).decode().lower()[:26]
        return f"arn:{self.backend.partition}:rds:{place}:auto-backup:ab-{name}"

    @property
    def restore_window(self) -> dict[str, datetime] | None:
        window = self.window or window_of(self.instance)
        return dict(zip(("EarliestTime", "LatestTime"), window, strict=True)) if window else None

    @property
    def region(self) -> str:
        return str(self.home.region_name)

    @property
    def encrypted(self) -> bool:
        return bool(self.instance.storage_encrypted)

    @property
    def db_instance_automated_backups_replications(self) -> list[dict[str, str]]:
        """The copies that are kept of it elsewhere."""
        if self.backend is not self.home:
            return []
        copies = [
            each
            for each in _copies(self.home.account_id)
            if each.instance.db_instance_arn == self.arn_of_source
        ]
        return [{"DBInstanceAutomatedBackupsArn": c.db_instance_automated_backups_arn} for c in copies]

    @property
    def arn_of_source(self) -> str:
        return str(self.instance.db_instance_arn)

    def __getattr__(self, name: str) -> Any:
        """Everything else is the instance's."""
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.__dict__["instance"], name)


def window_of(instance: Any) -> Window | None:
    """The times that an instance can be restored to; None where it has no automated backups."""
    if not instance.backup_retention_period or instance.db_cluster_identifier:
        return None
    measured = MEASURED.get(instance.dbi_resource_id)
    if measured is not None:
        return measured()
    earliest = instance.created.replace(tzinfo=UTC)
    return earliest, max(earliest, datetime.now(UTC) - _LAG)


def restorable_time(instance: Any) -> datetime | None:
    """LatestRestorableTime of DescribeDBInstances."""
    window = window_of(instance)
    return window[1] if window else None


def restore_of_snapshot(self: Any, from_snapshot_id: str, overrides: dict[str, Any]) -> Any:
    """RestoreDBInstanceFromDBSnapshot."""
    name = from_snapshot_id.rpartition(":snapshot:")[2] or from_snapshot_id
    (snapshot,) = self.describe_db_snapshots(None, name)
    snapshot.database = _anywhere(snapshot.database)
    return _as_restored(_restore_snapshot(self, name, _whole(overrides)), overrides)


def restore_to_time(
    self: Any, source_db_identifier: str | None, target_db_identifier: str, overrides: dict[str, Any]
) -> Any:
    """RestoreDBInstanceToPointInTime; the source may be gone, or another region's."""
    backup = backup_to_restore(self, source_db_identifier, overrides)
    wanted_time(backup, overrides)
    source = _anywhere(backup.instance)
    source.kms_key_id = backup.kms_key_id or source.kms_key_id
    # moto looks for the source among its own instances; RDS gives no such name.
    source.db_instance_identifier = name = "restored--source"
    self.databases[name] = source
    try:
        restored = _restore_to_time(self, name, target_db_identifier, _whole(overrides))
    finally:
        del self.databases[name]
    return _as_restored(restored, overrides)


def _anywhere(instance: Any) -> Any:
    """An instance without its place, which is another network's or region's."""
    found = copy.copy(instance)
    found._db_subnet_group_name = found.availability_zone = found.db_parameter_group_name = None
    found.__dict__.pop("db_subnet_group", None)
    return found


def _whole(overrides: dict[str, Any]) -> dict[str, Any]:
    defaults = {name: value() for name, value in _NOT_INHERITED.items()}
    return {**defaults, **dict(overrides.items())}


def _as_restored(instance: Any, overrides: dict[str, Any]) -> Any:
    """moto leaves out whatever is 0 or false, and takes the source for that of a replica."""
    asked = _whole(overrides)
    asked["vpc_security_group_ids"] = asked["vpc_security_group_ids"] or _default_security_group(instance)
    for name in ("backup_retention_period", *_NOT_INHERITED):
        if name in asked:
            setattr(instance, name, asked[name])
    instance.source_db_instance_identifier, instance.is_replica, instance.replicas = None, False, []
    return instance


def _default_security_group(instance: Any) -> list[str]:
    from moto.ec2.models import ec2_backends

    network: Any = ec2_backends[instance.account_id][instance.region]
    return [network.get_default_security_group(network.default_vpc.id).id] if network.default_vpc else []


def backup_to_restore(backend: Any, name: str | None, asked: dict[str, Any]) -> AutomatedBackup:
    """The backups that a request means, which names an instance, its DbiResourceId or the backups' ARN."""
    identifier, arn = (
        asked.get("source_dbi_resource_id"),
        asked.get("source_db_instance_automated_backups_arn"),
    )
    given = [each for each in (name, identifier, arn) if each]
    if len(given) != 1:
        raise RDSClientError(
            "InvalidParameterCombination",
            "Exactly one of SourceDBInstanceIdentifier, SourceDbiResourceId and "
            "SourceDBInstanceAutomatedBackupsArn has to be specified.",
        )
    if name:
        (instance,) = backend.describe_db_instances(name)
        return _active(backend, instance)
    for backup in _backups(backend):
        if backup.instance.dbi_resource_id == identifier or backup.db_instance_automated_backups_arn == arn:
            return backup
    if identifier:
        raise DBInstanceNotFoundError(str(identifier))
    raise RDSClientError("DBInstanceAutomatedBackupNotFound", f"There is no automated backup {arn}.")


def wanted_time(backup: AutomatedBackup, asked: dict[str, Any]) -> datetime | None:
    """The time that a request wants; None for the latest. Refused where it cannot be had."""
    latest, time = asked.get("use_latest_restorable_time"), asked.get("restore_time")
    if bool(latest) == (time is not None):
        raise RDSClientError(
            "InvalidParameterCombination",
            "Either RestoreTime or UseLatestRestorableTime has to be specified, and not both.",
        )
    name = backup.instance.db_instance_identifier
    window = backup.restore_window
    if window is None:
        raise RDSClientError(
            "PointInTimeRestoreNotEnabled", f"DB Instance {name} has a BackupRetentionPeriod of 0."
        )
    if time is None:
        return None
    wanted = time if isinstance(time, datetime) else datetime.fromisoformat(str(time))
    wanted = wanted.replace(tzinfo=wanted.tzinfo or UTC)
    earliest, last = window["EarliestTime"], window["LatestTime"]
    if not earliest <= wanted <= last:
        raise RDSClientError(
            "InvalidParameterValue",
            f"DB Instance {name} cannot be restored to {_said(wanted)}: it can be to times from "
            f"{_said(earliest)} to {_said(last)}.",
        )
    return wanted


def _said(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def keep_automated_backups() -> None:
    """Replaces and adds the operations on automated backups, once in a process."""
    answers: Any = RDSResponse
    RDSBackend.describe_db_instance_automated_backups = _described  # type: ignore[method-assign, assignment]
    answers.start_db_instance_automated_backups_replication = _start_replication
    answers.stop_db_instance_automated_backups_replication = _stop_replication
    answers.delete_db_instance_automated_backup = _delete_backup


def retain_backups(backend: Any, instance: Any, window: Window | None, *, own: bool) -> None:
    """What DeleteDBInstance leaves: copies in other regions, and with `own` those of its region too."""
    if window is None:
        return
    if own:
        days = instance.backup_retention_period
        backup = AutomatedBackup(instance, backend, backend, "retained", days, window=window)
        _kept(backend)[instance.dbi_resource_id] = backup
    for copied in _copies(backend.account_id):
        if copied.instance is instance:
            copied.status, copied.window = "retained", window


def is_kept(account: str, identifier: str) -> bool:
    """Whether there are backups of an instance that is gone."""
    return any(identifier in _kept(backend) for backend in list(rds_backends[account].values()))


def _kept(backend: Any) -> dict[str, AutomatedBackup]:
    """Backups of instances that are gone or in other regions."""
    kept: dict[str, AutomatedBackup] = backend.__dict__.setdefault("kept_backups", {})
    return kept


def _active(backend: Any, instance: Any) -> AutomatedBackup:
    return AutomatedBackup(instance, backend, backend, "active", instance.backup_retention_period)


def _backups(backend: Any) -> Iterator[AutomatedBackup]:
    for instance in backend.databases.values():
        if instance.backup_retention_period and not instance.db_cluster_identifier:
            yield _active(backend, instance)
    yield from _kept(backend).values()


def _copies(account: str) -> Iterator[AutomatedBackup]:
    for backend in list(rds_backends[account].values()):
        yield from (backup for backup in _kept(backend).values() if backup.home is not backend)


def _described(
    self: Any,
    db_instance_identifier: str | None = None,
    dbi_resource_id: str | None = None,
    db_instance_automated_backups_arn: str | None = None,
    **_: Any,
) -> list[AutomatedBackup]:
    found = [
        backup
        for backup in _backups(self)
        if db_instance_identifier in (None, backup.instance.db_instance_identifier)
        and dbi_resource_id in (None, backup.instance.dbi_resource_id)
        and db_instance_automated_backups_arn in (None, backup.db_instance_automated_backups_arn)
    ]
    if not found and (wanted := dbi_resource_id or db_instance_automated_backups_arn):
        raise RDSClientError(
            "DBInstanceAutomatedBackupNotFound", f"There is no automated backup of {wanted}."
        )
    return found


def _start_replication(self: Any) -> ActionResult:
    """StartDBInstanceAutomatedBackupsReplication, in the region that gets the copies."""
    arn, days = self.params["SourceDBInstanceArn"], self.params.get("BackupRetentionPeriod", 7)
    home = rds_backends[self.current_account][arn.split(":")[3]]
    if home.region_name == self.region:
        raise RDSClientError(
            "InvalidParameterValue", "Automated backups are replicated to another region than their own."
        )
    (instance,) = home.describe_db_instances(arn.rsplit(":", 1)[-1])
    if not instance.backup_retention_period:
        raise RDSClientError("InvalidDBInstanceState", f"{arn} has a BackupRetentionPeriod of 0.")
    key = self.params.get("KmsKeyId")
    if instance.storage_encrypted and not key:
        raise RDSClientError("InvalidParameterValue", "KmsKeyId is required for an encrypted instance.")
    copied = AutomatedBackup(instance, home, self.backend, "replicating", days, key)
    _kept(self.backend)[instance.dbi_resource_id] = copied
    return ActionResult({"DBInstanceAutomatedBackup": copied})


def _stop_replication(self: Any) -> ActionResult:
    arn = self.params["SourceDBInstanceArn"]
    kept = _kept(self.backend)
    for backup in kept.values():
        if backup.arn_of_source == arn and backup.status == "replicating":
            # What was copied stays until its days are over.
            backup.status, backup.window = "retained", window_of(backup.instance)
            return ActionResult({"DBInstanceAutomatedBackup": backup})
    raise DBInstanceNotFoundError(arn)


def _delete_backup(self: Any) -> ActionResult:
    """DeleteDBInstanceAutomatedBackup; those of an instance that is there are deleted with it."""
    found = _described(
        self.backend,
        dbi_resource_id=self.params.get("DbiResourceId"),
        db_instance_automated_backups_arn=self.params.get("DBInstanceAutomatedBackupsArn"),
    )
    (backup,) = found[:1]
    if backup.status == "active":
        raise RDSClientError("InvalidDBInstanceAutomatedBackupState", "The automated backup is active.")
    del _kept(self.backend)[backup.instance.dbi_resource_id]
    return ActionResult({"DBInstanceAutomatedBackup": backup})
