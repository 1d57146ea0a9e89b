"""Calls of CI and people: the roles that exist before the platform, on the resources of a graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from infra.configuration import buckets
from rights.calls import BUCKET, FUNCTION, KEY, REPLICA_KEY, ROLE, SECRET, Call
from rights.commands import (
    BEFORE,
    CLUSTER,
    COMMANDS,
    DATABASE_ENTRY,
    DATABASE_FUNCTION,
    DEPLOYMENTS,
    DISTRIBUTIONS,
    EVERY_ENTRY,
    EVERYTHING,
    FILES,
    GIVEN_OUT,
    KEYS,
    ON_DEMAND,
    RECORDS,
    ROTATED,
    SNAPSHOT_FUNCTION,
    SNAPSHOT_KEY,
    SNAPSHOTS,
    TOPIC,
)
from rights.evaluation import Policy, Principal
from rights.graph import Declared, Graph
from rights.reading_role import calls_of_reading_role, identity_of_reading_role, role_trust

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
PEOPLE_POLICIES = ("people", "people-ledger")

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
_OF_BUCKETS = (
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketVersioning",
    "s3:ListBucket",
    "s3:ListBucketVersions",
)


# What is asked about is a type of the program, and one of its names; empty for all.
_DECLARED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        CLUSTER: ("aws:eks/cluster:Cluster", ""),
        KEYS: (KEY, ""),
        DATABASE_ENTRY: (SECRET, "database"),
        DATABASE_FUNCTION: (FUNCTION, "rotate-database"),
        SNAPSHOT_FUNCTION: (FUNCTION, "snapshot-secrets"),
        DISTRIBUTIONS: ("aws:cloudfront/distribution:Distribution", ""),
        TOPIC: ("aws:sns/topic:Topic", "sev-3"),
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
    # A cluster that waits in the recovery region admits the same roles.
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
