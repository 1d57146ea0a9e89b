"""`docs/contract.md`: every promise that is kept, by which resources, and proved by which tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from documentation.graph import GENERATED, DocumentationError, Graph

_INTRODUCTION = (
    "Every promise of the runbooks that this program keeps: the resources that keep it, with their number "
    "in dev, staging and prod of the default system, and the tests that fail without them. A row that only "
    "an application can keep says which hook the platform gives it."
)


def contract_page(
    rows: Sequence[Mapping[str, Any]],
    graphs: Sequence[Graph],
    prods: Sequence[Graph],
    tests: Mapping[str, list[str]],
) -> str:
    """The page.

    Args:
        rows: of docs/contract.yaml.
        graphs: of the default system's environments.
        prods: of every system's prod, the default one first.
        tests: the tests that carry each row's marker.

    Raises:
        DocumentationError: a row names a resource that no environment has, or has no test.
    """
    lines = ["# The contract", "", _INTRODUCTION, ""]
    lines += [f"| row | promise | {' | '.join(graph.system for graph in prods)} |"]
    lines += ["|---|---|" + ":-:|" * len(prods)]
    for row in rows:
        kept = ["✓" if _keeps(graph, row) else "" for graph in prods]
        anchor = row["id"].lower()
        lines.append(f"| [{row['id']}](#{anchor}) | {row['promise']} | {' | '.join(kept)} |")
    for row in rows:
        lines += ["", *_section(row, graphs, prods, tests)]
    return GENERATED + "\n".join(lines) + "\n"


def _keeps(graph: Graph, row: Mapping[str, Any]) -> bool:
    """A row without resources is prepared, and not kept yet."""
    return bool(row["resources"]) and all(graph.count(selector) for selector in row["resources"])


def _section(
    row: Mapping[str, Any],
    graphs: Sequence[Graph],
    prods: Sequence[Graph],
    tests: Mapping[str, list[str]],
) -> list[str]:
    proving = tests.get(row["id"], [])
    if not proving:
        raise DocumentationError(f"docs/contract.yaml: {row['id']} has no test with its marker")
    lines = [f"## {row['id']}", "", f"{row['promise']}.", ""]
    if "application" in row:
        lines += [f"The application's part: {row['application']}.", ""]
    lines += [f"- {_kept_by(selector, graphs, prods, row['id'])}" for selector in row["resources"]]
    lines += ["", *(f"- proved by {_test(test)}" for test in proving)]
    return lines


def _kept_by(selector: str, graphs: Sequence[Graph], prods: Sequence[Graph], row: str) -> str:
    if not any(graph.count(selector) for graph in (*graphs, *prods)):
        raise DocumentationError(f"docs/contract.yaml: {row} names {selector!r}, which no environment has")
    counts = " / ".join(str(graph.count(selector)) for graph in graphs)
    return f"`{selector}` {counts}"


def _test(identifier: str) -> str:
    path, _, name = identifier.rpartition("::")
    return f"[{name}](../{path})"
