"""DR-4: blocks are looked at with amcheck, each week others first; what was not looked at is not seen."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from functions.restore_test.blocks import BLOCKS
from functions.restore_test.checks import Test as Sides
from functions.restore_test.sides import TOO_LONG, Refused

pytestmark = pytest.mark.contract("DR-4")

RELATIONS = [[number, "r" if number % 2 else "i", f"relation {number}"] for number in range(5)]
NOT_ALLOWED, CORRUPT = "42501", "XX001"


def _sides(*answers: Any, week: int = 0) -> Sides:
    """A test whose master answers statement after statement."""
    left = list(answers)

    def run(_: str, **__: Any) -> Any:
        answer = left.pop(0)
        if isinstance(answer, Refused):
            raise answer
        return answer

    return cast(Sides, SimpleNamespace(master=SimpleNamespace(run=run), week=week))


@pytest.mark.parametrize(("week", "first"), [(0, 0), (3, 3), (48, 3), (52, 2)])
def test_each_week_begins_further_down_and_has_all(week: int, first: int) -> None:
    found = BLOCKS.items(_sides([["amcheck"]], [], RELATIONS, week=week))
    assert found[0] == RELATIONS[first]
    assert sorted(map(list, found)) == RELATIONS


@pytest.mark.parametrize("answers", [([],), ([["amcheck"]], Refused(NOT_ALLOWED, "permission denied"))])
def test_without_amcheck_there_is_nothing_to_look_at(answers: tuple[Any, ...]) -> None:
    assert BLOCKS.items(_sides(*answers)) == ()


def test_an_empty_database_has_none() -> None:
    assert BLOCKS.items(_sides([["amcheck"]], [], [], week=3)) == []


@pytest.mark.parametrize(
    ("item", "answer", "told"),
    [
        (RELATIONS[0], [[""]], ""),
        (RELATIONS[1], [], ""),
        (RELATIONS[1], [[7, "line pointer 3 is odd"]], "relation 1 block 7 line pointer 3 is odd"),
        (
            RELATIONS[0],
            Refused(CORRUPT, "item order invariant violated"),
            "relation 0 XX001 item order invariant",
        ),
        (RELATIONS[1], Refused(TOO_LONG, "canceling statement"), None),
        (RELATIONS[0], Refused(NOT_ALLOWED, "permission denied"), None),
    ],
)
def test_what_is_wrong_is_told_and_what_was_not_looked_at_is_neither(
    item: list[Any], answer: Any, told: str | None
) -> None:
    found = BLOCKS.look(_sides(answer), item)
    assert found == told if not told else str(found).startswith(told)
