"""The true diff of a change: the base revision is deployed, then the working tree is previewed on it."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from commands.errors import CommandError
from rehearsal.changed import did
from rehearsal.console import Terminal
from rehearsal.session import EngineError, Progress, Session
from rehearsal.throwaway import throwaway_session


class RevisionError(CommandError):
    """The base revision cannot be used; the message says why and what to do."""


@contextmanager
def checkout_of(root: Path, revision: str) -> Iterator[Path]:
    """A folder with the files of `revision`, gone afterwards; the working tree is not touched.

    Raises:
        RevisionError: no git repository, no such revision, or one without a program.
    """
    commit = _commit(root, revision)
    if not _git(root, "ls-tree", "--name-only", commit, "__main__.py"):
        raise RevisionError(f"{revision} ({commit[:12]}) has no program yet (__main__.py); take a later one.")
    with tempfile.TemporaryDirectory(prefix="groundwork-base-") as folder:
        archive = _git(root, "archive", "--format=tar", commit)
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(folder, filter="data")
        yield Path(folder)


def _commit(root: Path, revision: str) -> str:
    try:
        _git(root, "rev-parse", "--git-dir")
    except (subprocess.CalledProcessError, FileNotFoundError):
        raise RevisionError(
            f"{root} is not a git checkout, so there is no base to compare with. "
            "Clone the repository with git."
        ) from None
    try:
        return _git(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").decode().strip()
    except subprocess.CalledProcessError:
        raise RevisionError(
            f"there is no revision {revision!r} in this checkout. "
            "`git branch -a` and `git log` show what there is; `git fetch` brings the rest."
        ) from None


def _git(root: Path, *arguments: str) -> bytes:
    command = ["git", "-C", str(root), *arguments]
    return subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL).stdout


def review(
    root: Path,
    environment: str,
    engine: Path,
    *,
    base: str,
    system: Path | None = None,
    as_json: bool = False,
    attempt: bool = False,
) -> str:
    """The engine's own diff of the working tree against `base`, as text or as the engine's JSON.

    The text ends with how long AWS would take, and what people would notice; the JSON is the engine's alone.

    Args:
        attempt: deploys the working tree on the base too. What AWS refuses only when it is asked no preview
            knows. In JSON the engine's is `preview` then, beside `up`.

    Raises:
        RevisionError: the base cannot be used, or cannot be deployed.
        EngineError: the working tree's program fails, in the preview or when it is tried.
    """
    terminal = Terminal()
    with (
        checkout_of(root, base) as old,
        throwaway_session(old, environment, engine, system=_of_base(system, root, old)) as session,
    ):
        with terminal.progress(f"{environment} at {base}") as progress:
            _deploy_base(session, base, progress)
        session.use_program(root, system)
        options = ["--json"] if as_json else ["--diff", "--color", _color(terminal)]
        with terminal.progress("preview of the working tree") as progress:
            if as_json:
                text = session.preview(progress, options).output
            else:
                result, forecast = session.forecast(progress, options)
                text = "".join([result.output, *(f"{line}\n" for line in forecast.lines())])
        return _tried(session, base, text, as_json=as_json) if attempt else text


def _tried(session: Session, base: str, shown: str, *, as_json: bool) -> str:
    """What the preview has shown, and how the deployment itself went; an error has it as its output."""
    try:
        with Terminal().progress("up of the working tree") as progress:
            done = session.up(progress)
        second = session.preview().changes
    except EngineError as error:
        output = _both(shown, {"error": str(error)}) if as_json else shown
        message = f"Tried on {base}: the preview is content, but `up` fails.\n{error}"
        raise EngineError(message, error.log, output) from error
    if as_json:
        return _both(shown, {"changes": done.changes, "secondPreview": {"changes": second}})
    counted = ", ".join(f"{count} to {name}" for name, count in second.items())
    settled = f"NOT empty: {counted}" if second else "empty"
    return f"{shown}tried on {base}: {did(done.changes)} in {done.seconds:.1f} s; second preview {settled}\n"


def _both(preview: str, up: dict[str, Any]) -> str:
    return json.dumps({"preview": json.loads(preview), "up": up}, indent=2) + "\n"


def _of_base(system: Path | None, root: Path, old: Path) -> Path | None:
    """The system file as the base has it: its changes are part of the diff.

    One that the base does not have, or that is outside of the checkout, is taken for both.
    """
    if system is None or not system.resolve().is_relative_to(root.resolve()):
        return system
    before = old / system.resolve().relative_to(root.resolve())
    return before if before.is_file() else system


def _deploy_base(session: Session, base: str, progress: Progress | None) -> None:
    try:
        session.up(progress)
    except EngineError as error:
        raise RevisionError(
            f"{error}\nThis is {base}, not the working tree: it cannot be deployed, so there is nothing to "
            "compare with. Take another BASE; `make up` tries the working tree by itself."
        ) from error


def _color(terminal: Terminal) -> str:
    return "always" if terminal.out.is_terminal and not terminal.out.no_color else "never"
