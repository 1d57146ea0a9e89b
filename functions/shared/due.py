"""Dates on which something is due, for the reminders, the alarms and the ledger."""

from __future__ import annotations

from datetime import timedelta

# Runbook 000, Push Notification Certificates: how long before its end a credential is renewed.
NOTICE_DAYS = 30

# Secrets Manager rotates some time within the day that a rotation is due, and repeats what failed.
ROTATION_GRACE = timedelta(days=2)
