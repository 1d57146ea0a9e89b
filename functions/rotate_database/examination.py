"""An examination of a restored database, before services are sent to it.

Only this function reads the master's password and reaches the database, so it looks on behalf of the command
that recovers. Whatever it does is rolled back.
"""

from __future__ import annotations

from typing import Any

from pg8000.native import Connection, identifier

from functions.shared.schema import digest
from functions.shared.users import OWNER

# Of larger tables the statistics' number is taken: counting reads all of a table.
_COUNTED_ROWS = 1_000_000


def examine(master: Connection) -> dict[str, Any]:
    """The version, the schema's digest, the rows of each table, and sequences that are behind."""
    master.run("BEGIN")
    try:
        # The services' tables are their owner's. The master has made that role and may give it to itself, and
        # does not have its rights by that (PostgreSQL 16, release notes: CREATEROLE).
        if master.run("SELECT FROM pg_roles WHERE rolname = :owner", owner=OWNER):
            master.run(f"GRANT {identifier(OWNER)} TO CURRENT_USER")
        tables = {name: _rows(master, schema, table) for name, schema, table in _tables(master)}
        return {
            "version": str(master.run("SHOW server_version")[0][0]),
            "schema": digest(master),
            "tables": tables,
            "rows": sum(tables.values()),
            "sequencesBehind": _behind(master),
        }
    finally:
        master.run("ROLLBACK")


def _tables(master: Connection) -> list[tuple[str, str, str]]:
    found = master.run(
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition "
        "AND n.nspname !~ '^(pg_|information_schema$)' ORDER BY 1, 2"
    )
    return [(f"{schema}.{table}", schema, table) for schema, table in found]


def _rows(master: Connection, schema: str, table: str) -> int:
    name = f"{identifier(schema)}.{identifier(table)}"
    ((estimate,),) = master.run("SELECT reltuples FROM pg_class WHERE oid = to_regclass(:name)", name=name)
    if estimate > _COUNTED_ROWS:
        return int(estimate)
    ((count,),) = master.run(f"SELECT count(*) FROM {name}")  # noqa: S608  # names are quoted
    return int(count)


def _behind(master: Connection) -> list[str]:
    """Columns whose sequence would give a number that is taken."""
    found = master.run(
        "SELECT n.nspname, c.relname, a.attname, s.seqstart, s.seqincrement, "
        "pg_sequence_last_value(s.seqrelid) FROM pg_sequence s "
        "JOIN pg_depend d ON d.objid = s.seqrelid AND d.classid = 'pg_class'::regclass "
        "AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0 JOIN pg_class c ON c.oid = d.refobjid "
        "JOIN pg_namespace n ON n.oid = c.relnamespace "
        "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid "
        "WHERE s.seqincrement > 0 AND n.nspname !~ '^(pg_|information_schema$)' ORDER BY 1, 2, 3"
    )
    behind = []
    for schema, table, column, start, increment, last in found:
        following = start if last is None else last + increment
        place = f"{identifier(schema)}.{identifier(table)}"
        query = f"SELECT max({identifier(column)}) FROM {place}"  # noqa: S608  # names are quoted
        ((taken,),) = master.run(query)
        if taken is not None and taken >= following:
            behind.append(f"{schema}.{table}.{column}")
    return behind
