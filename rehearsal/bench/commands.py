"""Timings of whole everyday commands, each in a new process, for `make bench`.

The floor of what changes little is the engine's own empty preview of as many `random` resources. The floor of
an environment's first deployment is the same command for those resources: its start, the deployment, and the
second preview that proves that nothing is left to do.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.configuration.file_names import stack_file_name
from rehearsal.engine import OVERRIDE
from rehearsal.engine.store import Store

# Issue goals: of the daily loop, and of a deployment from nothing.
GOAL_DAILY_RATIO = 2.0
GOAL_FIRST_RATIO = 2.5

REPETITIONS = 3

EMPTY_PREVIEW = "the engine's own empty preview"

_NOT_COPIED = shutil.ignore_patterns(".git", ".venv*", "__pycache__", ".*_cache", "manifests", "timelines")

# The command `up` for a program that is in no checkout of this one.
_UP = """
import sys
from pathlib import Path
from rehearsal.deploy import deploy
from rehearsal.workspace.workspace import Workspace
root, environment, engine, state = sys.argv[1:]
deploy(Path(root), environment, Path(engine), Workspace(Path(state), environment), quiet=True)
"""


@dataclass(frozen=True)
class Commands:
    """Seconds of commands, from the start of their process to its end.

    Args:
        floor: `up` from nothing of as many `random` resources.
        up: of the environment from nothing.
        nothing_to_do: `up` once more.
        cold_preview: of a changed image on a base that was never deployed.
        preview: of a changed image on a base that is kept.
    """

    floor: float
    up: float
    nothing_to_do: float
    cold_preview: float
    preview: float


@dataclass(frozen=True)
class Compared:
    """A command beside its floor, which is named."""

    what: str
    seconds: float
    ratio: float
    goal: float
    floor: str


def compared(commands: Mapping[str, float], empty_preview: float) -> list[Compared]:
    """Each command's ratio to its floor.

    Args:
        commands: the values of `Commands`.
        empty_preview: the engine's own of as many resources, in seconds.
    """
    nothing, changed = commands["nothing_to_do"], commands["preview"]
    first, floor = commands["up"], commands["floor"]
    preview = EMPTY_PREVIEW
    return [
        Compared(
            "`make preview`, one changed image", changed, changed / empty_preview, GOAL_DAILY_RATIO, preview
        ),
        Compared("`make up`, nothing to do", nothing, nothing / empty_preview, GOAL_DAILY_RATIO, preview),
        Compared("`make up` from nothing", first, first / floor, GOAL_FIRST_RATIO, "the same of the floor"),
    ]


def measure_commands(root: Path, floor: Path, environment: str, engine: Path) -> Commands:
    """Runs them, in a copy of the checkout that is a repository of its own, with state and caches of its own.

    Args:
        root: the checkout.
        floor: the folder of the floor's program.
        environment: the stack's name.
        engine: the `pulumi` command.
    """
    with tempfile.TemporaryDirectory(prefix="groundwork-bench-") as name:
        folder = Path(name)
        checkout = folder / "checkout"
        shutil.copytree(root, checkout, ignore=_NOT_COPIED)
        _commit(checkout)
        environ = {
            **os.environ,
            "XDG_STATE_HOME": str(folder / "state"),
            "XDG_CACHE_HOME": str(folder / "cache"),
        }
        for unwanted in ("PYTHONDONTWRITEBYTECODE", OVERRIDE):
            environ.pop(unwanted, None)
        prepared = Store.of(environ).binary
        prepared.parent.mkdir(parents=True)
        prepared.symlink_to(engine)

        def run(*arguments: str) -> None:
            subprocess.run(
                [sys.executable, *arguments], cwd=checkout, check=True, capture_output=True, env=environ
            )

        def up(*options: str) -> None:
            run("-m", "rehearsal", "up", "--env", environment, *options)

        def preview() -> None:
            run("-m", "rehearsal", "preview", "--env", environment, "--base", "HEAD")

        def floor_up() -> None:
            state = tempfile.mkdtemp(dir=folder)
            run("-c", _UP, str(floor), environment, str(engine), state)

        up()  # compiles the copy
        first = _fastest(lambda: up("--fresh"))
        nothing_to_do = _fastest(up)
        _change_an_image(checkout / stack_file_name(environment))
        cold = _seconds(preview)
        return Commands(_fastest(floor_up), first, nothing_to_do, cold, _fastest(preview))


def _commit(checkout: Path) -> None:
    git = ["git", "-C", str(checkout), "-c", "user.name=bench", "-c", "user.email=bench@example.org"]
    for arguments in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "base"]):
        subprocess.run([*git, *arguments], check=True)


def _change_an_image(stack_file: Path) -> None:
    text = stack_file.read_text(encoding="utf-8")
    changed = re.sub(r"sha256:[0-9a-f]{64}", f"sha256:{'b' * 64}", text, count=1)
    stack_file.write_text(changed, encoding="utf-8")


def _fastest(work: Callable[[], None]) -> float:
    """Of some: what else the machine does can only add to a time."""
    return min(_seconds(work) for _ in range(REPETITIONS))


def _seconds(work: Callable[[], None]) -> float:
    begun = time.monotonic()
    work()
    return time.monotonic() - begun
