"""Metrics of the daily check."""

from __future__ import annotations

from functions.shared.metrics import Metric

# What a recovery needs and does not find today, or nobody knows; every day, from the second day on.
RECOVERY_NOT_READY = Metric("RecoveryNotReady", "check_recovery")
RECOVERY_CHECKED = Metric("RecoveryChecked", "check_recovery")  # every day, 1
