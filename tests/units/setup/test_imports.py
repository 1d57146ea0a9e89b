"""The program imports AWS's modules one by one, so that the type checker sees them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def unchecked(source: str) -> list[str]:
    """Imports of the root of pulumi_aws, which the type checker skips (see pyproject.toml)."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [f"line {node.lineno}: import {a.name}" for a in node.names if a.name == "pulumi_aws"]
        elif isinstance(node, ast.ImportFrom) and node.module == "pulumi_aws":
            # Classes and functions at the root start the way modules don't: Provider, get_region.
            loose = [a.name for a in node.names if a.name != a.name.lower() or a.name.startswith("get_")]
            found += [f"line {node.lineno}: from pulumi_aws import {name}" for name in loose]
    return found


@pytest.mark.parametrize(
    ("source", "accepted"),
    [
        ("from pulumi_aws import rds, s3", True),
        ("from pulumi_aws.provider import Provider", True),
        ("import pulumi_aws as aws", False),
        ("from pulumi_aws import Provider", False),
        ("from pulumi_aws import get_region", False),
    ],
)
def test_imports_that_the_type_checker_would_skip_are_found(source: str, accepted: bool) -> None:
    assert (unchecked(source) == []) is accepted


def test_the_program_has_none() -> None:
    files = [*(ROOT / "infra").rglob("*.py"), *ROOT.glob("__main__.py")]
    found = [(str(file.relative_to(ROOT)), line) for file in files for line in unchecked(file.read_text())]
    assert found == []
