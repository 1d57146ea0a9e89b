"""Commands that people and CI run: as whom, and what they call.

The tests of the commands record their calls and compare them with this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

GIVEN_OUT = "the entries that people fill"
EVERY_ENTRY = "every entry"
SNAPSHOTS = "the backups bucket"
FILES = "the buckets of services"
CLUSTER = "the cluster"
SNAPSHOT_KEY = "the key of the snapshots"
DISTRIBUTIONS = "the distributions"
ROTATED = "the entries that are rotated"
RECORDS = "the records of recoveries"
DEPLOYMENTS = "the records of deployments"
TOPIC = "the topic of SEV-3"
DATABASE_ENTRY = "the entry of the database"
DATABASE_FUNCTION = "the function that rotates the database's password"
SNAPSHOT_FUNCTION = "the function that takes snapshots of secrets"
ON_DEMAND = "the backups on demand"
KEYS = "every key"
EVERYTHING = "*"

# An administrator of the account, before the program has declared anything that could be asked about.
BEFORE = "an administrator"

# Every command of a recovery sees what there is, and whether somebody is at it.
_LOOKED_AT = (
    ("rds:DescribeDBInstanceAutomatedBackups", EVERYTHING),
    ("rds:DescribeDBInstances", EVERYTHING),
    ("s3:GetObject", RECORDS),
)
# Every command of a deployment writes down how it goes on.
_WRITTEN_DOWN = (
    ("s3:GetObject", DEPLOYMENTS),
    ("s3:ListBucket", DEPLOYMENTS),
    ("s3:PutObject", DEPLOYMENTS),
)
# `recover deployment` asks whether AWS has made what a killed engine had begun, and how far it is
# (operations/recovery: identity_rules.py, being_made.py).
HALF_MADE = (
    "acm:ListCertificates",
    "backup:ListBackupPlans",
    "backup:ListBackupSelections",
    "cloudfront:GetDistribution",
    "cloudfront:ListCachePolicies",
    "cloudfront:ListDistributions",
    "cloudfront:ListResponseHeadersPolicies",
    "ec2:DescribeAddresses",
    "ec2:DescribeFlowLogs",
    "ec2:DescribeInternetGateways",
    "ec2:DescribeNatGateways",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroupRules",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcs",
    "eks:DescribeCluster",
    "eks:ListPodIdentityAssociations",
    "elasticache:DescribeReplicationGroups",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeRules",
    "elasticloadbalancing:DescribeTargetGroups",
    "guardduty:ListDetectors",
    "iam:GetOpenIDConnectProvider",
    "iam:ListOpenIDConnectProviders",
    "kms:DescribeKey",
    "kms:ListKeys",
    "logs:DescribeDeliveries",
    "logs:DescribeQueryDefinitions",
    "rds:DescribeDBInstanceAutomatedBackups",
    "rds:DescribeDBInstances",
    "rds:DescribeDBSnapshots",
    "route53:ListHealthChecks",
    "route53:ListHostedZones",
    "secretsmanager:ListSecrets",
    "wafv2:ListWebACLs",
)
# Of a backup on demand that is named, or of those that there are.
_BACKUPS = (("s3:GetObject", ON_DEMAND), ("s3:ListBucket", SNAPSHOTS))


@dataclass(frozen=True)
class Command:
    """A command.

    Args:
        role: whose rights it needs: `on-call`, `deploy` or `read-only`, as the access entries are called, or
            BEFORE.
        calls: each action, and what it is about.
    """

    role: str
    calls: tuple[tuple[str, str], ...]


# By the function in `operations/` that is the command. Asking STS who one is needs no permission
# (GetCallerIdentity in its API reference).
COMMANDS: Mapping[str, Command] = MappingProxyType(
    {
        "set_": Command("on-call", (("secretsmanager:PutSecretValue", GIVEN_OUT),)),
        "ledger": Command("on-call", (("secretsmanager:DescribeSecret", EVERY_ENTRY),)),
        # Any account's credentials would do; who only looks has them.
        "prices": Command("read-only", (("pricing:GetProducts", EVERYTHING),)),
        "purge": Command(
            "on-call",
            (
                ("cloudfront:CreateInvalidation", DISTRIBUTIONS),
                ("cloudfront:ListDistributions", EVERYTHING),
            ),
        ),
        # RotateSecret also asks for the right to invoke the function (its API reference), and what that is
        # called with decides where the master's password goes: not for everybody on call.
        "revoke": Command(
            "deploy",
            (
                ("secretsmanager:DescribeSecret", ROTATED),
                ("secretsmanager:PutSecretValue", GIVEN_OUT),
                ("secretsmanager:RotateSecret", ROTATED),
            ),
        ),
        # What the function is called with decides where the master's password goes, here too.
        "database": Command(
            "deploy",
            (
                ("ec2:DescribeSecurityGroups", EVERYTHING),
                ("eks:DescribeCluster", EVERYTHING),
                ("lambda:InvokeFunction", DATABASE_FUNCTION),
                ("rds:DescribeDBSnapshots", EVERYTHING),
                ("rds:RestoreDBInstanceFromDBSnapshot", EVERYTHING),
                ("rds:RestoreDBInstanceToPointInTime", EVERYTHING),
                ("s3:DeleteObject", RECORDS),
                ("s3:PutObject", RECORDS),
                ("secretsmanager:DescribeSecret", DATABASE_ENTRY),
                ("secretsmanager:GetSecretValue", DATABASE_ENTRY),
                *_BACKUPS,
                *_LOOKED_AT,
            ),
        ),
        "plan": Command("deploy", (("rds:DescribeDBSnapshots", EVERYTHING), *_BACKUPS, *_LOOKED_AT)),
        # The engine's state, too, is read by whoever may deploy.
        "backup": Command(
            "deploy",
            (
                ("elasticache:CreateSnapshot", EVERYTHING),
                ("elasticache:DescribeReplicationGroups", EVERYTHING),
                ("elasticache:DescribeSnapshots", EVERYTHING),
                ("lambda:InvokeFunction", SNAPSHOT_FUNCTION),
                ("rds:CopyDBSnapshot", EVERYTHING),
                ("rds:CreateDBSnapshot", EVERYTHING),
                ("rds:DescribeDBSnapshots", EVERYTHING),
                ("s3:GetObject", ON_DEMAND),
                ("s3:ListBucket", SNAPSHOTS),
                ("s3:PutObject", ON_DEMAND),
            ),
        ),
        "backups": Command(
            "deploy",
            (
                ("backup:ListRecoveryPointsByBackupVault", EVERYTHING),
                ("elasticache:DescribeSnapshots", EVERYTHING),
                ("rds:DescribeDBInstanceAutomatedBackups", EVERYTHING),
                ("rds:DescribeDBSnapshots", EVERYTHING),
                ("s3:ListBucket", SNAPSHOTS),
            ),
        ),
        "status": Command("deploy", _LOOKED_AT),
        "finish": Command("deploy", (("rds:DescribeDBInstances", EVERYTHING),)),
        "retire": Command("deploy", (("rds:ModifyDBInstance", EVERYTHING),)),
        # Both read values, which the entries' policies leave to the role that deploys.
        "parity": Command(
            "deploy",
            (
                ("secretsmanager:DescribeSecret", EVERY_ENTRY),
                ("secretsmanager:GetSecretValue", EVERY_ENTRY),
            ),
        ),
        # CI asks every week whether a recovery would work, with the role that only looks.
        "check": Command(
            "read-only",
            (
                ("acm:DescribeCertificate", EVERYTHING),
                ("acm:ListCertificates", EVERYTHING),
                ("backup:ListCopyJobs", EVERYTHING),
                ("cloudwatch:GetMetricStatistics", EVERYTHING),
                ("ecr:DescribeImages", EVERYTHING),
                ("eks:DescribeCluster", EVERYTHING),
                ("eks:DescribeClusterVersions", EVERYTHING),
                ("elasticache:DescribeReplicationGroups", EVERYTHING),
                ("rds:DescribeDBInstanceAutomatedBackups", EVERYTHING),
                ("rds:DescribeDBInstances", EVERYTHING),
                ("rds:DescribeDBMajorEngineVersions", EVERYTHING),
                ("rds:DescribeDBSnapshots", EVERYTHING),
                ("route53:ListHostedZonesByName", EVERYTHING),
                ("route53:ListResourceRecordSets", EVERYTHING),
                ("s3:GetReplicationConfiguration", EVERYTHING),
                ("s3:ListBucket", EVERYTHING),
                ("secretsmanager:DescribeSecret", EVERY_ENTRY),
                ("servicequotas:GetServiceQuota", EVERYTHING),
            ),
        ),
        # Whoever looks, an auditor among them: a listing tells it, and nobody has to read what is in buckets.
        "restore_tests": Command(
            "read-only", (("rds:DescribeDBInstances", EVERYTHING), ("s3:ListBucket", EVERYTHING))
        ),
        # The way to prod is CI's, and that of whoever stands in for it.
        "deploy": Command("deploy", _WRITTEN_DOWN),
        "rollback": Command("deploy", _WRITTEN_DOWN),
        "smoke": Command(
            "deploy",
            (("cloudfront:ListDistributions", EVERYTHING), ("eks:DescribeCluster", CLUSTER), *_WRITTEN_DOWN),
        ),
        "gate": Command(
            "deploy",
            (
                ("cloudwatch:GetMetricData", EVERYTHING),
                ("elasticloadbalancing:DescribeLoadBalancers", EVERYTHING),
                *_WRITTEN_DOWN,
            ),
        ),
        "watch": Command("deploy", (("cloudwatch:DescribeAlarms", EVERYTHING), *_WRITTEN_DOWN)),
        "bootstrap": Command(
            BEFORE,
            (
                ("codeconnections:CreateConnection", EVERYTHING),
                ("codeconnections:GetConnection", EVERYTHING),
                ("codeconnections:ListConnections", EVERYTHING),
                ("codeconnections:TagResource", EVERYTHING),
                ("iam:AttachRolePolicy", EVERYTHING),
                ("iam:CreateOpenIDConnectProvider", EVERYTHING),
                ("iam:CreateRole", EVERYTHING),
                ("iam:CreateServiceLinkedRole", EVERYTHING),
                ("iam:GetRole", EVERYTHING),
                ("iam:GetRolePolicy", EVERYTHING),
                ("iam:ListAttachedRolePolicies", EVERYTHING),
                ("iam:ListOpenIDConnectProviders", EVERYTHING),
                ("iam:ListRoles", EVERYTHING),
                ("iam:PutRolePolicy", EVERYTHING),
                ("iam:UpdateAssumeRolePolicy", EVERYTHING),
                ("iam:UpdateRole", EVERYTHING),
                ("kms:CreateAlias", EVERYTHING),
                ("kms:CreateKey", EVERYTHING),
                ("kms:DescribeKey", EVERYTHING),
                ("kms:EnableKeyRotation", EVERYTHING),
                ("kms:GetKeyRotationStatus", EVERYTHING),
                ("s3:CreateBucket", EVERYTHING),
                ("s3:GetBucketPolicy", EVERYTHING),
                ("s3:GetBucketPublicAccessBlock", EVERYTHING),
                ("s3:GetBucketVersioning", EVERYTHING),
                ("s3:GetEncryptionConfiguration", EVERYTHING),
                ("s3:GetReplicationConfiguration", EVERYTHING),
                ("s3:ListBucket", EVERYTHING),
                ("s3:PutBucketPolicy", EVERYTHING),
                ("s3:PutBucketPublicAccessBlock", EVERYTHING),
                ("s3:PutBucketVersioning", EVERYTHING),
                ("s3:PutEncryptionConfiguration", EVERYTHING),
                ("s3:PutReplicationConfiguration", EVERYTHING),
            ),
        ),
        # What it deploys calls as any deployment does.
        "deployment": Command(
            "deploy",
            (
                *((each, KEYS if each == "kms:DescribeKey" else EVERYTHING) for each in HALF_MADE),
                ("s3:DeleteObject", RECORDS),
                ("s3:GetObject", RECORDS),
                ("s3:PutObject", RECORDS),
                *_WRITTEN_DOWN,
            ),
        ),
        "emergency": Command("deploy", (("s3:PutObject", DEPLOYMENTS), ("sns:Publish", TOPIC))),
        # Who may make a Job has the secrets of all services (infra/kubernetes/on_call.py): not for everybody.
        "run": Command("deploy", (("eks:DescribeCluster", CLUSTER),)),
        "list_": Command("deploy", (("eks:DescribeCluster", CLUSTER),)),
        # It reads all that customers have, so it is not for everybody on call. No version is ever deleted:
        # s3:DeleteObjectVersion is not among them.
        "files": Command(
            "deploy",
            (
                ("s3:AbortMultipartUpload", FILES),
                ("s3:DeleteObject", FILES),
                ("s3:GetBucketObjectLockConfiguration", FILES),
                ("s3:GetBucketVersioning", FILES),
                ("s3:GetObject", SNAPSHOTS),
                ("s3:GetObjectLegalHold", FILES),
                ("s3:GetObjectRetention", FILES),
                ("s3:GetObjectVersion", FILES),
                ("s3:GetObjectVersionTagging", FILES),
                ("s3:ListBucket", FILES),
                ("s3:ListBucket", SNAPSHOTS),
                ("s3:ListBucketVersions", FILES),
                ("s3:PutObject", FILES),
                ("s3:PutObject", SNAPSHOTS),
                ("s3:PutObjectLegalHold", FILES),
                ("s3:PutObjectRetention", FILES),
                ("s3:PutObjectTagging", FILES),
                ("s3:RestoreObject", FILES),
            ),
        ),
        "restore": Command(
            "deploy",
            (
                ("kms:Decrypt", SNAPSHOT_KEY),
                ("s3:GetObject", SNAPSHOTS),
                ("s3:ListBucket", SNAPSHOTS),
                ("secretsmanager:DescribeSecret", EVERY_ENTRY),
                ("secretsmanager:GetSecretValue", EVERY_ENTRY),
                ("secretsmanager:PutSecretValue", EVERY_ENTRY),
            ),
        ),
    }
)
