"""The graph of every environment, as a snapshot: a pull request shows what moved.

A resource keeps its identity as long as its type, name and parents stay; the module that declares it
counts for nothing. A changed line here is a replaced resource in AWS, unless it has an alias.
"""

from __future__ import annotations

import ast
from collections import Counter

from syrupy.assertion import SnapshotAssertion

from tests.support.recorder import ROOT, Recording
from tests.support.recordings import backup_account_with_parent_zone, prod_with_runners, system_recording


def _line(recording: Recording, urn: str) -> str:
    resource = recording.by_urn(urn)
    chain = resource.urn.split("::")[2]
    marks = " [protected]" * resource.protect + " [retained]" * resource.retain_on_delete
    return f"{chain} {resource.name}{marks}"


def test_the_graph_is_the_one_that_was_reviewed(each: Recording, snapshot: SnapshotAssertion) -> None:
    lines = sorted(_line(each, resource.urn) for resource in each.resources)
    assert lines == snapshot(name=each.environment)


def test_no_two_resources_are_the_same_one(each: Recording) -> None:
    doubled = [urn for urn, count in Counter(r.urn for r in each.resources).items() if count > 1]
    assert not doubled


def _component_tokens() -> dict[str, ast.expr]:
    """The type that each component of the program gives itself, by class."""
    tokens = {}
    for path in (ROOT / "infra").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and "pulumi.ComponentResource" in map(ast.unparse, node.bases):
                calls = [call for call in ast.walk(node) if isinstance(call, ast.Call)]
                (token,) = [c.args[0] for c in calls if ast.unparse(c.func) == "super().__init__"]
                tokens[node.name] = token
    return tokens


def test_the_identity_of_a_component_does_not_come_from_its_module() -> None:
    # Made of __name__ or a path, it would replace everything in the component when the module moves.
    tokens = _component_tokens()
    assert all(isinstance(token, ast.Constant) for token in tokens.values())
    written = {token.value for token in tokens.values() if isinstance(token, ast.Constant)}
    complete = prod_with_runners()
    with_frontend = system_recording("node", "prod")
    outside = backup_account_with_parent_zone()
    declared = [*complete.resources, *with_frontend.resources, *outside.resources]
    assert written == {resource.type for resource in declared if not resource.custom}
