"""Times at which RDS backs up and maintains a primary and its replica: never both at once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Windows:
    """When, in UTC: `hh:mm-hh:mm` every day, and `ddd:hh:mm-ddd:hh:mm` once a week."""

    backup: str
    maintenance: str


# Runbook 003: daily at 2 AM UTC. Maintenance is well apart from it, in the quietest night.
PRIMARY = Windows("02:00-02:30", "sun:04:00-sun:05:00")
# A replica keeps them when it is promoted: on such a day RDS has nothing to change but what has to be.
REPLICA = Windows("05:00-05:30", "sat:06:00-sat:07:00")
