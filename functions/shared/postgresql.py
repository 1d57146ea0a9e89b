"""Connections to PostgreSQL, for the functions that have one."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pg8000.native import Connection

_TIMEOUT_SECONDS = 10


def encryption() -> ssl.SSLContext | None:
    """TLS as the services use it (`sslmode=verify-full`), with the authority that RDS signs with alone."""
    context = ssl.create_default_context(cadata=os.environ["DATABASE_CERTIFICATES"])
    # From Python 3.13 on this also refuses certificates that are trusted and not in the form of RFC 5280, as
    # no client of the services does. Which ones RDS makes is AWS's business.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


@contextmanager
def connected(
    value: Mapping[str, Any], application: str, timeout: float = _TIMEOUT_SECONDS
) -> Iterator[Connection]:
    """A connection with an entry's credentials, closed afterwards.

    Args:
        value: of the entry: host, port, database, user and password.
        application: who connects, for people who look at the server.
        timeout: seconds that a statement may take, and the connecting.
    """
    connection = Connection(
        value["username"],
        host=value["host"],
        port=int(value["port"]),
        database=value["dbname"],
        password=value["password"],
        ssl_context=encryption(),
        timeout=timeout,
        application_name=application,
    )
    try:
        yield connection
    finally:
        connection.close()


def url(value: Mapping[str, Any]) -> str:
    """The address in one piece, as services connect: they verify whom they send the password to."""
    place = f"{value['username']}:{value['password']}@{value['host']}:{value['port']}"
    return f"postgresql://{place}/{value['dbname']}?sslmode=verify-full"
