"""Risks to data: what is deleted or replaced with all that it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from preview.change import Change, Step, Verb
from preview.risk import Kind, Risk

_LOGS = "aws:cloudwatch/logGroup:LogGroup"

# What each type holds, for `is deleted with …`.
HOLDS: Mapping[str, str] = {
    "aws:backup/vault:Vault": "the recovery points in it",
    _LOGS: "the logs in it",
    "aws:dynamodb/table:Table": "the items in it",
    "aws:ebs/volume:Volume": "the files on it",
    "aws:ecr/repository:Repository": "the images in it, those that run among them",
    "aws:efs/fileSystem:FileSystem": "the files in it",
    "aws:elasticache/replicationGroup:ReplicationGroup": "the keys in it",
    "aws:kms/key:Key": "what it encrypts: nobody can read that any more",
    "aws:kms/replicaKey:ReplicaKey": "what it encrypts in its region",
    "aws:rds/cluster:Cluster": "its databases",
    "aws:rds/instance:Instance": "its databases",
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": (
        "the copies of its backups"
    ),
    "aws:s3/bucket:Bucket": "the objects in it",
    "aws:secretsmanager/secret:Secret": "its value",
    "aws:sqs/queue:Queue": "the messages in it",
    "kubernetes:core/v1:Namespace": "everything in it",
    "kubernetes:core/v1:PersistentVolumeClaim": "the files on its volume",
    "kubernetes:apps/v1:StatefulSet": "its pods, and their order",
}
_COPIES = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"
# Replaced by every release by design: the new one is made first, and holds what the old one held.
_MADE_ANEW = "aws:rds/snapshot:Snapshot"


def data_risks(change: Change) -> Iterator[Risk]:
    """What loses or replaces data."""
    for step in change.changed:
        if step.type == _MADE_ANEW and step.verb is Verb.DELETED:
            if not change.goes_with_another(step):
                yield Risk(Kind.DATA, step, "is deleted, and with it a way back to before a migration")
        elif step.type == _LOGS and step.verb is Verb.FORGOTTEN:
            continue  # CloudWatch removes what is in it when its days are over, whoever looks after it
        elif step.type in HOLDS and step.verb is Verb.FORGOTTEN:
            what = "leaves the program and stays in AWS: nothing here looks after it any more"
            yield Risk(Kind.PROTECTION, step, f"{what}{step.refusal}")
        elif step.type in HOLDS and step.gone:
            yield Risk(Kind.DATA, step, f"{_what(step)}{step.refusal}", step.forcing)


def _what(step: Step) -> str:
    held = HOLDS[step.type]
    replica = step.type == "aws:rds/instance:Instance" and step.before.get("replicateSourceDb")
    if step.verb is Verb.REPLACED:
        if replica:
            return "is replaced: until the new copy is filled there is none"
        if step.retained[0]:
            return f"is replaced by an empty one; the old one stays in AWS with {held}"
        return f"is replaced: {_kept(step) or 'the new one is empty'}; the old one goes with {held}"
    return f"is deleted with {held}{_way_back(step)}"


def _kept(step: Step) -> str:
    """What is special about the one that comes."""
    if step.type.startswith("aws:kms/"):
        return "another key comes"
    if step.type == _COPIES:
        return "until it has copied a backup the recovery region has none"
    return ""


def _way_back(step: Step) -> str:
    """What is left of it for a while, from its own inputs."""
    before = step.before
    if step.type == "aws:rds/instance:Instance" and before.get("replicateSourceDb"):
        return "; the database that it copies stays"
    if step.type in ("aws:rds/instance:Instance", "aws:rds/cluster:Cluster"):
        return (
            "; no last snapshot is made" if before.get("skipFinalSnapshot") else "; a last snapshot is left"
        )
    if step.type == "aws:elasticache/replicationGroup:ReplicationGroup":
        return "; a last snapshot is left" if before.get("finalSnapshotIdentifier") else ""
    if step.type == "aws:secretsmanager/secret:Secret":
        days = before.get("recoveryWindowInDays", 30)  # AWS's default, API reference "DeleteSecret"
        return f"; it can be restored for {days} days" if days else " at once"
    if step.type.startswith("aws:kms/"):
        days = before.get("deletionWindowInDays", 30)  # AWS's default, API reference "ScheduleKeyDeletion"
        return f" after {days} days"
    return ""
