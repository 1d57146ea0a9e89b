"""DR-1, DR-4: what a restored database has is looked at by the functions that reach it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import closing

import pytest
from pg8000.native import Connection

from functions.rotate_database.examination import examine
from functions.shared.schema import difference, digest
from rehearsal.datastores.postgresql_programs import ADMINISTRATOR
from tests.support.servers import PASSWORD, Server, superuser_of

pytestmark = pytest.mark.contract("DR-1", "DR-4")

_NUMBERS = itertools.count()


def _connected(server: Server, name: str) -> Connection:
    return Connection(
        ADMINISTRATOR,
        host=server.host,
        port=server.port,
        database=name,
        password=PASSWORD,
        ssl_context=False,
    )


@pytest.fixture
def database(database_server: Server) -> Iterator[Connection]:
    """A database of its own, with two tables."""
    superuser, name = superuser_of(database_server), f"examined_{next(_NUMBERS)}"
    superuser.run(f"CREATE DATABASE {name}")
    connection = _connected(database_server, name)
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


LIVE, COPY = "compared", "compared_copy"
_MADE = """
CREATE TYPE colour AS ENUM ('red');
CREATE TYPE state AS ENUM ('open', 'paid', 'sent');
CREATE DOMAIN email AS text CONSTRAINT has_at CHECK (VALUE LIKE '%@%');
CREATE TYPE place AS (street text, town text);
CREATE TYPE span AS RANGE (subtype = float8);
CREATE TABLE orders (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer email NOT NULL, state state DEFAULT 'open',
  total int, doubled int GENERATED ALWAYS AS (total * 2) STORED, CONSTRAINT positive CHECK (total > 0)
);
CREATE INDEX by_customer ON orders (customer);
CREATE TABLE lines (id int PRIMARY KEY, orders int REFERENCES orders);
CREATE TABLE events (day date NOT NULL, what text) PARTITION BY RANGE (day);
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE notes (what text);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON notes USING (what = current_user);
CREATE RULE quiet AS ON DELETE TO notes DO INSTEAD NOTHING;
CREATE VIEW unpaid AS SELECT id FROM orders WHERE state = 'open';
CREATE MATERIALIZED VIEW totals AS SELECT sum(total) FROM orders;
CREATE SEQUENCE numbers INCREMENT 5;
CREATE FUNCTION orders_of(text) RETURNS bigint LANGUAGE sql
  AS 'SELECT count(*) FROM orders WHERE customer = $1';
