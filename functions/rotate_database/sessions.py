"""Sessions of a database that is left: whoever is still connected would go on writing.

A security group that lets nobody in any more does not end what was let in before (Amazon EC2 user guide,
"Security group connection tracking").
"""

from __future__ import annotations

from typing import Any

from pg8000.native import Connection

# Neither RDS's own sessions, which are a superuser's and nobody else's to end (RDS user guide, "Understanding
# the rds_superuser role"), nor replicas, which are no `client backend`.
_OTHERS = """
    FROM pg_stat_activity activity JOIN pg_roles role ON role.oid = activity.usesysid
    WHERE activity.backend_type = 'client backend' AND activity.pid <> pg_backend_pid() AND NOT role.rolsuper
"""


def disconnect(master: Connection) -> dict[str, Any]:
    """Ends every other session, and says whose there were: each with its user and its application's name."""
    found = master.run(
        f"SELECT usename, application_name, pg_terminate_backend(activity.pid) {_OTHERS} ORDER BY 1, 2"
    )
    return {"ended": [f"{user} ({name or 'no name'})" for user, name, _ in found]}
