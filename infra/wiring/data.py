"""Arguments of the components in `infra/data`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pulumi

from infra.account import trail_iam
from infra.common import CommonArgsWithKeys
from infra.configuration import Configuration, buckets
from infra.configuration.buckets import ACCESS_LOGS, AUDIT
from infra.configuration.platform_secrets import DATABASE_SECRET, MASTER_SECRET, redis_secret
from infra.configuration.reserved_names import database_name
from infra.configuration.restore_test import tests_restores
from infra.configuration.rotation import DATABASE_ROTATOR, rotated
from infra.data.database import Database, DatabaseArgs
from infra.data.database_instance import DatabaseInstanceArgs
from infra.data.redis import Eviction, Redis, RedisArgs
from infra.data.secret_entry import SecretEntryArgs, SecretReplica
from infra.data.secrets import Secrets, SecretsArgs
from infra.data.storage import Storage, StorageArgs
from infra.foundations.keys import Keys
from infra.foundations.network import Network
from infra.foundations.registry import Registry
from infra.foundations.release import Release
from infra.functions.restore_test.function import RESTORE_TEST
from infra.functions.scheduled.snapshot_secrets.function import FUNCTION as SNAPSHOT_SECRETS
from infra.kubernetes.pod_group import PodGroup
from infra.kubernetes.service_environment import readers
from infra.naming import bucket_arn
from infra.recovery.vault import Vault
from infra.wiring.edge import edge_buckets, edge_log_writers


@dataclass(frozen=True)
class Copies:
    """What waits in the other place for copies from this one; `common` is that place's."""

    common: CommonArgsWithKeys
    keys: Keys
    storage: Storage
    registry: Registry
    vault: Vault


# Days of daily snapshots. A cache can be filled again; what waits in a queue cannot.
CACHE_SNAPSHOT_DAYS = 1
QUEUE_SNAPSHOT_DAYS = 7


def database_instance(
    configuration: Configuration, common: CommonArgsWithKeys, network: Network
) -> DatabaseInstanceArgs:
    """For PostgreSQL's instances in one place."""
    settings = configuration.settings
    return DatabaseInstanceArgs(
        common=common,
        generations=settings.database.generations,
        version=settings.database.version,
        tier=settings.database.tier,
        storage_maximum=settings.database.storage_maximum,
        backup_retention=settings.database.backup_retention,
        performance_history=settings.standard.performance_history,
        vpc_id=network.vpc_id,
        subnet_ids=network.data_subnet_ids,
    )


def database(
    configuration: Configuration,
    common: CommonArgsWithKeys,
    network: Network,
    pod_group: PodGroup,
    release: Release | None,
    copies: Copies | None,
) -> DatabaseArgs:
    """For PostgreSQL."""
    settings = configuration.settings
    return DatabaseArgs(
        instance=database_instance(configuration, common, network),
        name=database_name(configuration.system.name),
        major_upgrade=settings.database.major_upgrade,
        previous_tier=settings.database.previous_tier,
        redundant=settings.redundant,
        client_security_group_id=pod_group.id,
        snapshot_before=_snapshot_before(configuration, release),
        entry=_entry(configuration, common, copies, DATABASE_SECRET, "PostgreSQL: how services connect"),
        master_entry=_entry(
            configuration, common, copies, MASTER_SECRET, "PostgreSQL: how the users of services are made"
        ),
    )


def _snapshot_before(configuration: Configuration, release: Release | None) -> pulumi.Output[str] | None:
    """What the snapshot before a migration is called after (contract K8S-6); None where there is none."""
    if release is None or not configuration.settings.standard.protects_data:
        return None
    if configuration.settings.serving.recovering:
        # The first snapshot of a promoted replica is a full one, and pods would wait for it.
        return None
    return pulumi.Output.concat(release.version, "-", release.attempt)


def redis(
    configuration: Configuration,
    common: CommonArgsWithKeys,
    network: Network,
    pod_group: PodGroup,
    copies: Copies | None,
) -> dict[str, RedisArgs]:
    """For the two Redis, by purpose; none where the environment has switched it off."""
    return {
        purpose: replace(
            args,
            entry=_entry(
                configuration, common, copies, redis_secret(purpose), f"Redis ({purpose}): how to connect"
            ),
        )
        for purpose, args in _redis(configuration, common, network, pod_group).items()
    }


