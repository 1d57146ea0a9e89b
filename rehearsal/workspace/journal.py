"""The journal of the embedded AWS, one line a change, so that it outlives the process.

The embedded AWS lives in memory. Every change is appended here once it has been carried out and
is carried out again, in the same order and with the same random numbers, when the next session
starts: the cloud is what its journal says. A line is written whole or not at all (a torn last
line, from a kill or a full disk, is a change that did not happen), so a killed deployment leaves a
cloud that matches some moment before the kill, as with AWS itself.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Entry = dict[str, Any]

# The kind of an entry that a client of `make serve` has made; all others are the engine's.
CLIENTS = "http"


class JournalError(Exception):
    """A line of the journal is no change; the message says which."""


class Journal:
    """An append-only file of JSON lines; without a path it keeps nothing (throw-away sessions)."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._file: int | None = None

    def entries(self, since: int = 0) -> Iterator[Entry]:
        """The changes so far, oldest first; those behind its first `since` bytes, the end of a line."""
        if self._path is None or not self._path.exists():
            return
        with self._path.open("rb") as lines:
            lines.seek(since)
            for number, line in enumerate(lines, start=1):
                if line.endswith(b"\n"):
                    yield self._entry(number, line)

    def _entry(self, number: int, line: bytes) -> Entry:
        try:
            entry = json.loads(line)
        except ValueError:
            entry = None
        if not isinstance(entry, dict):
            raise JournalError(f"{self._path}, line {number}: found something else than a change")
        return entry

    def append(self, entries: list[Entry]) -> None:
        """Adds `entries` in one write; raises OSError when the disk is full."""
        if self._path is None or not entries:
            return
        data = "".join(json.dumps(entry, default=_encode) + "\n" for entry in entries).encode()
        with self._lock:
            if self._file is None:
                self._open()
            assert self._file is not None
            end = os.lseek(self._file, 0, os.SEEK_END)
            if os.write(self._file, data) != len(data):
                os.ftruncate(self._file, end)
                raise OSError(28, "No space left on device", str(self._path))

    def _open(self) -> None:
        assert self._path is not None
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._drop_torn_line()

    def _drop_torn_line(self) -> None:
        assert self._path is not None and self._file is not None
        data = self._path.read_bytes()
        if data and not data.endswith(b"\n"):
            os.ftruncate(self._file, data.rfind(b"\n") + 1)

    def close(self) -> None:
        """Closes the file; a later append opens it again."""
        with self._lock:
            if self._file is not None:
                os.close(self._file)
                self._file = None


def _encode(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"__bytes__": value.decode("latin-1")}
    raise TypeError(f"{type(value).__name__} cannot be kept in the journal")


def decode(value: Any) -> Any:
    """The value as it was before `append` (bytes come back as bytes)."""
    if isinstance(value, dict):
        if value.keys() == {"__bytes__"}:
            return value["__bytes__"].encode("latin-1")
        return {key: decode(item) for key, item in value.items()}
    if isinstance(value, list):
        return [decode(item) for item in value]
    return value
