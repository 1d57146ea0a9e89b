"""A row every few minutes in the database that serves: the newest one that comes back is the recovery point.

The table is this function's own, in a schema of its own: services never see it. Each row has the number of
the transaction that wrote it, so that rows of other tables can be told from those that came later.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

SCHEMA = "groundwork"
TABLE = f"{SCHEMA}.canary"

# Longer than the oldest time that a test looks at.
_KEPT = "2 days"


@dataclass(frozen=True)
class Canary:
    """One row.

    Args:
        nonce: that nobody can guess: only a copy of this database has it.
        written: when, by the database's clock.
        transaction: its number.
    """

    nonce: str
    written: datetime
    transaction: int


def write(live: Any) -> str:
    """Writes the next row, and removes those that nobody needs any more; answers its nonce."""
    if live.run("SELECT to_regclass(:name)", name=TABLE) == [[None]]:
        live.run(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        live.run(
            f"CREATE TABLE IF NOT EXISTS {TABLE} (nonce text PRIMARY KEY, written timestamptz NOT NULL,"
            " transaction bigint NOT NULL)"
        )
    nonce = secrets.token_hex(16)
    live.run(
        f"INSERT INTO {TABLE} VALUES"
        " (:nonce, clock_timestamp(), pg_current_xact_id()::text::numeric % 4294967296)",
        nonce=nonce,
    )
    live.run(f"DELETE FROM {TABLE} WHERE written < now() - interval '{_KEPT}'")
    return nonce


def newest(database: Any) -> Canary | None:
    """The newest row that a database has; None where there is none."""
    if database.run("SELECT to_regclass(:name)", name=TABLE) == [[None]]:
        return None
    rows = database.run(f"SELECT nonce, written, transaction FROM {TABLE} ORDER BY written DESC LIMIT 1")
    return Canary(rows[0][0], rows[0][1], int(rows[0][2])) if rows else None


def has(database: Any, nonce: str) -> bool:
    """Whether a database has a row."""
    return bool(database.run(f"SELECT FROM {TABLE} WHERE nonce = :nonce", nonce=nonce))
