"""Real servers for tests, started once and stopped at the end: PostgreSQL and Redis."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import NoReturn

import pytest
from pg8000.native import Connection

from rehearsal.aws.requests import Answer, Request, Requests
from rehearsal.datastores.postgresql import PostgreSQL
from rehearsal.datastores.postgresql_programs import ADMINISTRATOR, Programs
from rehearsal.datastores.processes import LOOPBACK, NoServer, free_port, temporary_folder
from rehearsal.datastores.redis import Redis
from rehearsal.serve.endpoint import serving
from rehearsal.serve.local_clients import LocalClients

PASSWORD = "of-the-superuser"


@dataclass(frozen=True)
class Server:
    """Where a server listens."""

    host: str
    port: int


def embedded_aws(
    account: str, answer: Callable[[Request], Answer] | None = None
) -> AbstractContextManager[str]:
    """The embedded AWS of an account on a free port of this machine; yields its address.

    `answer` is a cloud's that keeps what clients change.
    """
    return served(lambda _port: answer or Requests(account).send)


@contextmanager
def served(answers: Callable[[int], Callable[[Request], Answer]]) -> Iterator[str]:
    """What answers clients of AWS on a port, on a free one of this machine; yields its address."""
    port = free_port()
    with serving(port, LocalClients(answers(port), port)) as address:
        yield address


@contextmanager
def postgresql(**settings: str) -> Iterator[Server]:
    """A PostgreSQL server on a free port of this machine, without safety against power cuts.

    Args:
        settings: of PostgreSQL, on top of those of every server.
    """
    with temporary_folder() as folder:
        try:
            server = PostgreSQL(Programs.find(folder, PASSWORD), folder / "server")
        except NoServer as error:
            missing(error)
        server.initialise()
        server.start(**settings)
        try:
            yield Server(LOOPBACK, server.port)
        finally:
            server.kill()


@contextmanager
def redis() -> Iterator[Server]:
    """A Redis server on a free port of this machine, that keeps nothing on disk."""
    with temporary_folder() as folder:
        try:
            server = Redis.find(folder)
        except NoServer as error:
            missing(error)
        server.start()
        try:
            yield Server(LOOPBACK, server.port)
        finally:
            server.kill()


def missing(reason: NoServer) -> NoReturn:
    """Skips the test for want of a server; where CI runs, nothing may be skipped."""
    if os.environ.get("CI"):
        pytest.fail(str(reason))
    pytest.skip(str(reason))


def superuser_of(server: Server) -> Connection:
    """A connection of PostgreSQL's superuser."""
    return Connection(
        ADMINISTRATOR,
        host=server.host,
        port=server.port,
        password=PASSWORD,
        database="postgres",
        ssl_context=False,
    )
