"""DR-3: in a database that is left nobody stays connected, and who was there is known."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from pg8000.exceptions import DatabaseError, InterfaceError
from pg8000.native import Connection

from functions.rotate_database.sessions import disconnect
from tests.support.servers import PASSWORD, Server, superuser_of

pytestmark = pytest.mark.contract("DR-3")


def _as(server: Server, user: str, application: str) -> Connection:
    return Connection(
        user,
        host=server.host,
        port=server.port,
        password=PASSWORD,
        database="postgres",
        application_name=application,
        ssl_context=False,
    )


@pytest.fixture
def superuser(database_server: Server) -> Iterator[Connection]:
    """RDS's own sessions are a superuser's, which nobody has whom it gives a database to."""
    connection = superuser_of(database_server)
    connection.run(f"CREATE ROLE somebody LOGIN PASSWORD '{PASSWORD}'")
    connection.run(f"CREATE ROLE master LOGIN PASSWORD '{PASSWORD}' IN ROLE pg_monitor, pg_signal_backend")
    yield connection
    connection.run("DROP ROLE somebody")
    connection.run("DROP ROLE master")
    connection.close()


def test_the_sessions_of_others_end_and_are_named(database_server: Server, superuser: Connection) -> None:
    master, person = (
        _as(database_server, "master", "rotate-database"),
        _as(database_server, "somebody", "psql"),
    )
    try:
        assert "somebody (psql)" in disconnect(master)["ended"]
        with pytest.raises((InterfaceError, DatabaseError, OSError)):
            person.run("SELECT 1")
        assert superuser.run("SELECT 1") == [[1]]
        assert disconnect(master) == {"ended": []}
    finally:
        master.close()
        with contextlib.suppress(InterfaceError, DatabaseError, OSError):
            person.close()
