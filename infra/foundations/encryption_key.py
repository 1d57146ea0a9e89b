"""Declares one customer-managed KMS key, the same way in every region."""

from __future__ import annotations

import pulumi
from pulumi_aws import kms

from infra import iam
from infra.naming import Naming

ROTATION_DAYS = 365
# The longest that KMS offers: what a deleted key has encrypted is lost for good.
DELETION_WINDOW_DAYS = 30


def declare_key(
    name: str,
    purpose: str,
    naming: Naming,
    *statements: iam.Statement,
    protect: bool,
    parent: pulumi.Resource,
    multi_region: bool = False,
) -> pulumi.Output[str]:
    """A key with an alias, rotated every year; answers the key's ARN.

    Args:
        name: the key's, within the environment.
        purpose: what it encrypts.
        naming: names and ARNs.
        statements: what other services may do with it; the account's own policies always decide.
        protect: the key is protected, and stays when the stack does not want it any more.
        parent: the component that it belongs to.
        multi_region: other regions can have a replica of it, which decrypts what it has encrypted.
    """
    key = kms.Key(
        name,
        description=f"{purpose} of {naming.prefix}",
        policy=iam.document(iam.administer_key(naming.root_arn), *statements),
        multi_region=multi_region or None,
        enable_key_rotation=True,
        rotation_period_in_days=ROTATION_DAYS,
        deletion_window_in_days=DELETION_WINDOW_DAYS,
        # Retained: without its key every copy and backup is unreadable.
        opts=pulumi.ResourceOptions(parent=parent, protect=protect, retain_on_delete=protect),
    )
    kms.Alias(
        name,
        name=f"alias/{naming.named(name)}",
        target_key_id=key.key_id,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    return key.arn


def declare_replica(
    name: str,
    purpose: str,
    naming: Naming,
    primary: pulumi.Input[str],
    *,
    protect: bool,
    parent: pulumi.Resource,
) -> pulumi.Output[str]:
    """A multi-region key in another region as well; answers the replica's ARN.

    Args:
        name: the key's, within the environment.
        purpose: what it encrypts.
        naming: names and ARNs, of the replica's region.
        primary: the key's ARN.
        protect: as for the key.
        parent: the component that the replica belongs to.
    """
    replica = kms.ReplicaKey(
        name,
        primary_key_arn=primary,
        description=f"{purpose} of {naming.prefix}",
        policy=iam.document(iam.administer_key(naming.root_arn)),
        deletion_window_in_days=DELETION_WINDOW_DAYS,
        # Ignored: it stays what it is when the region of its original is lost.
        opts=pulumi.ResourceOptions(
            parent=parent, protect=protect, retain_on_delete=protect, ignore_changes=["primaryKeyArn"]
        ),
    )
    kms.Alias(
        name,
        name=f"alias/{naming.named(name)}",
        target_key_id=replica.key_id,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    return replica.arn
