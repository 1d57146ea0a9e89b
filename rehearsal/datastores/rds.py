"""A PostgreSQL server behind each RDS instance: RDS's calls are carried out on it too.

moto answers the calls and refuses what RDS refuses; what it has agreed to is done here, before the caller has
its answer. A server is known by the identifier that RDS never gives twice (DbiResourceId), so neither a new
name nor a second instance of an old name can take one for the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from moto.rds.exceptions import RDSClientError
from moto.rds.models import RDSBackend, rds_backends

from rehearsal.aws.moto_rds_backups import MEASURED, Window, backup_to_restore, is_kept, wanted_time
from rehearsal.datastores.postgresql import PostgreSQL, Programs, remove_folder
from rehearsal.datastores.processes import NoServer, copy_folder, make_folder

ENGINE = "postgres"


@dataclass
class Database:
    """An instance and the server behind it.

    Args:
        instance: moto's.
        server: what runs.
        source: of a replica, the server that it follows.
        window: the times that could be restored when that was last looked at.
    """

    instance: Any
    server: PostgreSQL
    source: Database | None = None
    window: Window | None = None

    @property
    def host(self) -> str:
        return str(self.instance.address)

    @property
    def slot(self) -> str:
        """The name under which a replica's source keeps its log."""
        return f"replica_{hashlib.sha256(self.instance.dbi_resource_id.encode()).hexdigest()[:16]}"


