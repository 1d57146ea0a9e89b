"""The environments: the whole list, as data.

Sizes and places are decisions of the stack files. What stands here follows from the environment's
purpose and is not for a stack file to change; contract ENV-1 is tested against it. One more environment is
one more record here, and its stack file: docs/extending.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network
from typing import Self

# Backups are kept that long (runbooks 000, 003, 004; contract DB-1, S3-2).
BACKUP_DAYS = 30


class MigrationStep(StrEnum):
    """What a migration runs, by its key in the system file."""

    COMMAND = "command"
    DEVELOPMENT = "development"
    DRY_RUN = "dryRun"


@dataclass(frozen=True)
class Standard:
    """The standard that an environment is held to.

    Args:
        after: the environment in which a release, or a feature, is tried before it comes to this one; empty
            for the first.
        addresses: the block of private addresses, a /14 with room for four networks: the primary region, the
            recovery region, and two to spare. No two blocks overlap, so any two networks can be peered.
        host: what stands in front of the system's domain; empty for the one environment that is at the domain
            itself.
        live: it works with real customers and real money: secrets are live ones, a deployment waits for
            somebody else's consent, and debugging ends on a day.
        migration: what a migration runs, in order (runbook 004: tried out first in staging; in dev the schema
            is still being made).
        node_env: Node's own name for it (004: development / production / production).
        error_sample_rate: the share of errors that Sentry is told of (004: optional, low, enabled).
        protects_data: stateful resources are protected, and kept when their declaration is removed.
        redundant: the database has a standby in another zone, and each Redis a replica.
        zones_minimum: Availability Zones that the network spans at least.
        nat_per_zone: one NAT gateway for each zone instead of one for all.
        endpoint_zones: in how many Availability Zones AWS's APIs have an endpoint inside the network, for
            all of them; with 0 they are reached through the NAT gateway.
        backup_retention_minimum: days of point-in-time recovery at least.
        redis_required: Redis cannot be switched off.
        digests_required: images are named by digest, never by a tag that can move.
        locks_backups: backups cannot be removed before their time, by nobody, and are copied to the
            recovery region.
        recovery_copies: database, buckets and images are replicated to the recovery region.
        replicas_minimum: pods of each service at least (003: 2 to 10, and 3 in production).
        alarms_reach_people: nobody switches off who is told.
        detects_threats: GuardDuty looks for attacks on the account.
        deletion_protection: the cluster refuses to be deleted.
        log_retention: days that logs are kept.
        performance_history: days of Performance Insights (7, a multiple of 31, or 731).
    """

    after: str
    addresses: IPv4Network
    host: str
    live: bool
    migration: tuple[MigrationStep, ...]
    node_env: str
    error_sample_rate: float
    protects_data: bool
    redundant: bool
    zones_minimum: int
    nat_per_zone: bool
    endpoint_zones: int
    backup_retention_minimum: int
    redis_required: bool
    digests_required: bool
    locks_backups: bool
    recovery_copies: bool
    replicas_minimum: int
    alarms_reach_people: bool
    detects_threats: bool
    deletion_protection: bool
    log_retention: int
    performance_history: int


# What endpoints inside the network cost: a cent an hour each in every zone, which for the ten of them is 73
# US$ a month in one zone and 219 US$ in three. They save 3.5 cents on a gigabyte (a NAT gateway takes 4.5,
# they take 1): three zones pay for themselves from 6 TB of calls a month on, and images come through S3's own
# endpoint, which is free. So prod has them for what they are: its calls do not depend on NAT gateways, in any
# zone. Staging has the same way to AWS, security group and names included, for a third; the loss of a zone is
# not what it is there for. In dev they would cost more than all that goes through its NAT gateway.
class Environment(StrEnum):
    """An environment, by the name of its stack, and the standard that it is held to (runbooks 000, 001, 004).

    A name has at most 7 characters: with it the names of buckets and of deliveries of logs fit into AWS's.
    """

    _value_: str
    standard: Standard

    def __new__(cls, name: str, standard: Standard) -> Self:
        environment = str.__new__(cls, name)
        environment._value_ = name
        environment.standard = standard
        return environment

    @classmethod
    def named(cls, name: str) -> Self:
        """The environment of a name that is one."""
        return next(each for each in cls if each == name)

    DEV = (
        "dev",
        Standard(
            after="",
            addresses=IPv4Network("10.16.0.0/14"),
            host="dev",
            live=False,
            migration=(MigrationStep.DEVELOPMENT,),
            node_env="development",
            error_sample_rate=0.0,
            protects_data=False,
            redundant=False,
            zones_minimum=2,  # EKS and RDS subnet groups refuse one
            nat_per_zone=False,
            endpoint_zones=0,
            backup_retention_minimum=1,  # 0 would switch point-in-time recovery off
            redis_required=False,
            digests_required=False,
            locks_backups=False,
            recovery_copies=False,
            replicas_minimum=1,
            alarms_reach_people=False,
            detects_threats=False,
            deletion_protection=False,
            log_retention=14,
            performance_history=7,
        ),
    )
    STAGING = (
        "staging",
        Standard(
            after="dev",
            addresses=IPv4Network("10.20.0.0/14"),
            host="staging",
            live=False,
            migration=(MigrationStep.DRY_RUN, MigrationStep.COMMAND),
            node_env="production",
            error_sample_rate=0.1,
            protects_data=True,
            redundant=True,
            zones_minimum=2,
            nat_per_zone=False,
            endpoint_zones=1,
            backup_retention_minimum=BACKUP_DAYS,
            redis_required=True,
            digests_required=True,
            locks_backups=False,
            recovery_copies=False,
            replicas_minimum=2,
            alarms_reach_people=True,
            detects_threats=False,
            deletion_protection=False,
            log_retention=30,
            performance_history=7,
        ),
    )
    PROD = (
        "prod",
        Standard(
            after="staging",
            addresses=IPv4Network("10.24.0.0/14"),
            host="",
            live=True,
            migration=(MigrationStep.COMMAND,),
            node_env="production",
            error_sample_rate=1.0,
            protects_data=True,
            redundant=True,
            zones_minimum=3,
            nat_per_zone=True,
            endpoint_zones=3,
            backup_retention_minimum=BACKUP_DAYS,
            redis_required=True,
            digests_required=True,
            locks_backups=True,
            recovery_copies=True,
            replicas_minimum=3,
            alarms_reach_people=True,
            detects_threats=True,
            deletion_protection=True,
            log_retention=365,
            performance_history=93,
        ),
    )

    @classmethod
    def steps(cls) -> list[tuple[Self, Self]]:
        """From where to where releases and features come."""
        return [(cls.named(each.standard.after), each) for each in cls if each.standard.after]


def one_of(names: Sequence[str]) -> str:
    """Names for a sentence: `dev, staging or prod`."""
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def those(holds: Callable[[Standard], bool]) -> str:
    """The environments whose standard has something, for a sentence: `staging and prod`."""
    return " and ".join(each.value for each in Environment if holds(each.standard))


# For the descriptions of options and variables.
ANY_ENVIRONMENT = one_of(list(Environment))
