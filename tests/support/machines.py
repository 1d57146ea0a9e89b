"""A machine on which there is nothing, and programs that somebody could find on one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rehearsal.engine import release


def executable(path: Path, script: str) -> Path:
    """A shell script at `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n")
    path.chmod(0o755)
    return path


def bare_machine(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of a machine with no engine, no Go, no cache, and no package index or site in reach."""
    monkeypatch.setattr(release, "RELEASES", "http://127.0.0.1:9/releases")
    (folder / "bin").mkdir()
    return {
        "PATH": str(folder / "bin"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "HOME": str(folder / "home"),
        "PIP_NO_INDEX": "1",
        "PIP_CONFIG_FILE": os.devnull,
    }
