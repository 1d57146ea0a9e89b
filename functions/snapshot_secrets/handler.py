"""The weekly snapshot of all secrets, encrypted, written into the backups bucket."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import boto3

from functions.shared import metrics
from functions.snapshot_secrets.metrics import SNAPSHOT_FAILED, SNAPSHOT_SUCCEEDED
from functions.snapshot_secrets.snapshot import OUTSIDE_FOLDER, Snapshot, opened, sealed


def handle(event: Mapping[str, Any], _: object) -> dict[str, Any]:
    """Called every week, and by hand before something risky; answers where the snapshot is."""
    try:
        snapshot, missing = _taken()
        _store(snapshot, snapshot.key, os.environ["KEY"])
        if outside := os.environ.get("OUTSIDE_KEY"):
            _store(snapshot, snapshot.key_in(OUTSIDE_FOLDER), outside)
    except Exception:
        metrics.write(SNAPSHOT_FAILED)
        raise
    metrics.write(SNAPSHOT_SUCCEEDED, snapshot=snapshot.key)
    return {"snapshot": snapshot.key, "entries": len(snapshot.values), "withoutValue": missing}


def _taken() -> tuple[Snapshot, list[str]]:
    client, prefix = boto3.client("secretsmanager"), os.environ["PREFIX"]
    values, missing = {}, []
    for name in os.environ["ENTRIES"].split(","):
        try:
            values[name] = str(client.get_secret_value(SecretId=prefix + name)["SecretString"])
        except client.exceptions.ResourceNotFoundException:
            missing.append(name)  # nobody has set it yet
    system, environment = prefix.strip("/").split("/")
    made = datetime.now(UTC).isoformat(timespec="seconds")
    return Snapshot(system, environment, made, values), missing


def _store(snapshot: Snapshot, name: str, key: str) -> None:
    kms, s3 = boto3.client("kms"), boto3.client("s3")
    content = sealed(snapshot, kms, key)
    # A snapshot that cannot be read is none.
    if opened(content, kms) != snapshot:
        raise RuntimeError("the snapshot does not read back as it was taken")
    s3.put_object(
        Bucket=os.environ["BUCKET"],
        Key=name,
        Body=content,
        ContentType="application/json",
        # S3 takes nothing into a locked bucket whose arrival it cannot check (user guide, "Object Lock").
        ChecksumAlgorithm="SHA256",
    )
