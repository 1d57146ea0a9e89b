"""Interruptions that people notice of a change, and their times."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from timing.durations import DURATIONS, changes_of, noun_of, waits
from timing.facts import Inputs, Interruption, Times
from timing.operations import Kind, Operation
from timing.words import range_of_time

_DAYS = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}


@dataclass(frozen=True)
class Notice:
    """One interruption of the services.

    Args:
        who: the resources, as people call them.
        what: happens to them.
        when: `now`, `Sunday 04:00 UTC`…
        lasts: how long; None where nothing is missing meanwhile.
    """

    who: tuple[str, ...]
    what: str
    when: str
    lasts: Times | None

    def __str__(self) -> str:
        duration = f", {range_of_time(self.lasts)}" if self.lasts else ""
        return f"{', '.join(self.who)}: {self.what}{duration}; {self.when}"


def notices(operations: Iterable[Operation]) -> list[Notice]:
    """The interruptions that operations bring, alike ones together."""
    found: dict[tuple[str, str, Times | None], list[str]] = defaultdict(list)
    for operation in operations:
        for interruption, when in _of(operation):
            found[interruption.what, when, interruption.lasts].append(noun_of(operation.resource))
    return [Notice(tuple(who), what, when, lasts) for (what, when, lasts), who in found.items()]


def _of(operation: Operation) -> Iterator[tuple[Interruption, str]]:
    duration = DURATIONS.get(operation.resource.type)
    if duration is None:
        return
    if operation.kind is Kind.CREATE and operation.replaces and duration.replaced:
        yield Interruption(f"is replaced: {duration.replaced.what}", duration.replaced.lasts), "now"
    if operation.kind is Kind.UPDATE:
        for change in changes_of(operation):
            if change.interruption is not None:
                when = _window(operation.before) if waits(change, operation.resource.inputs) else "now"
                yield _for(change.interruption, operation, when)


def _for(interruption: Interruption, operation: Operation, when: str) -> tuple[Interruption, str]:
    if interruption.at_restart:
        return interruption, "at the next restart"
    if interruption.redundant and _is_redundant(operation.before):
        return interruption.redundant, when
    return interruption, when


def _is_redundant(inputs: Inputs) -> bool:
    return inputs.get("multiAz") is True or inputs.get("multiAzEnabled") is True


def _window(inputs: Inputs) -> str:
    """The beginning of a maintenance window (`sun:04:00-sun:05:00`) in words."""
    begin = str(inputs.get("maintenanceWindow") or "").lower().split("-", maxsplit=1)[0]
    day, _, time = begin.partition(":")
    return f"{_DAYS[day]} {time} UTC" if day in _DAYS and time else "in its maintenance window"
