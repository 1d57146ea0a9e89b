"""Every alarm, as data: when it goes off, how bad that is, and what to do first.

The conditions are the runbooks' own: contract rows ALM-1 to ALM-17. Alarms, composite alarms, dashboard,
documentation and tests all read them here; one module for each subject.
"""

from __future__ import annotations

from infra.watching.alarm import Alarm
from infra.watching.alarm_catalogue import (
    application,
    compute,
    connections,
    database,
    expiry,
    operations,
    recovery,
    redis,
    security,
    traffic,
)
from infra.watching.alarm_catalogue.limits import Limits

__all__ = ["Limits", "catalogue"]


def catalogue(limits: Limits) -> tuple[Alarm, ...]:
    """All alarms of a system of these limits."""
    return (
        *traffic.alarms(limits),
        *application.alarms(limits),
        *connections.alarms(limits),
        *database.alarms(limits),
        *redis.alarms(limits),
        *compute.alarms(limits),
        *recovery.alarms(),
        *expiry.alarms(),
        *security.alarms(),
        *operations.alarms(limits),
    )
