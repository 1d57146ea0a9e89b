"""Arguments of the components of the backup account."""

from __future__ import annotations

from infra import iam
from infra.backup_account.access import AccessArgs
from infra.backup_account.keys import BackupKeys, BackupKeysArgs
from infra.backup_account.parent_zone import ParentZoneArgs
from infra.common import CommonArgs, CommonArgsWithDataKey
from infra.configuration import Configuration, buckets
from infra.configuration.buckets import Bucket, replication_role
from infra.configuration.environments import BACKUP_DAYS
from infra.data.storage import StorageArgs
from infra.edge.frontend import DEFINITION
from infra.foundations.registry import Registry, RegistryArgs
from infra.functions.scheduled.snapshot_secrets.function import FUNCTION as SNAPSHOT_SECRETS
from infra.naming import Naming, bucket_arn
from infra.recovery.vault import VaultArgs
from infra.wiring.foundations import registry


def with_data_key(common: CommonArgs, keys: BackupKeys) -> CommonArgsWithDataKey:
    """For what encrypts with its key."""
    return CommonArgsWithDataKey(common.naming, common.protect, common.log_retention, keys.data)


def backup_keys(configuration: Configuration, common: CommonArgs) -> BackupKeysArgs:
    """For the keys."""
    naming = configuration.naming.in_home
    return BackupKeysArgs(
        common=common,
        account=naming.root_arn,
        replicate=[_replication_role(naming, each) for each in _copied(configuration)],
        seal=naming.role_arn(naming.function_role(SNAPSHOT_SECRETS.name)),
        recover=_recover(configuration),
    )


def vault_outside(configuration: Configuration, common: CommonArgs) -> VaultArgs:
    """For the vault: as strict as the environment's own."""
    locked = configuration.settings.standard.locks_backups
    return VaultArgs(common, BACKUP_DAYS if locked else 0, configuration.naming.root_arn)


def storage_outside(configuration: Configuration, common: CommonArgsWithDataKey) -> StorageArgs:
    """For the buckets: those that are copied, and the state's."""
    naming, copied = configuration.naming.in_home, _copied(configuration)

    def statements(bucket: Bucket) -> list[iam.Statement]:
        arn, role = bucket_arn(common.naming.bucket(bucket.name)), _replication_role(naming, bucket)
        replicated = iam.replicated_by(naming.root_arn, role, arn)
        if bucket == buckets.STATE:
            # Read by people of the backup account alone: what stood there is secret in part.
            return list(replicated)
        return [*replicated, *iam.read_by_role(naming.root_arn, _recover(configuration), arn)]

    return StorageArgs(
        common=common,
        buckets=copied,
        lock_backups=configuration.settings.standard.locks_backups,
        copies={},
        copies_key=None,
        outside=False,
        statements={each.name: statements(each) for each in copied},
        log_sources=[],
        log_writers=[],
    )


def registry_outside(configuration: Configuration, common: CommonArgsWithDataKey) -> RegistryArgs:
    """For the images: the same repositories."""
    return registry(configuration, common)


def access_outside(configuration: Configuration, naming: Naming, registry: Registry) -> AccessArgs:
    """For who of the environment's account pulls images."""
    return AccessArgs(
        naming=naming,
        account=configuration.naming.root_arn,
        recover=_recover(configuration),
        repositories={name: one.name for name, one in registry.repositories.items()},
    )


def parent_zone(configuration: Configuration, common: CommonArgs) -> ParentZoneArgs | None:
    """For the zone above the environment's domain; None where it is elsewhere."""
    above = configuration.settings.parent_zone
    if above is None:
        return None
    return ParentZoneArgs(common, above.name, configuration.domain, above.dns.all_records)


def _copied(configuration: Configuration) -> list[Bucket]:
    edge = [DEFINITION] if configuration.system.frontend else []
    return [*(each for each in buckets.CATALOGUE if each.replicated), *edge, buckets.STATE]


def _replication_role(naming: Naming, bucket: Bucket) -> str:
    return naming.role_arn(naming.named(replication_role(bucket.name)))


def _recover(configuration: Configuration) -> str:
    """Who deploys recovers."""
    return configuration.naming.role_arn(configuration.system.access.deploy)
