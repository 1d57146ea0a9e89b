"""DR-1: what a restored database has is looked at by the function that reaches it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from pg8000.native import Connection

from functions.rotate_database.examination import examine
from rehearsal.datastores.postgresql_programs import ADMINISTRATOR
from tests.support.servers import PASSWORD, Server, superuser_of

pytestmark = pytest.mark.contract("DR-1")

_NUMBERS = itertools.count()


@pytest.fixture
def database(database_server: Server) -> Iterator[Connection]:
    """A database of its own, with two tables."""
    superuser, name = superuser_of(database_server), f"examined_{next(_NUMBERS)}"
    superuser.run(f"CREATE DATABASE {name}")
    connection = Connection(
        ADMINISTRATOR,
        host=database_server.host,
        port=database_server.port,
        database=name,
        password=PASSWORD,
        ssl_context=False,
    )
    connection.run("CREATE TABLE orders (id bigserial PRIMARY KEY, what text NOT NULL)")
    connection.run('CREATE SCHEMA "Odd Name"')
    connection.run('CREATE TABLE "Odd Name"."Table" (id int GENERATED ALWAYS AS IDENTITY)')
    connection.run("INSERT INTO orders (what) VALUES ('a'), ('b'), ('c')")
    yield connection
    connection.close()
    superuser.run(f"DROP DATABASE {name} WITH (FORCE)")
    superuser.close()


def test_rows_are_counted_table_by_table(database: Connection) -> None:
    found = examine(database)
    assert found["tables"] == {"Odd Name.Table": 0, "public.orders": 3}
    assert found["rows"] == 3
    assert found["version"].split(".")[0].isdigit()


def test_sequences_that_would_give_a_number_twice_are_found(database: Connection) -> None:
    assert examine(database)["sequencesBehind"] == []
    database.run("INSERT INTO orders (id, what) VALUES (7, 'by hand')")
    assert examine(database)["sequencesBehind"] == ["public.orders.id"]
    database.run("SELECT setval('orders_id_seq', 7)")
    assert examine(database)["sequencesBehind"] == []


def test_another_schema_has_another_digest(database: Connection) -> None:
    before = examine(database)["schema"]
    database.run("INSERT INTO orders (what) VALUES ('d')")
    assert examine(database)["schema"] == before
    database.run("CREATE INDEX ON orders (what)")
    assert examine(database)["schema"] != before


def test_it_changes_nothing_and_leaves_no_transaction_open(database: Connection) -> None:
    examine(database)
    database.run("INSERT INTO orders (what) VALUES ('written afterwards')")
    assert examine(database)["rows"] == 4


def test_the_master_sees_the_rows_of_the_services_owner(
    database: Connection, database_server: Server
) -> None:
    """The master made the role, and has none of its rights."""
    ((name,),) = database.run("SELECT current_database()")
    database.run("CREATE ROLE examiner LOGIN CREATEROLE PASSWORD 'of-the-master'")
    master = Connection(
        "examiner",
        host=database_server.host,
        port=database_server.port,
        database=name,
        password="of-the-master",
    )
    master.run("CREATE ROLE app NOLOGIN")
    try:
        database.run("ALTER TABLE orders OWNER TO app")
        database.run('GRANT USAGE ON SCHEMA "Odd Name" TO examiner')
        database.run('ALTER TABLE "Odd Name"."Table" OWNER TO app')
        database.run('GRANT USAGE ON SCHEMA "Odd Name" TO app')
        assert examine(master)["tables"] == {"Odd Name.Table": 0, "public.orders": 3}
        assert master.run("SELECT pg_has_role('examiner', 'app', 'usage')") == [[False]]
    finally:
        master.close()
        database.run("DROP OWNED BY app, examiner")
        database.run("DROP ROLE app, examiner")
