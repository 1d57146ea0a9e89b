"""The store of prepared engines: in the user's cache, one folder for each version.

    <cache home>/groundwork/engine/
        v3.256.0/pulumi     there only when complete and tried out
        v3.256.0/tried      size and time of the file that was tried: starting it anew takes 0.2 s
        preparing-…/        work of the one process that holds the lock
        lock

A file gets to its place by a rename, so whoever looks sees a whole engine or none. The lock is the
kernel's: it ends with its process, however that ends.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rehearsal.engine.binary import VERSION, Unavailable, accepted_version
from rehearsal.engine.progress import Progress
from rehearsal.workspace.user_folders import cache_home

# What a build with a Go toolchain of its own takes while it runs.
NEEDED_GIGABYTES = 5

_WORK_PREFIX = "preparing-"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True)
class Store:
    """The engines of this user."""

    directory: Path

    @staticmethod
    def of(environment: Mapping[str, str]) -> Store:
        """In the user's cache."""
        return Store(cache_home(environment) / "engine")

    @property
    def binary(self) -> Path:
        """The place of the engine."""
        return self.directory / f"v{VERSION}" / "pulumi"

    @property
    def is_tried(self) -> bool:
        """Whether the engine is, as far as size and time tell, the one that was tried out."""
        try:
            return self._tried.read_text(encoding="utf-8") == _identity(self.binary)
        except (OSError, UnicodeDecodeError):
            return False

    def note_tried(self) -> None:
        """Remembers that the engine works; where nothing can be written it is tried again each time."""
        with contextlib.suppress(OSError):
            temporary = self._tried.with_name(f"tried-{os.getpid()}")
            temporary.write_text(_identity(self.binary), encoding="utf-8")
            temporary.replace(self._tried)

    @property
    def _tried(self) -> Path:
        return self.binary.with_name("tried")

    @contextmanager
    def preparing(self, progress: Progress) -> Iterator[Path]:
        """An empty folder to prepare an engine in, for one process at a time; gone afterwards.

        Raises:
            Unavailable: the cache cannot be written.
        """
        with self.explained():
            self.directory.mkdir(parents=True, exist_ok=True)
            with (self.directory / "lock").open("w") as lock:
                _wait_for(lock.fileno(), progress)
                # Nobody else is at work now, so whatever lies here was left by a killed process.
                for left in self.directory.glob(_WORK_PREFIX + "*"):
                    remove(left)
                work = Path(tempfile.mkdtemp(prefix=_WORK_PREFIX, dir=self.directory))
                try:
                    yield work
                finally:
                    remove(work)

    def land(self, file: Path, environment: Mapping[str, str]) -> None:
        """Tries out the engine `file` and moves it to its place in one step.

        Raises:
            Unavailable: it does not work.
        """
        file.chmod(0o755)
        accepted_version(file, environment)
        # Else a power cut could leave a file with the right name and no content.
        with file.open("rb") as handle:
            os.fsync(handle.fileno())
        self.binary.parent.mkdir(exist_ok=True)
        file.replace(self.binary)
        self.note_tried()

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turns what the file system refuses into a reason and what to do about it."""
        try:
            yield
        except OSError as error:
            where = error.filename or self.directory
            if error.errno in _FULL:
                raise self.full() from None
            raise Unavailable(
                f"{where} cannot be written: {error.strerror}",
                f"Make {self.directory} writable, or set XDG_CACHE_HOME to a folder that is.",
            ) from None

    def full(self) -> Unavailable:
        """There is no room left."""
        return Unavailable(
            f"no space left on the disk of {self.directory}",
            f"Free some disk space there ({NEEDED_GIGABYTES} GB are enough for every way), "
            "or set XDG_CACHE_HOME to a folder on a larger disk.",
        )


def _identity(file: Path) -> str:
    status = file.stat()
    return f"{status.st_size} {status.st_mtime_ns} {status.st_ino} {status.st_mode}"


def remove(folder: Path) -> None:
    """Deletes a folder with all it holds; what cannot be deleted stays, which harms nobody."""
    shutil.rmtree(folder, ignore_errors=True)


def _wait_for(lock: int, progress: Progress) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return
    except BlockingIOError:
        progress.start("Another process is preparing the engine; waiting for it.")
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            progress.tick("waiting for the other process")
            time.sleep(0.2)
