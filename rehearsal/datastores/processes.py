"""Server programs of this machine: where they are, how they are run, and that none of them outlives us."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from commands.errors import CommandFailed

LOOPBACK = "127.0.0.1"

# PostgreSQL does not run as root; the highest user there is has nothing.
_NOBODY = 65534
# A container's own is of 64 MB, unless it was asked for more.
_MEMORY = Path("/dev/shm")  # noqa: S108  # a folder of its own is made in it
_ROOM = 2 * 1024**3
_START_SECONDS = 60.0
_STOP_SECONDS = 10.0
_PAUSE_SECONDS = 0.02

# Becomes another user where root runs us, then the program itself.
_CHANGE_USER = f"os.setgroups([]); os.setgid({_NOBODY}); os.setuid({_NOBODY}); "
_EXECUTE = "import os, sys; {change}os.execv(sys.argv[1], sys.argv[1:])"

# Runs a server as its child and ends it when standard input ends, which it does however the process that
# started this one has ended, also by `kill -9`. A byte there is the signal to end it with.
_KEEP = """
import os, signal, sys
{change}
child = os.fork()
if child == 0:
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.execv(sys.argv[1], sys.argv[1:])

def over(*_):
    status = os.waitpid(child, 0)[1]
    os._exit(os.waitstatus_to_exitcode(status) & 255)

signal.signal(signal.SIGCHLD, over)
if os.waitpid(child, os.WNOHANG)[0]:
    os._exit(1)  # before the signal was listened to
wanted = os.read(0, 1)
os.kill(child, wanted[0] if wanted else signal.SIGINT)
signal.alarm({seconds})
signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
while True:
    signal.pause()
"""


# Removes a folder when standard input ends, as soon as the servers that write to it have ended too.
_SWEEP = """
import os, shutil, sys, time
os.read(0, 1)
for _ in range({seconds} * 10):
    shutil.rmtree(sys.argv[1], ignore_errors=True)
    if not os.path.exists(sys.argv[1]):
        break
    time.sleep(0.1)
"""


class NoServer(CommandFailed):
    """A server that cannot be had or does not start; the message says why and what to do."""


@dataclass
class Process:
    """A server that runs, and what it has written."""

    log: Path
    _process: subprocess.Popen[bytes] = field(repr=False)

    @staticmethod
    def start(command: Sequence[str | Path], log: Path, answers: Callable[[], None]) -> Process:
        """Starts a server and waits until `answers` does not raise OSError any more.

        Raises:
            NoServer: it has ended, or does not answer.
        """
        keeper = _KEEP.format(change=_change_user(), seconds=int(_STOP_SECONDS))
        with log.open("ab") as output:
            # Of a session of its own: Ctrl-C is for us, who stop it in order.
            running = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", keeper, *map(str, command)],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=tempfile.gettempdir(),
                start_new_session=True,
                bufsize=0,
            )
        process = Process(log, running)
        try:
            process._wait_until(answers, Path(command[0]).name)
        except BaseException:
            process.stop()
            raise
        return process

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        """Ends it in good order; by force when it takes too long."""
        self._end(b"")

    def kill(self, signal_: int = signal.SIGKILL) -> None:
        """Ends it at once, as a machine's failure would: what it has not written is lost."""
        self._end(bytes([signal_]))

    def _end(self, wanted: bytes) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(wanted)
            self._process.stdin.close()
        self._process.wait()

    def _wait_until(self, answers: Callable[[], None], name: str) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if not self.running:
                raise NoServer(f"{name} has ended at its start: {self._end_of_log()}")
            try:
                answers()
            except OSError:
                time.sleep(_PAUSE_SECONDS)
            else:
                return
        raise NoServer(f"{name} does not answer after {_START_SECONDS:.0f} s: {self._end_of_log()}")

    def _end_of_log(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])


