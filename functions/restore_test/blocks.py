"""Blocks of tables and indexes, each one, as far as the time goes: PostgreSQL's own amcheck."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from functions.restore_test.checks import Check, Item, Test
from functions.restore_test.sides import TOO_LONG, Refused

# The biggest first, which are the likeliest; where they take all of it, other weeks begin further down.
BUDGET = timedelta(minutes=8)

_EXTENSION = "amcheck"
_NOT_ALLOWED = "42501"


def _relations(test: Test) -> Sequence[Item]:
    """Tables and B-tree indexes, the biggest first, from another one on each week; none without amcheck."""
    there = test.master.run("SELECT FROM pg_available_extensions WHERE name = :name", name=_EXTENSION)
    if not there:
        return ()
    try:
        test.master.run(f"CREATE EXTENSION IF NOT EXISTS {_EXTENSION}")
    except Refused as error:
        if error.code == _NOT_ALLOWED:
            return ()
        raise
    found = test.master.run(
        "SELECT c.oid::int8, c.relkind::text, c.oid::regclass::text FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_index i ON i.indexrelid = c.oid"
        " LEFT JOIN pg_am a ON a.oid = c.relam"
        " WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"
        " AND c.relpersistence = 'p' AND (c.relkind IN ('r', 'm') AND a.amname = 'heap'"
        " OR c.relkind = 'i' AND a.amname = 'btree' AND i.indisvalid)"
        " ORDER BY pg_relation_size(c.oid) DESC, c.oid"
    )
    first = test.week % len(found) if found else 0
    return [*found[first:], *found[:first]]


def _look(test: Test, item: Item) -> str | None:
    oid, kind, name = item
    statement = (
        f"SELECT bt_index_check({oid}::regclass, true)"
        if kind == "i"
        else f"SELECT blkno, msg FROM verify_heapam({oid}::regclass) LIMIT 1"
    )
    try:
        found = test.master.run(statement)
    except Refused as error:
        if error.code in (TOO_LONG, _NOT_ALLOWED):
            return None
        return f"{name} {error}"
    if kind == "i" or not found:
        return ""
    return f"{name} block {found[0][0]} {found[0][1]}"


BLOCKS = Check("blocks", _relations, _look)
