"""`make bench`: how long things take, as ratios to the engine's own floor in the same run.

Machines differ and are busy; a ratio within one run says more than seconds. The floor is the same
engine on the same number of `random` resources, which cost nothing to make, with all that makes
rehearsals quick but one thing: its previews ask for one resource after another what differs, as the
engine comes. How long it takes side by side, as our previews do, is told beside it. A second floor is
the same program with Pulumi as it is published: the SDK untouched (see `rehearsal.program.sdk_speed`),
and a checkpoint after every step, as against AWS.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from rehearsal.bench.commands import Commands, compared, measure_commands
from rehearsal.bench.programs import floor_program, scaled_checkout
from rehearsal.console import Terminal
from rehearsal.program.programs import sdk_as_published
from rehearsal.session import Session
from rehearsal.workspace.workspace import Workspace

# Issue goals: `up` and the empty preview of prod within twice the floor; evaluation under 2 s.
GOAL_RATIO = 2.0
GOAL_EVALUATION_SECONDS = 2.0

# Of what ratios and goals are about; the fastest counts.
REPETITIONS = 3


@dataclass(frozen=True)
class Timing:
    """Seconds of one program: `up` from nothing, then a preview that finds nothing to change."""

    resources: int
    up: float
    preview: float


def bench(root: Path, engine: Path, environment: str = "prod") -> dict[str, Any]:
    """Measures everything and gives the figures; `show` prints them."""
    terminal = Terminal()
    terminal.say("warming up")
    _time(root, environment, engine)
    terminal.say(f"{environment} and its floor")
    base = _best_time(root, environment, engine)
    figures: dict[str, Any] = {
        "evaluation_seconds": min(evaluation_seconds(root, environment) for _ in range(REPETITIONS)),
        "base": base,
        "scaled": {},
    }
    with floor_program(root, environment, base.resources) as floor:
        figures["floor"] = _best_time(floor, environment, engine, side_by_side=False)
        figures["side_by_side"] = _best_time(floor, environment, engine)
        terminal.say("whole commands")
        figures["commands"] = measure_commands(root, floor, environment, engine)
        terminal.say("the floor with Pulumi as it is published")
        with sdk_as_published():
            figures["published"] = _time(floor, environment, engine, checkpoints=True, side_by_side=False)
    terminal.say("3x and 10x its services and buckets")
    for factor in (3, 10):
        with scaled_checkout(root, environment, factor) as scaled:
            figures["scaled"][factor] = _time(scaled, environment, engine)
    return figures


_TIMINGS = ("base", "floor", "side_by_side", "published", "commands")


def as_json(figures: dict[str, Any]) -> dict[str, Any]:
    """The figures as plain values; times in seconds."""
    return {
        **figures,
        **{name: asdict(figures[name]) for name in _TIMINGS},
        "scaled": {str(factor): asdict(timing) for factor, timing in figures["scaled"].items()},
    }


def show(figures: dict[str, Any]) -> None:
    """The figures as a table, with the goals."""
    base, floor, published = figures["base"], figures["floor"], figures["published"]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("what", "resources", "up s", "/ floor", "ms each", "preview s", "/ floor"):
        table.add_column(column, justify="left" if column == "what" else "right")
    beside = figures["side_by_side"]
    rows = {"floor": floor, "floor, side by side": beside, "floor, as published": published, "prod": base}
    rows |= {f"{factor}x services, buckets": timing for factor, timing in figures["scaled"].items()}
    for what, timing in rows.items():
        same_size = timing.resources == base.resources
        table.add_row(
            what,
            str(timing.resources),
            f"{timing.up:.2f}",
            f"{timing.up / floor.up:.2f}" if same_size else "",
            f"{timing.up / timing.resources * 1000:.1f}",
            f"{timing.preview:.2f}",
            f"{timing.preview / floor.preview:.2f}" if same_size else "",
        )
    terminal = Terminal()
    terminal.out.print(table)
    terminal.out.print(
        "\nfloor: as many resources of `random` alone; side by side: with previews that ask as ours do;\n"
        "as published: with Pulumi's own SDK and checkpoints\n"
        f"goal: up and empty preview of prod within {GOAL_RATIO:.0f}x of the floor\n"
        f"program evaluation without engine: {figures['evaluation_seconds']:.2f} s "
        f"(goal: under {GOAL_EVALUATION_SECONDS:.0f} s)\n"
    )
    terminal.out.print(_commands_table(figures["commands"], floor.preview))


def _commands_table(commands: Commands, empty_preview: float) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("whole commands, in new processes", "s", "ratio", "goal", "of"):
        table.add_column(column, justify="right" if column in ("s", "ratio", "goal") else "left")
    for row in compared(asdict(commands), empty_preview):
        table.add_row(row.what, f"{row.seconds:.2f}", f"{row.ratio:.2f}", f"{row.goal:g}", row.floor)
    return table


def _time(
    root: Path, environment: str, engine: Path, *, checkpoints: bool = False, side_by_side: bool = True
) -> Timing:
    with (
        Workspace.temporary(environment) as workspace,
        Session(root, environment, engine, workspace, checkpoints, side_by_side=side_by_side) as session,
    ):
        up, preview = session.up(), session.preview()
        return Timing(sum(up.log.changes.values()), up.seconds, preview.seconds)


def _best_time(root: Path, environment: str, engine: Path, *, side_by_side: bool = True) -> Timing:
    """The fastest of some: what else the machine does can only add to a time."""
    timings = [_time(root, environment, engine, side_by_side=side_by_side) for _ in range(REPETITIONS)]
    return Timing(
        timings[0].resources, min(each.up for each in timings), min(each.preview for each in timings)
    )


def evaluation_seconds(root: Path, environment: str) -> float:
    """From the start of Python to the last registered resource, with the tests' recorder as the engine."""
    program = (
        f"import time\nfrom tests.support.recorder import record\nrecord({environment!r})\nprint(time.time())"
    )
    # `PYTHONDONTWRITEBYTECODE` would have it compile the program; `make` does without, too.
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", program]
    begun = time.time()
    done = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True, env=environ)
    return float(done.stdout.split()[-1]) - begun
