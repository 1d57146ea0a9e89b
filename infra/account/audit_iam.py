"""Statements of IAM for CloudTrail; its trail has a name that is known before it exists."""

from __future__ import annotations

import pulumi

from infra.data.bucket_catalogue import AUDIT
from infra.data.safe_bucket import bucket_arn
from infra.iam import Arn, Statement, allow
from infra.naming import Naming

SERVICE = "cloudtrail.amazonaws.com"
PREFIX = "trail"


def trail_arn(naming: Naming) -> str:
    """The trail's ARN."""
    return naming.arn("cloudtrail", f"trail/{naming.prefix}")


def deliver_trail(naming: Naming) -> list[Statement]:
    """The trail, and no other, writes into the audit bucket (CloudTrail user guide, bucket policy)."""
    bucket, only_ours = bucket_arn(naming.bucket(AUDIT)), {"aws:SourceArn": trail_arn(naming)}
    return [
        allow(
            "TrailLooks",
            ["s3:GetBucketAcl"],
            [bucket],
            principal={"Service": SERVICE},
            condition={"StringEquals": only_ours},
        ),
        allow(
            "TrailWrites",
            ["s3:PutObject"],
            [f"{bucket}/{PREFIX}/AWSLogs/{naming.account}/*"],
            principal={"Service": SERVICE},
            condition={"StringEquals": {**only_ours, "s3:x-amz-acl": "bucket-owner-full-control"}},
        ),
    ]


def encrypt_trail(naming: Naming) -> Statement:
    """The trail encrypts its files with a key; for a key's policy, where `*` means that key."""
    return allow(
        "TrailEncrypts",
        ["kms:DescribeKey", "kms:GenerateDataKey*"],
        ["*"],
        principal={"Service": SERVICE},
        condition={
            "StringEquals": {"aws:SourceArn": trail_arn(naming)},
            "StringLike": {
                "kms:EncryptionContext:aws:cloudtrail:arn": f"arn:aws:cloudtrail:*:{naming.account}:trail/*"
            },
        },
    )


def write_trail_stream(group: Arn) -> Statement:
    """The trail writes into one log group."""
    return allow(
        "WriteTrail",
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        [pulumi.Output.concat(group, ":log-stream:*")],
    )
