"""DR-3: how far a database's log is written, and replayed by whom; with RDS's replica in tests/recovery."""

from __future__ import annotations

import re
import struct
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from pg8000.native import Connection

from functions.rotate_database.replication import replication
from rehearsal.datastores.postgresql_programs import ADMINISTRATOR
from tests.support.servers import PASSWORD, Server, postgresql, superuser_of

pytestmark = pytest.mark.contract("DR-3")

SLOT = "changes"
LOGICAL = f"START_REPLICATION SLOT {SLOT} LOGICAL 0/0 (proto_version '1', publication_names 'p')"


@pytest.fixture(scope="module")
def decoded() -> Iterator[Server]:
    """A server of which changes can be taken by logical decoding, as with RDS's rds.logical_replication."""
    with postgresql(wal_level="logical") as server:
        yield server


def _number(position: str) -> int:
    high, low = (int(part, 16) for part in position.split("/"))
    return (high << 32) + low


@contextmanager
def _following(server: Server, command: str, position: str, **connecting: Any) -> Iterator[None]:
    """Somebody who takes what the server sends, and says to have replayed it up to a position.

    PostgreSQL's documentation, "Streaming Replication Protocol"; pg8000 has no words for what comes then.
    """
    connection = Connection(
        ADMINISTRATOR,
        host=server.host,
        port=server.port,
        password=PASSWORD,
        ssl_context=False,
        **connecting,
    )
    sent = connection._sock
    try:
        query = command.encode() + b"\0"
        sent.write(b"Q" + struct.pack("!i", len(query) + 4) + query)
        sent.flush()
        assert sent.read(1) == b"W"  # CopyBothResponse
        told = struct.pack("!cQQQQB", b"r", *(_number(position),) * 3, 0, 0)
        sent.write(b"d" + struct.pack("!i", len(told) + 4) + told)
        sent.flush()
        yield
    finally:
        connection._usock.close()
        sent.close()


def _until(connection: Connection, *replayed: str) -> None:
    """Waits until just these positions are told by who follows, whose coming and going is seen later."""
    until = time.monotonic() + 30
    asked = "SELECT replay_lsn::text FROM pg_stat_replication"
    while (found := connection.run(asked)) != [[each] for each in replayed]:
        assert time.monotonic() < until, found
        time.sleep(0.02)


def test_the_position_moves_with_what_is_written_and_nobody_follows(database_server: Server) -> None:
    with closing(superuser_of(database_server)) as connection:
        before = replication(connection)
        connection.run("CREATE TABLE written (id int)")
        connection.run("DROP TABLE written")
        after = replication(connection)
    assert before["replayed"] == after["replayed"] == []
    assert re.fullmatch(r"[0-9A-F]+/[0-9A-F]+", before["written"])
    assert after["written"] != before["written"]


def test_who_takes_changes_by_logical_decoding_is_no_replica(decoded: Server) -> None:
    with closing(superuser_of(decoded)) as connection:
        connection.run("CREATE PUBLICATION p FOR ALL TABLES")
        connection.run(f"SELECT pg_create_logical_replication_slot('{SLOT}', 'pgoutput')")
        position = replication(connection)["written"]
        # It is ahead of the replica: taken for one, it would be what everything moves to.
        with _following(decoded, LOGICAL, position, database="postgres", replication="database"):
            _until(connection, position)
            assert replication(connection)["replayed"] == []
        _until(connection)


@pytest.mark.parametrize("slot", [None, "of_a_replica"])
def test_a_replica_is_one_with_a_slot_and_without(decoded: Server, slot: str | None) -> None:
    with closing(superuser_of(decoded)) as connection:
        if slot:
            connection.run(f"SELECT pg_create_physical_replication_slot('{slot}')")
        position = replication(connection)["written"]
        command = f"START_REPLICATION {f'SLOT {slot} ' if slot else ''}PHYSICAL {position}"
        with _following(decoded, command, position, replication="true"):
            _until(connection, position)
            assert replication(connection)["replayed"] == [position]
        _until(connection)
