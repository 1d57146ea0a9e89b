"""Schema of a PostgreSQL database: a digest of it, and what one database has otherwise than another one.

All that applications make and work with, each with its definition and who may use it; what they make seldom
is in `schema_objects`. Of an extension its version stands for what it has made.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Any, Protocol

from functions.shared.schema_objects import OURS, SELDOM, of_no_extension


class Database(Protocol):
    """A connection."""

    def run(self, statement: str, /) -> Any:
        """Carries out a statement; answers its rows."""


_SHOWN = 3


# A line for each object: its kind, its name and all else. Numbers that PostgreSQL gives (OIDs) are in none.
_OBJECTS = f"""
  SELECT 'schema', n.nspname::text, concat_ws(' ', n.nspowner::regrole, n.nspacl)
  FROM pg_namespace n WHERE {OURS}
  UNION ALL SELECT 'table', concat_ws('.', n.nspname, c.relname), concat_ws(' ', c.relkind, c.relpersistence,
    c.relrowsecurity, c.relforcerowsecurity, c.relreplident, c.reloptions, c.relowner::regrole, c.relacl,
    pg_get_partkeydef(c.oid), pg_get_expr(c.relpartbound, c.oid),
    (SELECT string_agg(h.inhparent::regclass::text, ' ' ORDER BY h.inhseqno) FROM pg_inherits h
     WHERE h.inhrelid = c.oid))
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE {OURS} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  UNION ALL SELECT 'column', concat_ws('.', n.nspname, c.relname, a.attname), concat_ws(' ',
    format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated, a.attacl,
    a.attcollation::regcollation, pg_get_expr(d.adbin, d.adrelid), a.attstorage, a.attoptions,
    a.attfdwoptions)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
  WHERE {OURS} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
  UNION ALL SELECT 'index', concat_ws('.', n.nspname, x.relname), concat_ws(' ',
    pg_get_indexdef(i.indexrelid), i.indisclustered, i.indisreplident)
  FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_namespace n ON n.oid = x.relnamespace
  WHERE {OURS}
  UNION ALL SELECT 'constraint', concat_ws('.', n.nspname, coalesce(c.relname, t.typname), o.conname),
    pg_get_constraintdef(o.oid)
  FROM pg_constraint o JOIN pg_namespace n ON n.oid = o.connamespace
    LEFT JOIN pg_class c ON c.oid = o.conrelid LEFT JOIN pg_type t ON t.oid = o.contypid WHERE {OURS}
  UNION ALL SELECT 'view', concat_ws('.', n.nspname, c.relname), pg_get_viewdef(c.oid)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OURS} AND c.relkind IN ('v', 'm')
  UNION ALL SELECT 'rule', concat_ws('.', n.nspname, c.relname, r.rulename),
    concat_ws(' ', r.ev_enabled, pg_get_ruledef(r.oid))
  FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE {OURS} AND r.rulename <> '_RETURN'
  UNION ALL SELECT 'policy', concat_ws('.', n.nspname, c.relname, p.polname), concat_ws(' ', p.polcmd,
    p.polpermissive, p.polroles::regrole[], pg_get_expr(p.polqual, p.polrelid),
    '/', pg_get_expr(p.polwithcheck, p.polrelid))
  FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE {OURS}
  UNION ALL SELECT 'trigger', concat_ws('.', n.nspname, c.relname, t.tgname),
    concat_ws(' ', t.tgenabled, pg_get_triggerdef(t.oid))
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE {OURS} AND NOT t.tgisinternal
  UNION ALL SELECT 'sequence', concat_ws('.', n.nspname, c.relname), concat_ws(' ',
    format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcycle, s.seqcache,
    (SELECT concat_ws('.', d.refobjid::regclass, a.attname) FROM pg_depend d JOIN pg_attribute a
       ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
     WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'a'
       AND d.refclassid = 'pg_class'::regclass))
  FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE {OURS}
  UNION ALL SELECT 'function', concat(n.nspname, '.', p.proname, '(', pg_get_function_identity_arguments(
    p.oid), ')'), concat_ws(' ', p.prokind, p.proowner::regrole, p.proacl,
    -- PostgreSQL refuses to define an aggregate (pg_get_functiondef).
    CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END, g.aggtransfn, g.aggfinalfn,
    g.aggcombinefn, format_type(g.aggtranstype, NULL), g.agginitval,
    g.aggsortop::regoperator)
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace LEFT JOIN pg_aggregate g ON g.aggfnoid = p.oid
  WHERE {OURS} AND {of_no_extension("pg_proc", "p.oid")}
  UNION ALL SELECT 'type', concat_ws('.', n.nspname, t.typname), concat_ws(' ', t.typtype,
    t.typowner::regrole, t.typacl, t.typcollation::regcollation,
    CASE WHEN t.typbasetype <> 0 THEN format_type(t.typbasetype, t.typtypmod) END, t.typnotnull, t.typdefault,
    (SELECT concat_ws(' ', format_type(r.rngsubtype, NULL), r.rngcollation::regcollation,
       r.rngcanonical::regproc, r.rngsubdiff::regproc) FROM pg_range r WHERE r.rngtypid = t.oid),
    (SELECT string_agg(quote_literal(l.enumlabel), ',' ORDER BY l.enumsortorder) FROM pg_enum l
     WHERE l.enumtypid = t.oid))
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
  -- Of a table, and of an array, there is one for each table and type.
  WHERE {OURS} AND (t.typrelid = 0 OR c.relkind = 'c') AND t.typcategory <> 'A'
    AND {of_no_extension("pg_type", "t.oid")}
  UNION ALL SELECT 'extension', x.extname::text, concat_ws(' ', x.extversion,
    x.extnamespace::regnamespace, x.extowner::regrole) FROM pg_extension x
  UNION ALL SELECT 'event trigger', e.evtname::text,
    concat_ws(' ', e.evtevent, e.evtfoid::regproc, e.evtenabled, e.evttags) FROM pg_event_trigger e
  UNION ALL {SELDOM}
"""
_DIGEST = f"""
SELECT md5(string_agg(concat_ws(' ', kind, name, definition), E'\\n'
  ORDER BY concat_ws(' ', kind, name, definition) COLLATE "C"))
FROM ({_OBJECTS}) AS objects (kind, name, definition)
"""
_NAMED = f"""
SELECT concat_ws(' ', kind, name), md5(definition) FROM ({_OBJECTS}) AS objects (kind, name, definition)
"""


def digest(database: Database) -> str:
    """A text that is another one where anything of the schema is."""
    return str(database.run(_DIGEST)[0][0])


def difference(found: Database, wanted: Database) -> str:
    """What one database has otherwise than another one, by the objects' names; empty when nothing.

    Args:
        found: what is looked at.
        wanted: as it should be.
    """
    there, expected = (dict(map(tuple, each.run(_NAMED))) for each in (found, wanted))
    parts = {
        "lacks": expected.keys() - there.keys(),
        "has another": {name for name in expected.keys() & there.keys() if expected[name] != there[name]},
        "has": there.keys() - expected.keys(),
    }
    return "; ".join(f"{word} {_told(names)}" for word, names in parts.items() if names)


def _told(names: Set[str]) -> str:
    found = sorted(name for name in names if not _is_part(name, names))
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return f"{', '.join(found[:_SHOWN])}{more}"


def _is_part(name: str, names: Set[str]) -> bool:
    """Whether it is said already with the table that it is a part of."""
    kind, _, path = name.partition(" ")
    return bool({f"table {path}", f"table {path.rpartition('.')[0]}"} & names) and kind != "table"
