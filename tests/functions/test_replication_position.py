"""DR-3: how far a database's log is written; with a real replica it is asked in tests/recovery."""

from __future__ import annotations

import re

import pytest

from functions.rotate_database.replication import replication
from tests.support.servers import Server, superuser_of

pytestmark = pytest.mark.contract("DR-3")


def test_the_position_moves_with_what_is_written_and_nobody_follows(database_server: Server) -> None:
    connection = superuser_of(database_server)
    try:
        before = replication(connection)
        connection.run("CREATE TABLE written (id int)")
        connection.run("DROP TABLE written")
        after = replication(connection)
    finally:
        connection.close()
    assert before["replayed"] == after["replayed"] == []
    assert re.fullmatch(r"[0-9A-F]+/[0-9A-F]+", before["written"])
    assert after["written"] != before["written"]
