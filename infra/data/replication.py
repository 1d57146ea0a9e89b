"""The copy of a bucket in the recovery region, which S3 itself keeps the same."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_aws import iam as aws_iam
from pulumi_aws import s3

from infra import iam
from infra.configuration.buckets import Bucket, replication_role
from infra.data.safe_bucket import SafeBucket
from infra.naming import Naming

# The name of the one rule of each bucket; the metrics of replication have it as a dimension.
RULE = "recovery"

# Replication Time Control copies 99.99 percent of new objects within so many minutes, and AWS answers for it
# (S3 user guide, "Meeting compliance requirements using S3 Replication Time Control"). Without it S3
# promises nothing; the runbooks lose an hour at most (contract DR-5). It costs 1.5 cents for each gigabyte.
# S3 takes 15 alone (API reference, ReplicationTimeValue).
MINUTES = 15


@dataclass(frozen=True)
class ReplicationArgs:
    """What is copied, and how.

    Args:
        naming: names and ARNs, of the region that is copied from.
        definition: the bucket in the catalogue.
        source: the bucket.
        source_arn: its ARN, known before it exists.
        source_key: ARN of the key that encrypts it; None for S3's own.
        copy: the bucket in the recovery region.
        copy_arn: its ARN, known before it exists.
        copy_key: ARN of the key there that encrypts the copies; None for S3's own.
    """

    naming: Naming
    definition: Bucket
    source: SafeBucket
    source_arn: str
    source_key: pulumi.Input[str] | None
    copy: SafeBucket
    copy_arn: str
    copy_key: pulumi.Input[str] | None


def declare_replication(args: ReplicationArgs, parent: pulumi.Resource) -> pulumi.Output[str]:
    """Has S3 copy every new object of a bucket, with metrics of what is late or has failed.

    What was in the bucket before is not copied (S3 Batch Replication does that, once and by hand); a bucket
    that is made together with its replication has nothing before it.

    Answers the name of the role that S3 takes for it, which reads and writes these two buckets and no other.
    """
    name = args.definition.name
    role = _role(args, parent)
    s3.BucketReplicationConfig(
        name,
        bucket=args.source.bucket.id,
        role=role.arn,
        rules=[_rule(args)],
        # S3 refuses to copy before both sides keep versions.
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[args.source.versioning, args.copy.versioning]),
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
            iam.replicate_to(args.copy_arn, deletions=definition.replicates_deletions),
            *_with_keys(args),
        ),
        opts=here,
    )
    return role


def _with_keys(args: ReplicationArgs) -> list[iam.Statement]:
    """What S3 encrypts with its own key it needs no right for."""
    if args.source_key is None or args.copy_key is None:
        return []
    naming = args.naming
    return [
        iam.decrypt_through([args.source_key], f"s3.{naming.region}.amazonaws.com", sid="ReadKey"),
        iam.encrypt_replicas(args.copy_key, naming.recovery_region),
    ]


def _rule(args: ReplicationArgs) -> s3.BucketReplicationConfigRuleArgs:
    encrypted = s3.BucketReplicationConfigRuleSourceSelectionCriteriaSseKmsEncryptedObjectsArgs(
        status="Enabled"
    )
    destination = s3.BucketReplicationConfigRuleDestinationArgs(
        bucket=args.copy.bucket.arn,
        storage_class=args.definition.copy_class,
        encryption_configuration=(
            s3.BucketReplicationConfigRuleDestinationEncryptionConfigurationArgs(
                replica_kms_key_id=args.copy_key
            )
            if args.copy_key is not None
            else None
        ),
        replication_time=s3.BucketReplicationConfigRuleDestinationReplicationTimeArgs(
            status="Enabled",
            time=s3.BucketReplicationConfigRuleDestinationReplicationTimeTimeArgs(minutes=MINUTES),
        ),
        metrics=s3.BucketReplicationConfigRuleDestinationMetricsArgs(
            status="Enabled",
            event_threshold=s3.BucketReplicationConfigRuleDestinationMetricsEventThresholdArgs(
                minutes=MINUTES
            ),
        ),
    )
    return s3.BucketReplicationConfigRuleArgs(
        id=RULE,
        status="Enabled",
        priority=1,
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
        destination=destination,
    )
