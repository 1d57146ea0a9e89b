"""A copy of the program in a folder of its own, whose files a test may change."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_FILES = (
    "Pulumi.yaml",
    "Pulumi.dev.yaml",
    "Pulumi.staging.yaml",
    "Pulumi.prod.yaml",
    "system.yaml",
    "__main__.py",
)


def copy_program(folder: Path) -> Path:
    """Copies what `pulumi up` needs into `folder` and gives it back."""
    for name in _FILES:
        shutil.copy(ROOT / name, folder)
    for package in ("infra", "functions"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def replace_text(path: Path, old: str, new: str) -> None:
    """Changes one place of a file; a text that is not there exactly once is a mistake of the test."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")
