"""Calls of CI and people: the roles that exist before the platform, and the commands that people run.

The tests of the commands record their calls and compare them with this.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from infra.configuration import buckets
from rehearsal.rights.calls import BUCKET, FUNCTION, REPLICA_KEY, ROLE, SECRET, Call
from rehearsal.rights.evaluation import Policy, Principal
from rehearsal.rights.graph import Declared, Graph
from rehearsal.rights.reading_role import calls_of_reading_role, identity_of_reading_role, role_trust

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
PEOPLE_POLICIES = ("people", "people-ledger")

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
# Of a backup on demand that is named, or of those that there are.
_BACKUPS = (("s3:GetObject", ON_DEMAND), ("s3:ListBucket", SNAPSHOTS))
# An object of each kind that is in the backups bucket.
_IN_BACKUPS = MappingProxyType(
    {
        DEPLOYMENTS: "deployments/1.json",
        ON_DEMAND: "on-demand/1/manifest.json",
        RECORDS: "recoveries/current.json",
        SNAPSHOTS: "secrets/1.json",
    }
)
# What is allowed on a bucket; the other actions of S3 are on its objects.
_OF_BUCKETS = ("s3:GetBucketVersioning", "s3:ListBucket", "s3:ListBucketVersions")


# What is asked about is a type of the program, and one of its names; empty for all.
_DECLARED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        CLUSTER: ("aws:eks/cluster:Cluster", ""),
        DATABASE_ENTRY: (SECRET, "database"),
        DATABASE_FUNCTION: (FUNCTION, "rotate-database"),
        SNAPSHOT_FUNCTION: (FUNCTION, "snapshot-secrets"),
        DISTRIBUTIONS: ("aws:cloudfront/distribution:Distribution", ""),
        TOPIC: ("aws:sns/topic:Topic", "sev-3"),
    }
)


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
                ("iam:AttachRolePolicy", EVERYTHING),
                ("iam:CreateOpenIDConnectProvider", EVERYTHING),
                ("iam:CreateRole", EVERYTHING),
                ("iam:GetRole", EVERYTHING),
                ("iam:GetRolePolicy", EVERYTHING),
                ("iam:ListAttachedRolePolicies", EVERYTHING),
                ("iam:ListOpenIDConnectProviders", EVERYTHING),
                ("iam:PutRolePolicy", EVERYTHING),
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


def deploy_trust(account: str, github_role: str) -> dict[str, Any]:
    """What the role that deploys has to trust."""
    return role_trust(account, github_role)


def calls_of_people(graph: Graph) -> Iterator[Call]:
    """Every call of CI on its way in, and of the commands."""
    yield from _ci(graph)
    yield from calls_of_reading_role(graph, person(graph, "read-only")[0])
    for name, command in COMMANDS.items():
        if command.role == BEFORE:
            continue
        principal, identity = person(graph, command.role)
        for action, about in command.calls:
            for resource in _resources(graph, about, action):
                yield Call(
                    f"{command.role} runs {name.rstrip('_')}",
                    principal,
                    action,
                    resource,
                    identity=identity,
                    why="operations/, recorded by the tests of the commands",
                )


def _ci(graph: Graph) -> Iterator[Call]:
    for role in graph.of(ROLE):
        if role.name == "github":
            deploy, _ = person(graph, "deploy")
            trust = Policy.of("trust of the deploy role", deploy_trust(graph.account, role.inputs["name"]))
            why = ".ci/credentials: an SDK takes it, without tags"
            yield Call("CI", graph.principal(role), "sts:AssumeRole", deploy.name, trust=trust, why=why)


def person(graph: Graph, entry: str) -> tuple[Principal, tuple[Policy, ...]]:
    """Who has an access entry of the cluster, and what its role may."""
    # The first is where everything runs; another cluster may wait in the recovery region.
    access = next(each for each in graph.of("aws:eks/accessEntry:AccessEntry") if each.name == entry)
    principal = Principal("AWS", access.inputs["principalArn"], graph.account)
    if entry == "deploy":
        return principal, (graph.policy_at(ADMINISTRATOR),)
    if entry == "read-only":
        return principal, identity_of_reading_role(graph)
    policies = [each for each in graph.of("aws:iam/policy:Policy") if each.name in PEOPLE_POLICIES]
    return principal, tuple(graph.policy_at(policy.arn) for policy in policies)


def _resources(graph: Graph, about: str, action: str) -> Iterator[str]:
    if about == EVERYTHING:
        yield "*"
    elif about in (GIVEN_OUT, EVERY_ENTRY):
        filled = {
            each.inputs["secretId"] for each in graph.of("aws:secretsmanager/secretVersion:SecretVersion")
        }
        for secret in graph.of(SECRET):
            if about == EVERY_ENTRY or not filled & {secret.arn, secret.id}:
                yield secret.arn
    elif about == ROTATED:
        yield from (
            each.inputs["secretId"] for each in graph.of("aws:secretsmanager/secretRotation:SecretRotation")
        )
    elif about in _IN_BACKUPS or about == FILES:
        yield from _in_buckets(graph, about, action)
    elif about == SNAPSHOT_KEY:
        yield _snapshots(graph)["KEY"]
        yield from (each.arn for each in graph.of(REPLICA_KEY))
    else:
        kind, name = _DECLARED[about]
        yield from (each.arn for each in graph.of(kind) if name in ("", each.name))


def _in_buckets(graph: Graph, about: str, action: str) -> Iterator[str]:
    """Buckets, or an object in each."""
    backups = graph.named(BUCKET, _snapshots(graph)["BUCKET"])
    if about in _IN_BACKUPS:
        yield backups.arn if action in _OF_BUCKETS else f"{backups.arn}/{_IN_BACKUPS[about]}"
    else:
        names = {*buckets.for_services(), *buckets.backed_up()}
        for bucket in graph.of(BUCKET):
            if bucket.name in names:
                yield bucket.arn if action in _OF_BUCKETS else f"{bucket.arn}/a/1.pdf"


def _snapshots(graph: Graph) -> Mapping[str, str]:
    (function,) = [each for each in graph.of(FUNCTION) if each.name == "snapshot-secrets"]
    return _variables(function)


def _variables(function: Declared) -> Mapping[str, str]:
    variables: Mapping[str, str] = function.inputs["environment"]["variables"]
    return variables
