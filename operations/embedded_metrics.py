"""Metrics in a line of a log: CloudWatch's embedded metric format, read as CloudWatch reads it.

What is not of this form is no error anywhere: CloudWatch keeps the line and makes no metric of it. Rules and
limits: CloudWatch user guide, "Specification: Embedded metric format" and "PutMetricData" (units).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

DIMENSIONS_MAXIMUM = 30
METRICS_MAXIMUM = 100
VALUES_MAXIMUM = 100

_BYTES = ("Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes")
_BITS = ("Bits", "Kilobits", "Megabits", "Gigabits", "Terabits")
UNITS = frozenset(
    ["Seconds", "Microseconds", "Milliseconds", "Percent", "Count", "Count/Second", "None"]
    + [f"{unit}{rate}" for unit in (*_BYTES, *_BITS) for rate in ("", "/Second")]
)


class EmbeddedMetricError(Exception):
    """CloudWatch makes no metric of the line; the message says why."""


@dataclass(frozen=True)
class Published:
    """One metric of a line: with one set of dimensions, each with its value."""

    namespace: str
    name: str
    unit: str
    dimensions: tuple[tuple[str, str], ...]


def is_embedded(line: Mapping[str, Any]) -> bool:
    """Whether a line means to publish metrics."""
    return "_aws" in line


def published(line: Mapping[str, Any]) -> list[Published]:
    """The metrics of a line.

    Raises:
        EmbeddedMetricError: its form is not the specification's.
    """
    meta = line["_aws"]
    _expect(isinstance(meta, Mapping), "`_aws` is no object")
    stamp = meta.get("Timestamp")
    _expect(
        isinstance(stamp, int) and not isinstance(stamp, bool) and stamp > 1e12,
        "`_aws.Timestamp` is missing, or no number of milliseconds since 1970",
    )
    directives = meta.get("CloudWatchMetrics")
    _expect(isinstance(directives, list) and directives, "`_aws.CloudWatchMetrics` is missing or empty")
    return [each for directive in directives for each in _of_directive(line, directive)]


def _of_directive(line: Mapping[str, Any], directive: Any) -> Iterator[Published]:
    _expect(isinstance(directive, Mapping), "an entry of `CloudWatchMetrics` is no object")
    namespace, sets, metrics = (directive.get(key) for key in ("Namespace", "Dimensions", "Metrics"))
    _expect(isinstance(namespace, str) and namespace, "`Namespace` is missing")
    _expect(isinstance(sets, list) and sets, "`Dimensions` is missing: a list of lists of names")
    _expect(
        isinstance(metrics, list) and 0 < len(metrics) <= METRICS_MAXIMUM,
        f"`Metrics` is missing, or has more than {METRICS_MAXIMUM}",
    )
    dimensions = [_dimensions(line, names) for names in sets]
    for metric in metrics:
        name, unit = _metric(line, metric)
        for each in dimensions:
            yield Published(namespace, name, unit, each)


def _dimensions(line: Mapping[str, Any], names: Any) -> tuple[tuple[str, str], ...]:
    _expect(isinstance(names, list), '`Dimensions` is a list of lists: `[["Environment"]]`')
    _expect(len(names) <= DIMENSIONS_MAXIMUM, f"more than {DIMENSIONS_MAXIMUM} dimensions in a set")
    for name in names:
        _expect(isinstance(name, str), f"the dimension {name!r} is no text")
        value = line.get(name)
        _expect(
            isinstance(value, str) and value != "",
            f"the dimension {name} has no text of that name beside `_aws` (found {value!r})",
        )
    return tuple(sorted((name, line[name]) for name in names))


def _metric(line: Mapping[str, Any], metric: Any) -> tuple[str, str]:
    _expect(isinstance(metric, Mapping) and isinstance(metric.get("Name"), str), "a metric has no `Name`")
    name, unit = metric["Name"], metric.get("Unit", "None")
    _expect(unit in UNITS, f"{name} has the unit {unit!r}, which CloudWatch does not know")
    values = line.get(name)
    values = values if isinstance(values, list) else [values]
    _expect(
        0 < len(values) <= VALUES_MAXIMUM
        and all(isinstance(value, int | float) and not isinstance(value, bool) for value in values),
        f"{name} has no number of that name beside `_aws` (found {line.get(name)!r})",
    )
    return name, unit


def _expect(holds: object, otherwise: str) -> None:
    if not holds:
        raise EmbeddedMetricError(otherwise)
