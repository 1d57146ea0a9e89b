"""Metrics that the functions write, and the alarms read: their names stand here alone.

A metric is a line of the log in CloudWatch's embedded metric format: no call to AWS, so nothing that can
fail, and no permission.
"""

from __future__ import annotations

import json
import sys
import time
from enum import StrEnum

NAMESPACE = "Groundwork/Operations"


class Metric(StrEnum):
    """What is measured; all without dimensions, since an environment has an account of its own."""

    ROTATION_SUCCEEDED = "RotationSucceeded"
    ROTATION_FAILED = "RotationFailed"
    ROTATIONS_OVERDUE = "RotationsOverdue"  # written every day, 0 when there is none
    EXPIRING_CREDENTIALS = "ExpiringCredentials"  # written every day, 0 when there is none
    SNAPSHOT_SUCCEEDED = "SecretsSnapshotSucceeded"
    SNAPSHOT_FAILED = "SecretsSnapshotFailed"
    RESTORE_TEST_SUCCEEDED = "RestoreTestSucceeded"  # 1 or 0, after each restore test
    RECOVERY_TIME_MINUTES = "RecoveryTimeMinutes"  # that the restore test took
    RECOVERY_POINT_MINUTES = "RecoveryPointMinutes"  # how old the newest data was that it found


def write(metric: Metric, value: float = 1, **properties: str) -> None:
    """Writes one data point; the properties (which secret, which step) are in the log beside it."""
    line = {
        "_aws": {
            "Timestamp": int(time.time() * 1000),
            "CloudWatchMetrics": [
                {
                    "Namespace": NAMESPACE,
                    "Dimensions": [[]],
                    "Metrics": [{"Name": metric.value, "Unit": "Count"}],
                }
            ],
        },
        metric.value: value,
        **properties,
    }
    sys.stdout.write(json.dumps(line) + "\n")
