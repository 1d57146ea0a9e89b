"""Bringing secrets back from a snapshot (contract SEC-4), from the bucket of either region."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.snapshot_secrets.snapshot import FOLDER, Snapshot, SnapshotError, opened
from infra.configuration import Configuration
from infra.configuration.buckets import BACKUPS
from operations.console import OperationError, OperationFailed, without


@dataclass(frozen=True)
class Found:
    """One entry of a snapshot and what the account has of it: `same`, `differs`, `no value`, `no entry`."""

    name: str
    state: str

    @property
    def can_be_restored(self) -> bool:
        """Whether writing changes something and there is something to write to."""
        return self.state in ("differs", "no value")


def bucket_of(configuration: Configuration, region: str) -> str:
    """The backups bucket of a region; the recovery region's is the copy."""
    return configuration.naming.bucket(BACKUPS, region)


def load(s3: Any, kms: Any, configuration: Configuration, bucket: str, key: str | None) -> Snapshot:
    """A snapshot of this environment; the latest one without `key`.

    Raises:
        OperationError: there is none, or it is of another environment.
        OperationFailed: AWS refused, or the snapshot was changed.
    """
    try:
        key = key or _latest(s3, bucket)
        snapshot = opened(s3.get_object(Bucket=bucket, Key=key)["Body"].read(), kms)
    except s3.exceptions.NoSuchKey:
        raise OperationError(f"s3://{bucket}/{key}: there is no such snapshot.") from None
    except (BotoCoreError, ClientError, SnapshotError) as error:
        raise OperationFailed(f"s3://{bucket}/{key or FOLDER}: {error}") from None
    naming = configuration.naming
    if (snapshot.system, snapshot.environment) != (naming.system, naming.environment):
        raise OperationError(
            f"s3://{bucket}/{key}: found a snapshot of {snapshot.system} {snapshot.environment}; "
            f"allowed: one of {naming.system} {naming.environment}. Secrets stay in their environment."
        )
    return snapshot


def _latest(s3: Any, bucket: str) -> str:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=FOLDER)
    keys = [item["Key"] for page in pages for item in page.get("Contents", ())]
    if not keys:
        raise OperationError(
            f"s3://{bucket}/{FOLDER}: there is no snapshot yet. One is taken every week; at once with "
            "`aws lambda invoke` of the function snapshot-secrets."
        )
    return str(max(keys))


def compare(
    client: Any, configuration: Configuration, snapshot: Snapshot, only: Collection[str]
) -> list[Found]:
    """What the account has of the snapshot's entries, by name; all of them without `only`.

    Raises:
        OperationError: the snapshot has no entry of such a name.
    """
    unknown = sorted(set(only) - snapshot.values.keys())
    if unknown:
        raise OperationError(
            f"{', '.join(unknown)}: not in the snapshot, which has {', '.join(sorted(snapshot.values))}."
        )
    return [
        Found(name, _state(client, configuration.naming.secret(name), value))
        for name, value in sorted(snapshot.values.items())
        if not only or name in only
    ]


def _state(client: Any, name: str, value: str) -> str:
    try:
        return "same" if client.get_secret_value(SecretId=name)["SecretString"] == value else "differs"
    except client.exceptions.ResourceNotFoundException:
        pass  # no value, or no entry at all
    except (BotoCoreError, ClientError) as error:
        raise OperationFailed(f"{name}: {error}") from None
    try:
        client.describe_secret(SecretId=name)
    except client.exceptions.ResourceNotFoundException:
        return "no entry"
    return "no value"


def restore(client: Any, configuration: Configuration, snapshot: Snapshot, found: Collection[Found]) -> None:
    """Makes the snapshot's values the current ones where they are not.

    Raises:
        OperationFailed: AWS refused; what was restored before stays so.
    """
    for each in found:
        if each.can_be_restored:
            name = configuration.naming.secret(each.name)
            try:
                client.put_secret_value(SecretId=name, SecretString=snapshot.values[each.name])
            except (BotoCoreError, ClientError) as error:
                raise OperationFailed(f"{name}: {without(error, snapshot.values[each.name])}") from None
