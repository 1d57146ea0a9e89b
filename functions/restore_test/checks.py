"""Checks of a restored database. Each has items, which are looked at one by one over several calls.

What the database that serves has too is none of the restore's faults: a sequence that is behind there, an
index that is invalid there, a constraint that was never validated there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pg8000.native import identifier

from functions.restore_test import canary
from functions.restore_test.sides import TOO_LONG, Refused, Side
from functions.shared import schema
from functions.shared.schema_objects import OURS

# Of the rows that were there.
SHARE = 0.99
# Larger tables are compared by PostgreSQL's own estimate.
COUNTED_TO = 1_000_000

Item = Sequence[Any]
_ONCE: Sequence[Item] = ((),)


@dataclass(frozen=True)
class Test:
    """Both sides of one test, and what is known of it.

    Args:
        live: the database that serves.
        copy: the restored one, as a service sees it.
        master: the same, as its master sees it.
        instances: what RDS says of both, the one that serves first.
        begun: when the restore was asked for.
        schema: the digest of the schema when it was.
        recovery_point_minutes: how old the newest row may be.
        week: a number that is another one every week.
    """

    live: Side
    copy: Side
    master: Side
    instances: tuple[Mapping[str, Any], Mapping[str, Any]]
    begun: datetime
    schema: str
    recovery_point_minutes: int
    week: int


@dataclass(frozen=True)
class Check:
    """One question.

    Args:
        name: in tags and records.
        items: what is looked at, in an order that stays the same.
        look: what is wrong with one; empty when nothing is, None where it could not be looked at.
    """

    name: str
    items: Callable[[Test], Sequence[Item]]
    look: Callable[[Test, Item], str | None]


def once(name: str, look: Callable[[Test], str]) -> Check:
    """A question that is asked once."""
    return Check(name, lambda _: _ONCE, lambda test, _: look(test))


def instance(test: Test) -> str:
    """Version, encryption, parameters."""
    live, copy = test.instances
    wrong = [
        name for name in ("EngineVersion", "StorageEncrypted", "KmsKeyId") if live.get(name) != copy.get(name)
    ]
    (group,) = copy["DBParameterGroups"]
    if group["DBParameterGroupName"] != live["DBParameterGroups"][0]["DBParameterGroupName"]:
        wrong.append("parameter group")
    elif group["ParameterApplyStatus"] != "in-sync":
        wrong.append(f"parameters {group['ParameterApplyStatus']}")
    return ", ".join(wrong)


def newest_row(test: Test) -> str:
    """The newest canary: how old it was, and that it is this database's."""
    found = canary.newest(test.copy)
    if found is None:
        return "there is no row of the canary"
    if not canary.has(test.live, found.nonce):
        return "the newest row is none that was written here"
    minutes = recovery_point(test)
    return f"the newest row is {minutes:.0f} minutes old" if minutes > test.recovery_point_minutes else ""


def recovery_point(test: Test) -> float:
    """Minutes that would have been lost; the test's own measure, asked of the restored database."""
    found = canary.newest(test.copy)
    return max(0.0, (test.begun - found.written).total_seconds() / 60) if found else float("inf")


def same_schema(test: Test) -> str:
    """The same schema as when the restore was asked for, or as now, when a release has changed it since."""
    if schema.digest(test.copy) in (test.schema, schema.digest(test.live)):
        return ""
    return f"another schema than the database that serves: it {schema.difference(test.copy, test.live)}"


def tables(test: Test) -> Sequence[Item]:
    """Tables with rows of their own that a service may read."""
    return test.live.run(
        "SELECT c.oid::int8, n.nspname, c.relname, c.reltuples FROM pg_class c"
        f" JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OURS} AND c.relkind = 'r'"
        " AND c.relpersistence = 'p' AND has_table_privilege(c.oid, 'SELECT') ORDER BY c.oid"
    )


