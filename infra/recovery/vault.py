"""A vault of AWS Backup: where snapshots are, under a key of their own and a lock."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_aws import backup

from infra.common import CommonArgs
from infra.foundations.encryption_key import declare_key
from infra.foundations.replacement import delete_before_replace

# The least that AWS Backup takes; after these days nobody can lift the lock, the root user neither.
LOCK_CHANGEABLE_DAYS = 3


@dataclass(frozen=True)
class VaultArgs:
    """How strictly snapshots are kept.

    Args:
        common: names and rules of the place; `protect` is for the vault and its key.
        lock_days: days before which nobody removes one; 0 for no lock.
    """

    common: CommonArgs
    lock_days: int


class Vault(pulumi.ComponentResource):
    """The vault of a place. Keeps S3-2.

    Produces the vault, its key, and in prod its lock.
    """

    vault_name: str
    arn: pulumi.Output[str]
    name: pulumi.Output[str]

    def __init__(self, name: str, args: VaultArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:backup:Vault", name, None, opts)
        self.vault_name = args.common.naming.prefix
        vault = backup.Vault(
            "backup",
            name=self.vault_name,
            kms_key_arn=declare_key("backup", "Snapshots", args.common, parent=self),
            force_destroy=not args.common.protect,
            opts=pulumi.ResourceOptions(parent=self, protect=args.common.protect),
        )
        self.arn, self.name = vault.arn, vault.name
        if args.lock_days:
            backup.VaultLockConfiguration(
                "backup",
                backup_vault_name=vault.name,
                # Not the retention: that may grow later, and a lock can never be changed again.
                min_retention_days=args.lock_days,
                changeable_for_days=LOCK_CHANGEABLE_DAYS,
                opts=delete_before_replace(self),
            )
        self.register_outputs({})
