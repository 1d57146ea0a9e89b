"""A service that writes all the time, and remembers what the database has confirmed."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from pg8000.exceptions import DatabaseError, InterfaceError
from pg8000.native import Connection

from commands.errors import CommandError

TABLE = "rehearsed_orders"
_ALL = f"SELECT id FROM {TABLE}"  # noqa: S608  # a name of ours
_PAUSE_SECONDS = 0.1
# Who is refused reads the entry anew and connects again: a computer that does it as often does little else.
_REFUSED_SECONDS = 0.5


@dataclass(frozen=True)
class Row:
    """A row that the database has confirmed, and when."""

    id: int
    confirmed: datetime


class Writer:
    """Writes like a pod: with the services' entry, and only while there are pods.

    Args:
        connect: a connection with the services' entry as it is now.
        runs: whether there are pods.

    `rows` has what was confirmed, `refused` how often something was not.
    """

    def __init__(self, connect: Callable[[], Connection], runs: Callable[[], bool]) -> None:
        self._connect, self._runs = connect, runs
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._next = 1
        self.rows: list[Row] = []
        self.refused = 0

    def __enter__(self) -> Writer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def skip(self, last: int) -> None:
        """Rows up to this number are there, or were: they are not taken again."""
        self._next = max(self._next, last + 1)

    def wait_for(self, rows: int, seconds: float = 60) -> None:
        """Waits until so many more rows have been confirmed."""
        wanted, end = len(self.rows) + rows, time.monotonic() + seconds
        while len(self.rows) < wanted:
            if time.monotonic() > end:
                raise TimeoutError(f"nothing could be written for {seconds:.0f} seconds")
            time.sleep(_PAUSE_SECONDS)

    def _write(self) -> None:
        connection: Connection | None = None
        pause = _PAUSE_SECONDS
        while not self._stopped.wait(pause):
            pause = _PAUSE_SECONDS
            if not self._runs():
                _close(connection)
                connection = None
                continue
            try:
                if connection is None:
                    connection = self._connect()
                    connection.run(
                        f"CREATE TABLE IF NOT EXISTS {TABLE} (id bigint PRIMARY KEY, at timestamptz)"
                    )
                query = f"INSERT INTO {TABLE} VALUES (:id, clock_timestamp())"  # noqa: S608  # ours
                connection.run(query, id=self._next)
                self.rows.append(Row(self._next, datetime.now(UTC)))
            except (DatabaseError, InterfaceError, OSError, CommandError):  # also of a host that is gone
                _close(connection)
                connection, pause = None, _REFUSED_SECONDS
                self.refused += 1
            # One that was not confirmed may be there all the same: its number is not taken again.
            self._next += 1
        _close(connection)


def _close(connection: Connection | None) -> None:
    if connection is not None:
        with contextlib.suppress(InterfaceError, DatabaseError, OSError):
            connection.close()


def rows_of(connection: Connection) -> set[int]:
    """The rows that a database has."""
    return {int(found) for (found,) in connection.run(_ALL)}