class Databases:
    """The PostgreSQL servers of one account.

    Args:
        account: whose.
        programs: of PostgreSQL.
        folder: for all that they keep.
        unreachable: regions that do not answer now: nothing is asked of their servers.
    """

    def __init__(self, account: str, programs: Programs, folder: Path, unreachable: set[str]) -> None:
        self._account = account
        self._programs = programs
        self._folder = make_folder(folder / "instances")
        self._snapshots_folder = make_folder(folder / "snapshots")
        self._unreachable = unreachable
        self._databases: dict[str, Database] = {}
        self._snapshots: dict[str, Path] = {}
        self._restoring = False

    def start(self) -> None:
        """Makes servers for the instances that there are, and follows every call from now on."""
        instances = [
            instance
            for backend in list(rds_backends[self._account].values())
            for instance in backend.databases.values()
            if is_followed(instance)
        ]
        for instance in sorted(instances, key=lambda each: each.is_replica):
            if instance.is_replica:
                self.replicate(instance)
            else:
                self.create(instance)
        _repair()
        _FOLLOWERS[self._account] = self

    def stop(self) -> None:
        """Stops all servers and follows no more."""
        _FOLLOWERS.pop(self._account, None)
        for identifier, database in self._databases.items():
            MEASURED.pop(identifier, None)
            # What it keeps is thrown away: nothing has to be in order.
            database.server.kill()
        self._databases.clear()

    def __iter__(self) -> Iterator[Database]:
        return iter(list(self._databases.values()))

    def create(self, instance: Any) -> None:
        """CreateDBInstance."""
        if self._restoring:
            return
        database = self._new(instance)
        database.server.initialise()
        database.server.start()
        database.server.make_master(
            instance.master_username, instance._master_user_password, instance.db_name
        )
        self._back_up(database)

    def replicate(self, instance: Any) -> None:
        """CreateDBInstanceReadReplica."""
        database = self._new(instance)
        database.source = self._by_name(instance, instance.source_db_instance_identifier)
        if database.source is None:
            raise NoServer(f"the source of {instance.db_instance_identifier} has no server")
        database.server.follow(database.source.server, database.slot)
        self._back_up(database)

    def restore(self, instance: Any, snapshot: Path) -> None:
        """RestoreDBInstanceFromDBSnapshot."""
        database = self._new(instance)
        database.server.begin_from(snapshot)
        self._back_up(database)

    def recover(self, instance: Any, source: str, until: datetime | None) -> None:
        """RestoreDBInstanceToPointInTime, of the instance that RDS knows as `source`."""
        database = self._new(instance)
        kept = self._folder / source
        database.server.recover(kept / "base", kept / "archive", until)
        self._back_up(database)

    def snapshot(self, snapshot: Any, instance: Any) -> None:
        """CreateDBSnapshot."""
        database = self._databases.get(instance.dbi_resource_id)
        if database is None:
            return
        if snapshot.snapshot_type == "automated":
            self._snapshots[snapshot.db_snapshot_arn] = database.server.base
            return
        path = self._new_snapshot(snapshot)
        database.server.back_up(path)
        self._snapshots[snapshot.db_snapshot_arn] = path

    def copy_snapshot(self, source: Any, snapshot: Any) -> None:
        """CopyDBSnapshot."""
        path = self._new_snapshot(snapshot)
        copy_folder(self.snapshot_folder(source), path)
        self._snapshots[snapshot.db_snapshot_arn] = path

    def delete_snapshot(self, snapshot: Any) -> None:
        """DeleteDBSnapshot."""
        path = self._snapshots.pop(snapshot.db_snapshot_arn, None)
        if path is not None and path.parent == self._snapshots_folder:
            remove_folder(path)

    def snapshot_folder(self, snapshot: Any) -> Path:
        """What a snapshot has; refused where nothing is kept of it."""
        path = self._snapshots.get(snapshot.db_snapshot_arn)
        if path is None or not path.exists():
            raise RDSClientError(
                "InvalidDBSnapshotState",
                f"No rows are kept of snapshot {snapshot.db_snapshot_identifier}: it was taken before the "
                "servers of this session were started.",
            )
        return path

    def promote(self, instance: Any) -> None:
        """PromoteReadReplica, also of one whose source is gone."""
        database = self._databases.get(instance.dbi_resource_id)
        if database is None or not database.server.replicates:
            return
        database.server.promote()
        self._part(database)
        self._back_up(database)

    def modify(self, instance: Any, password: str | None) -> None:
        """ModifyDBInstance."""
        database = self._databases.get(instance.dbi_resource_id)
        if database is None:
            return
        if password and not instance.is_replica:
            database.server.set_password(instance.master_username, password)
        self._back_up(database)

    def reboot(self, instance: Any) -> None:
        """RebootDBInstance: parameters that wait for a restart are taken."""
        database = self._databases.get(instance.dbi_resource_id)
        if database is not None:
            database.server.stop()
            database.server.parameters = parameters_of(instance)
            database.server.start()

    def stop_instance(self, instance: Any) -> None:
        """StopDBInstance."""
        if database := self._databases.get(instance.dbi_resource_id):
            self._window(database)
            database.server.stop()

    def delete(self, instance: Any) -> None:
        """DeleteDBInstance; backups that RDS goes on keeping stay."""
        identifier = instance.dbi_resource_id
        database = self._databases.pop(identifier, None)
        if database is None:
            return
        MEASURED.pop(identifier, None)
        self._part(database)
        for other in self:
            if other.source is database:
                other.source = None
                if not other.instance.is_replica:
                    other.server.promote()
        database.server.kill()
        if is_kept(self._account, identifier):
            remove_folder(database.server.data)
        else:
            remove_folder(database.server.folder)

    def forget_backups(self, identifier: str) -> None:
        """DeleteDBInstanceAutomatedBackup."""
        if identifier not in self._databases and not is_kept(self._account, identifier):
            remove_folder(self._folder / identifier)

    def _new(self, instance: Any) -> Database:
        identifier = instance.dbi_resource_id
        server = PostgreSQL(self._programs, self._folder / identifier, parameters_of(instance))
        database = Database(instance, server)
        self._databases[identifier] = database
        MEASURED[identifier] = lambda: self._window(database)
        return database

    def undo(self, instance: Any) -> None:
        """Removes what could not be made as a whole."""
        database = self._databases.pop(instance.dbi_resource_id, None)
        MEASURED.pop(instance.dbi_resource_id, None)
        if database is not None:
            database.server.remove()

    def _new_snapshot(self, snapshot: Any) -> Path:
        name = hashlib.sha256(snapshot.db_snapshot_arn.encode()).hexdigest()[:20]
        return self._snapshots_folder / name

    def _back_up(self, database: Database) -> None:
        """Automated backups are on as long as they are kept for a day or more."""
        server, wanted = database.server, bool(database.instance.backup_retention_period)
        if wanted and not server.backed_up:
            begun = server.back_up_continuously()
            database.window = begun, begun
        elif not wanted and server.backed_up:
            server.stop_backing_up()
            database.window = None

    def _window(self, database: Database) -> Window | None:
        primary = database.source or database
        asked = (database, primary)
        if (
            database.window is not None
            and not primary.server.replicates  # one whose source is gone receives nothing any more
            and all(each.server.running for each in asked)
            and not any(each.instance.region in self._unreachable for each in asked)
        ):
            latest = database.server.archive_now(database.source and database.source.server)
            database.window = database.window[0], max(database.window[0], latest)
        return database.window

    def _by_name(self, instance: Any, name: str) -> Database | None:
        region = name.split(":")[3] if name.startswith("arn:") else instance.region
        for database in self:
            found = database.instance
            if (found.region, found.db_instance_identifier) == (region, name.rsplit(":", 1)[-1].lower()):
                return database
        return None

    def _part(self, replica: Database) -> None:
        source, replica.source = replica.source, None
        if source is not None and source.server.running:
            if replica.server.replicates:
                replica.server.stop()
            source.server.drop_slot(replica.slot)

    @contextmanager
    def restoring(self) -> Iterator[None]:
        """moto restores by creating: inside, no new server is made for that."""
        self._restoring = True
        try:
            yield
        finally:
            self._restoring = False


