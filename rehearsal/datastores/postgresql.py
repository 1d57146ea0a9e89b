"""A PostgreSQL server with what RDS does around one: archive, base backups, recovery to a time, replicas.

Written for rows that a rehearsal may lose with the machine's power, not for a production's: nothing is
flushed to disk, and segments of the write-ahead log have one megabyte.
"""

from __future__ import annotations

import re
import shlex
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pg8000.exceptions import DatabaseError, InterfaceError
from pg8000.native import Connection, identifier, literal

from rehearsal.aws.requests import asking_own_servers
from rehearsal.datastores.postgresql_programs import ADMINISTRATOR, Programs
from rehearsal.datastores.processes import (
    LOOPBACK,
    NoServer,
    Process,
    copy_folder,
    free_port,
    make_folder,
    run,
    unpack,
)

# Nothing is flushed to disk, and there are few processes. What was confirmed outlives a server that is
# killed, as on RDS, though not the machine. Whole pages stay in the log: backups of a
# replica need them.
_LIGHT = (
    "fsync=off",
    "synchronous_commit=local",
    "io_method=sync",
    "max_logical_replication_workers=0",
    "max_parallel_workers=0",
    "jit=off",
)
# Two settings are called otherwise by pg_controldata.
_SETTING_OF = {
    "max_prepared_xacts": "max_prepared_transactions",
    "max_locks_per_xact": "max_locks_per_transaction",
}
_RECOVERY_SECONDS = 120.0
_ARCHIVE_SECONDS = 30.0
_PAUSE_SECONDS = 0.02
# Commits that are so near to a time that is told as restorable are left out of it.
_CLEAR_OF = timedelta(milliseconds=1)


