"""`make bench`: how long things take, as ratios to the engine's own floor in the same run.

Machines differ and are busy; a ratio within one run says more than seconds. The floor is the same
engine with the same settings on the same number of `random` resources, which cost nothing to make.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from rich.table import Table

from rehearsal.console import Terminal
from rehearsal.session import Session
from rehearsal.stackfile import StackFile
from rehearsal.workspace import Workspace

# Issue goals: `up` and the empty preview of prod within twice the floor; evaluation under 2 s.
GOAL_RATIO = 2.0
GOAL_EVALUATION_SECONDS = 2.0


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
    terminal.say(f"{environment}, its floor, and 3x and 10x its services and buckets")
    base = _time(root, environment, engine)
    figures: dict[str, Any] = {
        "evaluation_seconds": evaluation_seconds(root, environment),
        "command_seconds": _command_seconds(root, environment),
        "base": base,
        "floor": _floor(root, environment, engine, base.resources),
        "scaled": {},
    }
    for factor in (3, 10):
        with scaled_system(root, factor) as system:
            figures["scaled"][factor] = _time(root, environment, engine, system)
    return figures


def show(figures: dict[str, Any]) -> None:
    """The figures as a table, with the goals."""
    base, floor = figures["base"], figures["floor"]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in (
        "what",
        "resources",
        "up s",
        "ms each",
        "empty preview s",
        "up / floor",
        "preview / floor",
    ):
        table.add_column(column, justify="left" if column == "what" else "right")
    rows = {"floor (random only)": floor, "prod": base}
    rows |= {f"prod, {factor}x services and buckets": timing for factor, timing in figures["scaled"].items()}
    for what, timing in rows.items():
        same_size = timing in (base, floor)
        table.add_row(
            what,
            str(timing.resources),
            f"{timing.up:.2f}",
            f"{timing.up / timing.resources * 1000:.1f}",
            f"{timing.preview:.2f}",
            f"{timing.up / floor.up:.2f}" if same_size else "",
            f"{timing.preview / floor.preview:.2f}" if same_size else "",
        )
    terminal = Terminal()
    terminal.out.print(table)
    terminal.out.print(
        f"\nprogram evaluation without engine: {figures['evaluation_seconds']:.2f} s "
        f"(goal: under {GOAL_EVALUATION_SECONDS:.0f} s)\n"
        f"the whole command `make up ENV=prod`, fresh: {figures['command_seconds']:.2f} s\n"
        f"goal: up and empty preview of prod within {GOAL_RATIO:.0f}x of the floor"
    )


def _time(root: Path, environment: str, engine: Path, system: Path | None = None) -> Timing:
    workspace = Workspace.temporary(environment)
    try:
        with Session(root, environment, engine, workspace, system=system) as session:
            up, preview = session.up(), session.preview()
            return Timing(sum(up.log.changes.values()), up.seconds, preview.seconds)
    finally:
        workspace.remove()


def _floor(root: Path, environment: str, engine: Path, resources: int) -> Timing:
    """The same number of resources that cost nothing: RandomId (RandomPassword hashes with bcrypt)."""
    with tempfile.TemporaryDirectory(prefix="groundwork-floor-") as folder:
        floor = Path(folder)
        shutil.copy(root / "Pulumi.yaml", floor)
        shutil.copy(StackFile.read(root, environment).path, floor)
        # The stack itself is one of the resources.
        program = (
            "import pulumi_random as random\n"
            f"for number in range({resources - 1}):\n"
            '    random.RandomId(f"id-{number}", byte_length=8)\n'
        )
        (floor / "__main__.py").write_text(program, encoding="utf-8")
        return _time(floor, environment, engine)


def _command_seconds(root: Path, environment: str) -> float:
    command = [sys.executable, "-m", "rehearsal", "up", "--env", environment, "--fresh", "--json"]
    with tempfile.TemporaryDirectory(prefix="groundwork-bench-") as state:
        return _seconds(
            lambda: subprocess.run(
                command, cwd=root, check=True, capture_output=True, env=_environment(XDG_STATE_HOME=state)
            )
        )


def evaluation_seconds(root: Path, environment: str) -> float:
    """From the start of Python to the last registered resource, against a monitor that only nods."""
    config = {f"groundwork:{key}": value for key, value in StackFile.read(root, environment).config.items()}
    command = [sys.executable, "-m", "rehearsal.evaluate", str(root), environment]
    text = yaml.safe_dump(config)
    return _seconds(
        lambda: subprocess.run(command, cwd=root, check=True, input=text, text=True, capture_output=True)
    )


@contextmanager
def scaled_system(root: Path, factor: int) -> Iterator[Path]:
    """A system file with `factor` times the services and buckets of the checkout's own."""
    system = yaml.safe_load((root / "system.yaml").read_text(encoding="utf-8"))
    for noun in ("services", "buckets"):
        system[noun] = _multiplied(system.get(noun), factor)
    with tempfile.TemporaryDirectory(prefix="groundwork-system-") as folder:
        path = Path(folder) / "system.yaml"
        path.write_text(yaml.safe_dump(system, sort_keys=False), encoding="utf-8")
        yield path


def _multiplied(entries: Any, factor: int) -> Any:
    if not isinstance(entries, dict):
        return entries
    return {
        name if number == 0 else f"{name}-{number}": entry
        for number in range(factor)
        for name, entry in entries.items()
    }


def _seconds(work: Callable[[], object]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def _environment(**more: str) -> dict[str, str]:
    import os

    return {**os.environ, **more}