def waiting_redis(
    configuration: Configuration, common: CommonArgsWithKeys, network: Network, pod_group: PodGroup
) -> dict[str, RedisArgs]:
    """For those in the other place: empty, with one node each, and nobody connects. The second nodes come
    when people are back at work.
    """
    return {
        purpose: replace(args, redundant=False)
        for purpose, args in _redis(configuration, common, network, pod_group).items()
    }


def _redis(
    configuration: Configuration, common: CommonArgsWithKeys, network: Network, pod_group: PodGroup
) -> dict[str, RedisArgs]:
    """Two, because a cache that evicts would evict retries and replay protection too (contract RED-2)."""
    settings = configuration.settings
    if not settings.redis.enabled:
        return {}
    purposes = {
        "cache": (settings.redis.cache, Eviction.LEAST_RECENTLY_USED, CACHE_SNAPSHOT_DAYS),
        "queue": (settings.redis.queue, Eviction.NEVER, QUEUE_SNAPSHOT_DAYS),
    }
    return {
        purpose: RedisArgs(
            common=common,
            node_type=node_type,
            eviction=eviction,
            redundant=settings.redundant,
            snapshot_retention=snapshots,
            vpc_id=network.vpc_id,
            subnet_ids=network.data_subnet_ids,
            client_security_group_id=pod_group.id,
            entry=None,
        )
        for purpose, (node_type, eviction, snapshots) in purposes.items()
    }


def storage_copies(configuration: Configuration, common: CommonArgsWithKeys) -> StorageArgs:
    """For the buckets in the other place: those that are copied there."""
    return StorageArgs(
        common=common,
        buckets=[each for each in buckets.CATALOGUE if each.replicated],
        lock_backups=configuration.settings.standard.locks_backups,
        copies={},
        copies_key=None,
        outside=False,
        statements={},
        log_sources=[bucket_arn(name) for name in edge_buckets(configuration, common.naming).values()],
        log_writers=[],
    )


def storage(configuration: Configuration, common: CommonArgsWithKeys, copies: Copies | None) -> StorageArgs:
    """For the buckets."""
    return StorageArgs(
        common=common,
        buckets=buckets.CATALOGUE,
        lock_backups=configuration.settings.standard.locks_backups,
        copies=copies.storage.buckets if copies else {},
        copies_key=copies.common.data_key if copies else None,
        # Without the other place S3's roles are those of before, with which it copies there what it has not
        # yet (operations/recovery/region.py): they are left alone until it is back.
        outside=copies is not None,
        statements={AUDIT: trail_iam.deliver_trail(common.naming)},
        log_sources=[bucket_arn(name) for name in edge_buckets(configuration, common.naming).values()],
        log_writers=edge_log_writers(configuration, common.naming.bucket(ACCESS_LOGS)),
    )


def secrets(configuration: Configuration, common: CommonArgsWithKeys, copies: Copies | None) -> SecretsArgs:
    """For the system file's secrets."""
    declared = list(configuration.system.secrets.values())
    return SecretsArgs(
        declared=declared,
        entries={
            each.name: _entry(configuration, common, copies, each.name, each.description) for each in declared
        },
    )


def _entry(
    configuration: Configuration,
    common: CommonArgsWithKeys,
    copies: Copies | None,
    name: str,
    description: str,
) -> SecretEntryArgs:
    """For one entry of Secrets Manager, whoever declares it."""
    region = common.naming.recovery_region
    return SecretEntryArgs(
        common=common,
        name=name,
        description=description,
        readers=_readers(configuration, name),
        replica=SecretReplica(region, copies.keys.secret_copies) if copies else None,
    )


def _readers(configuration: Configuration, secret: str) -> list[str]:
    naming = configuration.naming
    functions: list[str] = [each.rotator.name for each in rotated(configuration) if each.entry == secret]
    if secret == MASTER_SECRET:
        functions.append(DATABASE_ROTATOR.name)
    else:
        functions.append(SNAPSHOT_SECRETS.name)
    if secret == DATABASE_SECRET and tests_restores(configuration.settings.standard):
        functions.append(RESTORE_TEST)
    return [
        *readers(secret, configuration.settings, configuration.system, naming),
        *(naming.role_arn(naming.function_role(function)) for function in functions),
    ]


def entries(
    database: Database, redis: Mapping[str, Redis], secrets: Secrets
) -> dict[str, pulumi.Output[str]]:
    """The ARNs of all entries in Secrets Manager, whoever declares them, by name."""
    return {
        DATABASE_SECRET: database.entries.services,
        MASTER_SECRET: database.entries.master,
        **{redis_secret(purpose): one.secret_arn for purpose, one in redis.items()},
        **secrets.arns,
    }
