"""What components have in common is one field of their arguments, and never spelled out again."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import fields

import pytest

from infra.common import CommonArgs, CommonArgsWithKeys
from tests.support.checkout import ROOT

FACTS = {field.name for field in fields(CommonArgsWithKeys)}


def arguments(source: str) -> Iterator[tuple[str, set[str]]]:
    """The `…Args` of a module, each with the names of its fields."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and node.name.endswith("Args"):
            declared = [each.target for each in node.body if isinstance(each, ast.AnnAssign)]
            yield node.name, {each.id for each in declared if isinstance(each, ast.Name)}


def repeated(declared: set[str]) -> set[str]:
    """What of a class's fields the record has; one of them alone may be there in its place."""
    facts = declared & FACTS
    return facts if "common" in declared or len(facts) > 1 else set()


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("naming: Naming", set()),
        ("domain: str\n    protect: bool", set()),
        ("common: CommonArgs\n    domain: str", set()),
        ("naming: Naming\n    protect: bool", {"naming", "protect"}),
        ("log_retention: int\n    domain: str\n    log_key: str", {"log_key", "log_retention"}),
        ("common: CommonArgsWithKeys\n    data_key: str", {"data_key"}),
    ],
)
def test_what_the_record_has_is_found(body: str, found: set[str]) -> None:
    ((name, declared),) = arguments(f"class BridgeArgs:\n    {body}\n")
    assert (name, repeated(declared)) == ("BridgeArgs", found)


def test_no_arguments_declare_again_what_the_record_has() -> None:
    sources = [file.read_text(encoding="utf-8") for file in (ROOT / "infra").rglob("*.py")]
    declared = dict(each for source in sources for each in arguments(source))
    assert declared.pop(CommonArgs.__name__) < FACTS
    assert declared.keys() >= {"DatabaseArgs", "FirewallArgs"}
    found = {name: repeated(own) for name, own in declared.items()}
    assert {name: facts for name, facts in found.items() if facts} == {}
