"""Statements of IAM for CloudTrail; its trail has a name that is known before it exists."""

from __future__ import annotations

import pulumi

from infra.configuration.buckets import AUDIT, TRAIL_FOLDER
from infra.iam import Arn, Statement, allow
from infra.naming import Naming, bucket_arn

SERVICE = "cloudtrail.amazonaws.com"
PREFIX = TRAIL_FOLDER.rstrip("/")  # CloudTrail adds the slash itself


def trail_arn(naming: Naming) -> str:
    """The trail's ARN."""
    return naming.arn("cloudtrail", f"trail/{naming.trail}")


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


def encrypt_trail(naming: Naming) -> list[Statement]:
    """The trail encrypts its files with a key; for a key's policy, where `*` means that key.

    Two statements, as in the CloudTrail user guide ("Configure AWS KMS key policies for CloudTrail"): what
    looks at a key has no encryption context, and a condition about one would never hold.
    """
    only_ours = {"StringEquals": {"aws:SourceArn": trail_arn(naming)}}
    context = {"kms:EncryptionContext:aws:cloudtrail:arn": f"arn:aws:cloudtrail:*:{naming.account}:trail/*"}
    return [
        allow(
            "TrailEncrypts",
            ["kms:GenerateDataKey*"],
            ["*"],
            principal={"Service": SERVICE},
            condition={**only_ours, "StringLike": context},
        ),
        allow(
            "TrailLooksAtKey",
            ["kms:DescribeKey"],
            ["*"],
            principal={"Service": SERVICE},
            condition=only_ours,
        ),
    ]


def write_trail_stream(group: Arn) -> Statement:
    """The trail writes into one log group."""
    return allow(
        "WriteTrail",
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        [pulumi.Output.concat(group, ":log-stream:*")],
    )
