"""A copy of the program in a folder of its own, whose files a test may change."""

from __future__ import annotations

import filecmp
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
_PACKAGES = ("commands", "costs", "docs", "documentation", "operations", "rehearsal", "tests", "timing")


def copy_program(folder: Path) -> Path:
    """Copies what `pulumi up` needs into `folder` and gives it back."""
    for name in _FILES:
        shutil.copy(ROOT / name, folder)
    for package in ("infra", "functions"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def copy_checkout(folder: Path) -> Path:
    """Copies that, the commands, the documentation and what tests are made with."""
    root = copy_program(folder)
    for package in _PACKAGES:
        shutil.copytree(ROOT / package, root / package, ignore=shutil.ignore_patterns("__pycache__"))
    return root


def changed_files(root: Path) -> list[str]:
    """What a test has changed in a copy, or added to it."""
    copied = [file.relative_to(root) for file in root.rglob("*") if file.is_file()]
    return sorted(
        str(file)
        for file in copied
        if "__pycache__" not in file.parts
        and not ((ROOT / file).is_file() and filecmp.cmp(root / file, ROOT / file, shallow=False))
    )


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
