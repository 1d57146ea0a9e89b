"""Declares one bucket with everything that makes it safe, the same way in every region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
from pulumi_aws import s3

from infra import iam
from infra.configuration.buckets import ABORT_UPLOADS_AFTER
from infra.naming import bucket_arn


@dataclass(frozen=True)
class Lifecycle:
    """How long objects are kept, in days; see the catalogue."""

    expire_after: int | None
    infrequent_after: int | None
    archive_after: int | None
    noncurrent_expire_after: int
    expire_folders: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class SafeBucketArgs:
    """What a bucket is made of.

    Args:
        physical_name: S3's name of it.
        key: encrypts the objects; None leaves it to S3's own key.
        lifecycle: how long what is kept.
        lock_days: days for which versions cannot be removed; 0 for none.
        compliance: the lock holds against everybody, the account's root user included; otherwise
            somebody with a special permission can lift it.
        statements: what its policy allows others.
        protect: it cannot be removed by mistake, and stays when it is not declared any more.
    """

    physical_name: str
    key: pulumi.Input[str] | None
    lifecycle: Lifecycle
    lock_days: int
    compliance: bool
    protect: bool
    statements: tuple[iam.Statement, ...] = ()

    @property
    def arn(self) -> str:
        """Known before the bucket exists."""
        return bucket_arn(self.physical_name)


@dataclass(frozen=True)
class SafeBucket:
    """A declared bucket; `policy` and `versioning` are there for what has to wait for them."""

    bucket: s3.Bucket
    policy: s3.BucketPolicy
    versioning: s3.BucketVersioning


def declare_bucket(
    name: str,
    args: SafeBucketArgs,
    parent: pulumi.Resource,
    provider: pulumi.ProviderResource | None = None,
) -> SafeBucket:
    """A bucket: versioned, encrypted, over TLS only, closed to the public, owned by the account alone.

    Args:
        name: of all its resources in the program.
        args: what it is made of.
        parent: the component that it belongs to.
        provider: of another region than the component's.
    """
    opts = pulumi.ResourceOptions(parent=parent, provider=provider)
    bucket = s3.Bucket(
        name,
        bucket=args.physical_name,
        object_lock_enabled=True if args.lock_days else None,
        # What is not protected is thrown away with all that is in it, access logs for one.
        force_destroy=not args.protect,
        # Retained: a bucket is the only place where its objects are.
        opts=pulumi.ResourceOptions(
            parent=parent, provider=provider, protect=args.protect, retain_on_delete=args.protect
        ),
    )
    s3.BucketPublicAccessBlock(
        name,
        bucket=bucket.id,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=opts,
    )
    s3.BucketOwnershipControls(
        name,
        bucket=bucket.id,
        rule=s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
        opts=opts,
    )
    _encryption(name, bucket, args.key, opts)
    _lifecycle(name, bucket, args.lifecycle, opts)
    policy = s3.BucketPolicy(
        name,
        bucket=bucket.id,
        policy=iam.document(iam.refuse_plaintext_transport(args.arn), *args.statements),
        opts=opts,
    )
    versioning = s3.BucketVersioning(
        name,
        bucket=bucket.id,
        versioning_configuration=s3.BucketVersioningVersioningConfigurationArgs(status="Enabled"),
        opts=opts,
    )
    if args.lock_days:
        after = pulumi.ResourceOptions(parent=parent, provider=provider, depends_on=[versioning])
        _object_lock(name, bucket, args, after)
    return SafeBucket(bucket, policy, versioning)


def _encryption(
    name: str, bucket: s3.Bucket, key: pulumi.Input[str] | None, opts: pulumi.ResourceOptions
) -> None:
    default = s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
        sse_algorithm="AES256" if key is None else "aws:kms", kms_master_key_id=key
    )
    rule = s3.BucketServerSideEncryptionConfigurationRuleArgs(
        apply_server_side_encryption_by_default=default,
        # One call to KMS for many objects instead of one for each.
        bucket_key_enabled=key is not None,
    )
    s3.BucketServerSideEncryptionConfiguration(name, bucket=bucket.id, rules=[rule], opts=opts)


def _lifecycle(name: str, bucket: s3.Bucket, lifecycle: Lifecycle, opts: pulumi.ResourceOptions) -> None:
    classes = ((lifecycle.infrequent_after, "STANDARD_IA"), (lifecycle.archive_after, "GLACIER"))
    transitions = [
        s3.BucketLifecycleConfigurationRuleNoncurrentVersionTransitionArgs(
            noncurrent_days=days, storage_class=storage_class
        )
        for days, storage_class in classes
        if days is not None
    ]
    expiration = None
    if lifecycle.expire_after is not None:
        expiration = s3.BucketLifecycleConfigurationRuleExpirationArgs(days=lifecycle.expire_after)
    rule = s3.BucketLifecycleConfigurationRuleArgs(
        id="retention",
        status="Enabled",
        filter=s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
        abort_incomplete_multipart_upload=(
            s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
                days_after_initiation=ABORT_UPLOADS_AFTER
            )
        ),
        expiration=expiration,
        noncurrent_version_transitions=transitions or None,
        noncurrent_version_expiration=s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
            noncurrent_days=lifecycle.noncurrent_expire_after
        ),
    )
    folders = [_folder(folder, days) for folder, days in sorted(lifecycle.expire_folders.items())]
    s3.BucketLifecycleConfiguration(name, bucket=bucket.id, rules=[rule, *folders], opts=opts)


def _folder(folder: str, days: int) -> s3.BucketLifecycleConfigurationRuleArgs:
    return s3.BucketLifecycleConfigurationRuleArgs(
        id=folder.rstrip("/"),
        status="Enabled",
        filter=s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=folder),
        expiration=s3.BucketLifecycleConfigurationRuleExpirationArgs(days=days),
    )


def _object_lock(
    name: str,
    bucket: s3.Bucket,
    args: SafeBucketArgs,
    opts: pulumi.ResourceOptions,
) -> None:
    retention = s3.BucketObjectLockConfigurationRuleDefaultRetentionArgs(
        mode="COMPLIANCE" if args.compliance else "GOVERNANCE", days=args.lock_days
    )
    s3.BucketObjectLockConfiguration(
        name,
        bucket=bucket.id,
        rule=s3.BucketObjectLockConfigurationRuleArgs(default_retention=retention),
        opts=opts,
    )
