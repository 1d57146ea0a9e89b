"""What the program may import: its parts stay apart, it only declares, and mypy sees all of it."""

from __future__ import annotations

import ast
from functools import cache
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
    files = [*(ROOT / "infra").rglob("*.py"), *ROOT.glob("__main__.py"), *ROOT.glob("*/__main__.py")]
    found = [(str(file.relative_to(ROOT)), line) for file in files for line in unchecked(file.read_text())]
    assert found == []


@cache
def imported(source: str) -> frozenset[str]:
    """The modules that a source imports, each as `package.module`."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(found)


def components() -> dict[str, str]:
    """The sources of all modules of the program that have a component, by the modules' names."""
    sources = {
        ".".join(file.relative_to(ROOT).with_suffix("").parts): file.read_text()
        for file in (ROOT / "infra").rglob("*.py")
    }
    return {name: source for name, source in sources.items() if "(pulumi.ComponentResource)" in source}


def test_no_component_imports_another() -> None:
    # What one is given of another comes through its arguments (infra/wiring), never behind their back.
    found = components()
    assert "infra.data.database" in found
    reached = {name: imported(source) & (found.keys() - {name}) for name, source in found.items()}
    assert {name: others for name, others in reached.items() if others} == {}


@pytest.mark.parametrize("forbidden", ["boto3", "infra", "moto", "operations", "pulumi", "rehearsal"])
def test_the_model_of_time_reads_what_others_recorded_and_imports_none_of_them(forbidden: str) -> None:
    # The commands for an account use it too, and start in no time.
    users = [
        file.name
        for file in (ROOT / "timing").rglob("*.py")
        if any(module.split(".")[0] == forbidden for module in imported(file.read_text()))
    ]
    assert users == []


@pytest.mark.parametrize("forbidden", ["boto3", "operations", "os", "rehearsal", "requests", "subprocess"])
def test_the_program_declares_and_does_nothing_else(forbidden: str) -> None:
    users = [
        file.name
        for file in (ROOT / "infra").rglob("*.py")
        if any(module.split(".")[0] == forbidden for module in imported(file.read_text()))
    ]
    assert users == []


# From what everything may use to what uses it: a folder of the program imports those before it alone.
FOLDERS = (
    "naming",
    "common",
    "configuration",
    "labels",
    "places",
    "iam",
    "foundations",
    "data",
    "monitoring",
    "kubernetes",
    "edge",
    "functions",
    "account",
    "recovery",
    "backup_account",
    "alarm_catalogue",
    "providers",
    "outputs",
    "wiring",
    "stages",
    "platform",
    "backup_account_platform",
)


def folder_of(module: str) -> str:
    return module.split(".")[1] if module.startswith("infra.") else ""


def test_no_import_of_the_program_runs_back_up() -> None:
    upwards = []
    for file in (ROOT / "infra").rglob("*.py"):
        module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        own = folder_of(module)
        if own == "__init__":
            continue
        used = {folder_of(name) for name in imported(file.read_text())} - {"", "__init__"}
        upwards += [
            f"{module} imports infra.{folder}"
            for folder in sorted(used)
            # What is no folder or module of the program is a name in its root.
            if folder in FOLDERS and FOLDERS.index(folder) > FOLDERS.index(own)
        ]
    assert upwards == []


PACKAGES = ("commands", "costs", "functions", "infra", "operations", "preview", "rehearsal", "timing")


def test_only_the_command_line_knows_that_the_rehearsal_is_documented() -> None:
    users = [
        str(file.relative_to(ROOT))
        for package in PACKAGES
        for file in (ROOT / package).rglob("*.py")
        if any(module.split(".")[0] in ("documentation", "tests") for module in imported(file.read_text()))
    ]
    assert users == ["rehearsal/throwaway_commands.py"]
