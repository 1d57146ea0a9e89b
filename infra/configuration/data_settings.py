"""Settings of an environment's PostgreSQL and Redis."""

from __future__ import annotations

from dataclasses import dataclass

from infra.configuration.environments import Environment, those
from infra.configuration.generations import GENERATION_KEYS, UPGRADE, Generations, read_generations
from infra.configuration.keys import Section, Varies
from infra.configuration.kinds import Choice, Number, Only, Switch, choices
from infra.configuration.restore_test import RESTORE_TEST, RestoreTestSettings, read_restore_test
from infra.configuration.tiers import (
    DATABASE_TIERS,
    DATABASE_VERSIONS,
    GIGABYTE,
    REDIS_NODE_TYPES,
    DatabaseTier,
)
from infra.configuration.validation import Reader

# Of PostgreSQL, in CloudWatch.
EXPORTED_LOGS = ("postgresql", "upgrade")


def storage_ceiling_minimum(tier: DatabaseTier) -> int:
    """Gigabytes: RDS refuses a ceiling that is less than a tenth above what is allocated."""
    return tier.storage + -(-tier.storage // 10)


_WAITING = those(lambda standard: standard.protects_data)


def _sizes() -> str:
    return ", ".join(f"`{name}` {tier.memory // GIGABYTE} GB" for name, tier in DATABASE_TIERS.items())


TIER = Choice(
    "tier",
    meaning=f"PostgreSQL's size: {_sizes()} of memory",
    choices=choices(DATABASE_TIERS),
    example="high",
    changing=f"waits for Sunday, 04:00 UTC, in {_WAITING}, and needs `previousTier` until then; elsewhere it"
    " is there at once",
)
PREVIOUS_TIER = Choice(
    "previousTier",
    meaning="the tier that the instance has until that Sunday: alarms and the connections that may be opened"
    " hold for both sizes. Required with another `tier`, and removed when Sunday has passed:"
    " previews and deployments say when",
    choices=choices(DATABASE_TIERS),
    default=None,
    default_words="the same as `tier`",
    nothing=Varies(
        lambda environment: (
            "" if environment.standard.protects_data else "nothing here: another tier is there at once"
        )
    ),
    example="standard",
)
STORAGE_MAXIMUM = Number(
    "storageMaximum",
    meaning="how large storage may grow by itself",
    minimum=min(map(storage_ceiling_minimum, DATABASE_TIERS.values())),
    maximum=65536,
    unit="gigabytes",
    within="a tenth above the tier's storage or more",
    example=500,
)
BACKUP_RETENTION = Number(
    "backupRetention",
    meaning="how long point-in-time recovery goes back (contract DB-1)",
    minimum=Varies(lambda environment: environment.standard.backup_retention_minimum),
    maximum=35,
    unit="days",
    example=30,
)
VERSION = Choice(
    "version",
    meaning="PostgreSQL's major version",
    choices=DATABASE_VERSIONS,
    default=DATABASE_VERSIONS[0],
    example="18",
    changing="only together with `majorUpgrade`",
)
MAJOR_UPGRADE = Switch(
    "majorUpgrade",
    meaning="whether `version` may become a later one: the deployment that has it upgrades at once, with an"
    " interruption of minutes, after a snapshot. Try it in staging, and leave it out again afterwards",
    default=False,
    rules=(UPGRADE,),
    example=False,
)
DATABASE = Section(
    "database",
    title="Database",
    parts=(
        TIER,
        PREVIOUS_TIER,
        STORAGE_MAXIMUM,
        BACKUP_RETENTION,
        VERSION,
        MAJOR_UPGRADE,
        *GENERATION_KEYS,
        RESTORE_TEST,
    ),
)

ENABLED = Switch(
    "enabled",
    meaning="whether there is Redis at all; without it services fall back to memory",
    only=Varies(
        lambda environment: (
            Only(True, f"true in {environment} (runbook 004: Redis is required there)")
            if environment.standard.redis_required
            else None
        )
    ),
    example=True,
)


def _node(name: str, meaning: str) -> Choice:
    return Choice(
        name,
        meaning=meaning,
        choices=choices(REDIS_NODE_TYPES),
        default="micro",
        example="standard",
        changing=f"waits for Sunday, 05:00 UTC, in {_WAITING}",
    )


CACHE = _node("cache", "the size of the Redis that evicts what was used least")
QUEUE = _node("queue", "the size of the Redis that never evicts")
REDIS = Section("redis", title="Redis", parts=(ENABLED, CACHE, QUEUE))


@dataclass(frozen=True)
class DatabaseSettings:
    """What an environment decides about PostgreSQL.

    Args:
        version: the major one.
        major_upgrade: it may become another one, and does so at once.
        tier: its size.
        previous_tier: what it still has until the maintenance window; the same where nothing waits.
        storage_maximum: gigabytes that storage grows to by itself.
        backup_retention: days of point-in-time recovery.
        generations: which instances there are.
        restore_test: when one is restored and looked at.
    """

    version: str
    major_upgrade: bool
    tier: DatabaseTier
    previous_tier: DatabaseTier
    storage_maximum: int
    backup_retention: int
    generations: Generations
    restore_test: RestoreTestSettings

    @property
    def certain(self) -> DatabaseTier:
        """What the instance has for certain, before the maintenance window and after it."""
        return self.tier.or_less(self.previous_tier)


@dataclass(frozen=True)
class RedisSettings:
    """Whether there is Redis, and the node types of the cache and of the queue."""

    enabled: bool
    cache: str
    queue: str


def read_database(root: Reader, environment: Environment) -> DatabaseSettings:
    """The section `database`."""
    section = DATABASE.read(root)
    tier = TIER.read(section)
    previous = PREVIOUS_TIER.of(environment).but(default=tier).read(section)
    least = storage_ceiling_minimum(DATABASE_TIERS[tier])
    settings = DatabaseSettings(
        tier=DATABASE_TIERS[tier],
        previous_tier=DATABASE_TIERS[previous],
        storage_maximum=STORAGE_MAXIMUM.but(minimum=least).read(section),
        backup_retention=BACKUP_RETENTION.of(environment).read(section),
        version=VERSION.read(section),
        major_upgrade=MAJOR_UPGRADE.read(section),
        generations=read_generations(section),
        restore_test=read_restore_test(section),
    )
    section.finish()
    return settings


def read_redis(root: Reader, environment: Environment) -> RedisSettings:
    """The section `redis`; the sizes of one that is switched off are checked all the same."""
    section = REDIS.read(root)
    enabled, cache, queue = ENABLED.of(environment).read(section), CACHE.read(section), QUEUE.read(section)
    section.finish()
    if not enabled:
        cache = queue = CACHE.default
    return RedisSettings(enabled, REDIS_NODE_TYPES[cache], REDIS_NODE_TYPES[queue])
