"""An alarm of the catalogue in CloudWatch's terms: one metric, or metrics with math over them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from infra.monitoring.alarm import Alarm, Comparison, Measure

Dimensions = Mapping[str, pulumi.Input[str]]

BAND = "band"
CLOCK = "clock"


@dataclass(frozen=True)
class Watched:
    """One thing that alarms watch.

    Args:
        name: within the environment.
        dimensions: CloudWatch's of it. Several are several metrics that count as one, like the nodes of a
            Redis: they are added up. `{alarm}` in a text stands for the alarm's name.
        clock: the dimensions of the metric that tells that it is there, for alarms that have one.
        ready: what has to be there before its alarms: what is being made is not late.
    """

    name: str
    dimensions: Dimensions | Sequence[Dimensions]
    clock: Dimensions | None = None
    ready: Sequence[pulumi.Resource] = ()

    @property
    def members(self) -> Sequence[Dimensions]:
        """The dimensions of each of its parts."""
        return [self.dimensions] if isinstance(self.dimensions, Mapping) else self.dimensions

    def alarm_name(self, alarm: Alarm) -> str:
        """What an alarm on it is called: `database-cpu-warning`."""
        return f"{self.name}-{alarm.name}"


@dataclass(frozen=True)
class Query:
    """One line of metric math: a metric, or an expression over other lines.

    `shown` is what the alarm compares and the dashboard draws.
    """

    id: str
    shown: bool
    measure: Measure | None = None
    dimensions: Dimensions | None = None
    expression: str = ""


def queries(alarm: Alarm, watched: Watched, suffix: str = "") -> tuple[Query, ...]:
    """What an alarm compares, as metric math; a single line when there is one metric as it is.

    Args:
        alarm: of the catalogue.
        watched: what it watches.
        suffix: of every id, for a graph with lines of several alarms.
    """
    lines: list[Query] = []
    expression, members = alarm.expression, watched.members
    plain = not expression and len(members) == 1
    for name, measure in alarm.measures.items():
        parts = [f"{name}{f'_{n}' if len(members) > 1 else ''}{suffix}" for n in range(1, len(members) + 1)]
        lines += [
            Query(part, shown=plain, measure=measure, dimensions=_of(alarm, dimensions))
            for part, dimensions in zip(parts, members, strict=True)
        ]
        together = parts[0] if len(parts) == 1 else f"SUM([{', '.join(parts)}])"
        expression = re.sub(rf"\b{name}\b", together, expression or ("" if plain else name))
    if alarm.clock is not None:
        lines.append(Query(f"{CLOCK}{suffix}", shown=False, measure=alarm.clock, dimensions=watched.clock))
        # A period in which either has no value has no result (user guide, "Using metric math").
        expression = f"{expression} + 0 * {CLOCK}{suffix}"
    if expression:
        lines.insert(0, Query(f"result{suffix}", shown=True, expression=expression))
    if alarm.comparison is Comparison.ABOVE_NORMAL:
        band = f"ANOMALY_DETECTION_BAND({lines[0].id}, {alarm.threshold:g})"
        lines.append(Query(f"{BAND}{suffix}", shown=True, expression=band))
    return tuple(lines)


def _of(alarm: Alarm, dimensions: Dimensions) -> Dimensions:
    return {
        name: value.replace("{alarm}", alarm.name) if isinstance(value, str) else value
        for name, value in dimensions.items()
    }
