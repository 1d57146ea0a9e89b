"""Recovery points in AWS Backup's vaults, and who may copy into those.

A recovery point is kept as AWS tells of it (RecoveryPointByBackupVault), a plain dictionary.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from moto.backup.exceptions import (
    InvalidParameterValueException,
    InvalidRequestException,
    ResourceNotFoundException,
)
from moto.backup.models import BackupBackend, backup_backends

from rehearsal.aws import moto_backup_snapshots

_SECONDS_OF_A_DAY = 24 * 60 * 60

Point = dict[str, Any]

_delete_vault = BackupBackend.delete_backup_vault


def repair_points() -> None:
    """Replaces and adds the operations, once in a process."""
    from moto.backup.responses import BackupResponse

    answers: Any = BackupResponse
    BackupBackend.delete_backup_vault = _deleted_vault  # type: ignore[method-assign]
    answers.list_recovery_points_by_backup_vault = _list_points
    answers.describe_recovery_point = _describe_point
    answers.delete_recovery_point = _delete_point
    answers.put_backup_vault_access_policy = _put_policy
    answers.get_backup_vault_access_policy = _get_policy
    answers.delete_backup_vault_access_policy = _delete_policy


def points_of(vault: Any) -> dict[str, Point]:
    """Recovery points in a vault, by ARN."""
    points: dict[str, Point] = vault.__dict__.setdefault("points", {})
    return points


def policy_of(vault: Any) -> str | None:
    """A vault's access policy, as JSON text."""
    policy: str | None = vault.__dict__.get("access_policy")
    return policy


def find_vault(arn: str) -> Any:
    """The vault of an ARN; None when it is not there."""
    _, _, _, region, account, _, name = arn.split(":", 6)
    return backup_backends[account][region].vaults.get(name)


def keep(vault: Any, point: Point) -> None:
    """Puts a recovery point into a vault."""
    points_of(vault)[point["RecoveryPointArn"]] = point
    vault.num_of_recovery_points = len(points_of(vault))


def with_lifecycle(point: Point, lifecycle: dict[str, Any] | None) -> Point:
    """A recovery point that is deleted so many days after its resource was backed up."""
    days = (lifecycle or {}).get("DeleteAfterDays")
    if not days:
        return point
    deletion = point["CreationDate"] + days * _SECONDS_OF_A_DAY
    return {**point, "Lifecycle": dict(lifecycle or {}), "CalculatedLifecycle": {"DeleteAt": deletion}}


def refused_by_lock(vault: Any, lifecycle: dict[str, Any] | None) -> str | None:
    """Why a vault's lock does not take a recovery point: a job whose retention is outside of its limits fails
    (developer guide, "AWS Backup Vault Lock")."""
    days = (lifecycle or {}).get("DeleteAfterDays")
    shortest, longest = vault.min_retention_days, vault.max_retention_days
    too_short = shortest is not None and days is not None and days < shortest
    too_long = longest is not None and (days is None or days > longest)
    if not vault.locked or not (too_short or too_long):
        return None
    said = "forever" if days is None else f"{days} days"
    return (
        f"Retention of {said} is outside of what the lock of {vault.backup_vault_name} allows: "
        f"{shortest or 1} to {longest or 'any number of'} days."
    )


def _vault(self: Any) -> Any:
    return self.backup_backend.describe_backup_vault(unquote(self.uri_match["backupVaultName"]))


def _point(self: Any) -> tuple[Any, Point]:
    vault, arn = _vault(self), unquote(self.uri_match["recoveryPointArn"])
    if arn not in points_of(vault):
        raise ResourceNotFoundException(f"There is no recovery point {arn} in {vault.backup_vault_name}.")
    return vault, points_of(vault)[arn]


def _list_points(self: Any) -> str:
    found = list(selected(points_of(_vault(self)).values(), self))
    return json.dumps({"RecoveryPoints": found})


def selected(items: Any, self: Any) -> Iterator[dict[str, Any]]:
    """Those of a list that a request's filters are about (ByResourceArn, ByCreatedAfter and such)."""
    wanted = {
        "ResourceArn": self._get_param("resourceArn"),
        "ResourceType": self._get_param("resourceType"),
        "State": self._get_param("state"),
        "BackupVaultName": self._get_param("backupVaultName"),
        "DestinationBackupVaultArn": self._get_param("destinationVaultArn"),
        "SourceRecoveryPointArn": self._get_param("sourceRecoveryPointArn"),
        "AccountId": self._get_param("accountId"),
    }
    after, before = _time(self._get_param("createdAfter")), _time(self._get_param("createdBefore"))
    for each in items:
        # botocore sends whole seconds.
        created = int(each["CreationDate"])
        if (
            all(value in (None, "*", each.get(name)) for name, value in wanted.items())
            and (after is None or created >= after)
            and (before is None or created <= before)
        ):
            yield each


def _time(text: str | None) -> float | None:
    return datetime.fromisoformat(text).timestamp() if text else None


def _describe_point(self: Any) -> str:
    return json.dumps({**_point(self)[1], "StorageClass": "WARM"})


def _delete_point(self: Any) -> str:
    vault, point = _point(self)
    if vault.locked:
        raise InvalidRequestException(
            f"The recovery point cannot be deleted: the vault {vault.backup_vault_name} is locked."
        )
    arn = point["RecoveryPointArn"]
    if point["ResourceType"] == "RDS":
        moto_backup_snapshots.remove(arn)
    del points_of(vault)[arn]
    vault.num_of_recovery_points = len(points_of(vault))
    return "{}"


def _deleted_vault(self: Any, backup_vault_name: str) -> None:
    """A vault with recovery points stays (DeleteBackupVault in AWS Backup's API reference)."""
    vault = self.vaults.get(backup_vault_name)
    if vault is not None and points_of(vault):
        raise InvalidRequestException(
            f"Backup vault cannot be deleted (contains {len(points_of(vault))} recovery points)."
        )
    _delete_vault(self, backup_vault_name)


def _put_policy(self: Any) -> str:
    """An action has no wildcard here (developer guide, "Vault access policies")."""
    vault, text = _vault(self), json.loads(self.body).get("Policy") or ""
    try:
        statements = json.loads(text)["Statement"]
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidParameterValueException("The specified policy cannot be parsed.") from error
    for statement in statements if isinstance(statements, list) else [statements]:
        if "*" in json.dumps(statement.get("Action", "")):
            raise InvalidParameterValueException(
                "The specified policy has a wildcard in an Action, which access policies do not support."
            )
    vault.access_policy = text
    return "{}"


def _get_policy(self: Any) -> str:
    vault = _vault(self)
    if policy_of(vault) is None:
        raise ResourceNotFoundException(f"The vault {vault.backup_vault_name} has no access policy.")
    return json.dumps(
        {
            "BackupVaultName": vault.backup_vault_name,
            "BackupVaultArn": vault.backup_vault_arn,
            "Policy": policy_of(vault),
        }
    )


def _delete_policy(self: Any) -> str:
    _vault(self).access_policy = None
    return "{}"
