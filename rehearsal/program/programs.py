"""The process that runs programs, seen from the rehearsal.

There is one for all sessions: program and providers each keep a core busy, and threads of one Python
process take turns. It loads Pulumi's SDKs when it is started, which takes a second: nothing large is imported
here, so that a command can have it started before anything else.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# The program's own packages; another revision's must not be answered from the import cache.
PROGRAM_PACKAGES = ("functions", "infra")

# Options of the process: nothing of the SDK is replaced; all but a part (`--without=aliases`).
UNTOUCHED = "--untouched-sdk"
WITHOUT = "--without="
# The checkout whose program is loaded at once (`--load=FOLDER`), and not when it is served.
LOAD = "--load="


@dataclass(frozen=True)
class ProgramServer:
    """A language server for one checkout's program, on a loopback port, in the programs' process."""

    port: int

    def stop(self, grace: float | None = None) -> None:
        """Frees the port."""
        with contextlib.suppress(OSError):
            _Programs.running().order({"stop": self.port})


def serve(root: Path) -> ProgramServer:
    """A started language server for the program of the checkout at `root`."""
    return ProgramServer(_Programs.running().order({"serve": str(root)}))


class _Programs:
    """The process that runs programs, seen from the rehearsal."""

    _one: _Programs | None = None
    _lock = threading.Lock()

    def __init__(self, *options: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "rehearsal.program.language", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).resolve().parents[2],
            # Ctrl-C is for the rehearsal and the engine, which end what runs here in good order.
            start_new_session=True,
        )

    @classmethod
    def running(cls, *options: str) -> _Programs:
        """The process; started when it is first needed, or has died."""
        with cls._lock:
            if cls._one is None or cls._one._process.poll() is not None:
                cls._one = _Programs(*options)
            return cls._one

    def order(self, what: dict[str, Any]) -> int:
        """Sends an order and gives the number that answers it."""
        orders, answers = self._process.stdin, self._process.stdout
        assert orders is not None and answers is not None
        with self._lock:
            orders.write(json.dumps(what) + "\n")
            orders.flush()
            answer = answers.readline()
        if not answer:
            raise OSError(0, "the process that runs programs has ended", sys.executable)
        return int(answer)

    def end(self) -> None:
        """Ends the process and waits for it."""
        self._process.communicate()


@contextmanager
def sdk_as_published() -> Iterator[None]:
    """Programs that are served inside run with Pulumi's SDK untouched, in a process of their own."""
    with _another_process(UNTOUCHED):
        yield


@contextmanager
def sdk_without(*parts: str) -> Iterator[None]:
    """The same with all replacements but those of some parts; see `rehearsal.program.sdk_speed`."""
    with _another_process(*(f"{WITHOUT}{part}" for part in parts)):
        yield


@contextmanager
def _another_process(*options: str) -> Iterator[None]:
    usual, _Programs._one = _Programs._one, _Programs(*options)
    try:
        yield
    finally:
        _Programs._one.end()
        _Programs._one = usual


def processor_seconds() -> float:
    """How long the programs' process has computed so far: unlike time, not a matter of what else runs."""
    return _Programs.running().order({"processor": "milliseconds"}) / 1000


def prepare(*options: str) -> None:
    """Starts the programs' process, so that it is ready when a session has brought its cloud back.

    Args:
        options: of the process, where none runs yet.
    """
    _Programs.running(*options)


def load_early(root: Path) -> None:
    """The same, and has it load the program of a checkout: no command waits longer for anything else."""
    prepare(f"{LOAD}{root}")
