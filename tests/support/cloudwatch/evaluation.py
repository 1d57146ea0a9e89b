"""From data points to the state of an alarm.

The rules are those of the CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data"
(alarms-and-missing-data), whose two tables are the tests of this module.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """The states of an alarm."""

    OK = "OK"
    ALARM = "ALARM"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


# A value with its threshold; for a band, the band's edge at that time.
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
    "GreaterThanUpperThreshold": operator.gt,
    "LessThanLowerThreshold": operator.lt,
}


@dataclass(frozen=True)
class Rule:
    """When an alarm goes off.

    Args:
        periods: how many data points are looked at (N).
        breaching: how many of them have to breach (M).
        missing: `missing`, `ignore`, `breaching` or `notBreaching`.
    """

    periods: int
    breaching: int
    missing: str


def evaluate(points: Sequence[bool | None], rule: Rule, current: State) -> State:
    """The state after an evaluation.

    Args:
        points: the evaluation range, oldest first: whether each data point breaches; None for a missing
            one. CloudWatch retrieves more than N; it does not say how many more.
        rule: of the alarm.
        current: the state before.
    """
    real = [point for point in points if point is not None]
    if len(real) >= rule.periods:
        # Enough: the most recent ones decide, and how missing ones are treated plays no part.
        return _state(sum(real[-rule.periods :]) >= rule.breaching)
    found = sum(real)
    lacking = rule.periods - len(real)
    match rule.missing:
        case "breaching":
            return _state(found + lacking >= rule.breaching)
        case "notBreaching":
            return _state(found >= rule.breaching)
        case "ignore":
            return _with_gaps(points, found, rule, current, nothing=current, premature=current)
        case _:
            return _with_gaps(
                points, found, rule, current, nothing=State.INSUFFICIENT_DATA, premature=State.ALARM
            )


def _with_gaps(
    points: Sequence[bool | None], found: int, rule: Rule, current: State, nothing: State, premature: State
) -> State:
    """Too few data points, and none is put in place of the missing ones."""
    if all(point is None for point in points):
        return nothing
    if found >= rule.breaching:
        return State.ALARM
    if False in points:
        return State.OK
    # All that there is breaches. The guide's "avoiding premature transitions to alarm state": the oldest
    # one has to be as old as M periods before fewer than M are enough.
    age = len(points) - list(points).index(True)
    return premature if age >= rule.breaching else current


def _state(breaching: bool) -> State:
    return State.ALARM if breaching else State.OK
