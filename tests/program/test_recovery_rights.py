"""Whoever recovers may make the calls of that day, and is refused where a policy is not as it has to be.

What the commands call is recorded while the disasters are rehearsed (tests/recovery). They run as the role
that deploys, which may do everything in its account; so it is the policies of keys, buckets, entries,
repositories and vaults that could refuse it, and those of the backup account. Here each is broken.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from rights.evaluation import Policy
from rights.graph import Graph
from rights.recoveries import RECOVERIES
from rights.recovery_calls import calls_of_recoveries
from rights.table import answers
from tests.support.graph_of import changed_prod, graph, graph_of, prod_in_another_order
from tests.support.recordings import SYSTEMS, backup_account_with_parent_zone, system_recording

pytestmark = pytest.mark.contract("SEC-1", "DR-3", "ENV-6")

REGION = "the role that deploys runs recover region"
REGION_BACK = "the role that deploys runs recover region-back"
ACCOUNT = "the role that deploys runs recover account"
KEEPER = "who is in the backup account runs recover account"
DELEGATE = "the role that delegates the domain runs recover account"
HERE, THERE = "aws", "aws-recovery"
OUTSIDE = "aws-backup-account"

BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
KEY = "aws:kms/key:Key"
REPLICA_KEY = "aws:kms/replicaKey:ReplicaKey"
REPOSITORY_POLICY = "aws:ecr/repositoryPolicy:RepositoryPolicy"
SECRET_POLICY = "aws:secretsmanager/secretPolicy:SecretPolicy"
VAULT_POLICY = "aws:backup/vaultPolicy:VaultPolicy"

Statements = list[dict[str, Any]]


@pytest.mark.parametrize("system", SYSTEMS)
def test_each_line_of_the_table_is_asked_of_something(system: str) -> None:
    asked = {(call.actor, call.action) for call in calls_of_recoveries(graph_of(system, "prod"))}
    assert asked == {
        (f"{part.by} runs recover {command.replace('_', '-')}", action)
        for command, parts in RECOVERIES.items()
        for part in parts
        if not part.delegates
        for action in part.actions
    }


def test_the_order_in_which_resources_were_registered_says_nothing() -> None:
    def asked(graph: Graph) -> set[tuple[str, str, str]]:
        return {(str(call.actor), call.action, call.resource) for call in calls_of_recoveries(graph)}

    assert asked(prod_in_another_order()) == asked(graph_of("triangle", "prod"))


def test_where_the_zone_above_is_in_the_backup_account_its_role_delegates_the_domain() -> None:
    prod = graph(system_recording("triangle", "prod"), graph(backup_account_with_parent_zone()))
    asked = [
        answer
        for answer in answers(prod)
        if answer.call.actor == DELEGATE
        or (answer.call.actor == KEEPER and answer.call.action == "sts:AssumeRole")
    ]
    assert [(answer.call.action, answer.decision.allowed) for answer in asked] == [
        ("sts:AssumeRole", True),
        ("route53:ListHostedZonesByName", True),
        ("route53:ChangeResourceRecordSets", True),
    ]


def test_where_nothing_is_copied_there_is_nothing_to_recover_of() -> None:
    for environment in ("dev", "staging"):
        assert list(calls_of_recoveries(graph_of("triangle", environment))) == []


def _refused(graph: Graph) -> set[tuple[str, str]]:
    return {
        (answer.call.actor, answer.call.action) for answer in answers(graph) if not answer.decision.allowed
    }


def _without(sid: str) -> Callable[[Statements], Statements]:
    return lambda statements: [each for each in statements if each.get("Sid") != sid]


def _refusing(*actions: str) -> Callable[[Statements], Statements]:
    """A refusal by name, as somebody writes it who wants to be sure that nothing is removed or read."""
    refusal = {"Effect": "Deny", "Principal": "*", "Action": list(actions), "Resource": "*"}
    return lambda statements: [*statements, refusal]


def _is(resource: dict[str, Any], kind: str, name: str, place: str) -> bool:
    provider = str(resource["provider"]).split("::")[3:4]
    return resource["type"] == kind and resource["urn"].endswith(f"::{name}") and provider == [place]


@pytest.mark.parametrize(
    ("kind", "name", "place", "change", "refused"),
    [
        # A key whose policy does not let the account's own policies decide is closed to administrators.
        (
            KEY,
            "data",
            THERE,
            _without("AccountPoliciesDecide"),
            {
                (REGION, "kms:Decrypt"),
                (REGION, "kms:GenerateDataKey"),
                (REGION_BACK, "kms:Decrypt"),
                (REGION_BACK, "kms:GenerateDataKey"),
            },
        ),
        (
            KEY,
            "data",
            HERE,
            _without("AccountPoliciesDecide"),
            {
                (REGION_BACK, "kms:Decrypt"),
                (ACCOUNT, "kms:CreateGrant"),
                (ACCOUNT, "kms:DescribeKey"),
                (ACCOUNT, "kms:GenerateDataKey"),
            },
        ),
        (KEY, "secrets", HERE, _without("AccountPoliciesDecide"), {(ACCOUNT, "kms:GenerateDataKey")}),
        (REPLICA_KEY, "secret-copies", THERE, _refusing("kms:Encrypt"), {(ACCOUNT, "kms:Encrypt")}),
        # And one that refuses everybody refuses them, too.
        (BUCKET_POLICY, "backups", THERE, _refusing("s3:PutObject"), {(REGION, "s3:PutObject")}),
        (BUCKET_POLICY, "backups", HERE, _refusing("s3:DeleteObject"), {(REGION_BACK, "s3:DeleteObject")}),
        (
            BUCKET_POLICY,
            "documents",
            HERE,
            _refusing("s3:ListBucketVersions"),
            {(REGION_BACK, "s3:ListBucketVersions")},
        ),
        (BUCKET_POLICY, "documents", THERE, _refusing("s3:Put*"), {(REGION_BACK, "s3:PutObjectTagging")}),
        # The copies of an entry have its policy.
        (
            SECRET_POLICY,
            "database",
            HERE,
            _refusing("secretsmanager:DeleteSecret", "secretsmanager:StopReplicationToReplica"),
            {
                (REGION, "secretsmanager:StopReplicationToReplica"),
                (REGION_BACK, "secretsmanager:DeleteSecret"),
            },
        ),
        (
            VAULT_POLICY,
            "restore",
            HERE,
            _refusing("backup:Get*"),
            {(ACCOUNT, "backup:GetBackupVaultAccessPolicy")},
        ),
        # From one account into the other one both have to allow it.
        (
            VAULT_POLICY,
            "restore",
            HERE,
            _without("CopyIntoVault"),
            {("AWS Backup copies back", "backup:CopyIntoBackupVault")},
        ),
        (
            BUCKET_POLICY,
            "documents",
            OUTSIDE,
            _without("ReadVersions"),
            {
                (ACCOUNT, "s3:GetObjectVersion"),
                (ACCOUNT, "s3:GetObjectVersionTagging"),
                (ACCOUNT, "s3:RestoreObject"),
            },
        ),
        (BUCKET_POLICY, "photos", OUTSIDE, _without("ListVersions"), {(ACCOUNT, "s3:ListBucketVersions")}),
        (BUCKET_POLICY, "backups", OUTSIDE, _without("ListVersions"), {(ACCOUNT, "s3:ListBucket")}),
        (BUCKET_POLICY, "backups", OUTSIDE, _refusing("s3:PutObject"), {(KEEPER, "s3:PutObject")}),
        (KEY, "data", OUTSIDE, _without("ReadCopies"), {(ACCOUNT, "kms:Decrypt")}),
        (KEY, "data", OUTSIDE, _without("AccountPoliciesDecide"), {(KEEPER, "kms:GenerateDataKey")}),
        (KEY, "secret-copies", OUTSIDE, _without("Open"), {(ACCOUNT, "kms:Decrypt")}),
        (
            KEY,
            "backup",
            OUTSIDE,
            _without("ServicesOfAccount"),
            {("AWS Backup reads what it copies", "kms:CreateGrant")},
        ),
        (
            REPOSITORY_POLICY,
            "backend",
            OUTSIDE,
            _without("PullImages"),
            {(ACCOUNT, "ecr:BatchGetImage"), (ACCOUNT, "ecr:GetDownloadUrlForLayer")},
        ),
    ],
)
def test_a_policy_that_is_not_as_it_has_to_be_refuses_an_administrator(
    kind: str,
    name: str,
    place: str,
    change: Callable[[Statements], Statements],
    refused: set[tuple[str, str]],
) -> None:
    changed = []

    def broken(resource: dict[str, Any]) -> dict[str, Any]:
        if not _is(resource, kind, name, place):
            return resource
        changed.append(resource)
        document = json.loads(resource["inputs"]["policy"])
        statements = change(document["Statement"])
        assert statements != document["Statement"]
        policy = json.dumps({**document, "Statement": statements})
        return {**resource, "inputs": {**resource["inputs"], "policy": policy}}

    graph = changed_prod(outside=broken) if place == OUTSIDE else changed_prod(here=broken)
    assert len(changed) == 1
    assert refused <= _refused(graph)


def test_another_role_of_the_account_is_not_let_in_by_the_backup_account() -> None:
    """Everything that leads there is for the role that deploys, whoever may everything at home."""
    graph = graph_of("triangle", "prod")
    assert graph.outside is not None
    there = [
        call
        for call in calls_of_recoveries(graph)
        if call.actor == ACCOUNT and f"{graph.outside.account}" in call.resource
    ]
    assert {call.action.partition(":")[0] for call in there} == {"ecr", "kms", "s3"}
    for call in there:
        stranger = replace(call.principal, name=f"arn:aws:iam::{graph.account}:role/administrator")
        assert graph.decide(call.request, call.identity).allowed
        assert not graph.decide(replace(call, principal=stranger).request, call.identity).allowed


def test_the_other_accounts_policies_alone_are_not_enough() -> None:
    graph = graph_of("triangle", "prod")
    narrow = Policy.of("narrow", {"Statement": {"Effect": "Allow", "Action": "rds:*", "Resource": "*"}})
    for call in calls_of_recoveries(graph):
        if graph.outside and f"{graph.outside.account}" in call.resource and call.actor == ACCOUNT:
            assert not graph.decide(call.request, (narrow,)).allowed, call
