"""Calls of AWS Backup that copy snapshots: each night to where copies are, and back on the day.

Between accounts both have to allow it. The role that the plan or the person names asks the vault that is
copied into; the other account's own role of AWS Backup reads with the key of the snapshot, which is shared
with that account (AWS Backup developer guide, "Creating backup copies across AWS accounts" and "Encryption
for backups in AWS Backup"; AWS re:Post, knowledge centre, "backup-troubleshoot-cross-account-copy").
"""

from __future__ import annotations

from collections.abc import Iterator

from infra.configuration.backup_account import RESTORE
from rights.calls import INSTANCE, KEY, ROLE, Call, about_a_key, alias_arn, key_of
from rights.evaluation import Principal
from rights.graph import Graph

PLAN, SELECTION = "aws:backup/plan:Plan", "aws:backup/selection:Selection"
VAULT = "aws:backup/vault:Vault"

_COPY = 'AWS Backup developer guide, "Creating backup copies across AWS accounts"'
# What AWS lets its own role do with keys.
_LINKED = "arn:aws:iam::aws:policy/aws-service-role/AWSBackupServiceLinkedRolePolicyForBackup"
_WITH_KEY = (
    "kms:CreateGrant",
    "kms:DescribeKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ListGrants",
    "kms:ReEncryptFrom",
)


def calls_of_backup_copies(graph: Graph) -> Iterator[Call]:
    """Every call with which snapshots get into another vault, in both directions."""
    yield from _each_night(graph)
    outside = graph.outside
    if outside is None:
        return
    yield from _back(graph, outside)
    for instance in graph.of(INSTANCE):
        if not instance.inputs.get("replicateSourceDb") and (key := key_of(graph, instance)):
            yield from _with_key(graph, outside, key, instance.region)
    for vault in outside.of(VAULT):
        key = alias_arn(outside, outside.named(KEY, vault.inputs["kmsKeyArn"]))
        yield from _with_key(graph, graph, key, vault.region)


def _each_night(graph: Graph) -> Iterator[Call]:
    for selection in graph.of(SELECTION):
        copier = graph.principal(graph.named(ROLE, selection.inputs["iamRoleArn"]))
        for rule in graph.named(PLAN, selection.inputs["planId"]).inputs["rules"]:
            for copy in rule.get("copyActions") or ():
                vault = _vault_arn(graph, copy["destinationVaultArn"])
                yield Call("AWS Backup copies", copier, "backup:CopyIntoBackupVault", vault, why=_COPY)


def _vault_arn(graph: Graph, reference: str) -> str:
    found = graph.find(VAULT, reference)
    if found is None:
        return reference  # of the backup account
    return graph.built_arn("backup", f"backup-vault:{found.inputs['name']}", found)


def _back(graph: Graph, outside: Graph) -> Iterator[Call]:
    actor, service = "AWS Backup copies back", outside.service("backup.amazonaws.com")
    for role in outside.of(ROLE):
        copier = outside.principal(role)
        yield Call(actor, service, "sts:AssumeRole", copier.name, why=_COPY)
        for vault in graph.of(VAULT):
            if vault.name == RESTORE:
                into = _vault_arn(graph, vault.arn)
                yield Call(actor, copier, "backup:CopyIntoBackupVault", into, why=_COPY)


def _with_key(graph: Graph, into: Graph, key: str, region: str) -> Iterator[Call]:
    """The account that is copied into reads with the snapshot's key; of grants KMS says whether a service
    asks (KMS developer guide, "Controlling access to grants").
    """
    role = "role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"
    reader = Principal("AWS", f"arn:aws:iam::{into.account}:{role}", into.account)
    for action in _WITH_KEY:
        keys = {"kms:GrantIsForAWSResource": "true"} if "Grant" in action else {}
        call = Call(
            "AWS Backup reads what it copies",
            reader,
            action,
            key,
            {**keys, "kms:ViaService": f"rds.{region}.amazonaws.com"},
            identity=(graph.policy_at(_LINKED),),
            why=_COPY,
        )
        yield about_a_key(graph, call)
