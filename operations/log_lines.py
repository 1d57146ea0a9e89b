"""A service's log file, a line at a time: what is in it, and what nobody would find or count."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.monitoring.log_metrics import SERVICE_METRICS
from infra.monitoring.service_log import EVENTS, FIELDS, LEVELS, Kind, Line
from operations.embedded_metrics import EmbeddedMetricError, Published, is_embedded, published

# Longer ones never arrive: the agent's buffer ends there, and it leaves them out (Fluent Bit's manual,
# "Tail": Buffer_Max_Size, Skip_Long_Lines).
LINE_BYTES_MAXIMUM = 32 * 1024


@dataclass
class Mistake:
    """A kind of mistake: where it is first, and how often."""

    text: str
    first: int
    count: int = 1


@dataclass
class Log:
    """What was found in a log.

    Attributes:
        lines: how many there are.
        objects: how many of them are JSON objects.
        others: the numbers of those that are not: nothing in them is found by a field, or counted.
        metrics: what was published how often.
        counted: how many lines each metric filter counts.
        mistakes: what keeps lines from being found or counted, by its text.
    """

    lines: int = 0
    objects: int = 0
    others: list[int] = field(default_factory=list)
    metrics: Counter[Published] = field(default_factory=Counter)
    counted: Counter[str] = field(default_factory=Counter)
    mistakes: dict[str, Mistake] = field(default_factory=dict)

    def add(self, text: str) -> None:
        """Notes a mistake of the line that is read."""
        if text in self.mistakes:
            self.mistakes[text].count += 1
        else:
            self.mistakes[text] = Mistake(text, self.lines)


def read_log(lines: Iterable[bytes]) -> Log:
    """Reads a log to its end. Empty lines do not count."""
    log = Log()
    for raw in lines:
        if not raw.strip():
            continue
        log.lines += 1
        if len(raw) > LINE_BYTES_MAXIMUM:
            log.add(f"longer than {LINE_BYTES_MAXIMUM // 1024} KiB: the agent leaves the line out")
            continue
        _read_line(log, raw)
    return log


def _read_line(log: Log, raw: bytes) -> None:
    try:
        line = json.loads(raw, parse_constant=_refuse)
    except (ValueError, RecursionError):
        line = None
    if not isinstance(line, dict):
        log.others.append(log.lines)
        return
    log.objects += 1
    if is_embedded(line):
        _read_metrics(log, line)
        return
    for metric in SERVICE_METRICS:
        log.counted[metric.metric] += metric.counts(line)
    for mistake in (*_wrong_fields(line), *_missing_fields(line), *_wrong_values(line)):
        log.add(mistake)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _read_metrics(log: Log, line: Mapping[str, Any]) -> None:
    try:
        log.metrics.update(published(line))
    except EmbeddedMetricError as error:
        log.add(f"no metric: {error}")


def _wrong_fields(line: Mapping[str, Any]) -> Iterable[str]:
    for name, described in FIELDS.items():
        value = line.get(name)
        if value is None:
            continue
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if described.kind is Kind.NUMBER and not is_number:
            yield f"`{name}` is no number (found {json.dumps(value)}): nothing counts or measures it"
        if described.kind is Kind.TEXT and not isinstance(value, str):
            yield f"`{name}` is no text (found {json.dumps(value)}): no query finds it"


def _missing_fields(line: Mapping[str, Any]) -> Iterable[str]:
    about_request = any(name in line for name in ("route", "status", "durationMs"))
    for name, described in FIELDS.items():
        wanted = described.line is Line.EVERY or (described.line is Line.REQUEST and about_request)
        if wanted and line.get(name) is None:
            yield f"`{name}` is missing on {described.line}"
    event = line.get("event")
    for name in EVENTS.get(event, ()) if isinstance(event, str) else ():
        if name not in line:
            yield f"`{name}` is missing beside the event {event}: the saved query groups by it"


def _wrong_values(line: Mapping[str, Any]) -> Iterable[str]:
    level, route = line.get("level"), line.get("route")
    if isinstance(level, str) and level not in LEVELS:
        yield f"`level` is {level!r}; allowed: {', '.join(LEVELS)}"
    # Each route is a metric of its own: ids in it would be thousands.
    if isinstance(route, str) and any(part.isdigit() or len(part) >= 32 for part in route.split("/")):
        yield "`route` looks like a path with its ids, not like its pattern (`/orders/:id`)"
