"""The table of disasters in docs/recovery.md: what the last `make disasters WRITE=1` has seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from commands.markdown import table
from documentation.markdown import Part

PART = Part("docs/recovery.md", "<!-- The table that follows is written by `make disasters WRITE=1`. -->")
HEADINGS = (
    "disaster",
    "played",
    "on AWS",
    "at most",
    "rows lost",
    "seconds of data lost",
    "calls to the lost region",
    "next previews",
    "promises",
)


def with_disasters(
    page: str, played: Sequence[Mapping[str, Any]], day: date, order: Sequence[str] = ()
) -> str:
    """The page with what was played in its table; the lines of other disasters stay.

    Args:
        page: docs/recovery.md.
        played: what `rehearsal.disasters.every` tells of each disaster of each system.
        day: on which they were played.
        order: the names of all disasters there are, in the order of the table; a line of another one goes.

    Raises:
        DocumentationError: the page has no place for it.
    """
    rows = {**_rows(PART.content(page)), **disaster_rows(played, day)}
    wanted = [rows[name] for name in order or rows if name in rows]
    systems = sorted({each["system"] for each in played})
    content = [
        f"In prod of {', '.join(systems)}; each line has the worst of them. Minutes are of the table of",
        "durations, everything else was counted.",
        "",
        *table(HEADINGS, wanted),
    ]
    return PART.written(page, content)


def disaster_rows(played: Sequence[Mapping[str, Any]], day: date) -> dict[str, tuple[str, ...]]:
    """A row for each disaster, with the worst that any system has seen, by the disaster's name."""
    by_disaster: dict[str, list[Mapping[str, Any]]] = {}
    for each in played:
        by_disaster.setdefault(each["disaster"], []).append(each)
    return {name: _cells(name, found, day) for name, found in by_disaster.items()}


def _rows(content: str) -> dict[str, tuple[str, ...]]:
    """The rows of a table that stands on the page, by their first cell."""
    lines = [line for line in content.splitlines() if line.startswith("| ")]
    rows = [tuple(cell.strip() for cell in line.split("|")[1:-1]) for line in lines]
    return {row[0]: row for row in rows if row[0] != HEADINGS[0]}


def _cells(name: str, found: Sequence[Mapping[str, Any]], day: date) -> tuple[str, ...]:
    expected = [each["expected"] for each in found if each["expected"]]
    previews = {each["nextPreviewEmpty"] for each in found} - {None}
    broken = [each["system"] for each in found if each["broken"]]
    return (
        name,
        day.isoformat(),
        _minutes(each["typical"] for each in expected),
        _minutes(each["slow"] for each in expected),
        _most(each["rowsLost"] for each in found),
        _most(each["secondsLost"] for each in found),
        _most(each["callsToTheLostRegion"] for each in found),
        "-" if not previews else "empty" if previews == {True} else "**not empty**",
        f"**broken** in {', '.join(broken)}" if broken else "kept",
    )


def _minutes(seconds: Iterable[float]) -> str:
    longest = max(seconds, default=None)
    return "by how much there is" if longest is None else f"{longest // 60:.0f}:{longest % 60:02.0f}"


def _most(values: Iterable[float | None]) -> str:
    known = [each for each in values if each is not None]
    return str(max(known)) if known else "-"
