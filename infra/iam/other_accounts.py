"""Statements about things of another account, and about what another account may do with ours.

Whoever is named as a principal has to exist; the roles of the other account may not yet, or not any more. So
the account is the principal, and the role a condition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from infra.iam.documents import Arn, Statement, allow

_USE = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]


def only_roles(roles: Sequence[str], more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The condition that one of the named roles asks."""
    wanted: Any = roles[0] if len(roles) == 1 else list(roles)
    return {"ArnEquals": {"aws:PrincipalArn": wanted}, **(more or {})}


def share_key(root_arn: str) -> list[Statement]:
    """Services of another account read, for a copy, what a key encrypts; for a key's policy.

    AWS Backup developer guide, "Creating backup copies across AWS accounts": RDS's snapshots are encrypted
    with the instance's key, which is to be shared with the account that they are copied to. Grants are for
    services alone (KMS developer guide, "Allowing users in other accounts to use a KMS key").
    """
    return [
        allow("SharedWithAccount", _USE, ["*"], principal={"AWS": root_arn}),
        allow(
            "ServicesOfAccount",
            ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
            ["*"],
            principal={"AWS": root_arn},
            condition={"Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    ]


def roles_use_key(
    root_arn: str, roles: Sequence[str], actions: Sequence[str], *, sid: str, via: str | None = None
) -> Statement:
    """Roles of another account use a key; for a key's policy.

    Args:
        root_arn: the account.
        roles: their ARNs.
        actions: what for.
        sid: the statement's name.
        via: the one service through which; None for any way.
    """
    through = {"StringEquals": {"kms:ViaService": via}} if via else None
    return allow(sid, actions, ["*"], principal={"AWS": root_arn}, condition=only_roles(roles, through))


def use_key_by_alias(
    alias_arn: str, actions: Sequence[str], *, sid: str, via: str | None = None
) -> Statement:
    """Use a key of another account that is known by its alias (KMS developer guide, "Use aliases to control
    access to KMS keys": a policy names keys, and the condition the alias).
    """
    place, alias = alias_arn.rsplit(":", 1)
    condition: dict[str, Any] = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": alias}}
    if via:
        condition["StringEquals"] = {"kms:ViaService": via}
    return allow(sid, actions, [f"{place}:key/*"], condition=condition)


def encrypt_replicas_outside(alias_arn: str, region: str) -> Statement:
    """S3 encrypts copies in another account, as it does in this one (`encrypt_replicas`)."""
    actions = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]
    return use_key_by_alias(alias_arn, actions, sid="WriteKeyOutside", via=f"s3.{region}.amazonaws.com")


def encrypt_copies_outside(alias_arn: str) -> Statement:
    """Encrypt with a key of another account and see that it can be read again (`encrypt_copies`)."""
    return use_key_by_alias(alias_arn, ["kms:Decrypt", "kms:Encrypt"], sid="EncryptCopiesOutside")


def copy_into_vault(root_arn: str) -> Statement:
    """AWS Backup brings copies of another account into a vault; for a vault's policy (the same guide)."""
    return allow("CopyIntoVault", ["backup:CopyIntoBackupVault"], ["*"], principal={"AWS": root_arn})


def replicated_by(root_arn: str, role: str, bucket: Arn) -> list[Statement]:
    """S3 writes copies from another account; for a bucket's policy (S3 user guide, "Configuring replication
    for buckets in different accounts").
    """
    objects = ["s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"]
    return [
        _on_bucket("ReplicateObjects", objects, f"{bucket}/*", root_arn, role),
        _on_bucket("SeeVersioning", ["s3:GetBucketVersioning", "s3:ListBucket"], bucket, root_arn, role),
    ]


def read_by_role(root_arn: str, role: str, bucket: Arn) -> list[Statement]:
    """A role of another account reads every version with its locks, archived ones too; for a bucket's policy.

    Whoever may not see locks is told of none (S3 user guide, "Object Lock considerations").
    """
    objects = [
        "s3:GetObject",
        "s3:GetObjectLegalHold",
        "s3:GetObjectRetention",
        "s3:GetObjectTagging",
        "s3:GetObjectVersion",
        "s3:GetObjectVersionTagging",
        "s3:RestoreObject",  # of what is archived
    ]
    return [
        _on_bucket("ReadVersions", objects, f"{bucket}/*", root_arn, role),
        _on_bucket(
            "ListVersions",
            ["s3:GetBucketObjectLockConfiguration", "s3:ListBucket", "s3:ListBucketVersions"],
            bucket,
            root_arn,
            role,
        ),
    ]


def _on_bucket(sid: str, actions: Sequence[str], resource: Arn, root_arn: str, role: str) -> Statement:
    """One role of another account with the objects of a bucket, or with the bucket itself."""
    return allow(sid, actions, [resource], principal={"AWS": root_arn}, condition=only_roles([role]))


def replicate_images(root_arn: str, repositories: Arn) -> Statement:
    """ECR writes copies from another account; for a registry's policy (ECR user guide, "Granting registry
    permissions for cross account replication"). It makes no repositories: those would have tags that move.
    """
    return allow("ReplicateImages", ["ecr:ReplicateImage"], [repositories], principal={"AWS": root_arn})


def pull_images(root_arn: str, role: str) -> Statement:
    """A role of another account reads images; for a repository's policy, which names no resource."""
    return allow(
        "PullImages",
        ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        principal={"AWS": root_arn},
        condition=only_roles([role]),
    )
