"""Schedules in cron's five fields, as Kubernetes reads them (Kubernetes documentation, "CronJob")."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_ITEM = re.compile(r"(?P<first>\*|\w+)(-(?P<last>\w+))?(/(?P<step>\d{1,4}))?", re.ASCII)


@dataclass(frozen=True)
class _Field:
    name: str
    minimum: int
    maximum: int
    words: tuple[str, ...] = ()


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of the week", 0, 6, _WEEKDAYS),
)


# The longest that each month can be.
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def cron_mistake(schedule: str) -> str | None:
    """What is wrong with a schedule, in words; None when nothing is."""
    if mistake := syntax_mistake(schedule):
        return mistake
    parts = schedule.lower().split()
    times = [
        {value for item in part.split(",") for value in _values(field, item)}
        for field, part in zip(_FIELDS, parts, strict=True)
    ]
    # A day of the month and one of the week together mean either (crontab's manual page).
    either = "*" not in (parts[2], parts[4])
    if not either and not any(day <= _DAYS[month - 1] for day in times[2] for month in times[3]):
        return "a day that one of its months has: this one never comes"
    return None


def syntax_mistake(schedule: str) -> str | None:
    """What of a schedule is none, in words: a day that never comes is one for Kubernetes."""
    parts = schedule.lower().split()
    if len(parts) != len(_FIELDS):
        return f"five fields ({', '.join(field.name for field in _FIELDS)}), not {len(parts)}"
    for field, part in zip(_FIELDS, parts, strict=True):
        if not all(_values(field, item) for item in part.split(",")):
            return f"{field.minimum} to {field.maximum}, ranges, lists, * and /step for the {field.name}"
    return None


def _values(field: _Field, item: str) -> range:
    """The times that an item of a field means; none for what cron does not know."""
    match = _ITEM.fullmatch(item)
    if not match or (match["first"] == "*" and match["last"]):
        return range(0)
    step = int(match["step"] or 1)
    if match["first"] == "*":
        first, last = field.minimum, field.maximum
    else:
        first = _number(field, match["first"])
        # With a step alone it goes on from there.
        open_end = field.maximum if match["step"] else first
        last = _number(field, match["last"]) if match["last"] else open_end
    fits = field.minimum <= first <= last <= field.maximum and step > 0
    return range(first, last + 1, step) if fits else range(0)


def _number(field: _Field, text: str) -> int:
    if text in field.words:
        return field.words.index(text) + field.minimum
    return int(text) if text.isdigit() else -1
