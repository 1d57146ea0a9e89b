"""A copy of the program in a folder of its own, whose files a test may change."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

_FILES = (
    "Pulumi.yaml",
    "Pulumi.dev.yaml",
    "Pulumi.staging.yaml",
    "Pulumi.prod.yaml",
    "system.yaml",
    "__main__.py",
)
_PACKAGES = (
    "commands",
    "costs",
    "docs",
    "documentation",
    "examples",
    "operations",
    "preview",
    "rehearsal",
    "rights",
    "tests",
    "timing",
)


def copy_program(folder: Path) -> Path:
    """Copies what `pulumi up` needs into `folder` and gives it back."""
    for name in _FILES:
        shutil.copy(ROOT / name, folder)
    for package in ("infra", "functions"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def copy_checkout(folder: Path) -> Path:
    """Copies that, the commands, the documentation, the systems and what tests are made with."""
    root = copy_program(folder)
    for package in _PACKAGES:
        shutil.copytree(ROOT / package, root / package, ignore=shutil.ignore_patterns("__pycache__"))
    return root


def contents(root: Path) -> dict[str, bytes]:
    """The files of a copy, to see later which of them a test has changed."""
    files = [file for file in root.rglob("*") if file.is_file() and "__pycache__" not in file.parts]
    return {str(file.relative_to(root)): file.read_bytes() for file in files}


def said_in(root: Path, program: str) -> dict[str, Any]:
    """What a program of Python says of a copy: the JSON of its last line."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def replace_text(path: Path, old: str, new: str) -> None:
    """Changes one place of a file; a text that is not there exactly once is a mistake of the test."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")
