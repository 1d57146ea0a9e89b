"""Rotated secrets: which entries are, how often, and by which function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from infra.configuration import Configuration
from infra.configuration.platform_secrets import DATABASE_SECRET, REDIS_PURPOSES, redis_secret
from infra.configuration.secret_sources import Ending, Rotator
from infra.configuration.secrets import SecretEntry

# Runbook 003: database and Redis every 30 days. Signing keys as the system file has it (90).
PASSWORD_DAYS = 30

_IN_BETWEEN = "the value of the first rotation, which pods may have started with: nobody else has it"
_OPEN = "connections that were opened with the old one; services connect again when they are ended"
_END_SESSIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename IN ('app_a', 'app_b')"

DATABASE_ROTATOR = Rotator(
    "rotate-database",
    "Rotates the services' password for PostgreSQL; two users take turns",
    "two users of PostgreSQL, `app_a` and `app_b`, take turns. A rotation gives the one that is not in use a "
    "new password; the one in use is not touched. Both act as the role `app` from the moment they log in "
    "(`ALTER ROLE … SET role`), so tables belong to `app` whoever made them. The old credentials are valid "
    "until the next rotation.",
    # Two users take turns: the first rotation leaves the one that leaked as it is.
    Ending(
        2,
        "the value that leaked: its user keeps the password until the second rotation",
        (_IN_BETWEEN, f"{_OPEN}, as the master: {_END_SESSIONS}"),
    ),
)
REDIS_ROTATOR = Rotator(
    "rotate-redis",
    "Rotates the services' passwords for Redis; two are valid",
    "the user `app` of Redis has two passwords, as ElastiCache allows: the one in use and the new one.",
    # One user with two passwords, the newest ones.
    Ending(
        2,
        "the value that leaked: ElastiCache's user keeps it as its second password",
        (_IN_BETWEEN, f"{_OPEN}: CLIENT KILL USER app"),
    ),
)


@dataclass(frozen=True)
class Rotated:
    """One rotated entry: its name, the function that rotates it, and after how many days."""

    entry: str
    rotator: Rotator
    days: int


def rotated_entries(redis: Sequence[str], entries: Mapping[str, SecretEntry]) -> list[Rotated]:
    """Every entry that is rotated.

    Args:
        redis: the entries of the Redis that the environment has.
        entries: those of the system file.
    """
    return [
        Rotated(DATABASE_SECRET, DATABASE_ROTATOR, PASSWORD_DAYS),
        *(Rotated(entry, REDIS_ROTATOR, PASSWORD_DAYS) for entry in redis),
        *(
            Rotated(entry.name, entry.rotated.rotator, entry.rotation)
            for entry in entries.values()
            if entry.rotated is not None and entry.rotation is not None
        ),
    ]


def rotated(configuration: Configuration) -> list[Rotated]:
    """Every entry that is rotated in this environment."""
    purposes = REDIS_PURPOSES if configuration.settings.redis.enabled else ()
    return rotated_entries([redis_secret(purpose) for purpose in purposes], configuration.system.secrets)
