"""The position of a database's replicas, asked before everything moves to the region of one.

The metric ReplicaLag says it once a minute, and grows while nobody writes; positions in the log are exact.
"""

from __future__ import annotations

from typing import Any

from pg8000.native import Connection


def replication(master: Connection) -> dict[str, Any]:
    """Positions in the write-ahead log: how far it is `written`, and `replayed` of each replica.

    The master of RDS is in `pg_monitor`, without which the view tells of its own sessions alone.
    """
    ((written,),) = master.run("SELECT pg_current_wal_lsn()::text")
    replayed = master.run("SELECT replay_lsn::text FROM pg_stat_replication WHERE replay_lsn IS NOT NULL")
    return {"written": written, "replayed": [position for (position,) in replayed]}
