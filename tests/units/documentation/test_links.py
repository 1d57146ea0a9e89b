"""What Markdown names is there: links lead to files and headings, and `make` takes what it is said to."""

from __future__ import annotations

import re
import shlex
from functools import cache
from pathlib import Path

import pytest

from costs import price_list
from tests.support.checkout import ROOT
from tests.support.command_lines import APPS, commands_of

PAGES = sorted(
    str(page.relative_to(ROOT))
    for pattern in ("*.md", "docs/*.md", "tools/*/*.md", "rehearsal/**/*.md")
    for page in ROOT.glob(pattern)
)
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


@cache
def _prose(page: Path) -> str:
    """A page without its blocks of code."""
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


@cache
def _anchors(page: Path) -> frozenset[str]:
    """The anchors that GitHub gives a page's headings."""
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.*)$", _prose(page), re.MULTILINE):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        name = re.sub(r"[^\w\- ]", "", words.strip().lower()).replace(" ", "-")
        found.add(next(each for each in (name, *(f"{name}-{n}" for n in range(1, 99))) if each not in found))
    return frozenset(found)


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_file_and_a_heading_that_there_is(page: str) -> None:
    dead = []
    for link in re.findall(r"\]\(([^)\s]+)\)", _prose(ROOT / page)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in _anchors(target)):
            dead.append(link)
    assert dead == []


def test_every_path_that_a_page_says_is_there() -> None:
    folders = "|".join(
        sorted(each.name for each in ROOT.iterdir() if each.is_dir() and each.name.isidentifier())
    )
    said = {
        (page, path)
        for page in PAGES
        for path in re.findall(rf"`((?:{folders})/[\w/.-]*)", (ROOT / page).read_text(encoding="utf-8"))
    }
    assert len(said) > 50
    # `functions/rotate_…`, `examples/systems/<name>.yaml`: the beginning is there. `make prices` writes one.
    missing = {path for _, path in said if not [*ROOT.glob(f"{path}*")]}
    assert missing - {str(price_list.FILE.relative_to(ROOT))} == set()


def test_make_has_every_target_and_takes_every_name_that_a_page_says() -> None:
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
    given = re.search(r"^GIVEN := ((?:.*\\\n)*.*)$", MAKEFILE, re.MULTILINE)
    assert given is not None
    names = set(given[1].replace("\\\n", " ").split())
    for page in PAGES:
        # The runbooks' own commands are in columns that begin with their numbers.
        text = re.sub(
            r"^\| 00\d[:,] [^|]*", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.MULTILINE
        )
        for target, more in re.findall(r"(?:`|^ {4})make ([a-z-]+)([^`\n]*)", text, re.MULTILINE):
            assert target in targets, f"{page}: make {target}"
            assert set(re.findall(r"\b([A-Z_]+)=", more)) <= names, f"{page}: make {target}{more}"


def test_the_command_lines_take_what_a_page_says() -> None:
    said = [
        (page, program, line)
        for page in set(PAGES) - {"CHANGELOG.md"}  # which has parts of commands
        for program, line in re.findall(
            r"python -m (operations|rehearsal) ([^`|\n]*)", (ROOT / page).read_text(encoding="utf-8")
        )
        if not line.startswith(("…", "recover …"))
    ]
    assert len(said) > 10
    for page, program, line in said:
        commands, words = commands_of(APPS[program]), shlex.split(line, comments=True)
        name = next((name for name in (" ".join(words[:2]), words[0]) if name in commands), None)
        assert name is not None, f"{page}: {line}"
        with commands[name].make_context(name, words[len(name.split()) :]):
            pass


def test_every_target_of_make_is_told_of() -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", MAKEFILE, re.MULTILINE)) - {"help"}
    told = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    told += (ROOT / "README.md").read_text(encoding="utf-8")
    assert targets - set(re.findall(r"make ([a-z]+)", told)) == set()
