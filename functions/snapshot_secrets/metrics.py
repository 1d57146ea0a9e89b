"""Metrics of the snapshot: how each one ended."""

from __future__ import annotations

from functions.shared.metrics import Metric

SNAPSHOT_SUCCEEDED = Metric("SecretsSnapshotSucceeded", "snapshot_secrets")
SNAPSHOT_FAILED = Metric("SecretsSnapshotFailed", "snapshot_secrets")
