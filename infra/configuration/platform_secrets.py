"""The entries of Secrets Manager that the platform fills itself; a system file names its own differently."""

from __future__ import annotations

DATABASE_SECRET = "database"  # noqa: S105  # how services connect to PostgreSQL
MASTER_SECRET = "database-master"  # noqa: S105  # how the users of services are made

# The two Redis (contract RED-1, RED-2).
REDIS_PURPOSES = ("cache", "queue")


def redis_secret(purpose: str) -> str:
    """How services connect to the Redis of this purpose (`redis-cache`)."""
    return f"redis-{purpose}"


PLATFORM_SECRETS = (DATABASE_SECRET, MASTER_SECRET, *map(redis_secret, REDIS_PURPOSES))
