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


_ROTATORS = ("rotate_database", "rotate_redis", "rotate_signing_key")


class Metric(StrEnum):
    """What is measured, and by which functions: their folders, and the metric's dimensions if it has any.

    An alarm on a metric is declared where one of its functions is (infra/monitoring/alarm_catalogue), so that
    none waits for what nobody writes. An environment has an account of its own: none of them names it.
    """

    functions: tuple[str, ...]
    dimensions: tuple[str, ...]

    def __new__(cls, name: str, functions: tuple[str, ...], dimensions: tuple[str, ...] = ()) -> Metric:
        member = str.__new__(cls, name)
        member._value_ = name
        member.functions = functions
        member.dimensions = dimensions
        return member

    ROTATION_SUCCEEDED = "RotationSucceeded", _ROTATORS
    ROTATION_FAILED = "RotationFailed", _ROTATORS
    ROTATIONS_OVERDUE = "RotationsOverdue", ("remind",)  # written every day, 0 when there is none
    EXPIRING_CREDENTIALS = "ExpiringCredentials", ("remind",)  # written every day, 0 when there is none
    # Entries whose copy in another region is not the same; written every day, 0 when there is none.
    SECRET_COPIES_OUT_OF_SYNC = "SecretCopiesOutOfSync", ("remind",)
    SNAPSHOT_AGE_DAYS = "SecretsSnapshotAgeDays", ("remind",)  # written every day
    SNAPSHOT_SUCCEEDED = "SecretsSnapshotSucceeded", ("snapshot_secrets",)
    SNAPSHOT_FAILED = "SecretsSnapshotFailed", ("snapshot_secrets",)
    # How old the newest time is that the database could be restored to; every few minutes.
    RESTORABLE_AGE_MINUTES = "RestorableAgeMinutes", ("measure_recovery_point",)
    # Runs of a CronJob that have failed one after the other, as Kubernetes tells; every few minutes.
    JOB_FAILURES = "JobConsecutiveFailures", ("watch_jobs",), ("Job",)
    # What a recovery needs and does not find today, or nobody knows; every day, from the second day on.
    RECOVERY_NOT_READY = "RecoveryNotReady", ("check_recovery",)
    RECOVERY_CHECKED = "RecoveryChecked", ("check_recovery",)  # every day, 1
    RESTORE_TEST_SUCCEEDED = "RestoreTestSucceeded", ("restore_test",)  # 1 or 0, after each restore test
    # Since the last one that succeeded, or since the database was made; at each call of the function.
    RESTORE_TEST_AGE_DAYS = "RestoreTestAgeDays", ("restore_test",)
    RECOVERY_TIME_MINUTES = "RecoveryTimeMinutes", ("restore_test",)  # that the restore test took
    # Restored instances that should have been removed; at each call of the function, 0 when there is none.
    RESTORED_INSTANCES_LEFT = "RestoredInstancesLeft", ("restore_test",)
    RECOVERY_POINT_MINUTES = "RecoveryPointMinutes", ("restore_test",)  # age of the newest data that it found


def write(metric: Metric, value: float = 1, **properties: str) -> None:
    """Writes one data point; the properties (which secret, which step) are in the log beside it.

    Raises:
        KeyError: a dimension of the metric is not among the properties.
    """
    for dimension in metric.dimensions:
        properties[dimension]
    line = {
        "_aws": {
            "Timestamp": int(time.time() * 1000),
            "CloudWatchMetrics": [
                {
                    "Namespace": NAMESPACE,
                    "Dimensions": [list(metric.dimensions)],
                    "Metrics": [{"Name": metric.value, "Unit": "Count"}],
                }
            ],
        },
        metric.value: value,
        **properties,
    }
    sys.stdout.write(json.dumps(line) + "\n")
