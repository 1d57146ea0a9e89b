"""`make bench`: how long things take, as ratios to the engine's own floor in the same run.

Machines differ and are busy; a ratio within one run says more than seconds. The floor is the same
engine with the same settings on the same number of `random` resources, which cost nothing to make.
A second floor is the same program with Pulumi as it is published: the SDK untouched (see
`rehearsal.sdk_speed`), and a checkpoint after every step, as against AWS.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from infra.configuration.strict_yaml import parse, written
from rehearsal.console import Terminal
from rehearsal.programs import sdk_as_published
from rehearsal.session import Session
from rehearsal.stackfile import StackFile
from rehearsal.workspace import Workspace

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
        "command_seconds": _command_seconds(root, environment),
        "base": base,
        "scaled": {},
    }
    with _floor(root, environment, base.resources) as floor:
        figures["floor"] = _best_time(floor, environment, engine)
        terminal.say("the floor with Pulumi as it is published")
        with sdk_as_published():
            figures["published"] = _time(floor, environment, engine, checkpoints=True)
    terminal.say("3x and 10x its services and buckets")
    for factor in (3, 10):
        with scaled_checkout(root, environment, factor) as scaled:
            figures["scaled"][factor] = _time(scaled, environment, engine)
    return figures


def as_json(figures: dict[str, Any]) -> dict[str, Any]:
    """The figures as plain values; times in seconds."""
    return {
        **figures,
        **{name: asdict(figures[name]) for name in ("base", "floor", "published")},
        "scaled": {str(factor): asdict(timing) for factor, timing in figures["scaled"].items()},
    }


def show(figures: dict[str, Any]) -> None:
    """The figures as a table, with the goals."""
    base, floor, published = figures["base"], figures["floor"], figures["published"]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("what", "resources", "up s", "/ floor", "ms each", "preview s", "/ floor"):
        table.add_column(column, justify="left" if column == "what" else "right")
    rows = {"floor": floor, "floor, as published": published, "prod": base}
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
        "\nfloor: as many resources of `random` alone; as published: with Pulumi's own SDK and checkpoints\n"
        f"goal: up and empty preview of prod within {GOAL_RATIO:.0f}x of the floor\n"
        f"program evaluation without engine: {figures['evaluation_seconds']:.2f} s "
        f"(goal: under {GOAL_EVALUATION_SECONDS:.0f} s)\n"
        f"the whole command `make up ENV=prod`, fresh: {figures['command_seconds']:.2f} s"
    )


def _time(root: Path, environment: str, engine: Path, *, checkpoints: bool = False) -> Timing:
    with (
        Workspace.temporary(environment) as workspace,
        Session(root, environment, engine, workspace, checkpoints) as session,
    ):
        up, preview = session.up(), session.preview()
        return Timing(sum(up.log.changes.values()), up.seconds, preview.seconds)


def _best_time(root: Path, environment: str, engine: Path) -> Timing:
    """The fastest of some: what else the machine does can only add to a time."""
    timings = [_time(root, environment, engine) for _ in range(REPETITIONS)]
    return Timing(
        timings[0].resources, min(each.up for each in timings), min(each.preview for each in timings)
    )


@contextmanager
def _floor(root: Path, environment: str, resources: int) -> Iterator[Path]:
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
        yield floor


def _command_seconds(root: Path, environment: str) -> float:
    command = [sys.executable, "-m", "rehearsal", "up", "--env", environment, "--fresh", "--json"]
    with tempfile.TemporaryDirectory(prefix="groundwork-bench-") as state:
        return _seconds(
            lambda: subprocess.run(
                command, cwd=root, check=True, capture_output=True, env=_environment(XDG_STATE_HOME=state)
            )
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


@contextmanager
def scaled_checkout(root: Path, environment: str, factor: int) -> Iterator[Path]:
    """A copy of the program with `factor` times its services and buckets.

    The added services have no database: its connections are counted against a real limit.
    """
    with tempfile.TemporaryDirectory(prefix="groundwork-scaled-") as folder:
        copy = Path(folder)
        for file in (*root.glob("Pulumi*.yaml"), root / "system.yaml", root / "__main__.py"):
            shutil.copy(file, copy)
        for package in ("infra", "functions"):
            shutil.copytree(root / package, copy / package)
        names = _scale_services(copy / "system.yaml", factor)
        _scale_images(copy / f"Pulumi.{environment}.yaml", names)
        with (copy / "infra" / "configuration" / "buckets.py").open("a", encoding="utf-8") as catalogue:
            catalogue.write(_MORE_BUCKETS.format(factor=factor))
        yield copy


_MORE_BUCKETS = """
import dataclasses as _dataclasses

CATALOGUE += tuple(
    _dataclasses.replace(bucket, name=f"{{bucket.name}}-{{number}}", replicated=False)
    for number in range(1, {factor})
    for bucket in CATALOGUE
)
"""


def _scale_services(path: Path, factor: int) -> dict[str, str]:
    """Adds copies of the services; gives each one's name with that of the service it was copied from."""
    system = parse(path.read_text(encoding="utf-8"))
    names = {}
    for name, service in list(system["services"].items()):
        for number in range(1, factor):
            copy = f"{name}-{number}"
            names[copy] = name
            system["services"][copy] = {**service, "database": False}
            if "route" in service:
                # One of a service's own paths leads to its health check.
                system["services"][copy]["route"] = {**service["route"], "paths": [f"/{copy}/*"]}
                system["services"][copy]["health"] = {**service["health"], "ready": f"/{copy}/ready"}
    path.write_text(written(system), encoding="utf-8")
    return names


def _scale_images(path: Path, names: dict[str, str]) -> None:
    stack = parse(path.read_text(encoding="utf-8"))
    images = stack["config"]["groundwork:images"]
    images |= {name: images[original] for name, original in names.items()}
    path.write_text(written(stack), encoding="utf-8")


def _seconds(work: Callable[[], object]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def _environment(**more: str) -> dict[str, str]:
    return {**os.environ, **more}
