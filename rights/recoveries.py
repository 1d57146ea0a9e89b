"""Commands that recover a region or an account: what they call, where, and with whose credentials.

They run as the role that deploys, which may do everything; so this says what the policies of buckets, keys,
entries, repositories and vaults may not refuse, and what a narrower role would need. The rehearsals of these
disasters record what the commands ask AWS for, and so do the tests of what goes wrong on the way
(tests/recovery, tests/operations): all of it has to be here. What `pulumi up` calls in them is the
deployment's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Where(StrEnum):
    """Where a call goes, seen from the region that everything runs in before the command."""

    HERE = "this region"
    THERE = "the other region"
    OUTSIDE = "the backup account"


class By(StrEnum):
    """Whose credentials it is made with."""

    DEPLOY = "the role that deploys"
    OUTSIDE = "who is in the backup account"
    DELEGATE = "the role that delegates the domain"


class About(StrEnum):
    """What a call is about."""

    ALL = "*"
    BACKUPS = "the bucket `backups`"
    COPY_ROLE = "the role with which AWS Backup copies"
    DATABASE = "the database"
    DELEGATION_ROLE = "the role that delegates the domain"
    ENTRIES = "the entries of Secrets Manager"
    FILES = "objects in the buckets that S3 copies"
    FILES_BUCKETS = "the buckets that S3 copies"
    FUNCTION = "the function that reaches the database"
    IMAGES = "the repositories"
    PARENT_ZONE = "the zone above the domain"
    RECORDS = "objects under `recoveries/` in the bucket `backups`"
    SNAPSHOT_KEY = "the key of the secrets' snapshots"
    SNAPSHOTS = "the secrets' snapshots in the bucket `backups`"
    STATE = "objects in the bucket `state`"
    STATE_BUCKET = "the bucket `state`"
    VAULT = "the vault"


@dataclass(frozen=True)
class Asked:
    """Some calls of a command.

    Args:
        where: in which region or account.
        about: what they are about.
        actions: what is called.
        by: with whose credentials.
        why: the page of AWS's documentation that says so, of what no call has for its name.
    """

    where: Where
    about: About
    actions: tuple[str, ...]
    by: By = By.DEPLOY
    why: str = ""

    @property
    def delegates(self) -> bool:
        """Whether it is only called where the zone above the domain is in the backup account."""
        return self.by is By.DELEGATE or self.about is About.DELEGATION_ROLE


_RECORDING = ("s3:DeleteObject", "s3:GetObject", "s3:PutObject")
_LOCKS = ("s3:GetObjectLegalHold", "s3:GetObjectRetention")
_READING = ("s3:GetObject", *_LOCKS, "s3:GetObjectVersion", "s3:GetObjectVersionTagging")
_COPYING = (
    "s3:AbortMultipartUpload",
    "s3:GetObject",
    "s3:PutObject",
    "s3:PutObjectLegalHold",
    "s3:PutObjectRetention",
    "s3:PutObjectTagging",
)
_LOCKED = "s3:GetBucketObjectLockConfiguration"
_LISTED = (
    'S3 API reference, "GetObject": that an object is not there S3 says to who may list the bucket; everybody'
    " else is refused"
)

DELEGATING = "route53:ChangeResourceRecordSets"

# By the function in `operations/` that is the command.
RECOVERIES: Mapping[str, tuple[Asked, ...]] = MappingProxyType(
    {
        # This region is lost, or left; the other one takes over.
        "region": (
            Asked(
                Where.HERE,
                About.ALL,
                (
                    "ec2:DescribeSecurityGroupRules",
                    "ec2:DescribeVpcs",
                    "ec2:RevokeSecurityGroupIngress",
                    "eks:DescribeCluster",
                    "eks:ListClusters",
                    "rds:DescribeDBInstances",
                ),
            ),
            Asked(Where.HERE, About.FUNCTION, ("lambda:GetFunctionConfiguration", "lambda:InvokeFunction")),
            Asked(
                Where.THERE,
                About.ALL,
                (
                    "cloudwatch:GetMetricStatistics",
                    "eks:DescribeCluster",
                    "elasticache:DescribeReplicationGroups",
                    "rds:DescribeDBInstances",
                    "secretsmanager:ListSecrets",
                    "servicequotas:GetServiceQuota",
                ),
            ),
            Asked(Where.THERE, About.DATABASE, ("rds:ModifyDBInstance", "rds:PromoteReadReplica")),
            Asked(Where.THERE, About.ENTRIES, ("secretsmanager:StopReplicationToReplica",)),
            Asked(Where.THERE, About.IMAGES, ("ecr:DescribeImages",)),
            Asked(Where.THERE, About.RECORDS, _RECORDING),
            Asked(Where.THERE, About.BACKUPS, ("s3:ListBucket",), why=_LISTED),
        ),
        # This region serves; the other one was lost, and is back.
        "region_back": (
            Asked(Where.HERE, About.BACKUPS, ("s3:ListBucket",)),
            Asked(Where.HERE, About.FILES, _READING),
            Asked(Where.HERE, About.FILES_BUCKETS, ("s3:ListBucketVersions",)),
            Asked(Where.HERE, About.RECORDS, _RECORDING),
            Asked(
                Where.THERE,
                About.ALL,
                (
                    "ec2:DescribeSecurityGroupRules",
                    "ec2:DescribeVpcs",
                    "ec2:RevokeSecurityGroupIngress",
                    "eks:DescribeCluster",
                    "eks:ListClusters",
                    "eks:UpdateClusterConfig",
                    "elasticache:DeleteReplicationGroup",
                    "elasticache:DeleteUser",
                    "elasticache:DeleteUserGroup",
                    "elasticache:DescribeReplicationGroups",
                    "elasticache:DescribeUserGroups",
                    "elasticache:DescribeUsers",
                    "elasticloadbalancing:ModifyLoadBalancerAttributes",
                    "rds:DescribeDBInstances",
                    "secretsmanager:ListSecrets",
                ),
            ),
            Asked(Where.THERE, About.DATABASE, ("rds:ModifyDBInstance",)),
            Asked(Where.THERE, About.ENTRIES, ("secretsmanager:DeleteSecret",)),
            Asked(Where.THERE, About.FILES, ("s3:DeleteObject", *_LOCKS, "s3:GetObjectVersion", *_COPYING)),
            Asked(Where.THERE, About.FILES_BUCKETS, (_LOCKED, "s3:ListBucketVersions")),
            Asked(Where.THERE, About.FILES_BUCKETS, ("s3:ListBucket",), why=_LISTED),
        ),
        # This region is in the account that is built again.
        "account": (
            Asked(
                Where.HERE,
                About.ALL,
                (
                    "ec2:DescribeSecurityGroups",
                    "eks:DescribeCluster",
                    "rds:DescribeDBInstances",
                    "route53:GetHostedZone",
                    "route53:ListHostedZonesByName",
                ),
            ),
            Asked(Where.HERE, About.DATABASE, ("rds:RestoreDBInstanceFromDBSnapshot",)),
            Asked(
                Where.HERE,
                About.DATABASE,
                ("rds:AddTagsToResource",),
                why='RDS user guide, "Grant permission to tag Amazon RDS resources during creation"',
            ),
            Asked(
                Where.HERE,
                About.ENTRIES,
                (
                    "secretsmanager:DescribeSecret",
                    "secretsmanager:GetSecretValue",
                    "secretsmanager:PutSecretValue",
                ),
            ),
            Asked(Where.HERE, About.FILES, _COPYING),
            Asked(Where.HERE, About.FILES_BUCKETS, (_LOCKED,)),
            Asked(Where.HERE, About.FILES_BUCKETS, ("s3:ListBucket",), why=_LISTED),
            Asked(Where.HERE, About.FUNCTION, ("lambda:InvokeFunction",)),
            Asked(
                Where.HERE,
                About.IMAGES,
                (
                    "ecr:BatchCheckLayerAvailability",
                    "ecr:BatchGetImage",
                    "ecr:CompleteLayerUpload",
                    "ecr:InitiateLayerUpload",
                    "ecr:PutImage",
                    "ecr:UploadLayerPart",
                ),
            ),
            Asked(Where.HERE, About.VAULT, ("backup:GetBackupVaultAccessPolicy",)),
            Asked(Where.OUTSIDE, About.BACKUPS, ("s3:ListBucket",)),
            Asked(
                Where.OUTSIDE,
                About.FILES,
                (*_LOCKS, "s3:GetObjectVersion", "s3:GetObjectVersionTagging", "s3:RestoreObject"),
            ),
            Asked(Where.OUTSIDE, About.FILES_BUCKETS, (_LOCKED, "s3:ListBucketVersions")),
            Asked(Where.OUTSIDE, About.IMAGES, ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")),
            Asked(Where.OUTSIDE, About.SNAPSHOT_KEY, ("kms:Decrypt",)),
            Asked(Where.OUTSIDE, About.SNAPSHOTS, ("s3:GetObject",)),
            Asked(Where.OUTSIDE, About.ALL, ("backup:DescribeCopyJob", "backup:StartCopyJob"), By.OUTSIDE),
            Asked(Where.OUTSIDE, About.BACKUPS, ("s3:ListBucket",), By.OUTSIDE),
            Asked(
                Where.OUTSIDE,
                About.COPY_ROLE,
                ("iam:PassRole",),
                By.OUTSIDE,
                'Service Authorization Reference, "AWS Backup": StartCopyJob',
            ),
            Asked(Where.OUTSIDE, About.DELEGATION_ROLE, ("sts:AssumeRole",), By.OUTSIDE),
            Asked(Where.OUTSIDE, About.RECORDS, _RECORDING, By.OUTSIDE),
            Asked(Where.OUTSIDE, About.STATE, ("s3:GetObjectVersion",), By.OUTSIDE),
            Asked(Where.OUTSIDE, About.STATE_BUCKET, ("s3:ListBucketVersions",), By.OUTSIDE),
            Asked(Where.OUTSIDE, About.VAULT, ("backup:ListRecoveryPointsByBackupVault",), By.OUTSIDE),
            Asked(Where.OUTSIDE, About.ALL, ("route53:ListHostedZonesByName",), By.DELEGATE),
            Asked(Where.OUTSIDE, About.PARENT_ZONE, (DELEGATING,), By.DELEGATE),
        ),
    }
)
