"""Object storage: the catalogue's buckets, each with everything that makes it safe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import iam as aws_iam
from pulumi_aws import s3

from infra import iam
from infra.bucket_catalogue import ABORT_UPLOADS_AFTER, ACCESS_LOG_DAYS, ACCESS_LOGS, Bucket
from infra.encryption_key import declare_key
from infra.naming import Naming


@dataclass(frozen=True)
class StorageArgs:
    """What is stored, and how strictly.

    Args:
        naming: names and ARNs.
        buckets: the catalogue.
        data_key: encrypts the objects.
        lock_backups: backups are locked and copied to the recovery region.
        compliance: locks hold against everybody, the account's root user included; otherwise somebody
            with a special permission can lift them.
        protect: buckets cannot be removed by mistake, and stay when they are not declared any more.
        recovery_provider: AWS in the recovery region.
    """

    naming: Naming
    buckets: Sequence[Bucket]
    data_key: pulumi.Input[str]
    lock_backups: bool
    compliance: bool
    protect: bool
    recovery_provider: pulumi.ProviderResource


class Storage(pulumi.ComponentResource):
    """The buckets of an environment. Keeps S3-1, S3-2 and S3-3.

    Produces each bucket with versioning, encryption, lifecycle rules, ownership, closed public access,
    TLS only, access logs, object lock where the catalogue says so, and the copy of the backups.
    """

    names: dict[str, str]
    arns: dict[str, pulumi.Output[str]]

    def __init__(self, name: str, args: StorageArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:storage:Storage", name, None, opts)
        self._args = args
        # Retained: a bucket is the only place where its objects are.
        self._kept = pulumi.ResourceOptions(parent=self, protect=args.protect, retain_on_delete=args.protect)
        self._here = pulumi.ResourceOptions(parent=self)
        self.names = {bucket.name: args.naming.bucket(bucket.name) for bucket in args.buckets}
        logs = self._access_logs()
        self.arns = {bucket.name: self._bucket(bucket, logs) for bucket in args.buckets}
        self.register_outputs({})

    def _access_logs(self) -> s3.Bucket:
        name = self._args.naming.bucket(ACCESS_LOGS)
        bucket = s3.Bucket(ACCESS_LOGS, bucket=name, opts=self._kept)
        sources = [f"arn:aws:s3:::{source}" for source in self.names.values()]
        _, self._logs_policy = self._basics(
            ACCESS_LOGS,
            bucket,
            # S3 delivers its own logs only to buckets with its own key.
            s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
                sse_algorithm="AES256"
            ),
            iam.deliver_access_logs(bucket.arn, sources, self._args.naming.account),
            self._here,
        )
        self._lifecycle(
            Bucket(ACCESS_LOGS, "", expire_after=ACCESS_LOG_DAYS, noncurrent_expire_after=1),
            bucket,
            self._here,
        )
        return bucket

    def _bucket(self, definition: Bucket, logs: s3.Bucket) -> pulumi.Output[str]:
        args, name = self._args, definition.name
        lock = definition.lock or (definition.lock_where_backups_are_locked if args.lock_backups else 0)
        bucket = s3.Bucket(
            name, bucket=self.names[name], object_lock_enabled=True if lock else None, opts=self._kept
        )
        versioning, _ = self._basics(name, bucket, _encryption(args.data_key), None, self._here)
        self._lifecycle(definition, bucket, self._here)
        s3.BucketLogging(
            name,
            bucket=bucket.id,
            target_bucket=logs.id,
            target_prefix=f"{name}/",
            # S3 refuses to log where it may not write.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self._logs_policy]),
        )
        if lock:
            self._object_lock(name, bucket, lock, versioning, self._here)
        if definition.replicated and args.lock_backups:
            self._replication(definition, bucket, lock, versioning)
        return bucket.arn

    def _basics(
        self,
        name: str,
        bucket: s3.Bucket,
        encryption: s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs,
        statement: iam.Statement | None,
        opts: pulumi.ResourceOptions,
    ) -> tuple[s3.BucketVersioning, s3.BucketPolicy]:
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
        s3.BucketServerSideEncryptionConfiguration(
            name,
            bucket=bucket.id,
            rules=[
                s3.BucketServerSideEncryptionConfigurationRuleArgs(
                    apply_server_side_encryption_by_default=encryption,
                    # One call to KMS for many objects instead of one for each.
                    bucket_key_enabled=encryption.sse_algorithm == "aws:kms",
                )
            ],
            opts=opts,
        )
        statements = [iam.refuse_plaintext_transport(bucket.arn), *([statement] if statement else [])]
        policy = s3.BucketPolicy(name, bucket=bucket.id, policy=iam.document(*statements), opts=opts)
        versioning = s3.BucketVersioning(
            name,
            bucket=bucket.id,
            versioning_configuration=s3.BucketVersioningVersioningConfigurationArgs(status="Enabled"),
            opts=opts,
        )
        return versioning, policy

    def _lifecycle(self, definition: Bucket, bucket: s3.Bucket, opts: pulumi.ResourceOptions) -> None:
        transitions = [
            s3.BucketLifecycleConfigurationRuleNoncurrentVersionTransitionArgs(
                noncurrent_days=days, storage_class=storage_class
            )
            for days, storage_class in (
                (definition.infrequent_after, "STANDARD_IA"),
                (definition.archive_after, "GLACIER"),
            )
            if days is not None
        ]
        rule = s3.BucketLifecycleConfigurationRuleArgs(
            id="retention",
            status="Enabled",
            filter=s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
            abort_incomplete_multipart_upload=(
                s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
                    days_after_initiation=ABORT_UPLOADS_AFTER
                )
            ),
            expiration=s3.BucketLifecycleConfigurationRuleExpirationArgs(days=definition.expire_after)
            if definition.expire_after is not None
            else None,
            noncurrent_version_transitions=transitions or None,
            noncurrent_version_expiration=s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
                noncurrent_days=definition.noncurrent_expire_after
            ),
        )
        s3.BucketLifecycleConfiguration(definition.name, bucket=bucket.id, rules=[rule], opts=opts)

    def _object_lock(
        self,
        name: str,
        bucket: s3.Bucket,
        days: int,
        versioning: s3.BucketVersioning,
        opts: pulumi.ResourceOptions,
    ) -> None:
        retention = s3.BucketObjectLockConfigurationRuleDefaultRetentionArgs(
            mode="COMPLIANCE" if self._args.compliance else "GOVERNANCE", days=days
        )
        s3.BucketObjectLockConfiguration(
            name,
            bucket=bucket.id,
            rule=s3.BucketObjectLockConfigurationRuleArgs(default_retention=retention),
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[versioning])),
        )

    def _replication(
        self, definition: Bucket, source: s3.Bucket, lock: int, versioning: s3.BucketVersioning
    ) -> None:
        args, naming, name = self._args, self._args.naming, f"{definition.name}-recovery"
        there = pulumi.ResourceOptions(parent=self, provider=args.recovery_provider)
        kept = pulumi.ResourceOptions(
            parent=self, provider=args.recovery_provider, protect=args.protect, retain_on_delete=args.protect
        )
        key = declare_key(
            "recovery",
            "Copies in the recovery region",
            naming,
            protect=args.protect,
            parent=self,
            provider=args.recovery_provider,
        )
        copy = s3.Bucket(
            name,
            bucket=naming.bucket(definition.name, naming.recovery_region),
            object_lock_enabled=True,
            opts=kept,
        )
        copy_versioning, _ = self._basics(name, copy, _encryption(key), None, there)
        self._lifecycle(Bucket(name, "", definition.expire_after, noncurrent_expire_after=1), copy, there)
        self._object_lock(name, copy, lock, copy_versioning, there)
        role = self._replication_role(source, copy, key)
        s3.BucketReplicationConfig(
            definition.name,
            bucket=source.id,
            role=role.arn,
            rules=[
                s3.BucketReplicationConfigRuleArgs(
                    id="recovery",
                    status="Enabled",
                    priority=1,
                    filter=s3.BucketReplicationConfigRuleFilterArgs(prefix=""),
                    # A deletion here does not delete the copy there.
                    delete_marker_replication=s3.BucketReplicationConfigRuleDeleteMarkerReplicationArgs(
                        status="Disabled"
                    ),
                    source_selection_criteria=s3.BucketReplicationConfigRuleSourceSelectionCriteriaArgs(
                        sse_kms_encrypted_objects=(
                            s3.BucketReplicationConfigRuleSourceSelectionCriteriaSseKmsEncryptedObjectsArgs(
                                status="Enabled"
                            )
                        )
                    ),
                    destination=s3.BucketReplicationConfigRuleDestinationArgs(
                        bucket=copy.arn,
                        storage_class="STANDARD_IA",
                        encryption_configuration=(
                            s3.BucketReplicationConfigRuleDestinationEncryptionConfigurationArgs(
                                replica_kms_key_id=key
                            )
                        ),
                    ),
                )
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[versioning, copy_versioning]),
        )

    def _replication_role(
        self, source: s3.Bucket, copy: s3.Bucket, copy_key: pulumi.Output[str]
    ) -> aws_iam.Role:
        naming = self._args.naming
        role = aws_iam.Role(
            "replication",
            name=naming.named("replication"),
            description="S3 copies backups to the recovery region",
            assume_role_policy=iam.document(
                iam.trust_service("s3.amazonaws.com", account=naming.account, source=source.arn)
            ),
            opts=self._here,
        )
        aws_iam.RolePolicy(
            "replication",
            name="copy",
            role=role.name,
            policy=iam.document(
                *iam.replicate_from(source.arn),
                iam.replicate_to(copy.arn),
                iam.use_key([self._args.data_key], via=f"s3.{naming.region}.amazonaws.com", sid="ReadKey"),
                iam.use_key([copy_key], via=f"s3.{naming.recovery_region}.amazonaws.com", sid="WriteKey"),
            ),
            opts=self._here,
        )
        return role


def _encryption(
    key: pulumi.Input[str],
) -> s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs:
    return s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
        sse_algorithm="aws:kms", kms_master_key_id=key
    )
