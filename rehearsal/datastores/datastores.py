"""All real servers of one account's embedded AWS."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from typing import Self

from pg8000.native import Connection

from commands.errors import CommandError
from rehearsal.datastores.postgresql_programs import Programs
from rehearsal.datastores.processes import LOOPBACK, make_folder, temporary_folder
from rehearsal.datastores.rds import Database, Databases
from rehearsal.datastores.rds_calls import following
from rehearsal.datastores.tls import Authority
from rehearsal.serve.lambda_runtime import Behind

_TIMEOUT_SECONDS = 30


@cache
def _administrator_password() -> str:
    """One for the whole process: backups have it in them, and other accounts' servers begin from those."""
    return secrets.token_urlsafe(18)


class NoSuchServer(CommandError):
    """No server stands behind this name."""


@dataclass(frozen=True)
class Served:
    """A server, as the embedded AWS tells of it and as it is reached on this machine.

    Args:
        service: `rds` or `elasticache`.
        identifier: AWS's name of it.
        region: where it is.
        host: its host name within AWS.
        port: its port there.
        local_port: its port on 127.0.0.1, with TLS: `authority` signs its certificate for the host name.
        user: the master, or the first user who may log in.
        database: that the master begins in; empty where there is none.
    """

    service: str
    identifier: str
    region: str
    host: str
    port: int
    local_port: int
    user: str
    database: str


class DataStores:
    """The servers behind one account's instances, from `start` to `stop`.

    Args:
        account: whose.
        unreachable: regions that do not answer now (`Cloud.unreachable`).
    """

    def __init__(self, account: str, unreachable: set[str] | None = None) -> None:
        self._account = account
        self._unreachable = unreachable if unreachable is not None else set()
        self._stack = ExitStack()

    def start(self) -> None:
        """Starts a server for each instance that there is; later ones get theirs when they are made.

        Raises:
            NoServer: this machine has no such server, or it does not start.
        """
        try:
            folder = self._stack.enter_context(temporary_folder())
            self.authority = Authority(make_folder(folder / "authority"))
            programs = Programs.find(folder, _administrator_password())
            self._databases = Databases(self._account, programs, folder, self.authority, self._unreachable)
            self._stack.callback(self._databases.stop)
            self._databases.start()
            self._stack.enter_context(following(self._account, self._databases))
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stops all servers; nothing of them is left."""
        self._stack.close()

    def lose(self, region: str) -> None:
        """Ends every server of a region as the loss of its machine would."""
        for database in self._databases:
            if database.instance.region == region:
                database.server.kill()

    def regain(self, region: str) -> None:
        """Starts every server of a region again, with what it had when it was lost."""
        for database in self._databases:
            if database.instance.region == region and not database.server.running:
                database.server.start()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def servers(self) -> list[Served]:
        """All that run, in the order in which they were made."""
        return list(self._served())

    def behind(self) -> Behind:
        """Where functions that are run reach the servers, and the authority that they trust."""
        places = {f"{each.host}:{each.port}": each.local_port for each in self._served()}
        return Behind(places, self.authority.pem)

    def _served(self) -> Iterator[Served]:
        for database in self._databases:
            instance = database.instance
            if database.server.running:
                yield Served(
                    "rds",
                    instance.db_instance_identifier,
                    instance.region,
                    database.host,
                    instance.port,
                    database.front.port,
                    instance.master_username,
                    instance.db_name or "",
                )

    def connect(
        self, name: str, *, user: str, password: str, database: str | None = None, region: str | None = None
    ) -> Connection:
        """A connection to the PostgreSQL behind an instance; one of pg8000's.

        Args:
            name: the instance's identifier, ARN or host name.
            user: of PostgreSQL.
            password: the user's.
            database: the instance's first one when left out.
            region: where the same identifier is in two.

        Raises:
            NoSuchServer: there is none of this name, or more than one.
            ConnectionRefusedError: it is stopped, or in a region that does not answer.
        """
        found = self._database(name, region)
        if found.instance.region in self._unreachable or not found.server.running:
            raise ConnectionRefusedError(f"{found.host} does not answer")
        return Connection(
            user,
            host=LOOPBACK,
            port=found.server.port,
            password=password,
            database=database or found.instance.db_name or "postgres",
            timeout=_TIMEOUT_SECONDS,
            ssl_context=False,
        )

    def _database(self, name: str, region: str | None) -> Database:
        wanted = name.lower()
        found = [
            each
            for each in self._databases
            if wanted in (each.instance.db_instance_identifier, each.host, each.instance.db_instance_arn)
            and region in (None, each.instance.region)
        ]
        if len(found) == 1:
            return found[0]
        hosts = ", ".join(each.host for each in (found or self._databases))
        raise NoSuchServer(f"{name}: found {len(found)} PostgreSQL servers; there are: {hosts or 'none'}.")
