"""Every alarm, as data: when it goes off, how bad that is, and what to do first.

The conditions are the runbooks' own: contract rows ALM-1 to ALM-17. Alarms, composite alarms, dashboard,
documentation and tests all read them here; one module for each subject.
"""

from __future__ import annotations

from collections.abc import Iterable

from functions.shared.metrics import NAMESPACE as OPERATIONS
from functions.shared.metrics import Metric
from infra.monitoring.alarm import Alarm
from infra.monitoring.alarm_catalogue import (
    application,
    compute,
    connections,
    database,
    events,
    expiry,
    operations,
    recovery,
    redis,
    restore_test,
    security,
    traffic,
)
from infra.monitoring.alarm_catalogue.limits import Limits

__all__ = ["Limits", "catalogue", "written"]


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
        *restore_test.alarms(),
        *expiry.alarms(),
        *security.alarms(),
        *events.alarms(limits),
        *operations.alarms(limits),
    )


def written(alarms: Iterable[Alarm], functions: Iterable[str]) -> tuple[Alarm, ...]:
    """The alarms of which somebody writes the metrics: what a function writes is there where it is.

    Args:
        alarms: of the catalogue.
        functions: the folders of those that are declared.
    """
    there = set(functions)
    kept = {metric.value for metric in Metric if there.intersection(metric.functions)}
    return tuple(
        alarm
        for alarm in alarms
        if all(measure.namespace != OPERATIONS or measure.metric in kept for measure in alarm.all_measures)
    )
