"""Statements about a region that waits for the day on which another one is lost."""

from __future__ import annotations

from collections.abc import Sequence

from infra.iam.documents import Arn, Statement, allow


def see_what_waits(
    clusters: Sequence[Arn], redis: Sequence[Arn], repositories: Sequence[Arn]
) -> list[Statement]:
    """See how clusters and Redis are, which images there are, and what the account may have.

    Args:
        clusters: of EKS, by ARN.
        redis: replication groups, by ARN pattern.
        repositories: of ECR, by ARN pattern.
    """
    return [
        allow("DescribeClusters", ["eks:DescribeCluster"], clusters),
        allow("DescribeRedis", ["elasticache:DescribeReplicationGroups"], redis),
        allow("DescribeImages", ["ecr:DescribeImages"], repositories),
        # Of no resource (Service Authorization Reference).
        allow(
            "SeeLimits",
            [
                "cloudwatch:GetMetricStatistics",
                "eks:DescribeClusterVersions",
                "servicequotas:GetServiceQuota",
            ],
            ["*"],
        ),
    ]


def see_copy_jobs() -> Statement:
    """See what AWS Backup copies, and how that ends: an action on no resource."""
    return allow("SeeCopyJobs", ["backup:ListCopyJobs"], ["*"])


def see_domain(certificates: str, zones: str) -> list[Statement]:
    """See the domain's certificates, and the records of its zone; both are found by looking through all.

    Args:
        certificates: their ARN pattern.
        zones: likewise.
    """
    return [
        allow("FindDomain", ["acm:ListCertificates", "route53:ListHostedZonesByName"], ["*"]),
        allow("DescribeCertificates", ["acm:DescribeCertificate"], [certificates]),
        allow("ListRecords", ["route53:ListResourceRecordSets"], [zones]),
    ]
