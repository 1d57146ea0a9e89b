"""Arguments of the components in `infra/recovery`."""

from __future__ import annotations

from dataclasses import replace

from infra.common import CommonArgs, CommonArgsWithKeys
from infra.configuration import Configuration
from infra.configuration.buckets import backed_up, platform_folders
from infra.configuration.environments import BACKUP_DAYS
from infra.configuration.severities import Severity
from infra.data.database import Database
from infra.data.storage import Storage
from infra.foundations.keys import Keys
from infra.foundations.network import Network, NetworkArgs, Tier
from infra.kubernetes.cluster import ClusterArgs
from infra.kubernetes.cluster_to_come import ClusterToComeArgs
from infra.monitoring.notifications import Notifications
from infra.recovery.backup import BackupArgs
from infra.recovery.read_replica import ReadReplicaArgs
from infra.recovery.vault import RestoreVaultArgs, Vault, VaultArgs
from infra.wiring.data import Copies, database_instance
from infra.wiring.kubernetes import cluster


def recovery_network(configuration: Configuration, common: CommonArgsWithKeys) -> NetworkArgs:
    """For the network that waits: with subnets of every tier, since a cluster and Redis will stand in it."""
    network = configuration.settings.network
    return NetworkArgs(
        common=common,
        cidr=network.recovery_cidr,
        tiers=list(Tier),
        zones=network.recovery_availability_zones,
        nat_gateways=0,
        endpoint_zones=0,
    )


def waiting_cluster(
    configuration: Configuration, common: CommonArgsWithKeys, keys: Keys, network: Network
) -> ClusterArgs:
    """For the cluster that waits, without a node: its control plane takes longest to make."""
    return replace(cluster(configuration, common, keys, network), logs_exist=False, waiting=True, settings={})


def cluster_to_come(common: CommonArgsWithKeys) -> ClusterToComeArgs:
    """For a place in which no cluster waits."""
    return ClusterToComeArgs(common)


def read_replica(
    configuration: Configuration, common: CommonArgsWithKeys, network: Network, database: Database
) -> ReadReplicaArgs:
    """For the replica, and the copied backups."""
    retired = configuration.settings.database.generations.retired
    return ReadReplicaArgs(
        instance=database_instance(configuration, common, network),
        primary_arn=database.instance.arn,
        retired_arns={
            each: configuration.naming.arn("rds", f"db:{configuration.naming.database(each)}")
            for each in retired
        },
        follows=database.instance.resource_id,
        after=[database.backup] if database.backup else [],
    )


def vault(configuration: Configuration, common: CommonArgs) -> VaultArgs:
    """For the vault of one place."""
    return VaultArgs(common, BACKUP_DAYS if configuration.settings.standard.locks_backups else 0)


def restore_vault(common: CommonArgsWithKeys) -> RestoreVaultArgs | None:
    """For the vault that copies come back to; None where there is no backup account."""
    outside = common.naming.in_backup_account
    return RestoreVaultArgs(common, outside.root_arn) if outside else None


def backup(
    configuration: Configuration,
    database: Database,
    storage: Storage,
    notifications: Notifications,
    vault: Vault,
    copies: Copies | None,
) -> BackupArgs:
    """For the daily snapshots."""
    settings, outside = configuration.settings, configuration.naming.in_backup_account
    return BackupArgs(
        naming=configuration.naming,
        database=database.instance.arn,
        buckets={name: storage.arns[name] for name in backed_up()},
        retention=settings.database.backup_retention,
        vault=vault.name,
        copies=copies.vault.arn if copies else None,
        outside=outside.vault_arn if outside else None,
        topic=notifications.topics[Severity.SEV3],
        others_folders=[f"{storage.arns[name]}/{folder}" for name, folder in platform_folders(storage.arns)],
    )