def is_followed(instance: Any) -> bool:
    """Whether a real server stands behind an instance."""
    return bool(instance.engine == ENGINE and not instance.db_cluster_identifier)


def parameters_of(instance: Any) -> dict[str, str]:
    """The values that are set in an instance's parameter group."""
    (group,) = instance.db_parameter_groups()
    return {
        name: str(each["ParameterValue"])
        for name, each in group.parameters.items()
        if each.get("ParameterValue")
    }


# By account.
_FOLLOWERS: dict[str, Databases] = {}


@contextmanager
def _as_refusal(undo: Callable[[], object] = lambda: None) -> Iterator[None]:
    """What a server could not do, as RDS's refusal; what it was to do is undone."""
    try:
        yield
    except NoServer as error:
        undo()
        # RDS's word for that there is no machine to be had.
        raise RDSClientError("InsufficientDBInstanceCapacity", str(error)) from error


def _take_out(backend: Any, follower: Databases, instance: Any) -> Callable[[], None]:
    def undo() -> None:
        backend.databases.pop(instance.db_instance_identifier, None)
        follower.undo(instance)

    return undo


def _repair() -> None:
    """Has moto's methods carried out on servers too, once in a process."""
    if hasattr(RDSBackend.create_db_instance, "followed"):
        return
    for name, method in (
        ("create_db_instance", _create),
        ("create_db_instance_read_replica", _replicate),
        ("restore_db_instance_from_db_snapshot", _restore),
        ("restore_db_instance_to_point_in_time", _recover),
        ("create_db_snapshot", _snapshot),
        ("copy_db_snapshot", _copy_snapshot),
        ("delete_db_snapshot", _delete_snapshot),
        ("promote_read_replica", _promote),
        ("modify_db_instance", _modify),
        ("reboot_db_instance", _reboot),
        ("stop_db_instance", _stop),
        ("start_db_instance", _start),
        ("delete_db_instance", _delete),
    ):
        _wrap(name, method)


def _wrap(name: str, follow: Callable[..., Any]) -> None:
    original = getattr(RDSBackend, name)

    def followed(self: Any, *arguments: Any, **named: Any) -> Any:
        follower = _FOLLOWERS.get(self.account_id)
        if follower is None:
            return original(self, *arguments, **named)
        return follow(follower, self, lambda *a, **n: original(self, *a, **n), *arguments, **named)

    followed.followed = True  # type: ignore[attr-defined]
    setattr(RDSBackend, name, followed)


def _create(follower: Databases, backend: Any, call: Any, db_kwargs: dict[str, Any]) -> Any:
    instance = call(db_kwargs)
    if is_followed(instance):
        with _as_refusal(_take_out(backend, follower, instance)):
            follower.create(instance)
    return instance


