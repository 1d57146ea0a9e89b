"""`pulumi`, as a person calls it: the first one on PATH, so a rehearsal's as well (`make shell`)."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from commands.errors import CommandError, Exit
from operations.console import OperationFailed
from timing.workers import WORKERS

# pkg/backend/diy/lock.go of Pulumi: what a second update of the stack is told, then a line for each lock.
_LOCKED = re.compile(r"the stack is currently locked by \d+ lock")
_LOCK = re.compile(r"created by (?P<who>.+?)(?: \(pid \d+\))? at (?P<when>\S+)")
_KEPT_LINES = 400
_LAST_LINES = 20


class StackLocked(CommandError):
    """Another deployment of the stack is under way, or one was killed and has left its lock."""

    code = Exit.LOCKED


class Interrupted(CommandError):
    """A person or the CI has stopped it; the engine has ended in good order."""

    code = Exit.INTERRUPTED


class Engine:
    """The engine on one stack of the checkout.

    Args:
        root: the checkout.
        environment: the stack's name.
    """

    def __init__(self, root: Path, environment: str) -> None:
        self._root, self._environment = root, environment

    def preview(self, *options: str) -> dict[str, Any]:
        """What an update would do, as `pulumi preview --json` tells it.

        Raises:
            StackLocked: somebody else is at it.
            OperationFailed: the engine refuses.
        """
        code, lines = self._run(["preview", "--json", *options], lambda _: None)
        text = "".join(lines)
        with contextlib.suppress(ValueError):
            found: dict[str, Any] = json.loads(text[text.index("{") :])
            if code == 0:
                return found
            text = "\n".join(each["message"] for each in found.get("diagnostics", ())) or text
        raise self._failure("preview", code, text.splitlines(keepends=True))

    def up(self, show: Callable[[str], None]) -> None:
        """Deploys; every line of the engine is shown as it comes.

        Raises:
            StackLocked: somebody else is at it; nothing was done.
            Interrupted: it was stopped.
            OperationFailed: the engine refuses, or something could not be made.
        """
        code, lines = self._run(["up", "--yes", "--skip-preview", "--parallel", str(WORKERS)], show)
        if code != 0:
            raise self._failure("up", code, lines)

    def _run(self, arguments: Sequence[str], show: Callable[[str], None]) -> tuple[int, list[str]]:
        command = ["pulumi", *arguments, "--stack", self._environment, "--non-interactive"]
        kept: deque[str] = deque(maxlen=None if "--json" in arguments else _KEPT_LINES)
        try:
            process = subprocess.Popen(
                command,
                cwd=self._root,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
                # The signals of a terminal, or of a CI that cancels, come through here and once.
                start_new_session=True,
            )
        except FileNotFoundError:
            raise OperationFailed(
                "pulumi is not on PATH. Install it (https://www.pulumi.com/docs/install); for a rehearsal "
                f'`make shell ENV={self._environment}`, or eval "$(make env ENV={self._environment})".'
            ) from None
        assert process.stdout is not None
        with process, _stopping(process) as stopped:
            for line in process.stdout:
                kept.append(line)
                show(line)
            code = process.wait()
        if stopped():
            raise Interrupted(
                "Interrupted. The engine has ended what was under way and kept its state; the same command "
                "finishes the deployment."
            )
        return code, list(kept)

    def _failure(self, operation: str, code: int, lines: Sequence[str]) -> CommandError:
        text = "".join(lines)
        if _LOCKED.search(text):
            return StackLocked(self._locked(text))
        last = "".join(lines[-_LAST_LINES:]).strip()
        return OperationFailed(f"pulumi {operation} of {self._environment} ended with {code}.\n{last}")

    def _locked(self, text: str) -> str:
        locks = [f"{found['who']} since {found['when']}" for found in _LOCK.finditer(text)]
        return (
            f"{self._environment} is locked: {'; '.join(locks) or 'by another deployment'}. Nothing was "
            "done. If that deployment still runs, wait for it. If its runner or machine has died, the lock "
            f"stays: see that its run has ended, then `pulumi cancel --stack {self._environment} --yes`, and "
            "the same command finishes what it has begun."
        )


@contextlib.contextmanager
def _stopping(process: subprocess.Popen[str]) -> Iterator[Callable[[], bool]]:
    """Passes the first SIGINT or SIGTERM on to the engine, which ends in good order; a second kills it."""
    times: list[float] = []

    def stop(_number: int, _frame: object) -> None:
        times.append(time.monotonic())
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT if len(times) == 1 else signal.SIGKILL)

    before = {}
    with contextlib.suppress(ValueError):  # signals are the main thread's
        before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(times)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
