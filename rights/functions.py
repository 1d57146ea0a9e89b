"""Calls of the functions in Lambda. The tests of each function record its calls and compare them with this.

`on` says how a function learns what a call is about: from a variable of its environment, from the event that
it is called with, from a secret's value; so what it is allowed never decides what it is asked about.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType

from functions.shared.recoveries import CURRENT as CURRENT_RECOVERY
from functions.shared.restore_records import FOLDER as RESTORE_TESTS
from functions.snapshot_secrets.snapshot import FOLDER as SNAPSHOTS
from functions.snapshot_secrets.snapshot import OUTSIDE_FOLDER as SNAPSHOTS_OUTSIDE
from infra.configuration.secret_sources import SecretSource
from rights.calls import BUCKET, FUNCTION, INSTANCE, KEY, ROLE, SECRET, Call, about_a_key
from rights.graph import Declared, Graph

EVENT = "event"  # the entry whose rotation has come
VALUE = "value"  # the user that an entry's value names
EVERYTHING = "*"
RESTORED = "RESTORED"  # an instance that the function has restored
COPIES = "copies"  # every entry that has a copy, as Secrets Manager lists them
INSTANCES = "instances"  # the one that serves and its replica
SNAPSHOTS_OF = "snapshots of the one that serves"
CLUSTERS = "clusters"  # the one that serves, and the one that waits
REPLICATED = "replicated"  # the buckets that S3 copies
REPOSITORIES = "repositories"  # in the recovery region
BACKUPS = "backups"  # their bucket
OUTSIDE_KEY = "OUTSIDE_KEY"  # of the backup account, by its alias
NAMED = "named"  # every entry that has a copy, by its name

# How a function that has a file in place of variables has learned what it asks about.
ASKED: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("check_recovery", "acm:DescribeCertificate"): EVERYTHING,
        ("check_recovery", "ecr:DescribeImages"): REPOSITORIES,
        ("check_recovery", "eks:DescribeCluster"): CLUSTERS,
        ("check_recovery", "rds:DescribeDBInstances"): INSTANCES,
        ("check_recovery", "rds:DescribeDBSnapshots"): SNAPSHOTS_OF,
        ("check_recovery", "s3:GetReplicationConfiguration"): REPLICATED,
        ("check_recovery", "s3:ListBucket"): BACKUPS,
        ("check_recovery", "secretsmanager:DescribeSecret"): NAMED,
    }
)


@dataclass(frozen=True)
class Recorded:
    """A call of a function: the action, what it is about, the variable that has to say yes to it, and whether
    it is made only where there are copies in another region, or in another account."""

    action: str
    on: str
    when: str = ""
    where_copies: bool = False
    where_outside: bool = False


_ROTATION = (
    Recorded("secretsmanager:DescribeSecret", EVENT),
    Recorded("secretsmanager:GetSecretValue", EVENT),
    Recorded("secretsmanager:PutSecretValue", EVENT),
    Recorded("secretsmanager:UpdateSecretVersionStage", EVENT),
)

# By the function's folder in `functions/`.
RECORDED: Mapping[str, tuple[Recorded, ...]] = MappingProxyType(
    {
        "check_recovery": (
            Recorded("rds:DescribeDBInstances", INSTANCES),
            Recorded("rds:DescribeDBSnapshots", SNAPSHOTS_OF),
            Recorded("s3:ListBucket", BACKUPS),
            Recorded("backup:ListCopyJobs", EVERYTHING, where_outside=True),
            Recorded("acm:DescribeCertificate", EVERYTHING, where_copies=True),
            Recorded("acm:ListCertificates", EVERYTHING, where_copies=True),
            Recorded("cloudwatch:GetMetricStatistics", EVERYTHING, where_copies=True),
            Recorded("ecr:DescribeImages", REPOSITORIES, where_copies=True),
            Recorded("eks:DescribeCluster", CLUSTERS, where_copies=True),
            Recorded("eks:DescribeClusterVersions", EVERYTHING, where_copies=True),
            Recorded("elasticache:DescribeReplicationGroups", EVERYTHING, where_copies=True),
            Recorded("rds:DescribeDBInstanceAutomatedBackups", EVERYTHING, where_copies=True),
            Recorded("rds:DescribeDBMajorEngineVersions", EVERYTHING, where_copies=True),
            Recorded("route53:ListHostedZonesByName", EVERYTHING, where_copies=True),
            Recorded("route53:ListResourceRecordSets", EVERYTHING, where_copies=True),
            Recorded("s3:GetReplicationConfiguration", REPLICATED, where_copies=True),
            Recorded("secretsmanager:DescribeSecret", NAMED, where_copies=True),
            Recorded("servicequotas:GetServiceQuota", EVERYTHING, where_copies=True),
        ),
        "escalate": (
            Recorded("cloudwatch:DescribeAlarms", EVERYTHING),
            Recorded("sns:Publish", "STEPS"),
        ),
        "measure_recovery_point": (Recorded("rds:DescribeDBInstances", "DATABASE"),),
        "remind": (
            Recorded("s3:ListBucket", "BUCKET"),
            Recorded("secretsmanager:DescribeSecret", COPIES),
            Recorded("secretsmanager:ListSecrets", EVERYTHING, when="COPIES"),
            Recorded("secretsmanager:DescribeSecret", "ROTATED"),
            Recorded("sns:Publish", "TOPIC"),
        ),
        "restore_test": (
            Recorded("rds:AddTagsToResource", RESTORED),
            Recorded("rds:DeleteDBInstance", RESTORED),
            Recorded("rds:DescribeDBInstances", EVERYTHING),
            Recorded("rds:DescribeDBInstances", RESTORED),
            Recorded("rds:ModifyDBInstance", RESTORED),
            Recorded("rds:RestoreDBInstanceToPointInTime", "DATABASE"),
            Recorded("s3:ListBucket", "BUCKET"),
            Recorded("s3:PutObject", "BUCKET"),
            Recorded("s3:PutObject", "LEDGER"),
            Recorded("secretsmanager:GetSecretValue", "SECRET"),
        ),
        "rotate_database": (*_ROTATION, Recorded("secretsmanager:GetSecretValue", "MASTER_SECRET")),
        "rotate_redis": (
            *_ROTATION,
            Recorded("elasticache:DescribeUsers", VALUE),
            Recorded("elasticache:ModifyUser", VALUE),
        ),
        "snapshot_secrets": (
            Recorded("secretsmanager:GetSecretValue", "ENTRIES"),
            Recorded("kms:Decrypt", "KEY"),
            Recorded("kms:Encrypt", "KEY"),
            Recorded("kms:Decrypt", OUTSIDE_KEY),
            Recorded("kms:Encrypt", OUTSIDE_KEY),
            Recorded("s3:PutObject", "BUCKET"),
        ),
        # What the system file declares is known to no server: its entry is all that there is to change.
        **{source.rotation.rotator.folder: _ROTATION for source in SecretSource if source.rotation},
        # The Kubernetes API, with a signature that STS looks at (GetCallerIdentity needs no permission).
        "watch_jobs": (),
    }
)


def calls_of_functions(graph: Graph) -> Iterator[Call]:
    """Every call that the functions of an environment make."""
    for function in graph.of(FUNCTION):
        folder = function.inputs["handler"].split(".")[1]
        assert folder in RECORDED, f"{folder}: write down in {__name__} what the function calls"
        principal = graph.principal(graph.named(ROLE, function.inputs["role"]))
        copies = any(each.inputs.get("replicas") for each in graph.of(SECRET))
        outside = any(_variables(each).get(OUTSIDE_KEY) for each in graph.of(FUNCTION))
        made = [
            each
            for each in RECORDED[folder]
            if _variables(function).get(each.when, "yes") == "yes"
            and (copies or not each.where_copies)
            and (outside or not each.where_outside)
        ]
        for recorded in made:
            for resource, keys in product(_resources(graph, function, recorded), _keys(function, recorded)):
                call = Call(
                    f"function {function.name}",
                    principal,
                    recorded.action,
                    resource,
                    keys,
                    why=f"functions/{folder}, recorded by its tests",
                )
                yield about_a_key(graph, call)
        yield from _calls_of_lambda(graph, function)


def _variables(function: Declared) -> Mapping[str, str]:
    variables: Mapping[str, str] = (function.inputs.get("environment") or {}).get("variables", {})
    return variables


def _keys(function: Declared, recorded: Recorded) -> list[Mapping[str, str]]:
    """What S3 says about a listing: of which folder it is."""
    if recorded.action != "s3:ListBucket":
        return [{}]
    folders = (RESTORE_TESTS, CURRENT_RECOVERY) if recorded.on == BACKUPS else (_folder(function),)
    return [{"s3:prefix": folder} for folder in folders]


def _folder(function: Declared) -> str:
    """The folder of the backups bucket that a function works with, by its own code."""
    if function.inputs["handler"].split(".")[1] == "restore_test":
        return RESTORE_TESTS
    return SNAPSHOTS


def _resources(graph: Graph, function: Declared, recorded: Recorded) -> Iterator[str]:
    variables, on = _variables(function), recorded.on
    if on in (EVERYTHING, COPIES):
        yield from _all(graph, function, recorded)
    elif on in _ASKED_ABOUT:
        yield from _ASKED_ABOUT[on](graph, function)
    elif on == EVENT:
        yield from _rotated(graph, function)
    elif on == VALUE:
        for user in graph.of("aws:elasticache/user:User"):
            # Another one may wait in the recovery region.
            if user.inputs["userName"] != "default" and user.region == function.region:
                yield graph.built_arn("elasticache", f"user:{user.inputs['userId']}", user)
    elif on == "ENTRIES":
        yield from _entries(graph, variables, variables["ENTRIES"].split(","))
    elif on == "ROTATED":
        yield from _entries(graph, variables, json.loads(variables["ROTATED"]))
    elif on in ("BUCKET", "LEDGER"):
        yield from _of_bucket(graph, function, recorded)
    elif on in ("DATABASE", RESTORED):
        yield from _instances(graph, variables, recorded)
    elif on == "KEY":
        yield graph.named(KEY, variables["KEY"]).arn
    else:
        yield from _named(variables[on])


def _of_bucket(graph: Graph, function: Declared, recorded: Recorded) -> Iterator[str]:
    """The bucket, or what is written into it: with a key outside the same once more."""
    bucket = graph.named(BUCKET, _variables(function)[recorded.on]).arn
    if recorded.action == "s3:ListBucket":
        yield bucket
        return
    for folder in (_folder(function), *(SNAPSHOTS_OUTSIDE for _ in _outside_key(graph, function))):
        yield f"{bucket}/{folder}2026-11-21T030000+0000.json"


# A listing is one of everything of its kind, which has an ARN for that: in the recovery region, or here.
_LISTED_THERE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "elasticache:DescribeReplicationGroups": ("elasticache", "replicationgroup:*"),
        "rds:DescribeDBInstanceAutomatedBackups": ("rds", "auto-backup:*"),
    }
)


def _all(graph: Graph, function: Declared, recorded: Recorded) -> Iterator[str]:
    """Everything of a kind; `*` for an action on no resource."""
    if recorded.on == COPIES:
        yield from (each.arn for each in graph.of(SECRET) if each.inputs.get("replicas"))
    elif recorded.action == "rds:DescribeDBInstances":
        yield graph.built_arn("rds", "db:*", function)
    elif recorded.action == "acm:DescribeCertificate":
        yield graph.built_arn("acm", "certificate/1234abcd-12ab-34cd-56ef-1234567890ab", function)
    elif recorded.action == "route53:ListResourceRecordSets":
        yield from (f"arn:aws:route53:::hostedzone/{each.id}" for each in graph.of("aws:route53/zone:Zone"))
    elif recorded.action in _LISTED_THERE:
        there = next(each for each in graph.of(INSTANCE) if each.region != function.region)
        yield graph.built_arn(*_LISTED_THERE[recorded.action], there)
    else:
        yield "*"


def _instances_by_name(graph: Graph, function: Declared) -> Iterator[str]:
    # The recorder gives the one that serves another ARN than the program can know beforehand.
    for each in graph.of(INSTANCE):
        there = graph.built_arn("rds", f"db:{each.inputs['identifier']}", each)
        yield each.arn if each.region == function.region else there


def _snapshots_of(graph: Graph, function: Declared) -> Iterator[str]:
    """RDS asks about both (Service Authorization Reference)."""
    serving = next(each for each in graph.of(INSTANCE) if each.region == function.region)
    yield from (serving.arn, graph.built_arn("rds", "snapshot:rds:1", serving))


def _clusters(graph: Graph, _: Declared) -> Iterator[str]:
    for each in graph.of("aws:eks/cluster:Cluster"):
        yield graph.built_arn("eks", f"cluster/{each.inputs['name']}", each)


def _replicated(graph: Graph, _: Declared) -> Iterator[str]:
    for each in graph.of("aws:s3/bucketReplicationConfig:BucketReplicationConfig"):
        yield graph.named(BUCKET, each.inputs["bucket"]).arn


def _repositories(graph: Graph, function: Declared) -> Iterator[str]:
    for each in graph.of("aws:ecr/repository:Repository"):
        if each.region != function.region:
            yield graph.built_arn("ecr", f"repository/{each.inputs['name']}", each)


def _backups(graph: Graph, _: Declared) -> Iterator[str]:
    yield next(each.arn for each in graph.of(BUCKET) if each.name == "backups")


def _outside_key(_: Graph, function: Declared) -> Iterator[str]:
    """Where nothing leaves the account there is none, and nothing is encrypted with it."""
    if alias := _variables(function).get(OUTSIDE_KEY):
        yield alias


def _by_name(graph: Graph, _: Declared) -> Iterator[str]:
    """Secrets Manager adds six characters to a name."""
    for each in graph.of(SECRET):
        if each.inputs.get("replicas"):
            yield graph.built_arn("secretsmanager", f"secret:{each.inputs['name']}-a1B2c3", each)


# What a recovery needs, in both regions.
_ASKED_ABOUT: Mapping[str, Callable[[Graph, Declared], Iterator[str]]] = MappingProxyType(
    {
        BACKUPS: _backups,
        CLUSTERS: _clusters,
        INSTANCES: _instances_by_name,
        NAMED: _by_name,
        OUTSIDE_KEY: _outside_key,
        REPLICATED: _replicated,
        REPOSITORIES: _repositories,
        SNAPSHOTS_OF: _snapshots_of,
    }
)


def _instances(graph: Graph, variables: Mapping[str, str], recorded: Recorded) -> Iterator[str]:
    if recorded.on == RESTORED:
        yield _restored(graph, variables)
        return
    yield graph.named(INSTANCE, variables["DATABASE"]).arn
    if recorded.action == "rds:RestoreDBInstanceToPointInTime":
        yield from _restored_with(graph, variables)


def _restored(graph: Graph, variables: Mapping[str, str]) -> str:
    serving = graph.named(INSTANCE, variables["DATABASE"])
    return graph.built_arn("rds", f"db:{variables[RESTORED]}202611290600", serving)


def _restored_with(graph: Graph, variables: Mapping[str, str]) -> Iterator[str]:
    """What RDS asks about beside the source (Service Authorization Reference): what the restored instance
    is, and what it has."""
    serving = graph.named(INSTANCE, variables["DATABASE"])
    yield _restored(graph, variables)
    yield graph.built_arn("rds", f"subgrp:{variables['SUBNET_GROUP']}", serving)
    yield graph.built_arn("rds", f"pg:{variables['PARAMETER_GROUP']}", serving)
    version = str(serving.inputs["engineVersion"]).partition(".")[0]
    yield graph.built_arn("rds", f"og:default:postgres-{version}", serving)


def _named(text: str) -> Iterator[str]:
    """What a variable names by ARN: one thing, or the topic of each step."""
    if text.startswith("["):
        yield from (step["topic"] for step in json.loads(text))
    else:
        yield text


def _rotated(graph: Graph, function: Declared) -> Iterator[str]:
    for rotation in graph.of("aws:secretsmanager/secretRotation:SecretRotation"):
        if rotation.inputs["rotationLambdaArn"] == function.arn:
            yield graph.named(SECRET, rotation.inputs["secretId"]).arn


def _entries(graph: Graph, variables: Mapping[str, str], names: list[str]) -> Iterator[str]:
    for name in names:
        yield graph.named(SECRET, variables["PREFIX"] + name).arn


def _calls_of_lambda(graph: Graph, function: Declared) -> Iterator[Call]:
    """What Lambda itself does as the function's role."""
    principal = graph.principal(graph.named(ROLE, function.inputs["role"]))
    actor = f"function {function.name}"
    group = graph.named("aws:cloudwatch/logGroup:LogGroup", function.inputs["loggingConfig"]["logGroup"])
    for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
        why = 'Lambda developer guide, "Working with function logs": the execution role'
        yield Call(actor, principal, action, f"{group.arn}:log-stream:2026/11/21/[$LATEST]1", why=why)
    if function.inputs.get("vpcConfig"):
        why = 'Lambda developer guide, "Giving functions access to a VPC": required permissions'
        interface = graph.built_arn("ec2", "network-interface/eni-1", function)
        for action, about in (
            ("ec2:AssignPrivateIpAddresses", interface),
            ("ec2:CreateNetworkInterface", interface),
            ("ec2:CreateNetworkInterface", graph.built_arn("ec2", "subnet/subnet-1", function)),
            ("ec2:DeleteNetworkInterface", interface),
            ("ec2:DescribeNetworkInterfaces", "*"),
            ("ec2:DescribeSubnets", "*"),
            ("ec2:UnassignPrivateIpAddresses", interface),
        ):
            yield Call(actor, principal, action, about, why=why)
    for each in graph.of("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"):
        if each.inputs["functionName"] in (function.inputs["name"], function.arn):
            failure = (each.inputs.get("destinationConfig") or {}).get("onFailure")
            if failure:
                why = 'Lambda developer guide, "Retaining records of asynchronous invocations"'
                yield Call(actor, principal, "sns:Publish", failure["destination"], why=why)
