"""Whether Kubernetes can read a schedule: cron's five fields (Kubernetes documentation, "CronJob")."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_ITEM = re.compile(r"(?P<first>\*|\w+)(-(?P<last>\w+))?(/(?P<step>\d+))?")


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


def cron_mistake(schedule: str) -> str | None:
    """What is wrong with a schedule, in words; None when nothing is."""
    parts = schedule.split()
    if len(parts) != len(_FIELDS):
        return f"five fields ({', '.join(field.name for field in _FIELDS)}), not {len(parts)}"
    for field, part in zip(_FIELDS, parts, strict=True):
        if not all(_fits(field, item) for item in part.split(",")):
            return f"{field.minimum} to {field.maximum}, ranges, lists, * and /step for the {field.name}"
    return None


def _fits(field: _Field, item: str) -> bool:
    match = _ITEM.fullmatch(item.lower())
    if not match or (match["first"] == "*" and match["last"]):
        return False
    if match["step"] is not None and int(match["step"]) == 0:
        return False
    if match["first"] == "*":
        return True
    first = _number(field, match["first"])
    last = first if match["last"] is None else _number(field, match["last"])
    return first is not None and last is not None and field.minimum <= first <= last <= field.maximum


def _number(field: _Field, text: str) -> int | None:
    if text in field.words:
        return field.words.index(text) + field.minimum
    return int(text) if text.isdigit() else None
