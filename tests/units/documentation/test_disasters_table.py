"""The table of disasters in docs/recovery.md: the worst of all systems, where the page has its place."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from documentation.disasters_table import PART, disaster_rows, with_disasters
from documentation.graph import DocumentationError
from documentation.markdown import END
from tests.support.checkout import ROOT

DAY = date(2026, 11, 30)


def played(system: str, **more: Any) -> dict[str, Any]:
    return {
        "system": system,
        "disaster": "storm",
        "expected": {"typical": 65, "slow": 600},
        "rowsLost": 1,
        "secondsLost": 0.25,
        "callsToTheLostRegion": 0,
        "nextPreviewEmpty": True,
        "broken": [],
        **more,
    }


def last_line(*found: dict[str, Any]) -> str:
    return f"| {' | '.join(disaster_rows(found, DAY)['storm'])} |"


def test_a_line_has_the_worst_that_any_system_has_seen() -> None:
    worse = played("node", expected={"typical": 60, "slow": 905}, rowsLost=3, secondsLost=0.5)
    assert (
        last_line(played("escrow"), worse)
        == "| storm | 2026-11-30 | 1:05 | 15:05 | 3 | 0.5 | 0 | empty | kept |"
    )


def test_one_preview_that_is_not_empty_is_seen() -> None:
    assert "**not empty**" in last_line(played("escrow"), played("node", nextPreviewEmpty=False))


def test_what_is_not_known_is_no_figure() -> None:
    unknown = {"expected": None, "rowsLost": None, "secondsLost": None, "callsToTheLostRegion": None}
    line = last_line(played("node", **unknown, nextPreviewEmpty=None))
    assert line == (
        "| storm | 2026-11-30 | by how much there is | by how much there is | - | - | - | - | kept |"
    )


def test_a_broken_promise_is_named() -> None:
    assert last_line(played("escrow"), played("node", broken=["takes longer"])).endswith(
        "| **broken** in node |"
    )


def test_the_rest_of_the_page_stays_and_the_line_of_before_goes() -> None:
    page = (ROOT / "docs" / "recovery.md").read_text(encoding="utf-8")
    once = with_disasters(page, [played("escrow")], DAY)
    again = with_disasters(once, [played("escrow", rowsLost=7)], DAY)
    assert "| storm | 2026-11-30 | 1:05 | 10:00 | 7 |" in again
    assert again.count("| storm |") == 1
    assert once.partition(PART.begin)[0] == page.partition(PART.begin)[0]
    assert once.partition(END)[2] == page.partition(END)[2]


def test_the_lines_of_disasters_that_were_not_played_stay_as_long_as_there_are_these() -> None:
    page = with_disasters(f"# Page\n\n{PART.begin}\n{END}\n", [played("node", disaster="flood")], DAY)
    later = with_disasters(page, [played("node")], date(2026, 12, 24), ["storm", "flood"])
    lines = [line for line in later.splitlines() if line.startswith(("| storm", "| flood"))]
    assert [line[:22] for line in lines] == ["| storm | 2026-12-24 |", "| flood | 2026-11-30 |"]
    assert "flood" not in with_disasters(page, [played("node")], DAY, ["storm"])


def test_a_page_without_a_place_for_it_is_told() -> None:
    with pytest.raises(DocumentationError, match="put them back"):
        with_disasters("# When something is lost\n", [played("node")], DAY)
