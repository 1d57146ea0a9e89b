"""An alarm of the catalogue in CloudWatch's terms: one metric, or metrics with math over them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from infra.alarm import Alarm, Comparison, Measure

Dimensions = Mapping[str, pulumi.Input[str]]

BAND = "band"


@dataclass(frozen=True)
class Watched:
    """One thing that alarms watch: its name within the environment, and CloudWatch's dimensions of it.

    Several dimensions are several metrics that count as one, like the nodes of a Redis: they are added up.
    """

    name: str
    dimensions: Dimensions | Sequence[Dimensions]

    @property
    def members(self) -> Sequence[Dimensions]:
        """The dimensions of each of its parts."""
        return [self.dimensions] if isinstance(self.dimensions, Mapping) else self.dimensions


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


def queries(alarm: Alarm, watched: Watched) -> tuple[Query, ...]:
    """What an alarm compares, as metric math; a single line when there is one metric as it is."""
    lines: list[Query] = []
    expression = alarm.expression
    plain = not expression and len(watched.members) == 1  # what is compared is the metric itself
    for name, measure in alarm.measures.items():
        parts = [name if len(watched.members) == 1 else f"{name}_{n}" for n in _numbers(watched)]
        lines += [
            Query(part, shown=plain, measure=measure, dimensions=dimensions)
            for part, dimensions in zip(parts, watched.members, strict=True)
        ]
        if len(parts) > 1:
            expression = re.sub(rf"\b{name}\b", f"SUM([{', '.join(parts)}])", expression or name)
    if expression:
        lines.insert(0, Query("result", shown=True, expression=expression))
    if alarm.comparison is Comparison.ABOVE_NORMAL:
        compared = lines[0].id
        band = f"ANOMALY_DETECTION_BAND({compared}, {alarm.threshold:g})"
        lines.append(Query(BAND, shown=True, expression=band))
    return tuple(lines)


def _numbers(watched: Watched) -> range:
    return range(1, len(watched.members) + 1)
