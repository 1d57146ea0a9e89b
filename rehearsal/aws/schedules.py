"""Schedule expressions: `cron(0 2 * * ? *)`, `rate(5 minutes)`, `at(2030-01-01T00:00:00)`.

Source: "Schedule types" in the EventBridge user guides, and botocore's documentation of PutRule and
CreateSchedule. Fields are minutes, hours, day of month, month, day of week (1 is Sunday) and year.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rehearsal.aws.value_rules import Rule

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_DAY = "|".join(("[1-7]", *_DAYS))


@dataclass(frozen=True)
class _Field:
    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()
    special: str = ""  # further forms, as a regular expression


_FIELDS = (
    _Field("minutes", 0, 59),
    _Field("hours", 0, 23),
    _Field("day of month", 1, 31, special=r"\?|L|L-\d+|LW|\d+W"),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of week", 1, 7, _DAYS, special=rf"\?|L|({_DAY})L|({_DAY})#[1-5]"),
    _Field("year", 1970, 2199),
)


def schedule(*kinds: str) -> Rule:
    """An expression of one of these kinds: "cron", "rate", "at"."""
    checks = {"cron": _cron, "rate": _rate, "at": _at}
    shown = ", ".join(f"{kind}(…)" for kind in kinds)

    def rule(value: Any) -> str | None:
        match = re.fullmatch(r"(\w+)\((.*)\)", str(value))
        if match is None or match[1] not in kinds:
            return f"is {value!r}; allowed: {shown}"
        reason = checks[match[1]](match[2])
        return f"is {value!r}: {reason}" if reason else None

    return rule


def _rate(inner: str) -> str | None:
    match = re.fullmatch(r"(\d+) (minute|hour|day)(s?)", inner)
    if match is None or int(match[1]) == 0:
        return "allowed: rate(value unit), such as rate(5 minutes)"
    if (int(match[1]) == 1) == bool(match[3]):
        return f"the unit of {match[1]} is {match[2]}{'' if int(match[1]) == 1 else 's'}"
    return None


def _at(inner: str) -> str | None:
    try:
        datetime.strptime(f"{inner}Z", "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return "allowed: at(yyyy-mm-ddThh:mm:ss)"
    return None


def _cron(inner: str) -> str | None:
    values = inner.split()
    if len(values) != len(_FIELDS):
        return f"it has {len(values)} fields; allowed: minutes hours day-of-month month day-of-week year"
    for field, value in zip(_FIELDS, values, strict=True):
        if not all(_is_in(field, part) for part in value.split(",")):
            return f"{field.name} is {value!r}; allowed: {field.low} to {field.high}"
    if (values[2] == "?") == (values[4] == "?"):
        return "either the day of month or the day of week must be ?, and the other one not"
    return None


def _is_in(field: _Field, part: str) -> bool:
    if field.special and re.fullmatch(field.special, part):
        return True
    span, _, step = part.partition("/")
    if "/" in part and not (step.isdigit() and 0 < int(step) <= field.high):
        return False
    bounds = [field.low, field.high] if span == "*" else [_number(field, end) for end in span.split("-")]
    return len(bounds) <= 2 and all(end is not None and field.low <= end <= field.high for end in bounds)


def _number(field: _Field, text: str) -> int | None:
    if text.upper() in field.names:
        return field.names.index(text.upper()) + 1
    return int(text) if text.isdigit() else None