def _replicate(follower: Databases, backend: Any, call: Any, db_kwargs: dict[str, Any]) -> Any:
    instance = call(db_kwargs)
    if is_followed(instance):
        with _as_refusal(_take_out(backend, follower, instance)):
            follower.replicate(instance)
    return instance


def _restore(
    follower: Databases, backend: Any, call: Any, from_snapshot_id: str, overrides: dict[str, Any]
) -> Any:
    name = from_snapshot_id.rpartition(":snapshot:")[2] or from_snapshot_id
    (snapshot,) = backend.describe_db_snapshots(None, name)
    if not is_followed(snapshot.database):
        return call(from_snapshot_id, overrides)
    folder = follower.snapshot_folder(snapshot)
    with follower.restoring():
        instance = call(from_snapshot_id, overrides)
    with _as_refusal(_take_out(backend, follower, instance)):
        follower.restore(instance, folder)
    return instance


def _recover(
    follower: Databases,
    backend: Any,
    call: Any,
    source_db_identifier: str | None,
    target_db_identifier: str,
    overrides: dict[str, Any],
) -> Any:
    backup = backup_to_restore(backend, source_db_identifier, overrides)
    if not is_followed(backup.instance):
        return call(source_db_identifier, target_db_identifier, overrides)
    until, source = wanted_time(backup, overrides), backup.instance.dbi_resource_id
    with follower.restoring():
        instance = call(source_db_identifier, target_db_identifier, overrides)
    with _as_refusal(_take_out(backend, follower, instance)):
        follower.recover(instance, source, until)
    return instance


def _snapshot(
    follower: Databases, backend: Any, call: Any, db_instance_identifier: str, *others: Any, **named: Any
) -> Any:
    snapshot = call(db_instance_identifier, *others, **named)
    instance = backend.databases[db_instance_identifier]
    with _as_refusal(lambda: backend.database_snapshots.pop(snapshot.db_snapshot_identifier)):
        follower.snapshot(snapshot, instance)
    return snapshot


def _copy_snapshot(follower: Databases, backend: Any, call: Any, *arguments: Any, **named: Any) -> Any:
    snapshot = call(*arguments, **named)
    source = backend.get_db_snapshot(named["source_db_snapshot_identifier"])
    if is_followed(source.database):
        with _as_refusal(lambda: backend.database_snapshots.pop(snapshot.db_snapshot_identifier)):
            follower.copy_snapshot(source, snapshot)
    return snapshot


def _delete_snapshot(follower: Databases, _: Any, call: Any, db_snapshot_identifier: str) -> Any:
    snapshot = call(db_snapshot_identifier)
    follower.delete_snapshot(snapshot)
    return snapshot


def _promote(follower: Databases, _: Any, call: Any, db_kwargs: dict[str, Any]) -> Any:
    instance = call(db_kwargs)
    with _as_refusal():
        follower.promote(instance)
    return instance


def _modify(
    follower: Databases, _: Any, call: Any, db_instance_identifier: str, db_kwargs: dict[str, Any]
) -> Any:
    password = db_kwargs.get("master_user_password")
    instance = call(db_instance_identifier, db_kwargs)
    with _as_refusal():
        follower.modify(instance, password)
    return instance


def _reboot(follower: Databases, _: Any, call: Any, db_instance_identifier: str) -> Any:
    instance = call(db_instance_identifier)
    with _as_refusal():
        follower.reboot(instance)
    return instance


def _stop(follower: Databases, _: Any, call: Any, *arguments: Any, **named: Any) -> Any:
    instance = call(*arguments, **named)
    with _as_refusal():
        follower.stop_instance(instance)
    return instance


def _start(follower: Databases, _: Any, call: Any, *arguments: Any, **named: Any) -> Any:
    instance = call(*arguments, **named)
    with _as_refusal():
        follower.reboot(instance)
    return instance


def _delete(follower: Databases, _: Any, call: Any, *arguments: Any, **named: Any) -> Any:
    instance = call(*arguments, **named)
    with _as_refusal():
        follower.delete(instance)
    return instance
