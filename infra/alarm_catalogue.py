"""The catalogue of all alarms, as data: when each goes off, how bad that is, and what to do first.

The conditions are the runbooks' own: contract rows ALM-1 to ALM-17. Alarms, composite alarms, dashboard,
documentation and tests all read them here: those of one subject are a module of
infra/monitoring/alarm_catalogue, those on what a function measures are beside it (infra/functions).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import ModuleType

from infra import functions
from infra.functions import scheduled
from infra.functions.found import modules
from infra.monitoring.alarm import Alarm, Incident, Measure
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
    security,
    traffic,
)
from infra.monitoring.alarm_catalogue.limits import Limits

__all__ = ["Limits", "catalogue", "written"]

_INCIDENTS = (*Incident, None)


def catalogue(limits: Limits) -> tuple[Alarm, ...]:
    """All alarms of a system of these limits."""
    kept_up = (
        *recovery.alarms(),
        *_of_functions(functions),
        *expiry.alarms(),
        *_of_functions(scheduled),
    )
    return (
        *traffic.alarms(limits),
        *application.alarms(limits),
        *connections.alarms(limits),
        *database.alarms(limits),
        *redis.alarms(limits),
        *compute.alarms(limits),
        # The dashboard has one row of graphs for them: what belongs together stands together there.
        *sorted(kept_up, key=_place),
        *security.alarms(),
        *events.alarms(limits),
        *operations.alarms(limits),
    )


def _of_functions(package: ModuleType) -> Iterator[Alarm]:
    for module in modules(package, "alarms"):
        yield from module.ALARMS


def _place(alarm: Alarm) -> tuple[int, int]:
    """By the contract's row, then by incident; what is part of none comes last."""
    return int(alarm.row.rpartition("-")[2]), _INCIDENTS.index(alarm.incident)


def written(alarms: Iterable[Alarm], functions: Iterable[str]) -> tuple[Alarm, ...]:
    """The alarms of which somebody writes the metrics: what a function writes is there where it is.

    Args:
        alarms: of the catalogue.
        functions: the folders of those that are declared.
    """
    there = set(functions)

    def is_published(measure: Measure) -> bool:
        return measure.function_metric is None or measure.function_metric.is_written_by(there)

    return tuple(alarm for alarm in alarms if all(map(is_published, alarm.all_measures)))
