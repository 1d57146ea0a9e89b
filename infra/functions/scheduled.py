"""The functions that run by the clock: their names, and when they run."""

from __future__ import annotations

from types import MappingProxyType

SNAPSHOT_SECRETS = "snapshot-secrets"
REMIND = "remind"
MEASURE_RECOVERY_POINT = "measure-recovery-point"
WATCH_JOBS = "watch-jobs"

# In UTC. Runbook 003: a snapshot of secrets every week; before it, the daily backup is done. Reminders come
# when people are at work. What measures looks every five minutes.
SCHEDULES = MappingProxyType(
    {
        SNAPSHOT_SECRETS: "cron(0 3 ? * SUN *)",
        REMIND: "cron(0 8 * * ? *)",
        MEASURE_RECOVERY_POINT: "cron(0/5 * * * ? *)",
        WATCH_JOBS: "cron(0/5 * * * ? *)",
    }
)
