"""`make manifests`: the Kubernetes objects of an environment as YAML files."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from rehearsal.console import Terminal
from rehearsal.kubernetes import manifests
from rehearsal.session import Session
from rehearsal.throwaway import throwaway_session


def write_manifests(
    root: Path, environment: str, engine: Path, folder: Path, *, system: Path | None = None
) -> list[str]:
    """Deploys the environment into a throw-away embedded AWS and writes its objects to `folder`.

    The folder is replaced as a whole, so that an object that is gone leaves no file behind.
    Returns the files' paths in it, in the order in which they can be applied.
    """
    with throwaway_session(root, environment, engine, system=system) as session:
        with Terminal().progress(f"up {environment}") as progress:
            session.up(progress)
        files = objects_of(session)
    replace_folder(folder, files)
    return list(files)


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