def run(command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> str:
    """Runs a program as a server's user, and gives what it printed.

    Raises:
        NoServer: it has failed.
    """
    execute = _EXECUTE.format(change=_change_user())
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", execute, *map(str, command)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tempfile.gettempdir(),
        env={**os.environ, **(environment or {})},
    )
    if done.returncode != 0:
        raise NoServer(f"{Path(command[0]).name} has failed: {(done.stderr or done.stdout).strip()[-1500:]}")
    return done.stdout


def copy_folder(source: Path, copy: Path) -> None:
    """Copies a server's folder as the user that the server runs as."""
    run([_program("cp"), "-Rp", source, copy])


def unpack(archive: Path, folder: Path) -> None:
    """Unpacks a tar archive into a folder as the user that the server runs as."""
    run([_program("tar"), "-xf", archive, "-C", folder])


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise NoServer(f"there is no `{name}` on PATH")
    return found


def make_folder(folder: Path) -> Path:
    """Makes a folder that a server can write to, and nobody else can look into."""
    folder.mkdir(mode=0o700)
    if _as_root():
        os.chown(folder, _NOBODY, _NOBODY)
    return folder


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder for servers; gone at the end, also at one by `kill -9`."""
    folder = Path(tempfile.mkdtemp(prefix="groundwork-server-", dir=_in_memory()))
    sweeper = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _SWEEP.format(seconds=int(_STOP_SECONDS) + 5), str(folder)],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    assert sweeper.stdin is not None
    try:
        if _as_root():
            os.chown(folder, _NOBODY, _NOBODY)
        yield folder
    finally:
        sweeper.stdin.close()
        sweeper.wait()


def _in_memory() -> Path | None:
    """Linux's file system in memory where it has room: a server has a thousand files, each of which is made
    and removed."""
    try:
        found = os.statvfs(_MEMORY)
    except OSError:
        return None
    return _MEMORY if found.f_bavail * found.f_frsize >= _ROOM and os.access(_MEMORY, os.W_OK) else None


def installed_folder(distribution: str, folder: str) -> Path | None:
    """A folder of an installed package; None without the package."""
    try:
        return Path(str(metadata.distribution(distribution).locate_file(folder)))
    except metadata.PackageNotFoundError:
        return None


def installed_program(distribution: str, name: str) -> Path | None:
    """A program in an installed package; None without the package."""
    try:
        files = metadata.distribution(distribution).files or []
    except metadata.PackageNotFoundError:
        return None
    return Path(str(next(file for file in files if file.name == name).locate()))


def reachable(installed: Path, folder: Path, *libraries: Path) -> Path:
    """A program, or a folder of them; a copy, where root's environment is closed to everybody else.

    Args:
        installed: where it is.
        folder: for copies.
        libraries: folders of shared libraries that it finds by the way from itself to them, which is the same
            from a copy to theirs.
    """
    if not _as_root() or all(parent.stat().st_mode & 0o005 == 0o005 for parent in installed.parents):
        return installed
    top = Path(os.path.commonpath([installed, *libraries])) if libraries else installed.parent
    copies = {each: folder / "programs" / each.relative_to(top) for each in (installed, *libraries)}
    for each, copy in copies.items():
        if not copy.exists():
            _make_open(copy.parent, folder)
            shutil.copytree(each, copy) if each.is_dir() else shutil.copy(each, copy)
    return copies[installed]


def _make_open(made: Path, folder: Path) -> None:
    """Makes folders that everybody may look into, whatever the user's own are."""
    for each in (*reversed(made.relative_to(folder).parents), made.relative_to(folder)):
        (folder / each).mkdir(exist_ok=True)
        if each.parts:
            (folder / each).chmod(0o755)


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def listens(port: int) -> None:
    """Raises OSError when nobody listens on a port."""
    socket.create_connection((LOOPBACK, port), timeout=1).close()


def _as_root() -> bool:
    return os.geteuid() == 0


def _change_user() -> str:
    # Not by `subprocess`, which would fork for that, and a fork of a process in which gRPC's threads run may
    # crash.
    return _CHANGE_USER if _as_root() else ""
