"""A stack without resources, as `pulumi stack init` makes it: the engine makes one for all workspaces.

It takes the engine a second each time, most of it for the key that it derives from the passphrase. What comes
out is the same but for passphrase and salt, and names no folder, so that a copy is as good.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from infra.configuration.strict_yaml import parse, written
from rehearsal.review.fingerprint import of_engine
from rehearsal.workspace.user_folders import cache_home, keep_whole
from rehearsal.workspace.workspace import Workspace


def folder_of_stacks() -> Path:
    """Where they are kept: all of it can be thrown away."""
    return cache_home() / "stacks"


def take_stack(workspace: Workspace, engine: Path) -> bool:
    """Puts the stack into a workspace that has none; False when none is kept yet.

    Args:
        workspace: prepared, with the project's files.
        engine: the `pulumi` command.
    """
    if workspace.passphrase_file.exists():
        return False  # it had a stack before
    kept = _folder(workspace, engine)
    try:
        shutil.copytree(kept / "backend", workspace.backend, dirs_exist_ok=True)
        shutil.copy(kept / "passphrase", workspace.passphrase_file)
        salt = (kept / "salt").read_text(encoding="utf-8")
    except OSError:  # nothing there, or half of it
        shutil.rmtree(workspace.backend / ".pulumi", ignore_errors=True)
        workspace.passphrase_file.unlink(missing_ok=True)
        shutil.rmtree(kept, ignore_errors=True)
        return False
    content = parse(workspace.stack_file.read_text(encoding="utf-8"))
    workspace.stack_file.write_text(written(content | {"encryptionsalt": salt}), encoding="utf-8")
    return True


def keep_stack(workspace: Workspace, engine: Path) -> None:
    """Keeps what the engine has made of an empty workspace."""

    def fill(kept: Path) -> None:
        shutil.copytree(workspace.backend, kept / "backend")
        shutil.copy(workspace.passphrase_file, kept / "passphrase")
        salt = parse(workspace.stack_file.read_text(encoding="utf-8"))["encryptionsalt"]
        (kept / "salt").write_text(salt, encoding="utf-8")

    keep_whole(_folder(workspace, engine), fill)


def _folder(workspace: Workspace, engine: Path) -> Path:
    project = (workspace.project / "Pulumi.yaml").read_text(encoding="utf-8")
    parts = (workspace.environment, project, *of_engine(engine))
    return folder_of_stacks() / hashlib.sha256(repr(parts).encode()).hexdigest()
