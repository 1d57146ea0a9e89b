"""Arguments of the components in `infra/recovery`."""

from __future__ import annotations

from dataclasses import replace

from infra.configuration import Configuration
from infra.configuration.buckets import backed_up
from infra.configuration.environments import BACKUP_DAYS, Standard
from infra.configuration.severities import Severity
from infra.data.database import Database
from infra.data.storage import Storage
from infra.foundations.keys import Keys
from infra.foundations.network import Network, NetworkArgs, Tier
from infra.kubernetes.cluster import Cluster, ClusterArgs
from infra.kubernetes.pod_group import PodGroupArgs
from infra.monitoring.notifications import Notifications
from infra.naming import Naming
from infra.recovery.backup import BackupArgs
from infra.recovery.read_replica import ReadReplicaArgs
from infra.recovery.vault import Vault, VaultArgs
from infra.wiring.data import Copies
from infra.wiring.kubernetes import cluster, pod_group


def recovery_network(configuration: Configuration, keys: Keys) -> NetworkArgs:
    """For the network that waits: with subnets of every tier, since a cluster and Redis stand in it."""
    network, standard = configuration.settings.network, configuration.settings.standard
    return NetworkArgs(
        naming=configuration.naming.in_recovery_region,
        cidr=network.recovery_cidr,
        tiers=list(Tier),
        zones=network.recovery_availability_zones,
        nat_gateways=0,
        endpoint_zones=0,
        log_retention=standard.log_retention,
        log_key=keys.logs,
        protect=standard.protects_data,
    )


def waiting_cluster(configuration: Configuration, keys: Keys, network: Network) -> ClusterArgs:
    """For the cluster that waits, without a node: its control plane takes longest to make."""
    return replace(
        cluster(configuration, keys, network),
        naming=configuration.naming.in_recovery_region,
        logs_exist=False,
        waiting=True,
        settings={},
    )


def waiting_pod_group(configuration: Configuration, network: Network, cluster: Cluster) -> PodGroupArgs:
    """For the security group of the pods that will be there."""
    return replace(pod_group(configuration, network, cluster), naming=configuration.naming.in_recovery_region)


def read_replica(
    configuration: Configuration, keys: Keys, network: Network, database: Database
) -> ReadReplicaArgs:
    """For the replica, and the copied backups."""
    settings, standard = configuration.settings, configuration.settings.standard
    return ReadReplicaArgs(
        naming=configuration.naming.in_recovery_region,
        generations=settings.database.generations,
        primary_arn=database.instance.arn,
        retired_arns={
            each: configuration.naming.arn("rds", f"db:{configuration.naming.database(each)}")
            for each in settings.database.generations.retired
        },
        follows=database.instance.resource_id,
        after=[database.backup] if database.backup else [],
        version=settings.database.version,
        tier=settings.database.tier,
        storage_maximum=settings.database.storage_maximum,
        backup_retention=settings.database.backup_retention,
        performance_history=standard.performance_history,
        log_retention=standard.log_retention,
        protect=standard.protects_data,
        vpc_id=network.vpc_id,
        subnet_ids=network.data_subnet_ids,
        data_key=keys.data,
        log_key=keys.logs,
    )


def vault(naming: Naming, standard: Standard) -> VaultArgs:
    """For the vault of one place."""
    lock_days = BACKUP_DAYS if standard.locks_backups else 0
    return VaultArgs(naming, lock_days, protect=standard.protects_data)


def backup(
    configuration: Configuration,
    database: Database,
    storage: Storage,
    notifications: Notifications,
    vault: Vault,
    copies: Copies | None,
) -> BackupArgs:
    """For the daily snapshots."""
    settings = configuration.settings
    return BackupArgs(
        naming=configuration.naming,
        resources={
            "database": database.instance.arn,
            **{name: storage.arns[name] for name in backed_up()},
        },
        retention=settings.database.backup_retention,
        vault=vault.name,
        copies=copies.vault.arn if copies else None,
        topic=notifications.topics[Severity.SEV3],
    )
