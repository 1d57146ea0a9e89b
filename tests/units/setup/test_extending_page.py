"""docs/extending.md names lists and make targets that are there."""

from __future__ import annotations

import re

import pytest

from tests.support.checkout import ROOT

PAGE = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = sorted(set(re.findall(r"\bmake ([a-z]+)\b", PAGE)))


@pytest.mark.parametrize("target", TARGETS)
def test_every_command_is_one_of_make(target: str) -> None:
    assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("CommonArgs", "infra/common.py"),
        ("CATALOGUE", "infra/configuration/buckets.py"),
        ("Environment", "infra/configuration/environments.py"),
        ("SecretSource", "infra/configuration/secret_sources.py"),
        ("Subject", "infra/monitoring/alarm.py"),
    ],
)
def test_every_list_is_where_the_page_says(name: str, file: str) -> None:
    assert f"`{name}`" in PAGE
    assert file in PAGE
    assert re.search(rf"^(class )?{name}\b", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)
