"""A PostgreSQL server behind each RDS instance, and what RDS's calls do to it (see `rds_calls`).

A server is known by the identifier that RDS never gives twice (DbiResourceId), so neither a new
name nor a second instance of an old name can take one for the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from moto.rds.exceptions import RDSClientError
from moto.rds.models import rds_backends

from rehearsal.aws.moto_rds_backups import MEASURED, Window, is_kept
from rehearsal.datastores.copied_rows import copied_folder
from rehearsal.datastores.postgresql import PostgreSQL, remove_folder
from rehearsal.datastores.postgresql_programs import Programs
from rehearsal.datastores.processes import NoServer, copy_folder, make_folder
from rehearsal.datastores.tls import Authority, Front

ENGINE = "postgres"


@dataclass
class Database:
    """An instance and the server behind it.

    Args:
        instance: moto's.
        server: what runs.
        front: where clients reach it with TLS.
        source: of a replica, the server that it follows.
        window: the times that could be restored when that was last looked at.
    """

    instance: Any
    server: PostgreSQL
    front: Front
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
        authority: signs the certificates of servers.
        unreachable: regions that do not answer now: nothing is asked of their servers.
    """

    def __init__(
        self, account: str, programs: Programs, folder: Path, authority: Authority, unreachable: set[str]
    ) -> None:
        self._authority = authority
        self._account = account
        self._programs = programs
        self._folder = make_folder(folder / "instances")
        self._snapshots_folder = make_folder(folder / "snapshots")
        self._unreachable = unreachable
        self._databases: dict[str, Database] = {}
        self._snapshots: dict[str, Path] = {}
        self._restoring = False

    def start(self) -> None:
        """Makes servers for the instances that there are."""
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

    def stop(self) -> None:
        """Ends all servers."""
        for identifier, database in self._databases.items():
            MEASURED.pop(identifier, None)
            # What it keeps is thrown away: nothing has to be in order.
            database.server.kill()
            database.front.stop()
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

    def kept_of(self, arn: str) -> Path | None:
        """What a snapshot has; None where nothing is kept of it."""
        path = self._snapshots.get(arn)
        return path if path is not None and path.exists() else copied_folder(arn)

    def snapshot_folder(self, snapshot: Any) -> Path:
        """What a snapshot has; refused where nothing is kept of it."""
        path = self.kept_of(snapshot.db_snapshot_arn)
        if path is None:
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
        database.front.stop()
        database.server.kill()
        if is_kept(self._account, identifier):
            remove_folder(database.server.data)
        else:
            remove_folder(database.server.folder)

    def _new(self, instance: Any) -> Database:
        identifier = instance.dbi_resource_id
        server = PostgreSQL(self._programs, self._folder / identifier, parameters_of(instance))
        front = Front(
            lambda: self._authority.context(instance.address),
            lambda: server.port if self._answers(instance, server) else None,
            postgresql=True,
            plaintext=lambda: parameters_of(instance).get("rds.force_ssl", "1") == "0",
        )
        database = Database(instance, server, front)
        self._databases[identifier] = database
        MEASURED[identifier] = lambda: self._window(database)
        return database

    def _answers(self, instance: Any, server: PostgreSQL) -> bool:
        return server.running and instance.region not in self._unreachable

    def undo(self, instance: Any) -> None:
        """Removes what could not be made as a whole."""
        database = self._databases.pop(instance.dbi_resource_id, None)
        MEASURED.pop(instance.dbi_resource_id, None)
        if database is not None:
            database.front.stop()
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
            latest = database.server.archive_now(database.source.server if database.source else None)
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
