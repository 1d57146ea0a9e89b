"""The stack of the backup account, from top to bottom.

It is one of its own, deployed with credentials of that account alone: who can do everything in the
environment's account can write copies here and read them, and remove none.
"""

from __future__ import annotations

import pulumi
from pulumi_aws.provider import Provider

from infra import wiring
from infra.backup_account.access import Access
from infra.backup_account.keys import BackupKeys
from infra.backup_account.parent_zone import ParentZone
from infra.configuration import Configuration
from infra.configuration.file_names import stack_file_name
from infra.data.storage import Storage
from infra.foundations.registry import Registry
from infra.naming import Naming
from infra.providers import default_tags
from infra.recovery.vault import Vault


def declare_backup_account(configuration: Configuration) -> None:
    """Declares everything that copies of an environment are in.

    Raises:
        RunError: the environment has no backup account.
    """
    naming = configuration.naming.in_home.in_backup_account
    if naming is None:
        raise pulumi.RunError(
            f"{stack_file_name(configuration.settings.environment)}: groundwork:backupAccount: "
            "found nothing; allowed: an account id of 12 digits."
        )
    here = pulumi.ResourceOptions(providers=[_provider(configuration, naming)])
    common = wiring.common(configuration, naming)
    keys = BackupKeys("keys", wiring.backup_keys(configuration, common), here)
    with_key = wiring.with_data_key(common, keys)
    Vault("vault", wiring.vault_outside(configuration, common), here)
    Storage("storage", wiring.storage_outside(configuration, with_key), here)
    registry = Registry("registry", wiring.registry_outside(configuration, with_key), here)
    Access("access", wiring.access_outside(configuration, naming, registry), here)
    if (above := wiring.parent_zone(configuration, common)) is not None:
        # For the registrar, who is told once.
        pulumi.export("parentNameServers", ParentZone("parent-zone", above, here).name_servers)


def _provider(configuration: Configuration, naming: Naming) -> Provider:
    return Provider(
        "aws-backup-account",
        region=naming.region,
        allowed_account_ids=[naming.account],
        default_tags=default_tags(configuration.system, naming.environment),
    )
