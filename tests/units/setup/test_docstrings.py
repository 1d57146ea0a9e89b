"""Docstrings of modules begin with the noun that the module is about, so that one reading is enough."""

from __future__ import annotations

import ast

import pytest

from tests.support.checkout import ROOT

_PACKAGES = (
    "backup_account",
    "commands",
    "costs",
    "documentation",
    "functions",
    "infra",
    "operations",
    "preview",
    "rehearsal",
    "rights",
    "timing",
)
_NO_NOUNS = {
    *("How", "What", "When", "Where", "Whether", "Which", "Who", "Why"),
    *("Asks", "Finds", "Makes", "Reads", "Rotates", "Takes", "Tells", "Writes"),
    *("Between", "Every", "In", "On"),
}


def begins_with(source: str) -> str:
    """The first word of a module's docstring."""
    docstring = ast.get_docstring(ast.parse(source))
    assert docstring, "every module has one"
    return docstring.split()[0].rstrip(":,.")


@pytest.mark.parametrize("package", _PACKAGES)
def test_a_modules_docstring_begins_with_what_it_is_about(package: str) -> None:
    found = {
        str(file.relative_to(ROOT)): word
        for file in (ROOT / package).rglob("*.py")
        if (word := begins_with(file.read_text(encoding="utf-8"))) in _NO_NOUNS
    }
    assert found == {}
