"""Restored instances: what RDS knows of them. Their tags are all that is kept from one call to the next."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from functions.restore_test.settings import Settings

_TAG = "restore-test:"
# RDS's tags take letters, digits, spaces and these, at most 256 of them (RDS user guide, "Tagging").
_NOT_IN_TAGS = re.compile(r"[^\w .:/=+\-@]+")
_LENGTH = 250

# From which RDS does not come back by itself (RDS user guide, "Viewing DB instance status").
_DEAD_END = re.compile(
    r"failed|incompatible-.*|inaccessible-.*|insufficient-capacity|storage-full|restore-error"
)


@dataclass
class Restored:
    """One restored instance.

    Args:
        identifier: its name.
        described: what DescribeDBInstances says.
        notes: its tags of this function.
    """

    identifier: str
    described: Mapping[str, Any]
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """RDS's word for what it does."""
        return str(self.described.get("DBInstanceStatus", ""))

    @property
    def available(self) -> bool:
        """It can be connected to, and nothing that was asked of it is still to come."""
        pending = self.described.get("PendingModifiedValues") or {}
        return self.status == "available" and "MasterUserPassword" not in pending

    @property
    def dead(self) -> bool:
        """It will never be available."""
        return bool(_DEAD_END.fullmatch(self.status))

    @property
    def leaving(self) -> bool:
        """It is being removed."""
        return self.status == "deleting"

    def time(self, note: str) -> datetime | None:
        """A time that was noted."""
        text = self.notes.get(note)
        return datetime.fromisoformat(text) if text else None


@dataclass(frozen=True)
class Instances:
    """RDS, as far as this function goes.

    Args:
        rds: boto3's client.
        settings: names.
    """

    rds: Any
    settings: Settings

    def described(self) -> tuple[Mapping[str, Any], list[Restored]]:
        """The one that serves, empty when there is none, and all restored ones, the oldest first."""
        pages = self.rds.get_paginator("describe_db_instances").paginate()
        found = {each["DBInstanceIdentifier"]: each for page in pages for each in page["DBInstances"]}
        restored = [
            Restored(name, found[name], _notes(found[name]))
            for name in sorted(found)
            if name.startswith(self.settings.prefix)
        ]
        return found.get(self.settings.database, {}), restored

    def refreshed(self, restored: Restored) -> Restored:
        """The same, as it is now.

        Raises:
            botocore.exceptions.ClientError: it is gone, or RDS does not answer.
        """
        answer = self.rds.describe_db_instances(DBInstanceIdentifier=restored.identifier)
        (described,) = answer["DBInstances"]
        return Restored(restored.identifier, described, _notes(described))

    def restore(self, identifier: str, notes: Mapping[str, str]) -> None:
        """Asks for a restored instance, of the size of the one that serves; once, if two ask for the same.

        Without backups of its own: the first one would keep it from being removed.
        """
        with suppress(self.rds.exceptions.DBInstanceAlreadyExistsFault):
            self._ask(identifier, notes)

    def _ask(self, identifier: str, notes: Mapping[str, str]) -> None:
        settings = self.settings
        self.rds.restore_db_instance_to_point_in_time(
            SourceDBInstanceIdentifier=settings.database,
            TargetDBInstanceIdentifier=identifier,
            UseLatestRestorableTime=True,
            BackupRetentionPeriod=0,
            DBSubnetGroupName=settings.subnet_group,
            DBParameterGroupName=settings.parameter_group,
            VpcSecurityGroupIds=[settings.security_group],
            MultiAZ=False,
            PubliclyAccessible=False,
            AutoMinorVersionUpgrade=False,
            DeletionProtection=False,
            CopyTagsToSnapshot=False,
            EnableCloudwatchLogsExports=[],
            Tags=[{"Key": "Name", "Value": identifier}, *_tags(notes)],
        )

    def note(self, restored: Restored, **notes: str) -> None:
        """Writes down how far its test is."""
        self.rds.add_tags_to_resource(ResourceName=restored.described["DBInstanceArn"], Tags=_tags(notes))
        restored.notes.update({name: in_tag(text) for name, text in notes.items()})

    def set_password(self, restored: Restored, password: str) -> None:
        """Gives its master a password that this function knows."""
        self.rds.modify_db_instance(
            DBInstanceIdentifier=restored.identifier, MasterUserPassword=password, ApplyImmediately=True
        )

    def remove(self, restored: Restored) -> bool:
        """Has it removed, without a trace; False when RDS does not take that yet, as while it is made."""
        try:
            self.rds.delete_db_instance(
                DBInstanceIdentifier=restored.identifier, SkipFinalSnapshot=True, DeleteAutomatedBackups=True
            )
        except self.rds.exceptions.DBInstanceNotFoundFault:
            return True
        except self.rds.exceptions.InvalidDBInstanceStateFault:
            return False
        return True


def in_tag(text: str) -> str:
    """A text as a tag can have it."""
    return _NOT_IN_TAGS.sub(" ", text)[:_LENGTH].strip()


def _tags(notes: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": f"{_TAG}{name}", "Value": in_tag(text)} for name, text in notes.items()]


def _notes(described: Mapping[str, Any]) -> dict[str, str]:
    tags = {each["Key"]: each["Value"] for each in described.get("TagList", ())}
    return {name.removeprefix(_TAG): value for name, value in tags.items() if name.startswith(_TAG)}
