"""`make disasters`: which promises of a rehearsed disaster hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from commands.errors import CommandError, CommandFailed
from rehearsal.disasters import every
from rehearsal.disasters.catalogue import CATALOGUE, Entry, Figures, disaster_named
from tests.support.checkout import ROOT
from tests.support.json_output import check_output
from tests.support.recordings import SYSTEMS
from timing.facts import Times

GOOD = Figures(Times(60, 600), 0, 0.5, 0, True)


def entry(figures: Figures = GOOD, *, good: bool = True, fails: str = "") -> Entry:
    def rehearse(*_: Any) -> Any:
        if fails:
            raise CommandFailed(fails)
        return SimpleNamespace(good=good)

    return Entry("storm", "", rehearse, lambda _: figures, (5, 10), "recover")


def played(one: Entry) -> every.Played:
    system = ROOT / "examples" / "systems" / "node.yaml"
    (found,) = every.play(ROOT, Path("pulumi"), lambda _: None, [system], [one])
    return found


def test_what_holds_is_kept() -> None:
    found = played(entry())
    assert found.broken == []
    assert every.row(found.as_json()) == ("node", "storm", "1:00", "10:00", "0", "0.5", "0", "empty", "kept")


@pytest.mark.parametrize(
    ("one", "broken"),
    [
        (entry(replace(GOOD, expected=Times(301, 600))), "takes longer than promised"),
        (entry(replace(GOOD, expected=Times(60, 601))), "takes longer than promised"),
        (entry(replace(GOOD, calls=1)), "the lost region was called"),
        (entry(replace(GOOD, settled=False)), "the next preview is not empty"),
        (entry(good=False), "the disaster's own promise"),
        (entry(fails="the engine refused"), "the engine refused"),
    ],
)
def test_a_promise_that_does_not_hold_is_named(one: Entry, broken: str) -> None:
    found = played(one)
    assert found.broken == [broken]
    assert every.row(found.as_json())[-1] == "BROKEN"
    check_output("disasters", every.as_json([found]))


def test_every_disaster_is_played_for_every_system(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    say: Callable[[str], None] = told.append
    found = list(every.play(ROOT, Path("pulumi"), say, (), [entry(), entry()]))
    assert {each.system for each in found} == set(SYSTEMS)
    assert len(found) == len(told) == 2 * len(SYSTEMS)


def test_the_catalogue_has_each_name_once_and_says_which_there_are() -> None:
    names = [each.name for each in CATALOGUE]
    assert len(set(names)) == len(names)
    assert disaster_named("region-lost").minutes == (20, 30)
    with pytest.raises(CommandError, match=", ".join(names)):
        disaster_named("earthquake")
