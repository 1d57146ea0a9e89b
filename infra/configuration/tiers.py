"""Sizes that a stack file can name, and what each one means in AWS."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType

GIGABYTE = 1024**3


# PostgreSQL's major versions that the parameters are made for; the first is what an environment has that says
# nothing. AWS's minor upgrades are no difference to them.
DATABASE_VERSIONS = ("17", "18")


@dataclass(frozen=True)
class DatabaseTier:
    """A size of PostgreSQL.

    Args:
        instance_class: RDS's name of the machine.
        memory: bytes.
        storage: gigabytes to begin with; RDS has no less than 20 (contract DB-3).
        connections: PostgreSQL's max_connections. RDS would derive it from the memory that the machine
            has left, by a formula over a number that it does not publish exactly
            (LEAST(DBInstanceClassMemory/9531392, 5000)). A fixed number a little below it makes the
            arithmetic of pools and the alarms exact.
    """

    instance_class: str
    memory: int
    storage: int
    connections: int

    def or_less(self, other: DatabaseTier) -> DatabaseTier:
        """What an instance certainly has that may still be of the one or already of the other."""
        return replace(
            self,
            memory=min(self.memory, other.memory),
            storage=min(self.storage, other.storage),
            connections=min(self.connections, other.connections),
        )


DATABASE_TIERS = MappingProxyType(
    {
        "small": DatabaseTier("db.t4g.small", 2 * GIGABYTE, 20, 200),
        "standard": DatabaseTier("db.m7g.large", 8 * GIGABYTE, 100, 800),
        "high": DatabaseTier("db.m7g.xlarge", 16 * GIGABYTE, 100, 1600),
    }
)

# Kept free for people, rotation and RDS itself when pools are added up.
RESERVED_CONNECTIONS = 20

# The pool of a migration or scheduled job, which does one thing after the other.
JOB_POOL_MAXIMUM = 5


# ElastiCache's names of the machines. Of each one's memory a quarter is kept for snapshots and failover
# (parameter reserved-memory-percent).
REDIS_NODE_TYPES = MappingProxyType(
    {
        "micro": "cache.t4g.micro",
        "small": "cache.t4g.small",
        "standard": "cache.t4g.medium",  # 3.09 GiB less the reserve leaves the 2 GB of runbook 003
    }
)
