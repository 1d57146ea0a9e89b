"""The engine, as a recovery calls it: the command `pulumi`, on one stack of this checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from operations.console import OperationFailed
from timing.workers import WORKERS

_POLL_SECONDS = 0.5
_SHOWN_LINES = 15


class Pulumi:
    """One stack.

    Args:
        root: the checkout, with the program and its stack file.
        stack: the environment.
    """

    def __init__(self, root: Path, stack: str) -> None:
        self._root, self._stack = root, stack

    def export(self) -> dict[str, Any]:
        """The state.

        Raises:
            OperationFailed: the backend does not answer, or has no such stack.
        """
        found: dict[str, Any] = json.loads(self._run("stack", "export"))
        return found

    def take(self, state: Mapping[str, Any]) -> None:
        """Makes a state the stack's.

        Raises:
            OperationFailed: the engine refuses it.
        """
        with tempfile.TemporaryDirectory(prefix="groundwork-state-") as folder:
            file = Path(folder) / "state.json"
            file.write_text(json.dumps(state), encoding="utf-8")
            self._run("stack", "import", "--file", str(file))

    def backend(self) -> str:
        """The address of what keeps the state: `s3://…`, `file://…`, or Pulumi's own."""
        return str(json.loads(self._run("whoami", "--json", stack=False))["url"])

    def cancel(self) -> None:
        """Removes the locks of the stack, whoever's they are.

        Raises:
            OperationFailed: the backend does not answer.
        """
        self._run("cancel", "--yes")

    def refresh_alone(self, urns: Sequence[str], waiting: Callable[[], None]) -> None:
        """Takes what AWS has now into the state, of some resources alone. A cluster that does not answer ends
        it with an error.

        Raises:
            OperationFailed: with the last that the engine said.
        """
        targets = [part for urn in urns for part in ("--target", urn)]
        self._run("refresh", "--yes", "--skip-preview", *targets, waiting=waiting)

    def preview(self) -> dict[str, Any]:
        """What a deployment would do, as `pulumi preview --json` tells it, with what stays.

        Raises:
            OperationFailed: the program, or AWS, refuses it.
        """
        found: dict[str, Any] = json.loads(self._run("preview", "--json", "--show-sames"))
        return found

    def up(self, waiting: Callable[[], None], without: Sequence[str] = ()) -> None:
        """Deploys.

        Args:
            waiting: is called now and then while it lasts.
            without: URNs of what is left for another deployment, with all that depends on it; `**` stands for
                any part of one.

        Raises:
            OperationFailed: with the last that the engine said.
        """
        left = [part for urn in without for part in ("--exclude", urn)]
        left += ["--exclude-dependents"] if left else []
        self._run("up", "--yes", "--skip-preview", "--parallel", str(WORKERS), *left, waiting=waiting)

    def refresh(self, targets: str, waiting: Callable[[], None]) -> None:
        """Has the state say of some resources what is really there.

        A cluster that does not answer has none of its objects any more, for this one call: with any other
        one they would be forgotten while they run.

        Args:
            targets: their URNs, with `**` for any part.
            waiting: is called now and then while it lasts.

        Raises:
            OperationFailed: with the last that the engine said.
        """
        self._run(
            "refresh",
            "--yes",
            "--skip-preview",
            "--target",
            targets,
            waiting=waiting,
            environment={"PULUMI_K8S_DELETE_UNREACHABLE": "true"},
        )

    def changes(self) -> dict[str, int]:
        """What a deployment would change, counted by operation; empty when program and AWS agree."""
        summary = json.loads(self._run("preview", "--json")).get("changeSummary") or {}
        return {name: count for name, count in summary.items() if name != "same" and count}

    def _run(
        self,
        *arguments: str,
        waiting: Callable[[], None] | None = None,
        environment: Mapping[str, str] | None = None,
        stack: bool = True,
    ) -> str:
        program = shutil.which("pulumi")
        if program is None:
            raise OperationFailed("`pulumi` is not on PATH: it deploys what is recovered.")
        which = ["--stack", self._stack] if stack else []
        command = [program, *arguments, *which, "--non-interactive"]
        with (
            tempfile.TemporaryFile("w+", encoding="utf-8") as out,
            tempfile.TemporaryFile("w+", encoding="utf-8") as errors,
        ):
            process = subprocess.Popen(
                command,
                cwd=self._root,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=errors,
            )
            try:
                code = _wait(process, waiting)
            except BaseException:
                # Ctrl-C is the engine's as well: it ends in good order. Whatever else happens here, it works
                # on, and the next one would find the stack locked.
                process.wait()
                raise
            out.seek(0)
            errors.seek(0)
            printed, said = out.read(), errors.read()
        if code:
            last = "\n".join((said.strip() or printed.strip()).splitlines()[-_SHOWN_LINES:])
            raise OperationFailed(f"pulumi {' '.join(arguments[:2])} ended with {code}:\n{last}")
        return printed


def _wait(process: subprocess.Popen[bytes], waiting: Callable[[], None] | None) -> int:
    if waiting is None:
        return process.wait()
    while process.poll() is None:
        waiting()
        time.sleep(_POLL_SECONDS)
    return process.returncode
