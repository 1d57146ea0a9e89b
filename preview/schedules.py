"""Schedules, and how often something happens by them: EventBridge's, AWS Backup's, Kubernetes'."""

from __future__ import annotations

import math
import re
from typing import Any

from preview.values import UNKNOWN

_DAYS_A_YEAR = 365.25
_MINUTES = {"minute": 1, "hour": 60, "day": 24 * 60}
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_CRON = re.compile(r"cron\((.*)\)")
# Kubernetes, "CronJob": what stands for five fields.
_WORDS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_NAMES = {
    name: str(number)
    for names in ("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC", "SUN MON TUE WED THU FRI SAT")
    for number, name in enumerate(names.split(), 1)
}
_ALL = ("*", "?")
# EventBridge, "Cron expressions": a number, the last day, the weekday that is nearest, the first Monday.
_ONE = re.compile(r"\d+[WL]?|LW?|\w+#\d")
_MONTHS, _WEEKDAYS, _LONGEST_MONTH = 12, 7, 31
_WEEKS_A_YEAR = _DAYS_A_YEAR / _WEEKDAYS
# Two that differ by less than this are as often: a month has 28 to 31 days.
_ALIKE = 0.02


def rarer(before: Any, after: Any) -> bool:
    """A schedule by which something happens less often, or not at all any more."""
    old, new = runs_a_year(before), runs_a_year(after)
    if old is None or after == UNKNOWN:
        return False
    return not after or (new is not None and new < old * (1 - _ALIKE))


def often(expression: Any) -> str:
    """How often, in words: `once a week`; the expression itself where that cannot be told."""
    runs = runs_a_year(expression)
    if not runs:
        return str(expression or "never")
    if (a_day := runs / _DAYS_A_YEAR) > 1 + _ALIKE:
        minutes = 24 * 60 / a_day
        if minutes < 60 - _ALIKE:
            return f"every {minutes:.0f} minutes" if minutes > 1 + _ALIKE else "every minute"
        return "every hour" if a_day == 24 else f"{a_day:.0f} times a day"
    for times, name in ((_DAYS_A_YEAR, "day"), (_WEEKS_A_YEAR, "week"), (_MONTHS, "month"), (1, "year")):
        if runs > times * (1 - _ALIKE):
            count = runs / times
            return f"once a {name}" if abs(count - 1) < _ALIKE else f"{count:.0f} times a {name}"
    return f"once in {1 / runs:.0f} years"


def runs_a_year(expression: Any) -> float | None:
    """How many times a year; None for what is no schedule that is known here."""
    text = str(expression or "").strip()
    if found := _RATE.fullmatch(text):
        return _DAYS_A_YEAR * 24 * 60 / (int(found[1]) * _MINUTES[found[2]]) if int(found[1]) else None
    found = _CRON.fullmatch(text)
    fields = (
        found[1].split()[:5] if found else _WORDS.get(text, text).split()
    )  # EventBridge's sixth is the year
    if len(fields) != 5:
        return None
    try:
        minutes, hours = _count(fields[0], 60), _count(fields[1], 24)
        return minutes * hours * _days(*fields[2:])
    except (ValueError, ZeroDivisionError):
        return None


def _days(of_month: str, month: str, of_week: str) -> float:
    """How many days a year."""
    share = _count(month, _MONTHS) / _MONTHS
    monthly = _count(of_month, _LONGEST_MONTH) * _MONTHS
    weekly = _MONTHS if re.search("[#L]", of_week) else _count(of_week, _WEEKDAYS) * _WEEKS_A_YEAR
    if of_month in _ALL and of_week in _ALL:
        return _DAYS_A_YEAR * share
    if of_week in _ALL:
        return monthly * share
    # Of both, EventBridge takes one alone, and Kubernetes each day that fits either.
    return (weekly if of_month in _ALL else monthly + weekly) * share


def _count(field: str, size: int) -> float:
    """How many values a field has."""
    return sum(_part(part, size) for part in field.upper().split(","))


def _part(part: str, size: int) -> float:
    values, _, step = part.partition("/")
    first, _, last = values.partition("-")
    if values in _ALL:
        count: float = size
    elif last:
        start, end = (int(_NAMES.get(each, each)) for each in (first, last))
        count = (end - start) % size + 1
    elif step:
        count = size - int(_NAMES.get(values, values))
    elif values in _NAMES or _ONE.fullmatch(values):
        return 1
    else:
        raise ValueError(values)
    return math.ceil(count / int(step)) if step else count
