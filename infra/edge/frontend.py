"""The static site of one place: where CloudFront reads it, or the copy that it will read one day."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_aws import s3

from infra import iam
from infra.common import CommonArgs
from infra.configuration.buckets import FRONTEND, FRONTEND_VERSION_DAYS, Bucket
from infra.data.replication import (
    ReplicationArgs,
    copy_in_backup_account,
    copy_in_recovery_region,
    declare_replication,
)
from infra.data.safe_bucket import Lifecycle, SafeBucket, SafeBucketArgs, declare_bucket
from infra.naming import Naming, bucket_arn

DEFINITION = Bucket(
    FRONTEND,
    "The static site",
    # What a release has removed is removed there too; its versions stay as they do here.
    replicates_deletions=True,
    copy_class="STANDARD",  # many small files
    noncurrent_expire_after=FRONTEND_VERSION_DAYS,
)


@dataclass(frozen=True)
class FrontendArgs:
    """Where a static site is kept.

    Args:
        common: names and rules of the place.
        access_logs_bucket: where S3 logs who has read it.
        access_logs_ready: that bucket's policy.
        distribution: the ARN of the distribution that reads it.
        copy: the one in the other place that S3 copies to; None where it is not copied.
        outside: S3 copies to another account, too, where the names have one.
    """

    common: CommonArgs
    access_logs_bucket: str
    access_logs_ready: pulumi.Resource
    distribution: pulumi.Input[str]
    copy: SafeBucket | None = None
    outside: bool = False


class Frontend(pulumi.ComponentResource):
    """The private bucket of a static site, which one distribution alone may read. Keeps S3-4 and DR-3.

    Produces the bucket with its access logs; where there is a copy in the other place, S3 copies every file
    there within minutes, so that a region that is lost takes no frontend with it.
    """

    bucket: SafeBucket

    def __init__(self, name: str, args: FrontendArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:frontend:Frontend", name, None, opts)
        physical_name = args.common.naming.bucket(FRONTEND)
        arn = bucket_arn(physical_name)
        self.bucket = declare_bucket(
            FRONTEND,
            SafeBucketArgs(
                physical_name=physical_name,
                key=None,  # what everybody may read needs no key of ours
                lifecycle=Lifecycle(None, None, None, FRONTEND_VERSION_DAYS),
                lock_days=0,
                compliance=False,
                protect=args.common.protect,
                statements=(iam.read_by_distribution(arn, args.distribution),),
            ),
            self,
        )
        s3.BucketLogging(
            FRONTEND,
            bucket=self.bucket.bucket.id,
            target_bucket=args.access_logs_bucket,
            target_prefix=f"{FRONTEND}/",
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.access_logs_ready]),
        )
        self._replicate(args, arn)
        self.register_outputs({})

    def _replicate(self, args: FrontendArgs, arn: str) -> None:
        naming, copies = args.common.naming, []
        if args.copy is not None:
            copies.append(copy_in_recovery_region(naming, FRONTEND, args.copy, None))
        if args.outside and (outside := copy_in_backup_account(naming, FRONTEND, encrypted=False)):
            copies.append(outside)
        if copies:
            replication = ReplicationArgs(
                naming=naming,
                definition=DEFINITION,
                source=self.bucket,
                source_arn=arn,
                source_key=None,
                copies=copies,
            )
            declare_replication(replication, self)


def frontend_address(naming: Naming) -> str:
    """Where CloudFront reads; known before the bucket exists."""
    return f"{naming.bucket(FRONTEND)}.s3.{naming.region}.amazonaws.com"
