"""Drift: what an environment's embedded AWS has, and its state has otherwise.

A session holds its environment alone. While `make serve` runs that one is the server's, so the server is
asked to look: the same engine, state and embedded AWS, and clients are answered meanwhile.
"""

from __future__ import annotations

import hmac
import json
import secrets
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from commands.errors import CommandError
from commands.files import write_atomically
from preview.property import Property
from rehearsal.changed import Changed, changed
from rehearsal.console import Terminal
from rehearsal.engine_process import Progress
from rehearsal.events import Log
from rehearsal.inventory import Standing, standing_of
from rehearsal.outcome import EngineError, Result
from rehearsal.session import Session
from rehearsal.workspace.workspace import Workspace

# What a server is asked for, and nothing of AWS's is called like it.
_PATH = "/groundwork/"
_TOKEN = "HTTP_X_GROUNDWORK_TOKEN"
_ANSWERED_SECONDS = 600

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class NothingDeployed(CommandError):
    """The environment has no state yet."""


@dataclass(frozen=True)
class Found:
    """What differs, as the engine counts it and resource by resource, and how long it took (seconds).

    `recorded` is the number of resources that cannot differ: the embedded AWS only records them.
    """

    environment: str
    changes: Mapping[str, int]
    changed: tuple[Changed, ...]
    seconds: float
    recorded: int

    @staticmethod
    def of(session: Session, result: Result) -> Found:
        """What a finished operation of the engine has found."""
        standings = (standing_of(each["type"]) for each in session.workspace.resources())
        recorded = sum(standing is Standing.RECORDED for standing in standings)
        lines = tuple(changed(result.log))
        return Found(session.environment, result.changes, lines, result.seconds, recorded)

    @staticmethod
    def of_json(values: Mapping[str, Any]) -> Found:
        """The other way round of `as_json`."""
        lines = tuple(
            Changed(
                line["operation"],
                line["urn"],
                line["type"],
                tuple(Property(each["path"], each["before"], each["after"]) for each in line["properties"]),
            )
            for line in values["changed"]
        )
        return Found(values["environment"], values["changes"], lines, values["seconds"], values["recorded"])

    def as_json(self) -> dict[str, Any]:
        """What differs, for a script and for another process."""
        return {
            "environment": self.environment,
            "changes": dict(self.changes),
            "changed": [line.as_json() for line in self.changed],
            "seconds": self.seconds,
            "recorded": self.recorded,
        }

    def drift_as_json(self) -> dict[str, Any]:
        """The result of `make drift`, for scripts."""
        rows = [
            {"type": each.type, "name": each.name, "property": path, "deployed": before, "found": after}
            for each in self.changed
            for path, before, after in _rows(each)
        ]
        return {"environment": self.environment, "drift": rows, "recorded": self.recorded}

    def show_drift(self) -> None:
        """The result of `make drift`, for people."""
        terminal = Terminal()
        if not self.changed:
            terminal.out.print(f"no drift in {self.environment}: the embedded AWS is what was deployed")
            self._show_recorded(terminal)
            return
        lines = [("Resource", "Property", "Deployed", "Found")]
        lines += [(each.resource, *row) for each in self.changed for row in _rows(each)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        for line in lines:
            padded = "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True))
            terminal.out.print(padded.rstrip(), markup=False)
        terminal.out.print(
            f"\nDrifted in {self.environment}: {len(self.changed)}. `make refresh "
            f"ENV={self.environment}` takes what was found into the state; then `make up "
            f"ENV={self.environment}` brings back what the program declares.",
            markup=False,
        )
        self._show_recorded(terminal)

    def _show_recorded(self, terminal: Terminal) -> None:
        if self.recorded:
            terminal.out.print(
                f"{self.recorded} recorded resources cannot drift here: nothing stands behind them that a "
                "client could change (docs/rehearsal.md)."
            )


def _rows(each: Changed) -> Iterator[tuple[str, str, str]]:
    """Property, what was deployed, what was found; of a value that no line has room for, that it differs."""
    if each.verb == "deleted":
        yield "(all)", "there", "gone"
    else:
        for part in each.properties:
            both = (part.before, part.after) if part.before or part.after else ("(long)", "(another)")
            yield part.path, *both


def drift(session: Session, progress: Progress | None = None) -> Found:
    """What differs; nothing is changed."""
    return Found.of(session, session.drift(progress))


def refresh(session: Session, progress: Progress | None = None) -> Found:
    """What differed; the state has it from here on."""
    return Found.of(session, session.refresh(progress))


OPERATIONS: Mapping[str, Callable[[Session, Progress | None], Found]] = MappingProxyType(
    {"drift": drift, "refresh": refresh}
)


def look(
    operation: str,
    root: Path,
    environment: str,
    engine: Callable[[], Path],
    workspace: Workspace,
    *,
    system: Path | None = None,
    quiet: bool,
) -> Found:
    """Carries out one of OPERATIONS, in the server's session where the environment is served.

    Args:
        operation: its name.
        root: the checkout.
        environment: the stack's name.
        engine: finds the engine, which only a session of its own needs.
        workspace: the environment's.
        system: another system file than the checkout's.
        quiet: shows no progress.

    Raises:
        EngineError: the engine refused.
        NothingDeployed: there is nothing to compare with.
    """
    if not workspace.has_stack:
        raise NothingDeployed(
            f"nothing of {environment} is deployed in the embedded AWS yet: `make up ENV={environment}`."
        )
    served = _ask(workspace, operation)
    if served is not None:
        return served
    with (
        Session(root, environment, engine(), workspace, checkpoints=False, system=system) as session,
        Terminal().progress(f"{operation} {environment}") as progress,
    ):
        return OPERATIONS[operation](session, None if quiet else progress)


class Operations:
    """A server's own operations, for who can read its workspace; everything else is the application's."""

    def __init__(self, application: Application, session: Session) -> None:
        self._application = application
        self._session = session
        self._token = secrets.token_hex(32)
        self._lock = threading.Lock()

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith(_PATH) or not hmac.compare_digest(environ.get(_TOKEN, ""), self._token):
            return self._application(environ, start_response)
        with self._lock:
            content = self._carried_out(path.removeprefix(_PATH))
        body = json.dumps(content).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    def _carried_out(self, operation: str) -> dict[str, Any]:
        try:
            return {"found": OPERATIONS[operation](self._session, None).as_json()}
        except EngineError as error:
            return {"error": str(error)}

    @contextmanager
    def announced(self, port: int) -> Iterator[None]:
        """While the block runs other processes of this person find the server.

        Its end waits for the operation that is under way.
        """
        file = _announcement(self._session.workspace)
        write_atomically(file, json.dumps({"port": port, "token": self._token}), mode=0o600)
        try:
            yield
        finally:
            file.unlink(missing_ok=True)
            with self._lock:
                pass


def _announcement(workspace: Workspace) -> Path:
    return workspace.directory / "served"


def _ask(workspace: Workspace, operation: str) -> Found | None:
    """What the environment's server has found; None when none runs."""
    try:
        announced = json.loads(_announcement(workspace).read_text(encoding="utf-8"))
        request = urllib.request.Request(
            f"http://127.0.0.1:{announced['port']}{_PATH}{operation}",
            method="POST",
            data=b"",
            headers={"X-Groundwork-Token": announced["token"]},
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    try:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=_ANSWERED_SECONDS) as answered:
            content = json.load(answered)
    except (OSError, ValueError):
        return None  # it was killed, and perhaps somebody else has the port now
    if "error" in content:
        raise EngineError(content["error"], Log())
    return Found.of_json(content["found"])
