"""The command `pulumi` for commands that are rehearsed: a small script that asks the session for each call.

Providers, program and state are the session's, which is another process than the command that is rehearsed.
The other end is `engine_client`.
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from commands.files import write_atomically
from rehearsal.disasters import engine_client
from rehearsal.drift import Application
from rehearsal.outcome import EngineError
from rehearsal.session import Session
from timing.forecast import Forecast
from timing.recorded import graph_of, run_of
from timing.workers import WORKERS

_FAILED = 255  # the engine's own code for it


class EngineCalls:
    """Answers calls of the script, and hands everything else on (a WSGI application).

    Args:
        others: answers everything else.
        session: of the environment.
        root: the checkout whose program is run, with the stack file as it is then.

    `forecasts` has how long AWS takes for each deployment, `previewed` what each preview would change, in the
    engine's own count.
    """

    def __init__(self, others: Application, session: Session, root: Path) -> None:
        self._others, self._session, self._root = others, session, root
        self.forecasts: list[Forecast] = []
        self.previewed: list[dict[str, int]] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != engine_client.PATH:
            return self._others(environ, start_response)
        arguments = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        body = json.dumps(self._answer(arguments)).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    def _answer(self, arguments: list[str]) -> dict[str, Any]:
        if arguments[0] in ("preview", "up"):
            self._session.use_program(self._root, self._session.system)
        if arguments[0] == "up":
            return self._up(arguments)
        if arguments[0] == "refresh":
            return self._refresh(arguments)
        done = self._session.answer(arguments, running=arguments[0] == "preview")
        if arguments[0] == "preview" and done.returncode == 0:
            self._count(done.stdout)
        return {"code": done.returncode, "out": done.stdout, "errors": done.stderr}

    def _count(self, printed: str) -> None:
        """Of a preview in JSON."""
        found = json.loads(printed)["changeSummary"]
        self.previewed.append({name: count for name, count in found.items() if name != "same" and count})

    def _options(self, arguments: list[str]) -> list[str]:
        """What the session does not say to the engine by itself."""
        own = ("--yes", "--skip-preview", "--non-interactive", "--stack", self._session.environment)
        return [each for each in arguments[1:] if each not in own]

    def _refresh(self, arguments: list[str]) -> dict[str, Any]:
        try:
            result = self._session.refresh(options=self._options(arguments))
        except EngineError as error:
            return {"code": _FAILED, "out": error.output, "errors": str(error)}
        return {"code": 0, "out": result.output, "errors": ""}

    def _up(self, arguments: list[str]) -> dict[str, Any]:
        options = self._options(arguments)
        before = graph_of(self._session.workspace.resources())
        try:
            result = self._session.up(options=options)
        except EngineError as error:
            return {"code": _FAILED, "out": error.output, "errors": str(error)}
        after = graph_of(self._session.workspace.resources())
        self.forecasts.append(Forecast(run_of(result.log.planned, after, before), WORKERS))
        return {"code": 0, "out": result.output, "errors": ""}


def write_script(folder: Path, port: int) -> Path:
    """Writes the script; answers the folder that it is in.

    Args:
        folder: where it may be.
        port: of the embedded AWS, which `EngineCalls` answers on too.
    """
    # Without the packages that are installed, whose mere finding takes as long as everything else.
    command = shlex.join([sys.executable, "-I", "-S", engine_client.__file__, str(port)])
    target = folder / "bin"
    target.mkdir()
    write_atomically(target / "pulumi", f'#!/bin/sh\nexec {command} "$@"\n', mode=0o755)
    return target
