"""Rotated secrets: which entries are, how often, and by which function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from infra.configuration import Configuration
from infra.configuration.platform_secrets import DATABASE_SECRET, REDIS_PURPOSES, redis_secret
from infra.configuration.secrets import SecretEntry

# Runbook 003: database and Redis every 30 days. Signing keys as the system file has it (90).
PASSWORD_DAYS = 30


class Rotator(StrEnum):
    """The functions that rotate, by name."""

    DATABASE = "rotate-database"
    REDIS = "rotate-redis"
    SIGNING_KEY = "rotate-signing-key"


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
        Rotated(DATABASE_SECRET, Rotator.DATABASE, PASSWORD_DAYS),
        *(Rotated(entry, Rotator.REDIS, PASSWORD_DAYS) for entry in redis),
        *(
            Rotated(entry.name, Rotator.SIGNING_KEY, entry.rotation)
            for entry in entries.values()
            if entry.rotation is not None
        ),
    ]


def rotated(configuration: Configuration) -> list[Rotated]:
    """Every entry that is rotated in this environment."""
    purposes = REDIS_PURPOSES if configuration.settings.redis.enabled else ()
    return rotated_entries([redis_secret(purpose) for purpose in purposes], configuration.system.secrets)