def rows(test: Test, item: Item) -> str:
    """As many rows as the database that serves had when the newest canary was written, or nearly.

    Rows that were written since are told by their transaction. One that was changed since is left out on that
    side alone, which makes the check milder and never stricter.
    """
    _, schema_name, name, estimated = item
    table = f"{identifier(schema_name)}.{identifier(name)}"
    found = canary.newest(test.copy)
    if estimated <= COUNTED_TO and found is not None:
        before = f"SELECT count(*) FROM {table} WHERE age(xmin) >= age('{found.transaction}'::xid)"
        expected = _counted(test.live, before)
        there = None if expected is None else _counted(test.copy, f"SELECT count(*) FROM {table}")
        if expected is not None and there is not None:
            return _compared(table, there, expected)
    estimate = "SELECT greatest(reltuples, 0)::int8 FROM pg_class WHERE oid = to_regclass(:name)"
    (there,), (expected,) = (side.run(estimate, name=table)[0] for side in (test.copy, test.live))
    return _compared(table, there, expected)


def _counted(side: Side, statement: str) -> int | None:
    try:
        return int(side.run(statement)[0][0])
    except Refused as error:
        if error.code == TOO_LONG:
            return None
        raise


def _compared(table: str, there: int, expected: int) -> str:
    return f"{table} {there} of {expected} rows" if there < expected * SHARE else ""


def sequences(test: Test) -> Sequence[Item]:
    """Sequences that give a column its values."""
    return test.copy.run(
        "SELECT sn.nspname, s.relname, n.nspname, c.relname, a.attname FROM pg_class s"
        " JOIN pg_namespace sn ON sn.oid = s.relnamespace"
        " JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass"
        " AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')"
        " JOIN pg_class c ON c.oid = d.refobjid JOIN pg_namespace n ON n.oid = c.relnamespace"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid"
        f" WHERE s.relkind = 'S' AND {OURS} AND has_table_privilege(c.oid, 'SELECT')"
        # PostgreSQL asks in an order of its own, and refuses to for what is no sequence.
        " AND CASE WHEN s.relkind = 'S' THEN has_sequence_privilege(s.oid, 'SELECT') END ORDER BY s.oid"
    )


def ahead(test: Test, item: Item) -> str:
    """The next value is none that a row has already."""
    wrong = _behind(test.copy, item) and not _behind(test.live, item)
    return f"sequence {item[0]}.{item[1]} is behind {item[3]}.{item[4]}" if wrong else ""


def _behind(side: Side, item: Item) -> bool:
    sequence, table = (f"{identifier(item[at])}.{identifier(item[at + 1])}" for at in (0, 2))
    column = identifier(item[4])
    found = side.run(
        f"SELECT last_value, is_called, (SELECT max({column})::int8 FROM {table}) FROM {sequence}"
    )
    last, called, largest = found[0]
    return largest is not None and (last < largest if called else last <= largest)


_INVALID = (
    "SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
    f" JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OURS} AND NOT (i.indisvalid AND i.indisready)"
)
_NOT_VALIDATED = (
    "SELECT concat(c.conrelid::regclass, ' ', c.conname) FROM pg_constraint c"
    f" JOIN pg_namespace n ON n.oid = c.connamespace WHERE {OURS} AND NOT c.convalidated"
)
_COLLATIONS = (
    "SELECT datname::text FROM pg_database WHERE datname = current_database()"
    " AND datcollversion IS DISTINCT FROM pg_database_collation_actual_version(oid)"
)


def _only_there(what: str, statement: str) -> Callable[[Test], str]:
    def look(test: Test) -> str:
        known = {name for (name,) in test.live.run(statement)}
        new = sorted(name for (name,) in test.copy.run(statement) if name not in known)
        return f"{what}: {', '.join(new)}" if new else ""

    return look


# What a recovery would wait for. The recovery time is over when they are.
CHECKS = (
    once("instance", instance),
    once("canary", newest_row),
    once("schema", same_schema),
    Check("rows", tables, rows),
    Check("sequences", sequences, ahead),
    once("indexes", _only_there("invalid", _INVALID)),
    once("constraints", _only_there("not validated", _NOT_VALIDATED)),
    # An index that was sorted by another version of the operating system's rules finds rows no more.
    once("collation", _only_there("sorted by another version", _COLLATIONS)),
)
