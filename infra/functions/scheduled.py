"""The functions that look after secrets by the clock: their names, and when they run."""

from __future__ import annotations

from types import MappingProxyType

SNAPSHOT_SECRETS = "snapshot-secrets"
REMIND = "remind"

# In UTC. Runbook 003: a snapshot of secrets every week; before it, the daily backup is done. Reminders come
# when people are at work.
SCHEDULES = MappingProxyType(
    {SNAPSHOT_SECRETS: "cron(0 3 ? * SUN *)", REMIND: "cron(0 8 * * ? *)"},
)
