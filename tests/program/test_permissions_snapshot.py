"""Who may do what in prod, as a snapshot: a pull request shows what it grants, and to whom.

One line for each statement of every document: of roles, keys, topics, queues, buckets, secrets and
repositories. What is allowed by mistake is read here; whether it suffices, `test_permissions` asks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from syrupy.assertion import SnapshotAssertion

from tests.support.recorder import Recording, Resource


def test_permissions_are_those_that_were_reviewed(prod: Recording, snapshot: SnapshotAssertion) -> None:
    lines = [line for resource in prod.resources for line in _lines(resource)]
    assert sorted(lines) == snapshot(name="prod")


def _lines(resource: Resource) -> Iterator[str]:
    for name in resource.inputs:
        document = _document(resource.plain(name))
        for statement in document.get("Statement", []):
            # CloudWatch Logs' data protection has documents of the same shape that permit nothing.
            if "Effect" in statement:
                yield f"{resource.type.split(':')[-1]} {resource.name} {name}: {_statement(statement)}"


def _document(value: Any) -> Mapping[str, Any]:
    if isinstance(value, str) and value.startswith("{") and '"Statement"' in value:
        found: Mapping[str, Any] = json.loads(value)
        return found
    return {}


def _statement(statement: Mapping[str, Any]) -> str:
    parts = [statement["Effect"]]
    if "Principal" in statement:
        parts.append(_compact(statement["Principal"]))
    parts += [_compact(statement[key]) for key in ("Action", "NotAction") if key in statement]
    parts += [f"on {_compact(statement[key])}" for key in ("Resource", "NotResource") if key in statement]
    if "Condition" in statement:
        parts.append(f"if {_compact(statement['Condition'])}")
    return " ".join(parts)


def _compact(value: Any) -> str:
    """Without JSON's marks; lists in their order, blocks by name."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_compact(item)}" for key, item in sorted(value.items())) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_compact, value)) + "]"
    return str(value)
