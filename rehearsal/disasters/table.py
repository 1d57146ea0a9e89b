"""The table of a rehearsed disaster's results."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from rehearsal.disasters import account, deployment, failback, files, region
from rehearsal.disasters.account import AccountRehearsed
from rehearsal.disasters.catalogue import Result
from rehearsal.disasters.database import NOT_REHEARSED, Disaster, Rehearsed
from rehearsal.disasters.deployment import DeploymentRehearsed
from rehearsal.disasters.failback import FailbackRehearsed
from rehearsal.disasters.files import FilesRehearsed
from rehearsal.disasters.region import RegionRehearsed


def show(result: Result) -> None:
    """The table of steps, what was lost, and what was not seen here."""
    console = Console(highlight=False, soft_wrap=True)
    if isinstance(result, FilesRehearsed):
        _say(console, result.lines(), files.NOT_REHEARSED)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("step", "on AWS", "at most", "here"):
        table.add_column(heading, justify="left" if heading == "step" else "right")
    for step in result.steps:
        table.add_row(
            step.name, _minutes(step.expected.typical), _minutes(step.expected.slow), f"{step.here:.0f} s"
        )
    back = result.until_users_are_back
    table.add_row("people can work again", _minutes(back.typical), _minutes(back.slow), "")
    console.print(table)
    if isinstance(result, FailbackRehearsed):
        _say(console, result.lines(), failback.NOT_REHEARSED)
    elif isinstance(result, RegionRehearsed):
        _say(console, result.lines(), region.NOT_REHEARSED)
    elif isinstance(result, AccountRehearsed):
        _say(console, result.lines(), account.NOT_REHEARSED)
    elif isinstance(result, DeploymentRehearsed):
        _say(console, result.lines(), deployment.NOT_REHEARSED)
    else:
        _say(console, _lines(result), NOT_REHEARSED)


def _say(console: Console, said: Sequence[str], not_rehearsed: Sequence[str]) -> None:
    lines = [*said, "not rehearsed:", *(f"  {each}" for each in not_rehearsed)]
    console.print("\n" + "\n".join(lines), markup=False)


def _lines(result: Rehearsed) -> list[str]:
    kept = "stands beside it" if result.old_stands else "is gone"
    rows = f"{result.lost} of {result.written} that were confirmed before the disaster are lost"
    asked = " (the time that was asked for is before the mistake)"
    lost = f"{result.lost_seconds:.1f} seconds of data{asked if result.disaster is Disaster.BAD_DATA else ''}"
    return [
        f"rows: {rows}, {lost}; the instance of before {kept}",
        f"rows are written again: {'yes' if result.serves else 'NO'}",
        f"next preview: {_changes(result.adopted)}; at the end: {_changes(result.settled)}",
    ]


def _minutes(seconds: float) -> str:
    return f"{seconds // 60:.0f}:{seconds % 60:02.0f}"


def _changes(found: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in found.items()) or "nothing to change"
