"""RDS, where moto differs from it: what a modification keeps, what a replica is and what it has been.

ModifyDBSubnetGroup takes the group out of the backend and does not put it back. A subnet group stays in the
network that it was made in: its instances do.

A replica shares lists and protection with its primary, looks for its groups in the primary's region, and is
known to a primary of another region by a name that it cannot be removed by. A promoted one still names its
source.

Every instance has the same identifier of RDS's own, which RDS never gives twice: one that is restored under a
name is known by it from the one that had the name before.

An instance that is at work takes neither snapshots nor replicas (CreateDBSnapshot in RDS's API reference:
"must be in the available or storage-optimization state").
"""

from __future__ import annotations

import base64
import copy
import hashlib
from collections import Counter
from typing import Any

from moto.rds.exceptions import RDSClientError
from moto.rds.models import DBInstance, RDSBackend

from rehearsal.aws.moto_rds_backups import (
    keep_automated_backups,
    restorable_time,
    restore_of_snapshot,
    restore_to_time,
    retain_backups,
    window_of,
)

_modify_subnet_group = RDSBackend.modify_db_subnet_group
_create_snapshot = RDSBackend.create_db_snapshot
_create_instance = RDSBackend.create_db_instance
_delete_instance = RDSBackend.delete_db_instance
_save_backup = DBInstance.save_automated_backup
_promote = RDSBackend.promote_read_replica


def repair_rds() -> None:
    """Replaces the methods in question, once in a process."""
    RDSBackend.modify_db_subnet_group = _modified_subnet_group  # type: ignore[method-assign]
    RDSBackend.create_db_instance = _created_instance  # type: ignore[method-assign]
    RDSBackend.create_db_snapshot = _created_snapshot  # type: ignore[method-assign]
    RDSBackend.create_db_instance_read_replica = _created_replica  # type: ignore[method-assign]
    RDSBackend.promote_read_replica = _promoted_replica  # type: ignore[method-assign]
    RDSBackend.delete_db_instance = _deleted_instance  # type: ignore[method-assign]
    RDSBackend.restore_db_instance_from_db_snapshot = restore_of_snapshot  # type: ignore[method-assign]
    RDSBackend.restore_db_instance_to_point_in_time = restore_to_time  # type: ignore[method-assign]
    DBInstance.save_automated_backup = _saved_backup  # type: ignore[method-assign]
    DBInstance.remove_replica = _removed_replica  # type: ignore[method-assign]
    DBInstance.latest_restorable_time = property(restorable_time)  # type: ignore[assignment]
    keep_automated_backups()


def _modified_subnet_group(self: Any, subnet_name: str, description: str, subnets: list[Any]) -> Any:
    group = self.subnet_groups.get(subnet_name)
    if group is not None and any(subnet.vpc_id != group.vpc_id for subnet in subnets):
        message = "The new Subnets are not in the same Vpc as the existing subnet group"
        raise RDSClientError("InvalidParameterValue", message)
    group = _modify_subnet_group(self, subnet_name, description, subnets)
    self.subnet_groups[subnet_name] = group
    return group


def _unlike_any_before(backend: Any, instance: Any) -> Any:
    name = instance.db_instance_identifier
    made = backend.__dict__.setdefault("made_instances", Counter())
    made[name] += 1
    digest = hashlib.sha256(f"{instance.db_instance_arn}:{made[name]}".encode()).digest()
    instance.dbi_resource_id = f"db-{base64.b32encode(digest).decode()[:26]}"
    return instance


def _created_instance(self: Any, db_kwargs: dict[str, Any]) -> Any:
    return _unlike_any_before(self, _create_instance(self, db_kwargs))


def _free(instance: Any) -> Any:
    if instance is not None and instance.status not in ("available", "storage-optimization"):
        name, status = instance.db_instance_identifier, instance.status
        raise RDSClientError("InvalidDBInstanceState", f"Instance {name} is currently {status}.")
    return instance


def _created_snapshot(self: Any, db_instance_identifier: str, *others: Any, **named: Any) -> Any:
    _free(self.databases.get(db_instance_identifier))
    return _create_snapshot(self, db_instance_identifier, *others, **named)


def _created_replica(self: Any, db_kwargs: dict[str, Any]) -> Any:
    primary = _free(self.find_db_from_id(db_kwargs["source_db_instance_identifier"]))
    replica = copy.copy(primary)
    replica.backend = self
    replica.tags, replica.vpc_security_group_ids = [], []
    replica.enabled_cloudwatch_logs_exports = list(db_kwargs.get("enable_cloudwatch_logs_exports") or ())
    replica.deletion_protection, replica.multi_az = False, False
    if primary.backend is not self:
        replica.db_parameter_group_name = None  # a group is of one region
    replica.update(**db_kwargs)
    replica.set_as_replica()
    self.databases[db_kwargs["db_instance_identifier"]] = replica
    primary.add_replica(replica)
    return _unlike_any_before(self, replica)


def _removed_replica(self: Any, replica: Any) -> None:
    names = (replica.db_instance_identifier, replica.db_instance_arn)
    self.replicas = [name for name in self.replicas if name not in names]


def _promoted_replica(self: Any, db_kwargs: dict[str, Any]) -> Any:
    """An instance of its own: it names no source, and its source names it no more."""
    name = db_kwargs["db_instance_identifier"]
    (replica,) = self.describe_db_instances(name)
    if not replica.is_replica:
        raise RDSClientError("InvalidDBInstanceState", f"DB Instance {name} is not a read replica.")
    promoted = _promote(self, db_kwargs)
    _part(promoted)
    return promoted


def _part(replica: Any) -> None:
    """Separates a replica from its source, if that is still there."""
    source, replica.source_db_instance_identifier = replica.source_db_instance_identifier, None
    replica.is_replica = False
    for primary in _of_the_account(replica.backend, source):
        primary.remove_replica(replica)


def _of_the_account(backend: Any, name: str | None) -> list[Any]:
    """The instance of a name or ARN, if it is there."""
    if name is None:
        return []
    region = name.split(":")[3] if name.startswith("arn:") else backend.region_name
    found = backend.get_backend("rds", region).databases.get(name.rsplit(":", 1)[-1])
    return [found] if found is not None else []


def _deleted_instance(
    self: Any,
    db_instance_identifier: str,
    final_db_snapshot_identifier: str | None = None,
    skip_final_snapshot: bool | None = False,
    delete_automated_backups: bool | None = True,
) -> Any:
    """A source leaves its replicas of the same region promoted (RDS user guide, "Working with DB instance
    read replicas"); those of another region go on as replicas without a source."""
    asked = (db_instance_identifier, final_db_snapshot_identifier, skip_final_snapshot)
    instance = self.databases.get(db_instance_identifier)
    if instance is None or instance.deletion_protection:
        return _delete_instance(self, *asked, delete_automated_backups)
    if instance.is_replica and not _of_the_account(self, instance.source_db_instance_identifier):
        instance.is_replica = False  # moto would look for the source
    replicas = [self.databases[name] for name in instance.replicas if name in self.databases]
    window = window_of(instance)
    deleted = _delete_instance(self, *asked, delete_automated_backups)
    retain_backups(self, deleted, window, own=not delete_automated_backups)
    for replica in replicas:
        _part(replica)
    return deleted


def _saved_backup(self: Any) -> None:
    """RDS makes no automated snapshot of an instance without automated backups."""
    if self.backup_retention_period:
        _save_backup(self)
