"""The bucket of a static site: private, and read by CloudFront alone."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_aws import cloudfront, s3

from infra import iam
from infra.data.safe_bucket import Lifecycle, SafeBucketArgs, bucket_arn, declare_bucket
from infra.naming import Naming

FRONTEND = "frontend"
# A release that turns out bad is brought back from its old version; after a month there is a newer one.
OLD_VERSION_DAYS = 30

# Files have a dot in their names; every other path is a page of the single-page application.
PAGES_FUNCTION = """\
function handler(event) {
    var request = event.request;
    if (request.uri.split('/').pop().indexOf('.') === -1) {
        request.uri = '/index.html';
    }
    return request;
}
"""


@dataclass(frozen=True)
class FrontendArgs:
    """Where a static site is kept.

    Args:
        naming: names and ARNs.
        access_logs_bucket: where S3 logs who has read it.
        access_logs_ready: that bucket's policy.
        provider: AWS in the environment's region; distributions are in none.
        protect: the bucket cannot be removed by mistake.
    """

    naming: Naming
    access_logs_bucket: str
    access_logs_ready: pulumi.Resource
    provider: pulumi.ProviderResource
    protect: bool

    @property
    def bucket_name(self) -> str:
        """Known before the bucket exists, as its address is."""
        return self.naming.bucket(FRONTEND)

    @property
    def address(self) -> str:
        """Where CloudFront reads."""
        return f"{self.bucket_name}.s3.{self.naming.region}.amazonaws.com"


def declare_frontend_bucket(
    args: FrontendArgs, distribution: pulumi.Input[str], parent: pulumi.Resource
) -> None:
    """The bucket, which only one distribution may read.

    Args:
        args: where it is.
        distribution: the ARN of the distribution.
        parent: the component that it belongs to.
    """
    arn = bucket_arn(args.bucket_name)
    bucket = declare_bucket(
        FRONTEND,
        SafeBucketArgs(
            physical_name=args.bucket_name,
            key=None,  # what everybody may read needs no key of ours
            lifecycle=Lifecycle(None, None, None, OLD_VERSION_DAYS),
            lock_days=0,
            compliance=False,
            protect=args.protect,
            statements=(iam.read_by_distribution(arn, distribution),),
        ),
        parent,
        args.provider,
    )
    s3.BucketLogging(
        FRONTEND,
        bucket=bucket.bucket.id,
        target_bucket=args.access_logs_bucket,
        target_prefix=f"{FRONTEND}/",
        opts=pulumi.ResourceOptions(
            parent=parent, provider=args.provider, depends_on=[args.access_logs_ready]
        ),
    )


def declare_frontend_access(naming: Naming, parent: pulumi.Resource) -> pulumi.Output[str]:
    """How CloudFront says who it is when it reads the bucket; answers the identifier."""
    return cloudfront.OriginAccessControl(
        FRONTEND,
        name=naming.named(FRONTEND),
        description="CloudFront reads the static site",
        origin_access_control_origin_type="s3",
        signing_behavior="always",
        signing_protocol="sigv4",
        opts=pulumi.ResourceOptions(parent=parent),
    ).id


def declare_pages_function(naming: Naming, parent: pulumi.Resource) -> pulumi.Output[str]:
    """Pages of a single-page application all are its one document; answers the function's ARN.

    Not by an error page: that would turn the services' own 404 into it as well.
    """
    return cloudfront.Function(
        "pages",
        name=naming.named("pages"),
        comment="Every page of the single-page application is index.html",
        runtime="cloudfront-js-2.0",
        code=PAGES_FUNCTION,
        publish=True,
        opts=pulumi.ResourceOptions(parent=parent),
    ).arn
