"""The tables of the CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data"."""

from __future__ import annotations

import pytest

from tests.support.cloudwatch.evaluation import Rule, State, evaluate

RETAINED = State.INSUFFICIENT_DATA  # the state before, in these tests: neither of the two others


def _points(row: str) -> list[bool | None]:
    return [{"X": True, "0": False, "-": None}[point] for point in row.split()]


def _states(row: str, breaching: int) -> list[str]:
    modes = ("missing", "ignore", "breaching", "notBreaching")
    return [evaluate(_points(row), Rule(3, breaching, mode), RETAINED) for mode in modes]


NOT_KNOWN = State.INSUFFICIENT_DATA


@pytest.mark.parametrize(
    ("row", "states"),
    [
        ("0 - X - X", [State.OK, State.OK, State.OK, State.OK]),
        ("0 - - - -", [State.OK, State.OK, State.OK, State.OK]),
        ("- - - - -", [NOT_KNOWN, RETAINED, State.ALARM, State.OK]),
        ("0 X X - X", [State.ALARM, State.ALARM, State.ALARM, State.ALARM]),
        ("- - X - -", [State.ALARM, RETAINED, State.ALARM, State.OK]),
    ],
)
def test_three_out_of_three_follow_the_guide(row: str, states: list[State]) -> None:
    assert _states(row, 3) == states


@pytest.mark.parametrize(
    ("row", "states"),
    [
        ("0 - X - X", [State.ALARM, State.ALARM, State.ALARM, State.ALARM]),
        ("0 0 X 0 X", [State.ALARM, State.ALARM, State.ALARM, State.ALARM]),
        ("0 - X - -", [State.OK, State.OK, State.ALARM, State.OK]),
        ("- - - - 0", [State.OK, State.OK, State.ALARM, State.OK]),
        ("- - - X -", [State.ALARM, RETAINED, State.ALARM, State.OK]),
    ],
)
def test_two_out_of_three_follow_the_guide(row: str, states: list[State]) -> None:
    assert _states(row, 2) == states


@pytest.mark.parametrize("row", ["- - - - X", "- - - X -"])
def test_one_young_data_point_is_not_enough_for_three(row: str) -> None:
    assert evaluate(_points(row), Rule(3, 3, "missing"), State.OK) is State.OK


def test_only_the_most_recent_points_count_when_there_are_enough() -> None:
    assert evaluate(_points("X X X 0 0"), Rule(3, 2, "breaching"), State.ALARM) is State.OK
