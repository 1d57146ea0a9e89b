"""AWS Backup's jobs, which moto lacks: backups of RDS and S3, and copies of them into another vault.

A job has ended when its call is answered. What AWS Backup refuses later than that, a copy into another
account above all, is a job that has failed, with a message.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from moto.backup import urls
from moto.backup.exceptions import (
    InvalidParameterValueException,
    InvalidRequestException,
    ResourceNotFoundException,
)
from moto.backup.responses import BackupResponse
from moto.core.utils import unix_time
from moto.iam.models import iam_backends
from moto.moto_api._internal import mock_random
from moto.rds.exceptions import RDSClientError
from moto.rds.models import rds_backends
from moto.s3.models import s3_backends

from rehearsal.aws.accounts import COPY_JOB, STARTED
from rehearsal.aws.moto_backup_copies import Copy, carry_out, ends_of_jobs, refusals
from rehearsal.aws.moto_backup_points import (
    Point,
    find_vault,
    keep,
    points_of,
    refused_by_lock,
    repair_points,
    selected,
    with_lifecycle,
)
from rehearsal.aws.moto_backup_snapshots import repair_snapshots, take

_PATHS = (
    "/backup-jobs$",
    "/backup-jobs/$",
    "/backup-jobs/(?P<backupJobId>[^/]+)$",
    "/copy-jobs$",
    "/copy-jobs/$",
    "/copy-jobs/(?P<copyJobId>[^/]+)$",
    "/backup-vaults/(?P<backupVaultName>[^/]+)/access-policy$",
    "/backup-vaults/(?P<backupVaultName>[^/]+)/recovery-points/$",
    "/backup-vaults/(?P<backupVaultName>[^/]+)/recovery-points/(?P<recoveryPointArn>[^/]+)$",
)
_GIB = 1024**3

Job = dict[str, Any]


def repair_backup() -> None:
    """Adds the operations, once in a process."""
    urls.url_paths.update({f"{{0}}{path}": urls.response.dispatch for path in _PATHS})
    answers: Any = BackupResponse
    answers.start_backup_job = _start_backup
    answers.describe_backup_job = _describe_backup
    answers.list_backup_jobs = lambda self: json.dumps(
        {"BackupJobs": list(selected(_jobs(self, "backup").values(), self))}
    )
    answers.start_copy_job = _start_copy
    answers.describe_copy_job = _describe_copy
    answers.list_copy_jobs = lambda self: json.dumps(
        {"CopyJobs": list(selected(_jobs(self, "copy").values(), self))}
    )
    repair_points()
    repair_snapshots()


def _jobs(self: Any, kind: str) -> dict[str, Job]:
    """Jobs of the account in the region, by identifier."""
    jobs: dict[str, Job] = self.backup_backend.__dict__.setdefault(f"{kind}_jobs", {})
    return jobs


def _repeated(self: Any, kind: str, asked: dict[str, Any]) -> str | None:
    """The job that a request has started before; a token is taken once (API reference, IdempotencyToken)."""
    tokens: dict[str, str] = self.backup_backend.__dict__.setdefault(f"{kind}_tokens", {})
    return tokens.get(asked.get("IdempotencyToken") or "")


def _remember(self: Any, kind: str, asked: dict[str, Any], job: str) -> None:
    if asked.get("IdempotencyToken"):
        self.backup_backend.__dict__[f"{kind}_tokens"][asked["IdempotencyToken"]] = job


def _check_role(account: str, arn: str) -> None:
    """AWS Backup takes a role of the account that trusts it (developer guide, "IAM service roles")."""
    roles = iam_backends[account]["aws"].roles.values()
    role = next((each for each in roles if each.arn == arn), None)
    if role is None or "backup.amazonaws.com" not in str(role.assume_role_policy_document):
        raise InvalidParameterValueException(f"IAM Role {arn} cannot be assumed by AWS Backup")


def _described(jobs: dict[str, Job], identifier: str) -> Job:
    if identifier not in jobs:
        raise ResourceNotFoundException(f"There is no job {identifier}.")
    return jobs[identifier]


def _describe_backup(self: Any) -> str:
    return json.dumps(_described(_jobs(self, "backup"), unquote(self.uri_match["backupJobId"])))


def _describe_copy(self: Any) -> str:
    return json.dumps({"CopyJob": _described(_jobs(self, "copy"), unquote(self.uri_match["copyJobId"]))})


def _start_backup(self: Any) -> str:
    asked = json.loads(self.body)
    vault = self.backup_backend.describe_backup_vault(asked["BackupVaultName"])
    _check_role(self.current_account, asked["IamRoleArn"])
    identifier = _repeated(self, "backup", asked)
    if identifier is None:
        identifier = str(mock_random.uuid4()).upper()
        _jobs(self, "backup")[identifier] = _backed_up(self, vault, identifier, asked)
        _remember(self, "backup", asked, identifier)
    job = _jobs(self, "backup")[identifier]
    told = ("BackupJobId", "RecoveryPointArn", "CreationDate", "IsParent")
    return json.dumps({name: job[name] for name in told if name in job})


def _backed_up(self: Any, vault: Any, identifier: str, asked: dict[str, Any]) -> Job:
    """A backup job, carried out."""
    arn, lifecycle, now = asked["ResourceArn"], asked.get("Lifecycle"), unix_time()
    resource = _resource(self.current_account, self.region, arn)
    job: Job = {
        "BackupJobId": identifier,
        "AccountId": self.current_account,
        "BackupVaultName": vault.backup_vault_name,
        "BackupVaultArn": vault.backup_vault_arn,
        "ResourceArn": arn,
        "ResourceType": arn.split(":")[2].upper(),
        "ResourceName": arn.rsplit(":", 1)[-1],
        "IamRoleArn": asked["IamRoleArn"],
        "CreationDate": now,
        "CompletionDate": now,
        "IsParent": False,
    }
    refused = refused_by_lock(vault, lifecycle) or resource.refused
    if refused is not None:
        return {**job, "State": "FAILED", "StatusMessage": refused}
    try:
        made = resource.back_up(identifier, vault, asked.get("RecoveryPointTags") or {})
    except RDSClientError as error:
        return {**job, "State": "FAILED", "StatusMessage": str(error.message)}
    kept = ("BackupVaultName", "BackupVaultArn", "ResourceArn", "ResourceType", "ResourceName", "IamRoleArn")
    point: Point = {
        **{name: job[name] for name in kept},
        **made,
        "CreationDate": now,
        "InitiationDate": now,
        "CompletionDate": now,
        "Status": "COMPLETED",
        "VaultType": "BACKUP_VAULT",
        "IsParent": False,
    }
    keep(vault, with_lifecycle(point, lifecycle))
    return {**job, **made, "State": "COMPLETED", "PercentDone": "100.0"}


class _Instance:
    """An RDS instance that is backed up. Its snapshot is encrypted as it is (developer guide, "Encryption for
    backups")."""

    def __init__(self, instance: Any) -> None:
        self._instance = instance
        self.refused: str | None = None

    def back_up(self, job: str, _: Any, tags: dict[str, str]) -> Point:
        """Makes the snapshot; raises RDSClientError."""
        snapshot = take(self._instance, job, tags)
        return {
            "RecoveryPointArn": snapshot.db_snapshot_arn,
            "BackupSizeInBytes": snapshot.allocated_storage * _GIB,
            **_encryption(snapshot.kms_key_id if snapshot.encrypted else None),
        }


class _Bucket:
    """A bucket that is backed up: its recovery point is written down, and has no objects here.

    It has to keep versions (developer guide, "Amazon S3 backups"). AWS Backup encrypts with the vault's key.
    """

    def __init__(self, bucket: Any, region: str, account: str) -> None:
        self._place = f"{region}:{account}"
        self.refused = None
        if not bucket.is_versioned:
            self.refused = f"Versioning has to be enabled on {bucket.name} for AWS Backup to back it up."
        elif bucket.region_name != region:
            self.refused = f"The bucket {bucket.name} is in {bucket.region_name}, not in {region}."

    def back_up(self, job: str, vault: Any, _: dict[str, str]) -> Point:
        """The recovery point alone."""
        arn = f"arn:aws:backup:{self._place}:recovery-point:{job.lower()}"
        return {"RecoveryPointArn": arn, **_encryption(vault.encryption_key_arn)}


def _encryption(key: str | None) -> dict[str, Any]:
    return {"IsEncrypted": key is not None, **({"EncryptionKeyArn": key} if key else {})}


def _resource(account: str, region: str, arn: str) -> _Instance | _Bucket:
    service, _, rest = arn.removeprefix("arn:aws:").partition(":")
    if service == "s3":
        bucket = s3_backends[account]["aws"].buckets.get(rest.removeprefix("::"))
        if bucket is not None:
            return _Bucket(bucket, region, account)
    elif service == "rds" and rest.startswith(f"{region}:{account}:db:"):
        instance = rds_backends[account][region].databases.get(rest.rsplit(":", 1)[-1])
        if instance is not None and not instance.db_cluster_identifier:
            return _Instance(instance)
    elif service not in ("rds", "s3"):
        raise InvalidParameterValueException(f"Unsupported resource type: {arn}")
    raise ResourceNotFoundException(f"The resource {arn} does not exist in {region} of {account}.")


def _start_copy(self: Any) -> str:
    asked = json.loads(self.body)
    source = self.backup_backend.describe_backup_vault(asked["SourceBackupVaultName"])
    point = points_of(source).get(asked["RecoveryPointArn"])
    if point is None:
        raise ResourceNotFoundException(f"There is no recovery point {asked['RecoveryPointArn']}.")
    _check_role(self.current_account, asked["IamRoleArn"])
    _check_destination(self, asked["DestinationBackupVaultArn"])
    identifier = _repeated(self, "copy", asked)
    if identifier is None:
        identifier = str(mock_random.uuid4()).upper()
        # A copy is kept as long as its source unless it is said otherwise ("Copying a backup").
        lifecycle = asked.get("Lifecycle") or point.get("Lifecycle")
        copy = Copy(
            identifier, point, source, asked["DestinationBackupVaultArn"], asked["IamRoleArn"], lifecycle
        )
        _jobs(self, "copy")[identifier] = _copied(self, copy)
        _remember(self, "copy", asked, identifier)
    job = _jobs(self, "copy")[identifier]
    return json.dumps({name: job[name] for name in ("CopyJobId", "CreationDate", "IsParent")})


def _check_destination(self: Any, arn: str) -> None:
    """What is refused at once: what the account itself can see."""
    found = arn.split(":")
    if len(found) != 7 or found[:3] != ["arn", "aws", "backup"] or found[5] != "backup-vault":
        raise InvalidParameterValueException(f"{arn} is not the ARN of a backup vault.")
    if found[4] != self.current_account:
        return
    if found[3] == self.region:
        raise InvalidRequestException("A copy goes to another AWS Region or to another account.")
    if find_vault(arn) is None:
        raise ResourceNotFoundException(f"The backup vault {arn} does not exist.")


def _copied(self: Any, copy: Copy) -> Job:
    """A copy job, carried out; one that the journal tells the end of ends so again."""
    ends = ends_of_jobs(self.current_account, self.region)
    again = copy.job in ends
    refused = ends.pop(copy.job) if again else next(refusals(copy), None)
    now, point = unix_time(), copy.point
    key = None
    if refused is None and not (again and copy.crosses):
        key = find_vault(copy.destination).encryption_key_arn
        carry_out(copy, _copy_of(copy, key, now))
    if not again and self.current_account in STARTED:
        entry = {"kind": COPY_JOB, "region": self.region, "job": copy.job, "message": refused}
        STARTED[self.current_account].take_up(entry)
        ends.pop(copy.job, None)
    named = ("ResourceArn", "ResourceType", "ResourceName", "BackupSizeInBytes")
    job: Job = {
        **{name: point[name] for name in named if name in point},
        "CopyJobId": copy.job,
        "AccountId": self.current_account,
        "SourceBackupVaultArn": copy.source.backup_vault_arn,
        "SourceRecoveryPointArn": point["RecoveryPointArn"],
        "DestinationBackupVaultArn": copy.destination,
        "IamRoleArn": copy.role,
        "CreationDate": now,
        "CompletionDate": now,
        "IsParent": False,
    }
    if refused is not None:
        return {**job, "State": "FAILED", "StatusMessage": refused}
    made = {"DestinationRecoveryPointArn": copy.made, **({"DestinationEncryptionKeyArn": key} if key else {})}
    return {**job, **made, "State": "COMPLETED"}


def _copy_of(copy: Copy, key: str | None, now: float) -> Point:
    """The recovery point that a copy leaves: of the source's date ("Copying a backup": "creation dates")."""
    of_its_own = ("Lifecycle", "CalculatedLifecycle", "EncryptionKeyArn")
    kept = {name: value for name, value in copy.point.items() if name not in of_its_own}
    copied: Point = {
        **kept,
        **_encryption(key),
        "RecoveryPointArn": copy.made,
        "BackupVaultName": copy.destination.rsplit(":", 1)[-1],
        "BackupVaultArn": copy.destination,
        "SourceBackupVaultArn": copy.source.backup_vault_arn,
        "IamRoleArn": copy.role,
        "InitiationDate": now,
        "CompletionDate": now,
    }
    return with_lifecycle(copied, copy.lifecycle)
