"""`make disasters`: every disaster of every system, in prod, each on the real engine, as one table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from commands.errors import CommandError
from rehearsal.disasters.catalogue import CATALOGUE, Entry, Figures, Say
from rehearsal.systems import name_of, systems_of

ENVIRONMENT = "prod"
_WIDTH = 130  # of the table: one line for each


@dataclass(frozen=True)
class Played:
    """One disaster of one system; `mistake` is why it could not be played to its end."""

    system: str
    entry: Entry
    figures: Figures | None = None
    serves: bool = False
    mistake: str = ""

    @property
    def in_time(self) -> bool:
        """Whether AWS takes no longer than is promised."""
        if self.figures is None or self.figures.expected is None or self.entry.minutes is None:
            return self.figures is not None
        typical, slow = (60 * minutes for minutes in self.entry.minutes)
        return self.figures.expected.typical <= typical and self.figures.expected.slow <= slow

    @property
    def broken(self) -> list[str]:
        """Each promise that does not hold."""
        if self.figures is None:
            return [self.mistake]
        promises = {
            "takes longer than promised": self.in_time,
            "the lost region was called": not self.figures.calls,
            "the next preview is not empty": self.figures.settled is not False,
            "the disaster's own promise": self.serves,
        }
        return [words for words, holds in promises.items() if not holds]

    def as_json(self) -> dict[str, Any]:
        """The result for scripts."""
        found, expected = self.figures, self.figures.expected if self.figures else None
        return {
            "system": self.system,
            "disaster": self.entry.name,
            "expected": vars(expected) if expected else None,
            "rowsLost": found.rows_lost if found else None,
            "secondsLost": round(found.seconds_lost, 2) if found else None,
            "callsToTheLostRegion": found.calls if found else None,
            "nextPreviewEmpty": found.settled if found else None,
            "broken": self.broken,
        }


def play(
    root: Path, engine: Path, say: Say, systems: Sequence[Path] = (), entries: Sequence[Entry] = CATALOGUE
) -> Iterator[Played]:
    """Plays them, one after the other.

    Args:
        root: the checkout.
        engine: the program `pulumi`.
        say: is told how far it is.
        systems: system files; all five for none.
        entries: which disasters.
    """
    for system in systems or systems_of(root):
        for entry in entries:
            say(f"{name_of(system)}: {entry.name}: {entry.means}")
            yield _played(root, engine, say, system, entry)


def _played(root: Path, engine: Path, say: Say, system: Path, entry: Entry) -> Played:
    name = name_of(system)
    try:
        result = entry.rehearse(root, ENVIRONMENT, engine, say, system)
    except (CommandError, TimeoutError) as error:
        return Played(name, entry, mistake=str(error))
    return Played(name, entry, entry.figures(result), result.good)


def as_json(found: Sequence[Played]) -> dict[str, Any]:
    """The result for scripts, and for docs/recovery.md."""
    return {"environment": ENVIRONMENT, "played": [each.as_json() for each in found]}


def show(found: Sequence[Played]) -> None:
    """The table for people."""
    console = Console(highlight=False, soft_wrap=True)
    console.width = max(console.width, _WIDTH)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in HEADINGS:
        table.add_column(heading)
    for each in found:
        table.add_row(*row(each.as_json()))
    console.print(table)
    for each in found:
        for words in each.broken:
            console.print(f"{each.system} {each.entry.name}: {words}", markup=False)


HEADINGS = (
    "system",
    "disaster",
    "on AWS",
    "at most",
    "rows lost",
    "seconds of data",
    "calls to the lost region",
    "next preview",
    "promises",
)


def row(played: dict[str, Any]) -> tuple[str, ...]:
    """One line of a table, of what `as_json` gives."""
    expected = played["expected"]
    times = [_minutes(expected[name]) for name in ("typical", "slow")] if expected else ["-", "-"]
    preview = {True: "empty", False: "NOT empty", None: "-"}[played["nextPreviewEmpty"]]
    figures = (played["rowsLost"], played["secondsLost"], played["callsToTheLostRegion"])
    return (
        played["system"],
        played["disaster"],
        *times,
        *("-" if each is None else str(each) for each in figures),
        preview,
        "kept" if not played["broken"] else "BROKEN",
    )


def _minutes(seconds: float) -> str:
    return f"{seconds // 60:.0f}:{seconds % 60:02.0f}"
