"""Instances of PostgreSQL in RDS: what there is to restore, and the calls that restore it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from infra.configuration import Configuration
from infra.configuration.data_settings import EXPORTED_LOGS
from infra.configuration.database_certificates import CERTIFICATE_AUTHORITY
from infra.foundations import ports
from operations.console import OperationError, OperationFailed
from operations.environments import Connection

# Says that nothing but a recovery has made an instance. The engine takes it off when it adopts it.
RECOVERY_TAG = "groundwork:recovery"
LATEST = "latest"
# RDS user guide, "Viewing DB instance status"; the first backup of a large database takes hours.
_USABLE = ("available", "backing-up")
# The same page: none of these is left by itself.
FAILED = (
    "failed",
    "inaccessible-encryption-credentials",
    "inaccessible-encryption-credentials-recoverable",
    "incompatible-create",
    "incompatible-network",
    "incompatible-option-group",
    "incompatible-parameters",
    "incompatible-restore",
    "insufficient-capacity",
    "restore-error",
    "storage-full",
)


@dataclass(frozen=True)
class Window:
    """The times that can be restored, and of which instance (RDS's own identifier, also when it is gone)."""

    earliest: datetime
    latest: datetime
    resource_id: str


class Instances:
    """The environment's instances.

    Args:
        configuration: the environment.
        connection: to its account.
    """

    def __init__(self, configuration: Configuration, connection: Connection) -> None:
        self._configuration = configuration
        self._rds, self._ec2 = connection.client("rds"), connection.client("ec2")
        self._recovery = connection.client("rds", configuration.settings.recovery_region)

    def name(self, generation: int) -> str:
        """RDS's name of a generation."""
        return self._configuration.naming.database(generation)

    def find(self, generation: int) -> dict[str, Any] | None:
        """A generation as RDS tells of it; None for one that is not there."""
        try:
            answer = self._rds.describe_db_instances(DBInstanceIdentifier=self.name(generation))
        except ClientError as error:
            if error.response["Error"]["Code"].startswith("DBInstanceNotFound"):
                return None
            raise
        found: dict[str, Any] = answer["DBInstances"][0]
        return found

    def window(self, generation: int) -> Window | None:
        """The times that a generation can be restored to; None where it has no backups."""
        answer = self._rds.describe_db_instance_automated_backups(DBInstanceIdentifier=self.name(generation))
        windows = [
            Window(
                each["RestoreWindow"]["EarliestTime"],
                each["RestoreWindow"]["LatestTime"],
                each["DbiResourceId"],
            )
            for each in answer["DBInstanceAutomatedBackups"]
            if (each.get("RestoreWindow") or {}).get("LatestTime")
        ]
        return max(windows, key=lambda each: each.latest, default=None)

    def snapshots(self, generation: int) -> list[dict[str, Any]]:
        """The snapshots of a generation, the latest first."""
        # More than a page of 100 where every deployment and every day has one.
        pages = self._rds.get_paginator("describe_db_snapshots").paginate(
            DBInstanceIdentifier=self.name(generation)
        )
        all_of_it = [each for page in pages for each in page["DBSnapshots"]]
        found = [each for each in all_of_it if each.get("Status") == "available"]
        return sorted(found, key=lambda each: str(each.get("SnapshotCreateTime")), reverse=True)

    def snapshot(self, identifier: str) -> dict[str, Any]:
        """A snapshot of this environment's.

        Raises:
            OperationError: there is none of that name that can be restored.
        """
        database = self._configuration.settings.database
        known = [each for number in database.generations.declared for each in self.snapshots(number)]
        for each in known:
            if identifier in (each["DBSnapshotIdentifier"], each.get("DBSnapshotArn")):
                return each
        there = ", ".join(f"{each['DBSnapshotIdentifier']} ({_age(each)})" for each in known[:10])
        raise OperationError(f"--snapshot: found {identifier!r}; allowed: {there or 'there is none'}.")

    def restore_to_time(self, window: Window, generation: int, to: str, run: str) -> None:
        """RestoreDBInstanceToPointInTime, beside the one that it was."""
        when = {"UseLatestRestorableTime": True} if to == LATEST else {"RestoreTime": time_of(to)}
        self._rds.restore_db_instance_to_point_in_time(
            SourceDbiResourceId=window.resource_id,
            TargetDBInstanceIdentifier=self.name(generation),
            MaxAllocatedStorage=self._configuration.settings.database.storage_maximum,
            **when,
            **self._as_declared(run),
        )

    def restore_snapshot(self, snapshot: str, generation: int, run: str) -> None:
        """RestoreDBInstanceFromDBSnapshot."""
        self._rds.restore_db_instance_from_db_snapshot(
            DBSnapshotIdentifier=snapshot,
            DBInstanceIdentifier=self.name(generation),
            **self._as_declared(run),
        )

    def _as_declared(self, run: str) -> dict[str, Any]:
        """What an instance that is restored does not have from the one that it was, as the program says it.

        With backups from the first minute: to switch them on later takes it away from people for a moment
        (RDS user guide, "Backup retention period"). RDS makes the first one at once, which takes as long as
        the database is large; it is up and lets people in meanwhile, and is changed only afterwards
        (terraform#2014, terraform-provider-aws#44104).
        """
        naming, settings = self._configuration.naming, self._configuration.settings
        protect = settings.standard.protects_data
        return {
            "DBInstanceClass": settings.database.tier.instance_class,
            "DBSubnetGroupName": naming.named("database"),
            "VpcSecurityGroupIds": [self._security_group()],
            "DBParameterGroupName": naming.named(f"postgres{settings.database.version}"),
            "Port": ports.POSTGRESQL,
            "MultiAZ": settings.standard.redundant,
            "PubliclyAccessible": False,
            "StorageType": "gp3",
            "AutoMinorVersionUpgrade": True,
            "CopyTagsToSnapshot": True,
            "DeletionProtection": protect,
            "EnableCloudwatchLogsExports": list(EXPORTED_LOGS),
            "CACertificateIdentifier": CERTIFICATE_AUTHORITY,
            "BackupRetentionPeriod": settings.database.backup_retention,
            "Tags": [{"Key": RECOVERY_TAG, "Value": run}],
        }

    def _security_group(self) -> str:
        name = self._configuration.naming.named("database")
        answer = self._ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": [name]}])
        found = [str(each["GroupId"]) for each in answer["SecurityGroups"]]
        if len(found) != 1:
            raise OperationFailed(f"found {len(found)} security groups {name}: the network is not there.")
        return found[0]

    def not_usable(self, generation: int) -> str | None:
        """What keeps it from being used; None when nothing does, as while a backup is made of it.

        Raises:
            OperationFailed: it never will be.
        """
        found, name = self.find(generation), self.name(generation)
        status = str(found["DBInstanceStatus"]) if found else "not there"
        if status == "deleting":
            raise OperationFailed(
                f"{name} is {status}: when it is gone the same command restores another one"
            )
        if status in FAILED:
            named = f"--db-instance-identifier {name}"
            raise OperationFailed(
                f"{name} is {status}, and stays so. Why: `aws rds describe-events --source-type db-instance "
                f"--source-identifier {name}`. Delete it: `aws rds modify-db-instance {named} "
                f"--no-deletion-protection --apply-immediately`, `aws rds delete-db-instance {named} "
                "--skip-final-snapshot`; when it is gone the same command restores another one"
            )
        return None if status in _USABLE else f"{self.name(generation)} is {status}"

    def unprotect(self, generation: int) -> list[str]:
        """Lets an instance and its replica be deleted; answers those that there are."""
        naming = self._configuration.naming
        places = [(self._rds, self.name(generation))]
        if self._configuration.settings.copies:
            places.append((self._recovery, naming.database(generation)))
        found = []
        for client, name in places:
            try:
                client.modify_db_instance(
                    DBInstanceIdentifier=name, DeletionProtection=False, ApplyImmediately=True
                )
                found.append(name)
            except ClientError as error:
                if not error.response["Error"]["Code"].startswith("DBInstanceNotFound"):
                    raise
        return found

    def is_adopted(self, generation: int) -> bool:
        """Whether the engine has taken an instance over: the program's tags are what it has then."""
        found = self.find(generation)
        return found is not None and RECOVERY_TAG not in {tag["Key"] for tag in found.get("TagList", ())}


def address_of(instance: Mapping[str, Any]) -> dict[str, Any]:
    """Where an instance is reached, as entries have it."""
    endpoint = instance.get("Endpoint") or {}
    return {"host": endpoint.get("Address"), "port": endpoint.get("Port"), "dbname": instance.get("DBName")}


def minute_of(when: datetime) -> str:
    """A time to the minute, in UTC."""
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M}"


def time_of(text: str) -> datetime:
    """A time of the command line, in UTC.

    Raises:
        OperationError: it is none, or has no zone.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise OperationError(
            f"--to: found {text!r}; allowed: {LATEST}, or a time with its zone. Example: --to "
            "2026-11-28T14:30Z"
        )
    return found.astimezone(UTC)


def _age(snapshot: Mapping[str, Any]) -> str:
    made = snapshot.get("SnapshotCreateTime")
    return f"{made:%Y-%m-%d %H:%M} UTC" if isinstance(made, datetime) else "no time"
