"""Statements about buckets and their objects."""

from __future__ import annotations

from collections.abc import Sequence

from infra.iam.documents import Arn, Statement, allow, deny, followed_by


def _objects(bucket: Arn) -> Arn:
    return followed_by(bucket, "/*")


def work_with_objects(buckets: Sequence[Arn]) -> Statement:
    """Read, write and remove objects. Removing leaves the old version, which only lifecycle rules end."""
    return allow(
        "WorkWithObjects",
        ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
        [_objects(bucket) for bucket in buckets],
    )


def keep_out(folders: Sequence[Arn]) -> Statement:
    """Leave folders of buckets to others, whatever else is allowed there."""
    objects = [followed_by(folder, "*") for folder in folders]
    return deny("KeepOut", ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], objects)


def add_objects(buckets: Sequence[Arn], *folders: str) -> Statement:
    """Write into folders of the buckets."""
    objects = [followed_by(bucket, f"/{folder}*") for bucket in buckets for folder in folders]
    return allow("AddObjects", ["s3:PutObject"], objects)


def list_folder(bucket: Arn, folder: str, *others: str) -> Statement:
    """See which objects a folder of a bucket has, or several; not what is in them."""
    patterns = [f"{each}*" for each in (folder, *others)]
    prefixes = patterns if others else patterns[0]
    return allow("ListFolder", ["s3:ListBucket"], [bucket], condition={"StringLike": {"s3:prefix": prefixes}})


def see_replication(buckets: Sequence[Arn]) -> Statement:
    """See whether S3 copies the buckets."""
    return allow("SeeReplication", ["s3:GetReplicationConfiguration"], buckets)


def list_buckets(buckets: Sequence[Arn]) -> Statement:
    """List what is in the buckets."""
    return allow("ListBuckets", ["s3:ListBucket"], buckets)


def replicate_from(bucket: Arn, *, locked: bool) -> list[Statement]:
    """S3 reads the versions of a bucket to copy them, and their locks where it has such."""
    locks = ["s3:GetObjectLegalHold", "s3:GetObjectRetention"] if locked else []
    return [
        allow("ReadSource", ["s3:GetReplicationConfiguration", "s3:ListBucket"], [bucket]),
        allow(
            "ReadVersions",
            [
                *locks,
                "s3:GetObjectVersionAcl",
                "s3:GetObjectVersionForReplication",
                "s3:GetObjectVersionTagging",
            ],
            [_objects(bucket)],
        ),
    ]


def replicate_to(buckets: Sequence[Arn], *, deletions: bool) -> Statement:
    """S3 writes the copies, and what hides a deleted one where deletions are copied."""
    deleting = ["s3:ReplicateDelete"] if deletions else []
    actions = [*deleting, "s3:ReplicateObject", "s3:ReplicateTags"]
    return allow("WriteCopies", actions, [_objects(bucket) for bucket in buckets])


def refuse_plaintext_transport(bucket: Arn) -> Statement:
    """A bucket answers over TLS only."""
    return deny(
        "TlsOnly",
        ["s3:*"],
        [bucket, _objects(bucket)],
        principal={"AWS": "*"},
        condition={"Bool": {"aws:SecureTransport": "false"}},
    )


def deliver_access_logs(bucket: Arn, sources: Sequence[Arn], account: str) -> Statement:
    """S3 delivers the access logs of the named buckets."""
    return allow(
        "DeliverAccessLogs",
        ["s3:PutObject"],
        [_objects(bucket)],
        principal={"Service": "logging.s3.amazonaws.com"},
        condition={
            "StringEquals": {"aws:SourceAccount": account},
            "ArnLike": {"aws:SourceArn": list(sources)},
        },
    )


def deliver_load_balancer_logs(bucket: str, prefix: str, account: str) -> Statement:
    """Load balancers deliver their access logs, of this account alone (ELB user guide, "access logs")."""
    return allow(
        "DeliverLoadBalancerLogs",
        ["s3:PutObject"],
        [f"{bucket}/{prefix}/AWSLogs/{account}/*"],
        principal={"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
    )


def deliver_edge_logs(bucket: str, prefix: str, account: str, region: str) -> Statement:
    """CloudWatch Logs delivers the access logs of distributions."""
    return allow(
        "DeliverEdgeLogs",
        ["s3:PutObject"],
        [f"{bucket}/{prefix}/*"],
        principal={"Service": "delivery.logs.amazonaws.com"},
        condition={
            "StringEquals": {"aws:SourceAccount": account, "s3:x-amz-acl": "bucket-owner-full-control"},
            "ArnLike": {"aws:SourceArn": f"arn:aws:logs:{region}:{account}:delivery-source:*"},
        },
    )


def read_by_distribution(bucket: str, distribution: Arn) -> Statement:
    """One distribution reads a bucket's objects."""
    return allow(
        "ReadByDistribution",
        ["s3:GetObject"],
        [_objects(bucket)],
        principal={"Service": "cloudfront.amazonaws.com"},
        condition={"StringEquals": {"aws:SourceArn": distribution}},
    )
