"""The table of disasters in docs/recovery.md: what the last `make disasters WRITE=1` has seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from documentation.graph import DocumentationError

BEGIN = "<!-- The table that follows is written by `make disasters WRITE=1`. -->"
END = "<!-- The end of it. -->"
HEADINGS = (
    "disaster",
    "on AWS",
    "at most",
    "rows lost",
    "seconds of data lost",
    "calls to the lost region",
    "next previews",
)


def with_disasters(page: str, played: Sequence[Mapping[str, Any]], day: date) -> str:
    """The page with another table.

    Args:
        page: docs/recovery.md.
        played: what `rehearsal.disasters.every` tells of each disaster of each system.
        day: on which they were played.

    Raises:
        DocumentationError: the page has no place for it.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise DocumentationError(f"docs/recovery.md: found no lines {BEGIN} and {END}; put them back")
    table = "\n".join(disasters_table(played, day))
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


def disasters_table(played: Sequence[Mapping[str, Any]], day: date) -> list[str]:
    """A line for each disaster, with the worst that any system has seen."""
    by_disaster: dict[str, list[Mapping[str, Any]]] = {}
    for each in played:
        by_disaster.setdefault(each["disaster"], []).append(each)
    systems = sorted({each["system"] for each in played})
    broken = [f"{each['system']} {each['disaster']}" for each in played if each["broken"]]
    kept = f"Broken promises: {', '.join(broken)}." if broken else "Every promise was kept."
    return [
        "",
        f"Played on {day.isoformat()} in prod of {', '.join(systems)}; each line has the worst of them.",
        f"{kept} Minutes are of the table of durations, everything else was counted.",
        "",
        f"| {' | '.join(HEADINGS)} |",
        "|---" * len(HEADINGS) + "|",
        *(f"| {' | '.join(_cells(name, found))} |" for name, found in by_disaster.items()),
        "",
    ]


def _cells(name: str, found: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    expected = [each["expected"] for each in found if each["expected"]]
    previews = {each["nextPreviewEmpty"] for each in found} - {None}
    return (
        name,
        _minutes(each["typical"] for each in expected),
        _minutes(each["slow"] for each in expected),
        _most(each["rowsLost"] for each in found),
        _most(each["secondsLost"] for each in found),
        _most(each["callsToTheLostRegion"] for each in found),
        "-" if not previews else "empty" if previews == {True} else "**not empty**",
    )


def _minutes(seconds: Iterable[float]) -> str:
    longest = max(seconds, default=None)
    return "by how much there is" if longest is None else f"{longest // 60:.0f}:{longest % 60:02.0f}"


def _most(values: Iterable[float | None]) -> str:
    known = [each for each in values if each is not None]
    return str(max(known)) if known else "-"
