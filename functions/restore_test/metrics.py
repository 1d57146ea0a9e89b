"""Metrics of the restore test: those of each test, and those that every call writes."""

from __future__ import annotations

from functions.shared.metrics import Metric

RESTORE_TEST_SUCCEEDED = Metric("RestoreTestSucceeded", "restore_test")  # 1 or 0, after each restore test
# Since the last one that succeeded, or since the database was made; at each call of the function.
RESTORE_TEST_AGE_DAYS = Metric("RestoreTestAgeDays", "restore_test")
RECOVERY_TIME_MINUTES = Metric("RecoveryTimeMinutes", "restore_test")  # that the restore test took
# Restored instances that should have been removed; at each call of the function, 0 when there is none.
RESTORED_INSTANCES_LEFT = Metric("RestoredInstancesLeft", "restore_test")
# Age of the newest data that it found.
RECOVERY_POINT_MINUTES = Metric("RecoveryPointMinutes", "restore_test")
