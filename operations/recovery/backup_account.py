"""The backup account's copies of an environment, and the job that copies the database back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import boto3
from botocore.exceptions import ClientError

from functions.snapshot_secrets.snapshot import OUTSIDE_FOLDER
from infra.configuration.backup_account import COPY_ROLE
from infra.configuration.buckets import BACKUPS, STATE, STATE_FOLDER
from infra.configuration.file_names import stack_file_name
from infra.naming import Naming
from operations.console import OperationError, OperationFailed
from operations.environments import Connection

# AWS Backup's words (API reference, DescribeCopyJob).
_DONE = "COMPLETED"
_UNDER_WAY = ("CREATED", "RUNNING")


@dataclass(frozen=True)
class Copied:
    """One copy: its name, and when that was taken which it is a copy of."""

    name: str
    made: datetime


class BackupAccount:
    """The backup account of an environment.

    Args:
        naming: names, of that account.
        connection: to it.
        vault_arn: of the vault that the database is copied back into.
    """

    def __init__(self, naming: Naming, connection: Connection, vault_arn: str) -> None:
        self._naming, self._connection, self._vault_arn = naming, connection, vault_arn
        self._backup = connection.client("backup")

    @property
    def account(self) -> str:
        """Its id."""
        return self._naming.account

    @property
    def bucket(self) -> str:
        """With copies of snapshots of secrets, manifests of backups, and records of recoveries."""
        return self._naming.bucket(BACKUPS)

    def client(self, service: str) -> Any:
        """boto3's client of a service there."""
        return self._connection.client(service)

    def as_role(self, name: str, service: str) -> Any:
        """boto3's client with the rights of a role there, and no more.

        Args:
            name: the role's, within the environment.
            service: which one.
        """
        taken = self.client("sts").assume_role(
            RoleArn=self._naming.role_arn(self._naming.named(name)), RoleSessionName="recover-account"
        )["Credentials"]
        session = boto3.Session(
            taken["AccessKeyId"],
            taken["SecretAccessKey"],
            taken["SessionToken"],
            region_name=self._naming.region,
        )
        return session.client(cast(Any, service), endpoint_url=self._connection.endpoint_url)

    def newest_database(self, until: datetime | None) -> Copied:
        """The newest copy of the database; of a time: of those that were taken up to it.

        Raises:
            OperationError: there is none.
        """
        return _newest(self._points(), until, f"a copy of the database in {self._naming.vault_arn}")

    def _points(self) -> Iterator[Copied]:
        pages = self._backup.get_paginator("list_recovery_points_by_backup_vault").paginate(
            BackupVaultName=self._naming.prefix, ByResourceType="RDS"
        )
        for page in pages:
            for each in page["RecoveryPoints"]:
                if each["Status"] == _DONE:
                    yield Copied(each["RecoveryPointArn"], each["CreationDate"])

    def newest_secrets(self, until: datetime | None) -> Copied:
        """The newest snapshot of secrets that this account has encrypted; likewise.

        Raises:
            OperationError: there is none.
        """
        return _newest(self._snapshots(), until, f"a snapshot in s3://{self.bucket}/{OUTSIDE_FOLDER}")

    def _snapshots(self) -> Iterator[Copied]:
        pages = (
            self.client("s3")
            .get_paginator("list_objects_v2")
            .paginate(Bucket=self.bucket, Prefix=OUTSIDE_FOLDER)
        )
        for page in pages:
            for each in page.get("Contents", ()):
                yield Copied(each["Key"], each["LastModified"])

    def newest_state(self, until: datetime | None) -> dict[str, str] | None:
        """The newest copy of the engine's state, likewise: of which object it is a version, which one, and of
        when. None where there is none: nothing is built of it.
        """
        pages = self.client("s3").get_paginator("list_object_versions")
        found: list[dict[str, Any]] = []
        with suppress(self.client("s3").exceptions.NoSuchBucket):  # its stack is older
            for page in pages.paginate(Bucket=self._states, Prefix=STATE_FOLDER):
                found += page.get("Versions", ())
        wanted = [
            each
            for each in found
            if each["Key"].endswith(f"/{self._naming.environment}.json")
            and (until is None or each["LastModified"] <= until)
        ]
        if not wanted:
            return None
        newest = max(wanted, key=lambda each: (each["LastModified"], each["IsLatest"]))
        return {
            "key": newest["Key"],
            "version": newest["VersionId"],
            "of": newest["LastModified"].isoformat(),
        }

    def state(self, copy: Mapping[str, str]) -> dict[str, Any]:
        """A copy, as `pulumi stack export` gives the state.

        Raises:
            ValueError, KeyError, TypeError: it is none.
        """
        stored = json.loads(self.stored_state(copy))
        return {"version": stored["version"], "deployment": stored["checkpoint"]["latest"]}

    def stored_state(self, copy: Mapping[str, str]) -> bytes:
        """A copy, as the engine has written it."""
        answer = self.client("s3").get_object(Bucket=self._states, Key=copy["key"], VersionId=copy["version"])
        content: bytes = answer["Body"].read()
        return content

    def address_of(self, copy: Mapping[str, str]) -> str:
        """Where a copy is, as people look for it."""
        return f"s3://{self._states}/{copy['key']}, version {copy['version']}"

    @property
    def _states(self) -> str:
        return self._naming.bucket(STATE.name)

    def copy_back(self, point: str, token: str) -> str:
        """Asks AWS Backup for a copy of a recovery point in the environment's vault; answers the job.

        Args:
            point: ARN of the recovery point.
            token: the same one asks for the same copy, and no second one is made.
        """
        answer = self._backup.start_copy_job(
            RecoveryPointArn=point,
            SourceBackupVaultName=self._naming.prefix,
            DestinationBackupVaultArn=self._vault_arn,
            IamRoleArn=self._naming.role_arn(self._naming.named(COPY_ROLE)),
            IdempotencyToken=token,
        )
        return str(answer["CopyJobId"])

    def not_copied(self, job: str) -> str | None:
        """What is missing of a copy; None when it is there.

        Raises:
            OperationFailed: the job has failed.
        """
        found = self._job(job)
        if found["State"] == _DONE:
            return None
        if self.has_failed(job):
            raise OperationFailed(f"copy job {job}: {found.get('StatusMessage', found['State'])}")
        return f"copy job {job} is {found['State'].lower()}"

    def has_failed(self, job: str) -> bool:
        """Whether a copy has ended, and is not there."""
        return self._job(job)["State"] not in (_DONE, *_UNDER_WAY)

    def snapshot(self, job: str) -> str:
        """RDS's name of the copy, in the environment's account."""
        arn: str = self._job(job)["DestinationRecoveryPointArn"]
        return arn.rpartition(":snapshot:")[2]

    def _job(self, job: str) -> dict[str, Any]:
        found: dict[str, Any] = self._backup.describe_copy_job(CopyJobId=job)["CopyJob"]
        return found


def _newest(found: Iterator[Copied], until: datetime | None, what: str) -> Copied:
    there = sorted(found, key=lambda each: each.made)
    wanted = [each for each in there if until is None or each.made <= until]
    if wanted:
        return wanted[-1]
    oldest = f" The oldest is of {there[0].made:%Y-%m-%d %H:%M} UTC." if there else ""
    when = f" of {until:%Y-%m-%d %H:%M} UTC or before" if until else ""
    raise OperationError(f"there is not {what}{when}.{oldest}")


def check_reading(connection: Connection, bucket: str, account: str, environment: str) -> None:
    """Whether the environment's account may read copies.

    Raises:
        OperationFailed: it may not; says what to do.
    """
    try:
        connection.client("s3").list_objects_v2(Bucket=bucket, MaxKeys=1)
    except ClientError as error:
        raise OperationFailed(
            f"s3://{bucket}: {error}. The backup account lets in the role that deploys, of the account in "
            f"{stack_file_name(environment)} ({account}): in backup_account/, with its own "
            f"credentials, `pulumi up --stack {environment}`. Then the same command."
        ) from None
