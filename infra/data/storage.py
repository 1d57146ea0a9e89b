"""Object storage: the catalogue's buckets, their access logs, and their copies in the recovery region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import s3

from infra import iam
from infra.configuration.buckets import ACCESS_LOG_DAYS, ACCESS_LOGS, Bucket
from infra.data.replication import ReplicationArgs, declare_replication
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
        lock_backups: backups are locked, and every lock holds against everybody.
        protect: buckets cannot be removed by mistake, and stay when they are not declared any more.
        recovery_provider: AWS in the recovery region, when copies go there; None for no copies.
        statements: what the policies of buckets allow others, by the bucket's name.
        log_sources: ARNs of buckets of others whose access logs come here too.
        log_writers: who else writes access logs.
    """

    naming: Naming
    buckets: Sequence[Bucket]
    data_key: pulumi.Input[str]
    lock_backups: bool
    protect: bool
    recovery_provider: pulumi.ProviderResource | None
    statements: Mapping[str, Sequence[iam.Statement]]
    log_sources: Sequence[str]
    log_writers: Sequence[iam.Statement]


class Storage(pulumi.ComponentResource):
    """The buckets of an environment. Keeps S3-1, S3-2, S3-3 and DR-6.

    Produces each bucket of the catalogue with its access logs and the bucket that these go to; in prod the
    same once more in the recovery region, to which S3 copies every object within minutes.
    """

    names: dict[str, str]
    arns: dict[str, str]
    policies: dict[str, s3.BucketPolicy]
    copies: dict[str, str]
    replication_roles: dict[str, pulumi.Output[str]]
    access_logs_name: str
    access_logs_ready: pulumi.Resource

    def __init__(self, name: str, args: StorageArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:storage:Storage", name, None, opts)
        self._args = args
        self.names = {bucket.name: args.naming.bucket(bucket.name) for bucket in args.buckets}
        self.arns = {name: bucket_arn(physical_name) for name, physical_name in self.names.items()}
        logs = self._access_logs(
            ACCESS_LOGS, args.naming, [*self.arns.values(), *args.log_sources], args.log_writers
        )
        self.access_logs_name = args.naming.bucket(ACCESS_LOGS)
        self.access_logs_ready = logs.policy
        buckets = {
            definition.name: self._bucket(definition, definition.name, args.naming, args.data_key, logs)
            for definition in args.buckets
        }
        self.policies = {name: bucket.policy for name, bucket in buckets.items()}
        self.copies, self.replication_roles = {}, {}
        if args.recovery_provider is not None:
            self._copy_to_recovery_region(buckets, args.recovery_provider)
        self.register_outputs({})

    def _access_logs(
        self,
        name: str,
        naming: Naming,
        sources: Sequence[str],
        writers: Sequence[iam.Statement] = (),
        provider: pulumi.ProviderResource | None = None,
    ) -> SafeBucket:
        """S3 logs only into buckets of the same region."""
        physical_name = naming.bucket(ACCESS_LOGS)
        statement = iam.deliver_access_logs(bucket_arn(physical_name), sources, naming.account)
        return declare_bucket(
            name,
            SafeBucketArgs(
                physical_name=physical_name,
                key=None,  # S3 delivers its own logs only to buckets with its own key
                lifecycle=Lifecycle(ACCESS_LOG_DAYS, None, None, 1),
                lock_days=0,
                compliance=False,
                protect=self._args.protect,
                statements=(statement, *writers),
            ),
            self,
            provider,
        )

    def _bucket(
        self,
        definition: Bucket,
        name: str,
        naming: Naming,
        key: pulumi.Input[str],
        logs: SafeBucket,
        provider: pulumi.ProviderResource | None = None,
    ) -> SafeBucket:
        """A bucket of the catalogue in a region, with its accesses logged there."""
        made = declare_bucket(name, self._bucket_args(definition, name, naming, key), self, provider)
        s3.BucketLogging(
            name,
            bucket=made.bucket.id,
            target_bucket=logs.bucket.id,
            target_prefix=f"{definition.name}/",
            # S3 refuses to log where it may not write.
            opts=pulumi.ResourceOptions(parent=self, provider=provider, depends_on=[logs.policy]),
        )
        return made

    def _bucket_args(
        self, definition: Bucket, name: str, naming: Naming, key: pulumi.Input[str]
    ) -> SafeBucketArgs:
        locked = self._args.lock_backups
        return SafeBucketArgs(
            physical_name=naming.bucket(definition.name),
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
            # What others deliver they deliver here; the copies come from S3 with a role.
            statements=tuple(self._args.statements.get(name, ())),
        )

    def _copy_to_recovery_region(
        self, buckets: Mapping[str, SafeBucket], provider: pulumi.ProviderResource
    ) -> None:
        args, there = self._args, self._args.naming.in_recovery_region
        replicated = [definition for definition in args.buckets if definition.replicated]
        self.copies = {each.name: bucket_arn(there.bucket(each.name)) for each in replicated}
        key = declare_key(
            "recovery",
            "Copies in the recovery region",
            there,
            protect=args.protect,
            parent=self,
            provider=provider,
        )
        logs = self._access_logs(
            f"{ACCESS_LOGS}-recovery", there, list(self.copies.values()), provider=provider
        )
        for definition in replicated:
            name = definition.name
            self.replication_roles[name] = declare_replication(
                ReplicationArgs(
                    naming=args.naming,
                    definition=definition,
                    source=buckets[name],
                    source_arn=self.arns[name],
                    source_key=args.data_key,
                    copy=self._bucket(definition, f"{name}-recovery", there, key, logs, provider),
                    copy_arn=self.copies[name],
                    copy_key=key,
                ),
                self,
            )