CREATE PROCEDURE tidy() LANGUAGE sql AS 'DELETE FROM lines';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE AGGREGATE product(int) (SFUNC = int4mul, STYPE = int, INITCOND = '1');
CREATE TRIGGER touched BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
CREATE FUNCTION told() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER changed ON ddl_command_end EXECUTE FUNCTION told();
GRANT SELECT ON orders TO pg_monitor;
CREATE FUNCTION near(int, int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT abs($1 - $2) < 3';
CREATE OPERATOR ~=~ (LEFTARG = int, RIGHTARG = int, FUNCTION = near, COMMUTATOR = ~=~);
CREATE OPERATOR ~#~ (LEFTARG = int, RIGHTARG = int, FUNCTION = near);
CREATE OPERATOR CLASS by_size FOR TYPE int USING btree AS
  OPERATOR 1 <, OPERATOR 3 =, FUNCTION 1 btint4cmp(int, int);
CREATE FUNCTION state_of(int) RETURNS state LANGUAGE sql IMMUTABLE AS 'SELECT ''open''::state';
CREATE CAST (int AS state) WITH FUNCTION state_of(int) AS ASSIGNMENT;
CREATE COLLATION plain FROM "C";
CREATE CONVERSION told_otherwise FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE TEXT SEARCH DICTIONARY short (TEMPLATE = simple, StopWords = english);
CREATE TEXT SEARCH CONFIGURATION mail (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION mail ALTER MAPPING FOR asciiword WITH short;
CREATE TEXT SEARCH PARSER words (
  START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype
);
CREATE TEXT SEARCH TEMPLATE plain (LEXIZE = dsimple_lexize);
CREATE PUBLICATION changes FOR TABLE orders (id, state) WHERE (id > 0);
CREATE PUBLICATION everything FOR TABLES IN SCHEMA public;
CREATE FOREIGN DATA WRAPPER files;
CREATE SERVER archive FOREIGN DATA WRAPPER files OPTIONS (place 'here');
CREATE USER MAPPING FOR PUBLIC SERVER archive;
CREATE FOREIGN TABLE old_orders (id int OPTIONS (name 'no')) SERVER archive OPTIONS (file 'orders');
CREATE STATISTICS together (dependencies) ON state, total FROM orders;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO pg_monitor;
CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler;
CREATE TRANSFORM FOR state LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal));
COMMENT ON TABLE orders IS '@omit delete';
COMMENT ON COLUMN orders.total IS 'in cents'
"""
# Of one database, though PostgreSQL lists those of all together: a template's are not copied.
_SUBSCRIBED = """
CREATE SUBSCRIPTION theirs CONNECTION 'host=nowhere' PUBLICATION p WITH (connect = false, slot_name = NONE)
"""

# What a restore has lost, or has otherwise; and what is said of it.
LOST = {
    "a table": ("DROP TABLE lines", "lacks index public.lines_pkey, table public.lines"),
    "a column": ("ALTER TABLE orders DROP COLUMN total CASCADE", "public.orders.total"),
    "that a column is needed": (
        "ALTER TABLE orders ALTER customer DROP NOT NULL",
        "column public.orders.customer",
    ),
    "a default": ("ALTER TABLE orders ALTER state DROP DEFAULT", "column public.orders.state"),
    "an identity": ("ALTER TABLE orders ALTER id DROP IDENTITY", "another column public.orders.id"),
    "what is computed": ("ALTER TABLE orders ALTER doubled DROP EXPRESSION", "column public.orders.doubled"),
    "an order of letters": (
        'ALTER TABLE events ALTER what TYPE text COLLATE "C"',
        "has another column public.events.what",
    ),
    "an index": ("DROP INDEX by_customer", "lacks index public.by_customer"),
    "a constraint": ("ALTER TABLE orders DROP CONSTRAINT positive", "constraint public.orders.positive"),
    "a foreign key": (
        "ALTER TABLE lines DROP CONSTRAINT lines_orders_fkey",
        "public.lines.lines_orders_fkey",
    ),
    "a domain's rule": ("ALTER DOMAIN email DROP CONSTRAINT has_at", "lacks constraint public.email.has_at"),
    "a partition": ("ALTER TABLE events DETACH PARTITION events_2026", "another table public.events_2026"),
    "who owns a table": ("ALTER TABLE lines OWNER TO pg_monitor", "another table public.lines"),
    "a right": ("REVOKE SELECT ON orders FROM pg_monitor", "has another table public.orders"),
    "row security": ("ALTER TABLE notes DISABLE ROW LEVEL SECURITY", "has another table public.notes"),
    "that a table outlives a crash": ("ALTER TABLE notes SET UNLOGGED", "has another table public.notes"),
    "a policy": ("DROP POLICY own ON notes", "lacks policy public.notes.own"),
    "a policy's condition": ("ALTER POLICY own ON notes USING (true)", "another policy public.notes.own"),
    "a rule": ("DROP RULE quiet ON notes", "lacks rule public.notes.quiet"),
    "a view": ("CREATE OR REPLACE VIEW unpaid AS SELECT id FROM orders", "another view public.unpaid"),
    "a materialized view": ("DROP MATERIALIZED VIEW totals", "table public.totals"),
    "a sequence's step": ("ALTER SEQUENCE numbers INCREMENT 1", "another sequence public.numbers"),
    "a function": ("DROP FUNCTION orders_of", "lacks function public.orders_of(text)"),
    "a function's body": (
        "CREATE OR REPLACE FUNCTION orders_of(text) RETURNS bigint LANGUAGE sql AS 'SELECT 0::bigint'",
        "has another function public.orders_of(text)",
    ),
    "who may call": (
        "REVOKE ALL ON FUNCTION orders_of FROM PUBLIC",
        "another function public.orders_of(text)",
    ),
    "a procedure": ("DROP PROCEDURE tidy", "lacks function public.tidy()"),
    "an aggregate": ("DROP AGGREGATE product(int)", "lacks function public.product(integer)"),
    "a trigger": ("DROP TRIGGER touched ON orders", "lacks trigger public.orders.touched"),
    "that a trigger is on": (
        "ALTER TABLE orders DISABLE TRIGGER touched",
        "another trigger public.orders.touched",
    ),
    "an event trigger": ("DROP EVENT TRIGGER changed", "lacks event trigger changed"),
    "an enum": ("DROP TYPE colour", "lacks type public.colour"),
    "a value of an enum": (
        "DELETE FROM pg_enum WHERE enumlabel = 'sent' AND enumtypid = 'state'::regtype",
        "has another type public.state",
    ),
    "a part of a type": ("ALTER TYPE place DROP ATTRIBUTE town", "lacks column public.place.town"),
    "a range": ("DROP TYPE span CASCADE", "lacks function public.span(double precision, double precision)"),
    "an extension": ("DROP EXTENSION plpgsql CASCADE", "lacks event trigger changed, extension plpgsql"),
    "an extension's version": (
        "UPDATE pg_extension SET extversion = '0.9' WHERE extname = 'plpgsql'",
        "has another extension plpgsql",
    ),
    "an operator": ("DROP OPERATOR ~#~ (int, int)", "lacks operator public.~#~(integer, integer)"),
    "that an operator can be turned": (
        "UPDATE pg_operator SET oprcom = 0 WHERE oprname = '~=~' AND oprcom = oid",
        "has another operator public.~=~(integer, integer)",
    ),
    "an operator class": (
        "DROP OPERATOR CLASS by_size USING btree",
        "lacks operator class public.by_size btree",
    ),
    "an operator of a family": (
        "ALTER OPERATOR FAMILY by_size USING btree ADD OPERATOR 1 < (int, bigint)",
        "has another operator family public.by_size btree",
    ),
    "a cast": ("DROP CAST (int AS state)", "lacks cast integer as state"),
    "when a cast is made": (
        "UPDATE pg_cast SET castcontext = 'e' WHERE casttarget = 'state'::regtype",
        "has another cast integer as state",
    ),
    "a collation": ("DROP COLLATION plain", "lacks collation public.plain"),
    "a conversion": ("DROP CONVERSION told_otherwise", "lacks conversion public.told_otherwise"),
    "how text is searched": (
        "ALTER TEXT SEARCH CONFIGURATION mail ALTER MAPPING FOR asciiword WITH simple",
        "has another text search configuration public.mail",
    ),
    "a dictionary": (
        "ALTER TEXT SEARCH DICTIONARY short (StopWords)",
        "has another text search dictionary public.short",
    ),
    "a parser": ("DROP TEXT SEARCH PARSER words", "lacks text search parser public.words"),
    "a template": ("DROP TEXT SEARCH TEMPLATE plain", "lacks text search template public.plain"),
    "a publication": ("DROP PUBLICATION changes", "lacks publication changes"),
    "which rows are published": (
        "ALTER PUBLICATION changes SET TABLE orders (id, state)",
        "has another publication changes",
    ),
    "what is published of a row": (
        "ALTER PUBLICATION changes SET TABLE orders (id) WHERE (id > 0)",
        "has another publication changes",
    ),
    "a schema that is published": (
        "ALTER PUBLICATION everything DROP TABLES IN SCHEMA public",
        "has another publication everything",
    ),
    "which changes are published": (
        "ALTER PUBLICATION changes SET (publish = 'insert')",
        "has another publication changes",
    ),
    "a subscription's publication": (
        "ALTER SUBSCRIPTION theirs SET PUBLICATION other WITH (refresh = false)",
        "has another subscription theirs",
    ),
    "a foreign-data wrapper": ("DROP FOREIGN DATA WRAPPER files CASCADE", "foreign-data wrapper files"),
    "a server": ("DROP SERVER archive CASCADE", ", server archive"),
    "where a server is": ("ALTER SERVER archive OPTIONS (SET place 'there')", "has another server archive"),
    "who may use a server": (
        "DROP USER MAPPING FOR PUBLIC SERVER archive",
        "lacks user mapping public for archive",
    ),
    "what a foreign table reads": (
        "ALTER FOREIGN TABLE old_orders OPTIONS (SET file 'other')",
        "has another foreign table public.old_orders",
    ),
    "a foreign column": (
        "ALTER FOREIGN TABLE old_orders ALTER id OPTIONS (SET name 'other')",
        "has another column public.old_orders.id",
    ),
    "statistics": ("DROP STATISTICS together", "lacks statistics public.together"),
    "default privileges": (
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT ON TABLES FROM pg_monitor",
        "public r",
    ),
    "an access method": ("DROP ACCESS METHOD heap2", "lacks access method heap2"),
    "a transform": ("DROP TRANSFORM FOR state LANGUAGE sql", "lacks transform state for sql"),
    "who may use a language": (
        "REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC",
        "has another language plpgsql",
    ),
    "a setting": (f"ALTER DATABASE {COPY} SET search_path = other", "has setting here"),
    "a comment": ("COMMENT ON COLUMN orders.total IS NULL", "lacks comment table column public.orders.total"),
    "what a comment says": ("COMMENT ON TABLE orders IS 'no more'", "another comment table public.orders"),
    "who owns a type": ("ALTER TYPE colour OWNER TO pg_monitor", "has another type public.colour"),
    "which column a sequence belongs to": (
        "ALTER SEQUENCE numbers OWNED BY lines.id",
        "has another sequence public.numbers",
    ),
    "which index identifies rows": (
        "ALTER TABLE lines REPLICA IDENTITY USING INDEX lines_pkey",
        "has another index public.lines_pkey",
    ),
    "how a column is stored": (
        "ALTER TABLE events ALTER what SET STORAGE EXTERNAL",
        "has another column public.events.what",
    ),
    "where an extension is": (
        "UPDATE pg_extension SET extnamespace = 'public'::regnamespace WHERE extname = 'plpgsql'",
        "has another extension plpgsql",
    ),
    "who may use a schema": ("REVOKE USAGE ON SCHEMA public FROM PUBLIC", "has another schema public"),
}


@pytest.fixture(scope="module")
def sides(database_server: Server) -> Iterator[tuple[Connection, Connection]]:
    """A database, and a copy of it."""
    with closing(superuser_of(database_server)) as superuser:
        superuser.run(f"CREATE DATABASE {LIVE}")
        with closing(_connected(database_server, LIVE)) as first:
            first.run(_MADE)
        superuser.run(f"CREATE DATABASE {COPY} TEMPLATE {LIVE}")
        with (
            closing(_connected(database_server, LIVE)) as live,
            closing(_connected(database_server, COPY)) as copy,
        ):
            for each in (live, copy):
                each.run(_SUBSCRIBED)
            yield live, copy
            for each in (live, copy):
                each.run("DROP SUBSCRIPTION theirs")
        for name in (LIVE, COPY):
            superuser.run(f"DROP DATABASE {name}")


def test_a_copy_is_the_same_whatever_rows_it_has(sides: tuple[Connection, Connection]) -> None:
    live, copy = sides
    live.run("INSERT INTO orders (customer, total) VALUES ('a@example.org', 3)")
    live.run("SELECT nextval('numbers')")
    live.run("ANALYZE")
    assert digest(live) == digest(copy)
    assert difference(copy, live) == ""


@pytest.mark.parametrize("lost", LOST)
def test_what_is_lost_is_named(sides: tuple[Connection, Connection], lost: str) -> None:
    statement, told = LOST[lost]
    live, copy = sides
    before = digest(copy)
    copy.run("BEGIN")
    try:
        copy.run(statement)
        assert digest(copy) != before
        assert told in difference(copy, live)
    finally:
        copy.run("ROLLBACK")


def test_what_is_there_and_should_not_be_is_named(sides: tuple[Connection, Connection]) -> None:
    live, copy = sides
    live.run("BEGIN")
    try:
        live.run("DROP FUNCTION orders_of; DROP TABLE lines")
        lines = "function public.orders_of(text), index public.lines_pkey, table public.lines"
        assert difference(copy, live) == f"has {lines}"
    finally:
        live.run("ROLLBACK")
