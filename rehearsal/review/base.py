"""The base of a review: a revision whose files are read from git; the working tree is not touched."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from commands.errors import CommandError

# Most of a checkout's files, and what no program reads: writing them takes as long as previewing a change.
_NOT_OF_PROGRAMS = (
    "costs",
    "docs",
    "documentation",
    "operations",
    "preview",
    "rehearsal",
    "rights",
    "tests",
    "timing",
    "tools",
)


class RevisionError(CommandError):
    """The base revision cannot be used; the message says why and what to do."""


class Base:
    """A revision of a checkout. Git is asked for its files at once, while the command does other things.

    Args:
        root: the checkout.
        name: of the revision.
    """

    def __init__(self, root: Path, name: str) -> None:
        self.root, self.name = root, name
        reader = ThreadPoolExecutor(max_workers=1)
        self._named = reader.submit(self._commit)
        self._read = reader.submit(self._program)
        reader.shutdown(wait=False)

    def check(self) -> None:
        """Sees that there is such a revision, before anything that takes longer.

        Raises:
            RevisionError: no git repository, or no such revision.
        """
        self._named.result()

    @contextmanager
    def checked_out(self, stack_file: str, system: Path | None = None) -> Iterator[Path]:
        """A folder with a program's files as of the revision, gone afterwards.

        Args:
            stack_file: of the environment; what it names is there, in whatever folder.
            system: another system file than the stack file chooses.

        Raises:
            RevisionError: no git repository, no such revision, or one without a program.
        """
        commit, archive = self._named.result(), self._read.result()
        with tempfile.TemporaryDirectory(prefix="groundwork-base-") as name:
            folder = Path(name)
            _unpack(archive, folder)
            if not (folder / "__main__.py").is_file():
                raise RevisionError(
                    f"{self.name} ({commit[:12]}) has no program yet (__main__.py); take a later one."
                )
            named = str(system.resolve()) if system else ""
            if (folder / stack_file).is_file():
                named += (folder / stack_file).read_text(encoding="utf-8", errors="replace")
            for left_out in _NOT_OF_PROGRAMS:
                if f"{left_out}/" in named:
                    _unpack(self._archive(commit, left_out), folder)
            yield folder

    def _program(self) -> bytes:
        if self._named.exception() is not None:
            return b""
        left_out = (f":(exclude){name}" for name in _NOT_OF_PROGRAMS)
        return self._archive(self._named.result(), ".", *left_out)

    def _archive(self, commit: str, *paths: str) -> bytes:
        """Files as a tar archive; empty when the revision has none of them."""
        try:
            return self._git("archive", "--format=tar", commit, "--", *paths)
        except subprocess.CalledProcessError:
            return b""

    def _commit(self) -> str:
        found = self._asked("rev-parse", "--verify", "--quiet", f"{self.name}^{{commit}}")
        if found is not None:
            return found
        if self._asked("rev-parse", "--git-dir") is None:
            raise RevisionError(
                f"{self.root} is not a git checkout, so there is no base to compare with. "
                "Clone the repository with git."
            )
        shallow = self._asked("rev-parse", "--is-shallow-repository") == "true"
        rest = "git fetch --unshallow" if shallow else "git fetch"
        raise RevisionError(
            f"there is no revision {self.name!r} in this checkout. "
            f"`git branch -a` and `git log` show what there is; `{rest}` brings the rest."
        )

    def _asked(self, *arguments: str) -> str | None:
        """A line that git answers; None where it refuses.

        Raises:
            RevisionError: git is not installed.
        """
        try:
            return self._git(*arguments).decode().strip()
        except subprocess.CalledProcessError:
            return None
        except FileNotFoundError:
            raise RevisionError("git is not installed, and the base is in its history.") from None

    def _git(self, *arguments: str) -> bytes:
        command: Sequence[str] = ["git", "-C", str(self.root), *arguments]
        return subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL).stdout


def _unpack(archive: bytes, folder: Path) -> None:
    if not archive:
        return
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        for member in files:
            # tarfile sets owner, times and rights, and looks at each folder on the way: most of its time.
            if member.isdir():
                (folder / member.name).mkdir(parents=True, exist_ok=True)
            elif member.isfile() and (content := files.extractfile(member)) is not None:
                (folder / member.name).write_bytes(content.read())
            else:
                files.extract(member, folder, filter="data")
