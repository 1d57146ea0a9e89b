"""The metric of that measurement: minutes since the newest time."""

from __future__ import annotations

from functions.shared.metrics import Metric

# How old the newest time is that the database could be restored to; every few minutes.
RESTORABLE_AGE_MINUTES = Metric("RestorableAgeMinutes", "measure_recovery_point")