@dataclass
class PostgreSQL:
    """One server: its folder, its port on this machine, and its process while it runs.

    In the folder are `data`; while it is backed up, `archive` with the write-ahead log and `base` with the
    backup that recovery begins with.
    """

    programs: Programs
    folder: Path
    parameters: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    _process: Process | None = field(default=None, repr=False)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def archive(self) -> Path:
        return self.folder / "archive"

    @property
    def base(self) -> Path:
        return self.folder / "base"

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.running

    @property
    def backed_up(self) -> bool:
        return self.base.exists()

    @property
    def replicates(self) -> bool:
        """Whether it follows another server."""
        return (self.data / "standby.signal").exists()

    def initialise(self) -> None:
        """Makes the folder, with a new and empty server in it."""
        make_folder(self.folder)
        copy_folder(self.programs.template, self.data)

    def start(self, **settings: str) -> None:
        """Starts it, with these settings on top of its own.

        Raises:
            NoServer: it does not start.
        """
        options = [word for setting in self._settings(settings) for word in ("-c", setting)]
        command: list[str | Path] = [self.programs.folder / "postgres", "-D", self.data, *options]
        self._process = Process.start(command, self.folder / "log", self._accepts_connections)

    def _settings(self, more: Mapping[str, str]) -> list[str]:
        # Whether there is an archive is seen each time: backups are switched on and off while it runs.
        archive = _quoted(self.archive)
        store = f"test ! -d {archive} || {{ cp %p {archive}/.%f && mv {archive}/.%f {archive}/%f; }}"
        own = {
            "port": str(self.port),
            "listen_addresses": LOOPBACK,
            "unix_socket_directories": "",
            "extension_control_path": f"{self.programs.extensions}:$system",
            "wal_level": "replica",
            # A replica archives too: it may have backups of its own.
            "archive_mode": "always",
            "archive_command": store,
            "max_wal_size": "64MB",
            "min_wal_size": "2MB",
            "shared_buffers": "16MB",
        }
        taken = self.programs.taken(self.parameters)
        values = {**taken, **own, **more}
        return [*_LIGHT, *(f"{name}={value}" for name, value in values.items())]

    def stop(self) -> None:
        """Stops it in good order."""
        if self._process is not None:
            self._process.stop()
            self._process = None

    def kill(self) -> None:
        """Ends it as the loss of its machine would."""
        if self._process is not None:
            # PostgreSQL's "immediate shutdown", which leaves its files as they are and gives memory back.
            self._process.kill(signal.SIGQUIT)
            self._process = None

    def connect(self, database: str = "postgres") -> Connection:
        """A connection of the administrator."""
        with asking_own_servers():
            return Connection(
                ADMINISTRATOR,
                host=LOOPBACK,
                port=self.port,
                password=self.programs.password,
                database=database,
                timeout=_RECOVERY_SECONDS,
                ssl_context=False,
            )

    def execute(self, *statements: str) -> list[Any]:
        """Runs statements as the administrator, each in a transaction of its own; the last one's rows."""
        connection = self.connect()
        try:
            rows: list[Any] = []
            for statement in statements:
                rows = list(connection.run(statement) or [])
            return rows
        finally:
            connection.close()

    def _accepts_connections(self) -> None:
        """It listens before it has started: only a client that is let in tells."""
        try:
            self.connect().close()
        except (InterfaceError, DatabaseError) as error:
            raise OSError(str(error)) from error

    def make_master(self, name: str, password: str, database: str | None) -> None:
        """The roles and the database that RDS makes: the master is no superuser (RDS user guide, "Master user
        account privileges")."""
        master = identifier(name)
        self.execute(
            "CREATE ROLE rds_superuser",
            "GRANT pg_monitor, pg_signal_backend TO rds_superuser WITH ADMIN OPTION",
            f"CREATE ROLE {master} LOGIN CREATEROLE CREATEDB PASSWORD {literal(password)}",
            f"GRANT rds_superuser TO {master}",
            *([f"CREATE DATABASE {identifier(database)} OWNER {master}"] if database else []),
        )

    def set_password(self, role: str, password: str) -> None:
        """Gives a role another password."""
        self.execute(f"ALTER ROLE {identifier(role)} PASSWORD {literal(password)}")

    def back_up_continuously(self) -> datetime:
        """Archives from now on, and makes the backup that a recovery begins with; when it was done."""
        self.stop_backing_up()
        make_folder(self.archive)
        self.back_up(self.base)
        return datetime.now(UTC)

    def stop_backing_up(self) -> None:
        """Forgets archive and backup."""
        for folder in (self.base, self.archive):
            if folder.exists():
                remove_folder(folder)

    def back_up(self, backup: Path) -> None:
        """Makes a folder with all that there is, in two archives; `begin_from` starts from it."""
        self._copy(backup, "--format=tar", "--wal-method=stream")

    def _copy(self, copy: Path, *options: str) -> None:
        run(
            [
                self.programs.folder / "pg_basebackup",
                f"--pgdata={copy}",
                f"--host={LOOPBACK}",
                f"--port={self.port}",
                f"--username={ADMINISTRATOR}",
                "--checkpoint=fast",
                "--no-sync",
                "--no-manifest",
                "--no-password",
                *options,
            ],
            {"PGPASSWORD": self.programs.password},
        )

    def _unpack(self, backup: Path) -> None:
        make_folder(self.folder)
        make_folder(self.data)
        unpack(backup / "base.tar", self.data)
        unpack(backup / "pg_wal.tar", self.data / "pg_wal")

    def archive_now(self, primary: PostgreSQL | None = None) -> datetime:
        """Has everything archived that was committed until now; the time until which it can be restored.

        Args:
            primary: of a replica, which archives what it receives.
        """
        connection = (primary or self).connect()
        try:
            # Recovery stops at the first commit after its time, so there has to be one.
            ((now, _),) = connection.run("SELECT now(), pg_current_xact_id()")
            ((segment,),) = connection.run("SELECT pg_walfile_name(pg_switch_wal())")
        finally:
            connection.close()
        deadline = time.monotonic() + _ARCHIVE_SECONDS
        while not (self.archive / segment).exists():
            if time.monotonic() > deadline:
                raise NoServer(f"the write-ahead log is not archived: {self.folder / 'log'} says why")
            time.sleep(_PAUSE_SECONDS)
        restorable: datetime = now.astimezone(UTC) - _CLEAR_OF
        return restorable

    def begin_from(self, backup: Path) -> None:
        """Becomes what a backup has, and starts."""
        self._unpack(backup)
        self.start()

    def recover(self, base: Path, archive: Path, until: datetime | None) -> None:
        """Becomes what another server was at a time.

        Args:
            base: a backup from before it.
            archive: the write-ahead log since then.
            until: the time; None for all that was archived.
        """
        self._unpack(base)
        (self.data / "recovery.signal").touch()
        target = {"recovery_target_time": until.isoformat()} if until else {}
        self.start(
            restore_command=f"cp {_quoted(archive)}/%f %p",
            recovery_target_action="promote",
            **target,
            **self._sizes_of_source(),
        )
        self._wait_for_promotion()

    def _sizes_of_source(self) -> dict[str, str]:
        """What a recovery must have as much of as the server had that wrote the log."""
        told = run([self.programs.folder / "pg_controldata", self.data])
        found = re.finditer(r"^(max_\w+) setting: +(\d+)$", told, re.MULTILINE)
        return {_SETTING_OF.get(str(each[1]), str(each[1])): str(each[2]) for each in found}

    def follow(self, primary: PostgreSQL, slot: str) -> None:
        """Becomes a replica of another server, that can be read."""
        make_folder(self.folder)
        # The primary keeps its log from here on.
        primary._copy(self.data, "--wal-method=stream", "--create-slot", f"--slot={slot}")
        (self.data / "standby.signal").touch()
        (self.data / "postgresql.auto.conf").write_text(
            f"primary_conninfo = 'host={LOOPBACK} port={primary.port} user={ADMINISTRATOR} "
            f"password={self.programs.password} application_name={slot}'\nprimary_slot_name = '{slot}'\n"
        )
        self.start()

    def drop_slot(self, slot: str) -> None:
        """Keeps no more log for a replica that is gone."""
        name = literal(slot)
        connection = self.connect()
        try:
            deadline = time.monotonic() + _ARCHIVE_SECONDS
            while connection.run(f"SELECT FROM pg_replication_slots WHERE slot_name = {name} AND active"):
                if time.monotonic() > deadline:
                    raise NoServer(f"the replication slot {slot} is still in use")
                time.sleep(_PAUSE_SECONDS)
            if connection.run(f"SELECT FROM pg_replication_slots WHERE slot_name = {name}"):
                connection.run(f"SELECT pg_drop_replication_slot({name})")
        finally:
            connection.close()

    def promote(self) -> None:
        """Stops following, and takes changes."""
        self.execute("SELECT pg_promote()")
        self._wait_for_promotion()

    def _wait_for_promotion(self) -> None:
        deadline = time.monotonic() + _RECOVERY_SECONDS
        while self.execute("SELECT pg_is_in_recovery()") != [[False]]:
            if time.monotonic() > deadline:
                raise NoServer(f"the recovery does not end: {self.folder / 'log'} says why")
            time.sleep(_PAUSE_SECONDS)

    def remove(self) -> None:
        """Ends it and removes all that it had."""
        self.kill()
        remove_folder(self.folder)


def remove_folder(folder: Path) -> None:
    """Removes a server's folder."""
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


def _quoted(path: Path) -> str:
    """A path within a command of PostgreSQL's settings, which gives `%` a meaning."""
    return shlex.quote(str(path)).replace("%", "%%")
