"""Pods from start to end: the probes that they answer, and the time that each step may take."""

from __future__ import annotations

# Runbook 003: rolled back when a health check fails 3 times, or not healthy within 10 minutes.
FAILURE_THRESHOLD = 3


PROGRESS_DEADLINE_SECONDS = 600


PROBE_PERIOD_SECONDS = 10


PROBE_TIMEOUT_SECONDS = 3


# Two minutes for a slow start; the probes of a running pod begin after it.
STARTUP_ATTEMPTS = 60


STARTUP_PERIOD_SECONDS = 2


# Long enough for requests under way, after the load balancer has noticed.
GRACE_SECONDS = 45


LEAVE_SECONDS = 15


# How often a target is asked before the load balancer sends it anything.
HEALTHY_CHECKS = 2

# Every entry that a pod uses is asked about once in this time, at 5 US cents for 10,000 questions (Secrets
# Manager, pricing). A rotation can wait: the password before it stays valid for a month. Another address of a
# database, after a recovery that may take 30 minutes, cannot. The driver's own 2 minutes ask 21,600 times a
# month for each pod and entry, these 10 minutes 4,320 times.
SECRETS_POLL_MINUTES = 10
