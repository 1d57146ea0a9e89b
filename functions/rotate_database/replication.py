"""The position of a database's replicas, asked before everything moves to the region of one.

The metric ReplicaLag says it once a minute, and grows while nobody writes; positions in the log are exact.
"""

from __future__ import annotations

from typing import Any

from pg8000.native import Connection


def replication(master: Connection) -> dict[str, Any]:
    """Positions in the write-ahead log: how far it is `written`, and `replayed` of each replica.

    The master of RDS is in `pg_monitor`, without which the view tells of its own sessions alone. Who takes
    changes by logical decoding is in the view, too, and is no replica that could be promoted.
    """
    ((written,),) = master.run("SELECT pg_current_wal_lsn()::text")
    replayed = master.run(
        "SELECT r.replay_lsn::text FROM pg_stat_replication r"
        " LEFT JOIN pg_replication_slots s ON s.active_pid = r.pid"
        " WHERE r.replay_lsn IS NOT NULL AND s.slot_type IS DISTINCT FROM 'logical'"
    )
    return {"written": written, "replayed": [position for (position,) in replayed]}
