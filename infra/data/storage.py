"""Object storage of one place: the catalogue's buckets, their access logs, and copies to the other place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import s3

from infra import iam
from infra.common import CommonArgsWithDataKey
from infra.configuration.buckets import ACCESS_LOG_DAYS, ACCESS_LOGS, Bucket
from infra.data.replication import (
    Copy,
    ReplicationArgs,
    copy_in_backup_account,
    copy_in_recovery_region,
    declare_replication,
)
from infra.data.safe_bucket import Lifecycle, SafeBucket, SafeBucketArgs, declare_bucket
from infra.naming import bucket_arn


@dataclass(frozen=True)
class StorageArgs:
    """What is stored, and how strictly.

    Args:
        common: names, rules and keys of the place;
            with `protect` buckets stay when they are not declared any more.
        buckets: those of the catalogue that there are.
        lock_backups: backups are locked, and every lock holds against everybody.
        copies: the buckets in the other place that S3 copies to, by name; none where nothing is copied.
        outside: S3 copies to another account, too, where the names have one.
        copies_key: ARN of the key that encrypts these.
        statements: what the policies of buckets allow others, by the bucket's name.
        log_sources: ARNs of buckets of others whose access logs come here too.
        log_writers: who else writes access logs.
    """

    common: CommonArgsWithDataKey
    buckets: Sequence[Bucket]
    lock_backups: bool
    copies: Mapping[str, SafeBucket]
    copies_key: pulumi.Input[str] | None
    outside: bool
    statements: Mapping[str, Sequence[iam.Statement]]
    log_sources: Sequence[str]
    log_writers: Sequence[iam.Statement]


class Storage(pulumi.ComponentResource):
    """The buckets of a place. Keeps S3-1, S3-2, S3-3 and DR-6.

    Produces each bucket that it is given with its access logs and the bucket that these go to; where there
    are copies of them in the other place, S3 copies every object there within minutes.
    """

    names: dict[str, str]
    arns: dict[str, str]
    buckets: dict[str, SafeBucket]
    policies: dict[str, s3.BucketPolicy]
    copies: dict[str, str]
    outside: dict[str, str]
    replication_roles: dict[str, pulumi.Output[str]]
    access_logs_name: str
    access_logs_ready: pulumi.Resource

    def __init__(self, name: str, args: StorageArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:storage:Storage", name, None, opts)
        self._args = args
        self.names = {bucket.name: args.common.naming.bucket(bucket.name) for bucket in args.buckets}
        self.arns = {name: bucket_arn(physical_name) for name, physical_name in self.names.items()}
        logs = self._access_logs([*self.arns.values(), *args.log_sources])
        self.access_logs_name = args.common.naming.bucket(ACCESS_LOGS)
        self.access_logs_ready = logs.policy
        self.buckets = {definition.name: self._bucket(definition, logs) for definition in args.buckets}
        self.policies = {name: bucket.policy for name, bucket in self.buckets.items()}
        self.copies, self.outside, self.replication_roles = {}, {}, {}
        for definition in args.buckets:
            if definition.replicated:
                self._replicate(definition)
        self.register_outputs({})

    def _access_logs(self, sources: Sequence[str]) -> SafeBucket:
        """S3 logs only into buckets of the same region."""
        naming = self._args.common.naming
        physical_name = naming.bucket(ACCESS_LOGS)
        statement = iam.deliver_access_logs(bucket_arn(physical_name), sources, naming.account)
        return declare_bucket(
            ACCESS_LOGS,
            SafeBucketArgs(
                physical_name=physical_name,
                key=None,  # S3 delivers its own logs only to buckets with its own key
                lifecycle=Lifecycle(ACCESS_LOG_DAYS, None, None, 1),
                lock_days=0,
                compliance=False,
                protect=self._args.common.protect,
                statements=(statement, *self._args.log_writers),
            ),
            self,
        )

    def _bucket(self, definition: Bucket, logs: SafeBucket) -> SafeBucket:
        """A bucket of the catalogue, with its accesses logged."""
        name = definition.name
        made = declare_bucket(name, self._bucket_args(definition), self)
        s3.BucketLogging(
            name,
            bucket=made.bucket.id,
            target_bucket=logs.bucket.id,
            target_prefix=f"{name}/",
            # S3 refuses to log where it may not write.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[logs.policy]),
        )
        return made

    def _bucket_args(self, definition: Bucket) -> SafeBucketArgs:
        locked = self._args.lock_backups
        return SafeBucketArgs(
            physical_name=self.names[definition.name],
            key=self._args.common.data_key,
            lifecycle=Lifecycle(
                definition.expire_after,
                definition.infrequent_after,
                definition.archive_after,
                definition.noncurrent_expire_after,
                definition.expire_folders,
            ),
            lock_days=definition.lock or (definition.lock_where_backups_are_locked if locked else 0),
            compliance=locked,
            protect=self._args.common.protect,
            # What others deliver they deliver here; the copies come from S3 with a role.
            statements=tuple(self._args.statements.get(definition.name, ())),
        )

    def _replicate(self, definition: Bucket) -> None:
        args, name = self._args, definition.name
        copies = self._copies(name)
        if not copies:
            return
        self.replication_roles[name] = declare_replication(
            ReplicationArgs(
                naming=args.common.naming,
                definition=definition,
                source=self.buckets[name],
                source_arn=self.arns[name],
                source_key=args.common.data_key,
                copies=copies,
            ),
            self,
        )

    def _copies(self, name: str) -> list[Copy]:
        args, naming, found = self._args, self._args.common.naming, []
        if name in args.copies:
            here = copy_in_recovery_region(naming, name, args.copies[name], args.copies_key)
            self.copies[name] = here.arn
            found.append(here)
        if args.outside and (outside := copy_in_backup_account(naming, name, encrypted=True)):
            self.outside[name] = outside.arn
            found.append(outside)
        return found
