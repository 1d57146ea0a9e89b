"""Data that must not be lost: where it is, where it is copied to, and what waits for the day of its loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from infra import wiring
from infra.configuration.waits import Waits
from infra.data.database import Database
from infra.data.redis import Redis
from infra.data.secrets import Secrets
from infra.data.storage import Storage
from infra.foundations.network import Network
from infra.foundations.release import Release
from infra.kubernetes.cluster import Cluster
from infra.kubernetes.cluster_to_come import ClusterToCome
from infra.kubernetes.pod_group import PodGroup
from infra.monitoring.logs import Logs
from infra.naming import RegionRole
from infra.recovery.backup import Backup
from infra.recovery.read_replica import ReadReplica
from infra.recovery.vault import Vault
from infra.stages.foundations import Foundations, vaults


@dataclass(frozen=True)
class Data:
    """What services keep.

    Args:
        release: the release that is attempted; None where nothing is migrated.
        database: PostgreSQL.
        redis: by purpose; empty where it is switched off.
        storage: the buckets.
        entries: ARNs of all secrets, by name.
        vault: of AWS Backup.
        replica: of the database, in the other place; None outside of prod.
    """

    release: Release | None
    database: Database
    redis: Mapping[str, Redis]
    storage: Storage
    entries: Mapping[str, pulumi.Output[str]]
    vault: Vault
    replica: ReadReplica | None


def declare_data(base: Foundations) -> Data:
    """Declares the database, Redis, buckets and secrets, with their backups."""
    configuration, common, home = base.configuration, base.common, base.home
    attempted = wiring.release(configuration)
    release = Release("release", attempted, home) if attempted else None
    stored = wiring.database(configuration, common, base.network, base.pod_group, release, base.copies)
    database = Database("database", stored, home)
    cached = wiring.redis(configuration, common, base.network, base.pod_group, base.copies)
    redis = {purpose: Redis(purpose, args, home) for purpose, args in cached.items()}
    storage = Storage("storage", wiring.storage(configuration, common, base.copies), home)
    secrets = Secrets("secrets", wiring.secrets(configuration, common, base.copies), home)

    vault = vaults(configuration, common, home)
    backed_up = wiring.backup(configuration, database, storage, base.notifications, vault, base.copies)
    Backup("backup", backed_up, home)
    replica = _waiting(base, database)
    return Data(release, database, redis, storage, wiring.entries(database, redis, secrets), vault, replica)


def _waiting(base: Foundations, database: Database) -> ReadReplica | None:
    """What waits in the other place for the day on which this one is lost; in prod alone.

    Beside the data it is what AWS takes longest to make, as far as the stack file has it wait: the control
    plane of a cluster, and Redis.
    """
    configuration, copies = base.configuration, base.copies
    if copies is None:
        return None
    there, common = base.regions[RegionRole.RECOVERY].opts, copies.common
    network = Network("network", wiring.recovery_network(configuration, common), there)
    Logs("logs", wiring.waiting_logs(configuration, common), there)
    waits, cluster = configuration.settings.waits, None
    if Waits.CLUSTER in waits:
        waiting = wiring.waiting_cluster(configuration, common, copies.keys, network)
        cluster = Cluster("cluster", waiting, there)
    else:
        ClusterToCome("cluster", wiring.cluster_to_come(common), there)
    if waits:
        pods = PodGroup("pod-group", wiring.pod_group(common.naming, network, cluster), there)
        if Waits.REDIS in waits:
            for purpose, args in wiring.waiting_redis(configuration, common, network, pods).items():
                Redis(purpose, args, there)
    return ReadReplica("database", wiring.read_replica(configuration, common, network, database), there)
