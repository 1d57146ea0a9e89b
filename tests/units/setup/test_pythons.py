"""The Pythons that pyproject.toml promises are those that set-up, pinned packages and CI have."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.support.checkout import ROOT

_PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OLDEST, BEYOND = map(int, re.findall(r"3\.(\d+)", _PROJECT["requires-python"]))
NEWEST = BEYOND - 1
EACH = " ".join(f"3.{minor}" for minor in range(OLDEST, BEYOND))


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("Makefile", " ".join(f"python{version}" for version in EACH.split())),
        ("README.md", f"Python 3.{OLDEST} to 3.{NEWEST}"),
        ("tools/lock/lock.sh", f"for python in {EACH}; do"),
        ("tools/environment/install.sh", f"sys.version_info < (3, {OLDEST})"),
        (".github/workflows/weekly.yml", f"PYTHON: python3.{NEWEST}"),
    ],
)
def test_every_place_has_the_same(file: str, words: str) -> None:
    assert words in (ROOT / file).read_text(encoding="utf-8")
