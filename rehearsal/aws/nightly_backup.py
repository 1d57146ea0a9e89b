"""The night of AWS Backup: what all plans of a stack do when their schedules come.

The embedded AWS writes plans and selections down and runs none of them; here all of them run once, through
AWS Backup's own calls.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError

from rehearsal.aws.cloud import Cloud

_PLAN, _SELECTION = "aws:backup/plan:Plan", "aws:backup/selection:Selection"
_NOT_TAKEN = ("conditions", "notResources", "selectionTags")


class UnsupportedSelection(Exception):
    """A selection chooses by something else than ARNs: what it means is not known here."""


@dataclass(frozen=True)
class FailedJob:
    """A job of the night that has failed.

    Args:
        operation: `StartBackupJob` or `StartCopyJob`.
        rule: the plan's rule.
        resource: ARN of what was to be backed up.
        vault: of the recovery point: its name, of a copy its ARN.
        message: AWS Backup's.
    """

    operation: str
    rule: str
    resource: str
    vault: str
    message: str

    def __str__(self) -> str:
        return f"{self.operation} of {self.resource} into {self.vault} (rule {self.rule}): {self.message}"


@dataclass(frozen=True)
class _Run:
    """One rule for one resource.

    Args:
        region: the plan's.
        rule: its inputs.
        resource: ARN.
        role: that AWS Backup takes.
    """

    region: str
    rule: Mapping[str, Any]
    resource: str
    role: str


def run_plans(cloud: Cloud, resources: Sequence[Mapping[str, Any]]) -> list[FailedJob]:
    """Backs up and copies what the plans of a stack's state say; what has failed.

    A job that fails keeps no other one from running, save for the copies of a backup that there is not.

    Args:
        cloud: the stack's account.
        resources: of the state, as `pulumi stack export` has them.

    Raises:
        UnsupportedSelection: one does not name its resources.
    """
    return [failed for run in _runs(resources) for failed in _carried_out(cloud, run)]


def _runs(resources: Sequence[Mapping[str, Any]]) -> list[_Run]:
    plans = {each["id"]: each for each in resources if each["type"] == _PLAN}
    runs = []
    for selection in resources:
        if selection["type"] != _SELECTION:
            continue
        asked = selection["inputs"]
        if any(asked.get(name) for name in _NOT_TAKEN) or any("*" in arn for arn in asked["resources"]):
            raise UnsupportedSelection(f"{selection['urn']} selects by something else than whole ARNs.")
        plan = plans[asked["planId"]]
        region = plan["outputs"]["arn"].split(":")[3]
        runs += [
            _Run(region, rule, arn, asked["iamRoleArn"])
            for rule in plan["inputs"]["rules"]
            for arn in asked["resources"]
        ]
    return runs


def _carried_out(cloud: Cloud, run: _Run) -> Iterator[FailedJob]:
    vault, name = run.rule["targetVaultName"], run.rule["ruleName"]
    job = _backup(cloud, run, vault)
    if job["State"] != "COMPLETED":
        yield FailedJob("StartBackupJob", name, run.resource, vault, job["StatusMessage"])
        return
    for action in run.rule.get("copyActions") or ():
        copy = _copy(cloud, run, job["RecoveryPointArn"], action)
        if copy["State"] != "COMPLETED":
            destination = action["destinationVaultArn"]
            yield FailedJob("StartCopyJob", name, run.resource, destination, copy["StatusMessage"])


def _backup(cloud: Cloud, run: _Run, vault: str) -> dict[str, Any]:
    """The backup job as it has ended; one that is refused at once has failed as well."""
    try:
        started = cloud.call(
            "backup",
            run.region,
            "start_backup_job",
            BackupVaultName=vault,
            ResourceArn=run.resource,
            IamRoleArn=run.role,
            RecoveryPointTags=dict(run.rule.get("recoveryPointTags") or {}),
            **_lifecycle(run.rule),
        )
        return cloud.call("backup", run.region, "describe_backup_job", BackupJobId=started["BackupJobId"])
    except (ClientError, EndpointConnectionError) as error:
        return {"State": "FAILED", "StatusMessage": str(error)}


def _copy(cloud: Cloud, run: _Run, point: str, action: Mapping[str, Any]) -> dict[str, Any]:
    try:
        started = cloud.call(
            "backup",
            run.region,
            "start_copy_job",
            RecoveryPointArn=point,
            SourceBackupVaultName=run.rule["targetVaultName"],
            DestinationBackupVaultArn=action["destinationVaultArn"],
            IamRoleArn=run.role,
            **_lifecycle(action),
        )
        job = cloud.call("backup", run.region, "describe_copy_job", CopyJobId=started["CopyJobId"])
        return dict(job["CopyJob"])
    except (ClientError, EndpointConnectionError) as error:
        return {"State": "FAILED", "StatusMessage": str(error)}


def _lifecycle(block: Mapping[str, Any]) -> dict[str, Any]:
    """When a recovery point is deleted; numbers of a state may be floating."""
    days = (block.get("lifecycle") or {}).get("deleteAfter")
    return {"Lifecycle": {"DeleteAfterDays": int(days)}} if days else {}
