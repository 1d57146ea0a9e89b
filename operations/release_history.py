"""The history of an environment's releases, from the history of its stack file."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from operations.console import OperationError
from operations.versions import versions, versions_once

_NOT_COMMITTED = "not committed"


@dataclass(frozen=True)
class Release:
    """The versions that an environment ran from a commit on.

    Args:
        commit: short; empty for what is not committed yet.
        day: of the commit.
        images: the version of each service's image.
        rolled_back: the day on which somebody went back from it to an earlier release; empty for never.
    """

    commit: str
    day: str
    images: Mapping[str, str]
    rolled_back: str = ""


def releases(root: Path, file: Path) -> list[Release]:
    """Every release of a stack file, the latest first; that of the working tree is the first one.

    Raises:
        OperationError: there is no history, or git has only its end.
    """
    _check_complete(root)
    found: list[Release] = []
    for commit, day in _commits(root, file):
        with contextlib.suppress(OperationError):  # a commit that removed the file
            images = versions_once(git(root, "show", f"{commit}:./{_name(root, file)}"))
            if images and not (found and found[-1].images == images):
                found.append(Release(commit, day, images))
    now = versions(file)
    if not (found and found[-1].images == now):
        found.append(Release("", _NOT_COMMITTED, now))
    return list(reversed(_with_returns(found)))


def release_at(root: Path, file: Path, revision: str) -> Release | None:
    """The release that a revision of the checkout has; None when there is no such revision or file there."""
    try:
        commit = git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        day = git(root, "log", "-1", "--format=%cs", commit.strip()).strip()
        images = versions_once(git(root, "show", f"{commit.strip()}:./{_name(root, file)}"))
    except OperationError:
        return None
    return Release(commit[:8], day, images) if images else None


def commit_of(root: Path) -> str:
    """The commit that is checked out; empty where there is none."""
    with contextlib.suppress(OperationError):
        return git(root, "rev-parse", "HEAD").strip()
    return ""


def revision(root: Path) -> tuple[str, bool]:
    """The commit of the checkout, and whether it is all that is there: nothing was changed since.

    Raises:
        OperationError: it is no checkout of git.
    """
    return git(root, "rev-parse", "HEAD").strip(), not git(root, "status", "--porcelain").strip()


def _with_returns(found: list[Release]) -> list[Release]:
    """Marks what somebody went back from: what stands between a release and its return.

    Args:
        found: the releases, the earliest first.
    """
    marked: list[Release] = []
    for release in found:
        before = [number for number, each in enumerate(marked) if each.images == release.images]
        if before:
            for number in range(before[-1] + 1, len(marked)):
                marked[number] = replace(marked[number], rolled_back=release.day)
            # It runs again, so nobody holds its own rolling back against it any more.
            for number in before:
                marked[number] = replace(marked[number], rolled_back="")
        marked.append(release)
    return marked


def _check_complete(root: Path) -> None:
    """Refuses a clone that is cut off: what ran before, or cannot be undone, may be in what it lacks."""
    try:
        shallow = git(root, "rev-parse", "--is-shallow-repository").strip() == "true"
    except OperationError as error:
        if "not a git repository" not in str(error):
            raise
        raise OperationError(
            f"{root} is not a git checkout, and the versions before are in git's history. "
            "Clone the repository with git."
        ) from None
    if shallow:
        raise OperationError(
            "this checkout has the end of its history alone (a shallow clone), and the versions before are "
            "in the rest: `git fetch --unshallow`."
        )


def _commits(root: Path, file: Path) -> list[tuple[str, str]]:
    """The commits that changed the file, the earliest first, each with its day."""
    log = git(root, "log", "--format=%h %cs", "--max-count=200", "--", _name(root, file))
    lines = [line.split(" ") for line in log.splitlines()]
    return [(commit, day) for commit, day in reversed(lines)]


def _name(root: Path, file: Path) -> str:
    """The file as git has it; of a link what it points to."""
    return os.path.relpath(file.resolve(), root.resolve())


def git(root: Path, *arguments: str) -> str:
    """What git answers.

    Raises:
        OperationError: it is not installed, or refuses.
    """
    command = ["git", *arguments]
    try:
        done = subprocess.run(
            command,
            cwd=root,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except FileNotFoundError:
        raise OperationError("git is not installed, and the versions before are in its history.") from None
    if done.returncode != 0:
        raise OperationError(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout
