"""The metric of failed runs."""

from __future__ import annotations

from functions.shared.metrics import Metric

# Runs of a CronJob that have failed one after the other, as Kubernetes tells; every few minutes.
JOB_FAILURES = Metric("JobConsecutiveFailures", "watch_jobs", ("Job",))
