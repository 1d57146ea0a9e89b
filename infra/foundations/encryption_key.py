"""Declares one customer-managed KMS key, the same way in every region."""

from __future__ import annotations

import pulumi
from pulumi_aws import kms

from infra import iam
from infra.common import CommonArgs

ROTATION_DAYS = 365
# The longest that KMS offers: what a deleted key has encrypted is lost for good.
DELETION_WINDOW_DAYS = 30
# The name of the key of copies of secrets, which the backup account has one of, too.
SECRET_COPIES = "secret-copies"  # noqa: S105  # a name


def declare_key(
    name: str,
    purpose: str,
    common: CommonArgs,
    *statements: iam.Statement,
    parent: pulumi.Resource,
    multi_region: bool = False,
) -> pulumi.Output[str]:
    """A key with an alias, rotated every year; answers the key's ARN.

    Args:
        name: the key's, within the environment.
        purpose: what it encrypts.
        common: names, and whether the key is protected, and stays when the stack does not want it any more.
        statements: what other services may do with it; the account's own policies always decide.
        parent: the component that it belongs to.
        multi_region: other regions can have a replica of it, which decrypts what it has encrypted.
    """
    key = kms.Key(
        name,
        description=f"{purpose} of {common.naming.prefix}",
        policy=iam.document(iam.administer_key(common.naming.root_arn), *statements),
        multi_region=multi_region or None,
        enable_key_rotation=True,
        rotation_period_in_days=ROTATION_DAYS,
        deletion_window_in_days=DELETION_WINDOW_DAYS,
        # Retained: without its key every copy and backup is unreadable.
        opts=pulumi.ResourceOptions(parent=parent, protect=common.protect, retain_on_delete=common.protect),
    )
    kms.Alias(
        name,
        name=f"alias/{common.naming.named(name)}",
        target_key_id=key.key_id,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    return key.arn


def declare_replica(
    name: str,
    purpose: str,
    common: CommonArgs,
    primary: pulumi.Input[str],
    parent: pulumi.Resource,
) -> pulumi.Output[str]:
    """A multi-region key in another region as well; answers the replica's ARN.

    Args:
        name: the key's, within the environment.
        purpose: what it encrypts.
        common: as for the key; of the replica's region.
        primary: the key's ARN.
        parent: the component that the replica belongs to.
    """
    replica = kms.ReplicaKey(
        name,
        primary_key_arn=primary,
        description=f"{purpose} of {common.naming.prefix}",
        policy=iam.document(iam.administer_key(common.naming.root_arn)),
        deletion_window_in_days=DELETION_WINDOW_DAYS,
        # Ignored: it stays what it is when the region of its original is lost.
        opts=pulumi.ResourceOptions(
            parent=parent,
            protect=common.protect,
            retain_on_delete=common.protect,
            ignore_changes=["primaryKeyArn"],
        ),
    )
    kms.Alias(
        name,
        name=f"alias/{common.naming.named(name)}",
        target_key_id=replica.key_id,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    return replica.arn
