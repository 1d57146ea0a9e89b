"""The deployment of a base, kept by its content: a second change is previewed on it without making it again.

Each is a workspace as its session has left it, in a folder named by its `fingerprint`. Those used last are
kept; what cannot be kept, or has suffered, is made again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from rehearsal.review.fingerprint import fingerprint
from rehearsal.session import Session
from rehearsal.workspace.seal import is_whole
from rehearsal.workspace.user_folders import cache_home, keep_whole
from rehearsal.workspace.workspace import Workspace

# Some environments and systems on some bases, at about 10 MB each.
_KEPT = 16


def folder_of_bases() -> Path:
    """Where they are kept: all of it can be thrown away."""
    return cache_home() / "bases"


@contextmanager
def session_on_base(
    root: Path,
    environment: str,
    engine: Path,
    today: date,
    deploy: Callable[[Session], None],
    *,
    system: Path | None = None,
    name: str = "",
) -> Iterator[Session]:
    """A session in a throw-away copy of where the program of `root` is deployed; it runs none yet.

    Args:
        root: the checkout of the base.
        environment: the stack's name.
        engine: the `pulumi` command.
        today: the day for what ends on a day.
        deploy: called when the deployment is not kept, with a session that has nothing deployed.
        system: another system file than the stack file chooses.
        name: under which it is kept, where the fingerprint is not of all that the program reads.
    """
    folder = folder_of_bases() / (name or fingerprint(root, environment, engine, today, system))
    with Workspace.temporary(environment) as workspace:
        if not _take(folder, workspace):
            with Session(root, environment, engine, workspace, checkpoints=False, system=system) as session:
                deploy(session)
            _keep(folder, workspace)
        with Session(
            root, environment, engine, workspace, checkpoints=False, system=system, runs_program=False
        ) as session:
            session.accept_state()  # the fingerprint is of the checks, too
            yield session


def _take(folder: Path, workspace: Workspace) -> bool:
    """Copies what is kept; False when there is nothing, or something has happened to it."""
    try:
        shutil.copytree(folder, workspace.directory)
        os.utime(folder)
    except OSError:  # nothing there, or being removed just now
        whole = False
    else:
        whole = is_whole(workspace)
    if not whole:
        workspace.remove()
        shutil.rmtree(folder, ignore_errors=True)
    return whole


def _keep(folder: Path, workspace: Workspace) -> None:
    """Keeps what a session has left. Without room for it the next preview takes as long as this one."""
    keep_whole(folder, lambda kept: shutil.copytree(workspace.directory, kept, dirs_exist_ok=True))
    _remove_oldest(folder.parent)


def _remove_oldest(parent: Path) -> None:
    kept = sorted(parent.glob("[!.]*"), key=lambda folder: folder.stat().st_mtime, reverse=True)
    for folder in kept[_KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)
