"""The copies of a bucket, in the recovery region and in another account, which S3 itself keeps the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import iam as aws_iam
from pulumi_aws import s3

from infra import iam
from infra.configuration.buckets import BACKUP_ACCOUNT_RULE, RECOVERY_RULE, Bucket, replication_role
from infra.data.safe_bucket import SafeBucket
from infra.foundations.busy import created_when_versioned
from infra.naming import Naming, bucket_arn

# Replication Time Control copies 99.99 percent of new objects within so many minutes, and AWS answers for it
# (S3 user guide, "Meeting compliance requirements using S3 Replication Time Control"). Without it S3
# promises nothing; the runbooks lose an hour at most (contract DR-5). It costs 1.5 cents for each gigabyte.
# S3 takes 15 alone (API reference, ReplicationTimeValue).
MINUTES = 15


@dataclass(frozen=True)
class Copy:
    """Where a bucket is copied to.

    Args:
        rule: the name of the rule.
        arn: the bucket's ARN, known before it exists.
        bucket: the same, of the bucket where this stack declares it.
        region: where it is.
        key: the ARN of the key there, or of its alias, that encrypts the copies; None for S3's own.
        use_key: what S3 may do with that key; None for S3's own.
        account: another account that it belongs to; empty for this one.
        in_time: S3 answers for the time that it takes.
        after: what there has to be before.
    """

    rule: str
    arn: str
    bucket: pulumi.Input[str]
    region: str
    key: pulumi.Input[str] | None
    use_key: iam.Statement | None
    account: str = ""
    in_time: bool = True
    after: tuple[pulumi.Resource, ...] = ()


def copy_in_recovery_region(
    naming: Naming, name: str, copy: SafeBucket, key: pulumi.Input[str] | None
) -> Copy:
    """The copy in the other place.

    Args:
        naming: names, of the region that is copied from.
        name: the bucket's in the catalogue.
        copy: the bucket there.
        key: ARN of the key there; None for S3's own.
    """
    there = naming.in_recovery_region
    return Copy(
        RECOVERY_RULE,
        bucket_arn(there.bucket(name)),
        copy.bucket.arn,
        there.region,
        key,
        iam.encrypt_replicas(key, there.region) if key is not None else None,
        # S3 refuses to copy before both sides keep versions.
        after=(copy.versioning,),
    )


def copy_in_backup_account(naming: Naming, name: str, *, encrypted: bool) -> Copy | None:
    """The copy in the other account, which another stack declares; None where nothing leaves this one.

    Args:
        naming: names, of the region that is copied from.
        name: the bucket's in the catalogue.
        encrypted: with a key of ours.
    """
    outside = naming.in_backup_account
    if outside is None:
        return None
    arn, key = bucket_arn(outside.bucket(name)), outside.alias_arn("data")
    return Copy(
        BACKUP_ACCOUNT_RULE,
        arn,
        arn,
        outside.region,
        key if encrypted else None,
        iam.encrypt_replicas_outside(key, outside.region) if encrypted else None,
        account=outside.account,
        # No runbook promises a time for what an emptied account is built again from.
        in_time=False,
    )


@dataclass(frozen=True)
class ReplicationArgs:
    """What is copied, and where to.

    Args:
        naming: names and ARNs, of the region that is copied from.
        definition: the bucket in the catalogue.
        source: the bucket.
        source_arn: its ARN, known before it exists.
        source_key: ARN of the key that encrypts it; None for S3's own.
        copies: one or several.
    """

    naming: Naming
    definition: Bucket
    source: SafeBucket
    source_arn: str
    source_key: pulumi.Input[str] | None
    copies: Sequence[Copy]


def declare_replication(args: ReplicationArgs, parent: pulumi.Resource) -> pulumi.Output[str]:
    """Has S3 copy every new object of a bucket, with metrics of what is late or has failed.

    What was in the bucket before is not copied (S3 Batch Replication does that, once and by hand); a bucket
    that is made together with its replication has nothing before it.

    Answers the name of the role that S3 takes for it, which reads and writes these buckets and no other.
    """
    name = args.definition.name
    role = _role(args, parent)
    s3.BucketReplicationConfig(
        name,
        bucket=args.source.bucket.id,
        role=role.arn,
        rules=[_rule(args, copy, priority) for priority, copy in enumerate(args.copies, start=1)],
        opts=pulumi.ResourceOptions(
            parent=parent,
            depends_on=[args.source.versioning, *(each for copy in args.copies for each in copy.after)],
            hooks=created_when_versioned(f"replication-{name}"),
        ),
    )
    return role.name


def _role(args: ReplicationArgs, parent: pulumi.Resource) -> aws_iam.Role:
    naming, definition, here = args.naming, args.definition, pulumi.ResourceOptions(parent=parent)
    name = replication_role(definition.name)
    role = aws_iam.Role(
        name,
        name=naming.named(name),
        description=f"S3 copies {definition.name} to the recovery region",
        assume_role_policy=iam.document(iam.trust_service("s3.amazonaws.com")),
        opts=here,
    )
    aws_iam.RolePolicy(
        name,
        name="copy",
        role=role.name,
        policy=iam.document(
            *iam.replicate_from(
                args.source_arn, locked=bool(definition.lock or definition.lock_where_backups_are_locked)
            ),
            iam.replicate_to([copy.arn for copy in args.copies], deletions=definition.replicates_deletions),
            *_with_keys(args),
        ),
        opts=here,
    )
    return role


def _with_keys(args: ReplicationArgs) -> list[iam.Statement]:
    """What S3 encrypts with its own key it needs no right for."""
    used = [copy.use_key for copy in args.copies if copy.use_key is not None]
    if args.source_key is None or not used:
        return []
    through = f"s3.{args.naming.region}.amazonaws.com"
    return [iam.decrypt_through([args.source_key], through, sid="ReadKey"), *used]


def _rule(args: ReplicationArgs, copy: Copy, priority: int) -> s3.BucketReplicationConfigRuleArgs:
    encrypted = s3.BucketReplicationConfigRuleSourceSelectionCriteriaSseKmsEncryptedObjectsArgs(
        status="Enabled"
    )
    return s3.BucketReplicationConfigRuleArgs(
        id=copy.rule,
        status="Enabled",
        priority=priority,
        filter=s3.BucketReplicationConfigRuleFilterArgs(prefix=""),
        # Of one version by its id, and by lifecycle rules, deletions are never copied.
        delete_marker_replication=s3.BucketReplicationConfigRuleDeleteMarkerReplicationArgs(
            status="Enabled" if args.definition.replicates_deletions else "Disabled"
        ),
        source_selection_criteria=(
            s3.BucketReplicationConfigRuleSourceSelectionCriteriaArgs(sse_kms_encrypted_objects=encrypted)
            if args.source_key is not None
            else None
        ),
        destination=_destination(args.definition, copy),
    )


def _destination(definition: Bucket, copy: Copy) -> s3.BucketReplicationConfigRuleDestinationArgs:
    time = s3.BucketReplicationConfigRuleDestinationReplicationTimeArgs(
        status="Enabled",
        time=s3.BucketReplicationConfigRuleDestinationReplicationTimeTimeArgs(minutes=MINUTES),
    )
    threshold = s3.BucketReplicationConfigRuleDestinationMetricsEventThresholdArgs(minutes=MINUTES)
    return s3.BucketReplicationConfigRuleDestinationArgs(
        bucket=copy.bucket,
        account=copy.account or None,
        storage_class=definition.copy_class,
        encryption_configuration=(
            s3.BucketReplicationConfigRuleDestinationEncryptionConfigurationArgs(replica_kms_key_id=copy.key)
            if copy.key is not None
            else None
        ),
        replication_time=time if copy.in_time else None,
        metrics=s3.BucketReplicationConfigRuleDestinationMetricsArgs(
            status="Enabled", event_threshold=threshold if copy.in_time else None
        ),
    )
