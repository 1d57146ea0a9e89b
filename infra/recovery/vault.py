"""Vaults of AWS Backup: where snapshots are, under a lock, and where they come back to."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_aws import backup

from infra import iam
from infra.common import CommonArgs, CommonArgsWithDataKey
from infra.configuration.backup_account import RESTORE
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
        copied_from: the account, as a principal, that copies come from and go back to; None for none.
    """

    common: CommonArgs
    lock_days: int
    copied_from: str | None = None


class Vault(pulumi.ComponentResource):
    """The vault of a place. Keeps S3-2.

    Produces the vault, its key, and in prod its lock; where another account copies into it, the policies that
    let it.
    """

    vault_name: str
    arn: pulumi.Output[str]
    name: pulumi.Output[str]

    def __init__(self, name: str, args: VaultArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:backup:Vault", name, None, opts)
        self.vault_name = args.common.naming.prefix
        other = args.copied_from
        # What is copied from here is read there with this key.
        shared = iam.share_key(other) if other else []
        vault = backup.Vault(
            "backup",
            name=self.vault_name,
            kms_key_arn=declare_key("backup", "Snapshots", args.common, *shared, parent=self),
            force_destroy=not args.common.protect,
            opts=pulumi.ResourceOptions(parent=self, protect=args.common.protect),
        )
        self.arn, self.name = vault.arn, vault.name
        if other:
            _grant_copies("backup", vault, other, self)
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


@dataclass(frozen=True)
class RestoreVaultArgs:
    """What comes back, and from where.

    Args:
        common: names, rules and keys of the place.
        account: the backup account, as a principal.
    """

    common: CommonArgsWithDataKey
    account: str


class RestoreVault(pulumi.ComponentResource):
    """Where copies come back to from the backup account, on the day. Keeps ENV-6.

    AWS Backup encrypts a copy with the key of its vault, and what RDS restores of it stays so
    (terraform-provider-aws#19984): a vault of the database's own key, since an instance with another one
    could only be replaced. It has no lock, and is empty before that day.
    """

    def __init__(self, name: str, args: RestoreVaultArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:backup:RestoreVault", name, None, opts)
        vault = backup.Vault(
            RESTORE,
            name=args.common.naming.named(RESTORE),
            kms_key_arn=args.common.data_key,
            force_destroy=not args.common.protect,
            opts=pulumi.ResourceOptions(parent=self, protect=args.common.protect),
        )
        _grant_copies(RESTORE, vault, args.account, self)
        self.register_outputs({})


def _grant_copies(name: str, vault: backup.Vault, account: str, parent: pulumi.Resource) -> None:
    backup.VaultPolicy(
        name,
        backup_vault_name=vault.name,
        policy=iam.document(iam.copy_into_vault(account)),
        opts=pulumi.ResourceOptions(parent=parent),
    )
