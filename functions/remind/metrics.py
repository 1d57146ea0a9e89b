"""Metrics of the reminders: written every day, 0 when there is none."""

from __future__ import annotations

from functions.shared.metrics import Metric

ROTATIONS_OVERDUE = Metric("RotationsOverdue", "remind")
EXPIRING_CREDENTIALS = Metric("ExpiringCredentials", "remind")
# Entries whose copy in another region is not the same.
SECRET_COPIES_OUT_OF_SYNC = Metric("SecretCopiesOutOfSync", "remind")
# Of the newest snapshot of the secrets: it is measured whether one is taken or not.
SNAPSHOT_AGE_DAYS = Metric("SecretsSnapshotAgeDays", "remind")
