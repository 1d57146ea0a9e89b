"""Object storage: the catalogue's buckets, their access logs, and the copy in the recovery region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pulumi
from pulumi_aws import iam as aws_iam
from pulumi_aws import s3

from infra import iam
from infra.data.bucket_catalogue import ACCESS_LOG_DAYS, ACCESS_LOGS, Bucket
from infra.data.safe_bucket import Lifecycle, SafeBucket, SafeBucketArgs, bucket_arn, declare_bucket
from infra.foundations.encryption_key import declare_key
from infra.naming import Naming


@dataclass(frozen=True)
class StorageArgs:
    """What is stored, and how strictly.

    Args:
        naming: names and ARNs.
        buckets: the catalogue.
        data_key: encrypts the objects.
        lock_backups: backups are locked and copied to the recovery region, and every lock holds against
            everybody.
        protect: buckets cannot be removed by mistake, and stay when they are not declared any more.
        recovery_provider: AWS in the recovery region.
        statements: what the policies of buckets allow others, by the bucket's name.
        log_sources: ARNs of buckets of others whose access logs come here too.
        log_writers: who else writes access logs.
    """

    naming: Naming
    buckets: Sequence[Bucket]
    data_key: pulumi.Input[str]
    lock_backups: bool
    protect: bool
    recovery_provider: pulumi.ProviderResource
    statements: Mapping[str, Sequence[iam.Statement]]
    log_sources: Sequence[str]
    log_writers: Sequence[iam.Statement]


class Storage(pulumi.ComponentResource):
    """The buckets of an environment. Keeps S3-1, S3-2 and S3-3.

    Produces each bucket of the catalogue with its access logs, the bucket that these go to, and the copy
    of the backups in the recovery region.
    """

    names: dict[str, str]
    arns: dict[str, str]
    policies: dict[str, s3.BucketPolicy]
    access_logs_name: str
    access_logs_ready: pulumi.Resource

    def __init__(self, name: str, args: StorageArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:storage:Storage", name, None, opts)
        self._args = args
        self.names = {bucket.name: args.naming.bucket(bucket.name) for bucket in args.buckets}
        self.arns = {name: bucket_arn(physical_name) for name, physical_name in self.names.items()}
        self.policies = {}
        logs = self._access_logs()
        self.access_logs_name = args.naming.bucket(ACCESS_LOGS)
        self.access_logs_ready = logs.policy
        for definition in args.buckets:
            bucket = self._bucket(definition, logs)
            if definition.replicated and args.lock_backups:
                self._copy_to_recovery_region(definition, bucket)
        self.register_outputs({})

    def _access_logs(self) -> SafeBucket:
        args = self._args
        statement = iam.deliver_access_logs(
            bucket_arn(args.naming.bucket(ACCESS_LOGS)),
            [*self.arns.values(), *args.log_sources],
            args.naming.account,
        )
        return declare_bucket(
            ACCESS_LOGS,
            SafeBucketArgs(
                physical_name=args.naming.bucket(ACCESS_LOGS),
                key=None,  # S3 delivers its own logs only to buckets with its own key
                lifecycle=Lifecycle(ACCESS_LOG_DAYS, None, None, 1),
                lock_days=0,
                compliance=False,
                protect=args.protect,
                statements=(statement, *args.log_writers),
            ),
            self,
        )

    def _bucket_args(self, definition: Bucket, physical_name: str, key: pulumi.Input[str]) -> SafeBucketArgs:
        locked = self._args.lock_backups
        return SafeBucketArgs(
            physical_name=physical_name,
            key=key,
            lifecycle=Lifecycle(
                definition.expire_after,
                definition.infrequent_after,
                definition.archive_after,
                definition.noncurrent_expire_after,
            ),
            lock_days=definition.lock or (definition.lock_where_backups_are_locked if locked else 0),
            compliance=locked,
            protect=self._args.protect,
        )

    def _bucket(self, definition: Bucket, logs: SafeBucket) -> SafeBucket:
        name = definition.name
        bucket_args = self._bucket_args(definition, self.names[name], self._args.data_key)
        statements = tuple(self._args.statements.get(name, ()))
        made = declare_bucket(name, replace(bucket_args, statements=statements), self)
        self.policies[name] = made.policy
        s3.BucketLogging(
            name,
            bucket=made.bucket.id,
            target_bucket=logs.bucket.id,
            target_prefix=f"{name}/",
            # S3 refuses to log where it may not write.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[logs.policy]),
        )
        return made

    def _copy_to_recovery_region(self, definition: Bucket, source: SafeBucket) -> None:
        args, naming = self._args, self._args.naming
        key = declare_key(
            "recovery",
            "Copies in the recovery region",
            naming,
            protect=args.protect,
            parent=self,
            provider=args.recovery_provider,
        )
        physical_name = naming.bucket(definition.name, naming.recovery_region)
        copy = declare_bucket(
            f"{definition.name}-recovery",
            self._bucket_args(definition, physical_name, key),
            self,
            args.recovery_provider,
        )
        role = self._replication_role(self.arns[definition.name], bucket_arn(physical_name), key)
        s3.BucketReplicationConfig(
            definition.name,
            bucket=source.bucket.id,
            role=role.arn,
            rules=[_replication_rule(copy.bucket.arn, key)],
            # S3 refuses to copy before both sides keep versions.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[source.versioning, copy.versioning]),
        )

    def _replication_role(self, source: str, copy: str, copy_key: pulumi.Output[str]) -> aws_iam.Role:
        naming, here = self._args.naming, pulumi.ResourceOptions(parent=self)
        role = aws_iam.Role(
            "replication",
            name=naming.named("replication"),
            description="S3 copies backups to the recovery region",
            assume_role_policy=iam.document(iam.trust_service("s3.amazonaws.com")),
            opts=here,
        )
        aws_iam.RolePolicy(
            "replication",
            name="copy",
            role=role.name,
            policy=iam.document(
                *iam.replicate_from(source),
                iam.replicate_to(copy),
                iam.use_key([self._args.data_key], via=f"s3.{naming.region}.amazonaws.com", sid="ReadKey"),
                iam.encrypt_replicas(copy_key, naming.recovery_region),
            ),
            opts=here,
        )
        return role


def _replication_rule(copy: pulumi.Input[str], key: pulumi.Input[str]) -> s3.BucketReplicationConfigRuleArgs:
    encrypted = s3.BucketReplicationConfigRuleSourceSelectionCriteriaSseKmsEncryptedObjectsArgs(
        status="Enabled"
    )
    return s3.BucketReplicationConfigRuleArgs(
        id="recovery",
        status="Enabled",
        priority=1,
        filter=s3.BucketReplicationConfigRuleFilterArgs(prefix=""),
        # A deletion here does not delete the copy there.
        delete_marker_replication=s3.BucketReplicationConfigRuleDeleteMarkerReplicationArgs(
            status="Disabled"
        ),
        source_selection_criteria=s3.BucketReplicationConfigRuleSourceSelectionCriteriaArgs(
            sse_kms_encrypted_objects=encrypted
        ),
        destination=s3.BucketReplicationConfigRuleDestinationArgs(
            bucket=copy,
            storage_class="STANDARD_IA",
            encryption_configuration=(
                s3.BucketReplicationConfigRuleDestinationEncryptionConfigurationArgs(replica_kms_key_id=key)
            ),
        ),
    )
