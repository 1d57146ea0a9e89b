"""The keys of the backup account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from infra import iam
from infra.common import CommonArgs
from infra.foundations.encryption_key import SECRET_COPIES, declare_key


@dataclass(frozen=True)
class BackupKeysArgs:
    """Who of the environment's account uses them.

    Args:
        common: names and rules, of the backup account.
        account: the environment's account, as a principal.
        replicate: ARNs of the roles with which S3 writes copies.
        seal: ARN of the role that encrypts snapshots of secrets.
        recover: ARN of the role that reads all of it on the day.
    """

    common: CommonArgs
    account: str
    replicate: Sequence[str]
    seal: str
    recover: str


class BackupKeys(pulumi.ComponentResource):
    """The KMS keys of copies, which the environment's account uses by their aliases and cannot remove.

    Produces a key and an alias each for files and images, and for snapshots of secrets; that of database
    snapshots is the vault's.
    """

    data: pulumi.Output[str]

    def __init__(self, name: str, args: BackupKeysArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:backup:BackupKeys", name, None, opts)
        s3 = f"s3.{args.common.naming.region}.amazonaws.com"
        self.data = declare_key(
            "data",
            "Copies of buckets and images",
            args.common,
            iam.roles_use_key(
                args.account,
                args.replicate,
                ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
                sid="WriteCopies",
                via=s3,
            ),
            iam.roles_use_key(args.account, [args.recover], ["kms:Decrypt"], sid="ReadCopies", via=s3),
            parent=self,
        )
        declare_key(
            SECRET_COPIES,
            "Snapshots of secrets",
            args.common,
            # The function reads back what it has encrypted: a snapshot that cannot be read is none.
            iam.roles_use_key(args.account, [args.seal], ["kms:Decrypt", "kms:Encrypt"], sid="Seal"),
            iam.roles_use_key(args.account, [args.recover], ["kms:Decrypt"], sid="Open"),
            parent=self,
        )
        self.register_outputs({})
