"""`make manifests`: the Kubernetes objects of an environment as YAML files."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from commands.files import check_output
from rehearsal.console import Terminal
from rehearsal.kubernetes import manifests
from rehearsal.session import Session
from rehearsal.throwaway import throwaway_session
from rehearsal.workspace.workspace import WorkspaceError

# <namespace>/<place>-<kind>-<name>.yaml
_MANIFEST = re.compile(r"[^/]+/\d\d-[^/]+\.yaml")


def write_manifests(
    root: Path, environment: str, engine: Path, folder: Path, *, system: Path | None = None
) -> list[str]:
    """Deploys the environment into a throw-away embedded AWS and writes its objects to `folder`.

    The folder is replaced as a whole, so that an object that is gone leaves no file behind.
    Returns the files' paths in it, in the order in which they can be applied.

    Args:
        root: the checkout.
        environment: the stack's name.
        engine: the `pulumi` command.
        folder: that `check_replaceable` has found good.
        system: another system file than the checkout's.
    """
    folder = folder.resolve()
    with throwaway_session(root, environment, engine, system=system) as session:
        with Terminal().progress(f"up {environment}") as progress:
            session.up(progress)
        files = objects_of(session)
    replace_folder(folder, files)
    return list(files)


def check_replaceable(folder: Path) -> None:
    """Sees that a folder can be replaced as a whole, before anything is deployed for it.

    Raises:
        WorkspaceError: it holds something else, which would be lost.
        CommandError: it cannot be made there.
    """
    if not folder.exists():
        check_output(folder)
        return
    held = [str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()]
    other = sorted(name for name in held if not _MANIFEST.fullmatch(name))
    if other or not folder.is_dir():
        raise WorkspaceError(
            f"{folder} holds something else than manifests{f' ({other[0]})' if other else ''}, "
            "and would be replaced as a whole. Name an empty or a new folder: OUTPUT=…"
        )


def objects_of(session: Session) -> dict[str, str]:
    """The files' texts by path, of all clusters of a session."""
    return {
        name: text
        for cluster in session.clusters.names()
        for name, text in manifests(session.clusters.cluster(cluster)).items()
    }


def replace_folder(folder: Path, files: dict[str, str]) -> None:
    """Writes the files into `folder`, in place of all that was there."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as temporary:
        new = Path(temporary) / "new"
        for name, text in files.items():
            file = new / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        if folder.exists():
            shutil.move(folder, Path(temporary) / "old")
        new.rename(folder)
