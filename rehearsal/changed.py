"""A summary of what a deployment changed: a line for each resource, what cannot be taken back first."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from preview.property import Property, shown
from rehearsal.assets import SIGNATURE
from rehearsal.events import Log
from timing.engine_step import EngineStep
from timing.graph import Named

# The engine's steps in people's words, in the order in which they matter. A replacement is told once: its
# creation and deletion are other steps. `discard` is the deletion of what retainOnDelete keeps in AWS.
VERBS: Mapping[str, str] = MappingProxyType(
    {
        "replace": "replaced",
        "delete": "deleted",
        "discard": "forgotten",
        "update": "updated",
        "create": "created",
        "import": "imported",
    }
)


def did(changes: Mapping[str, int]) -> str:
    """How many resources were changed in which way, by the engine's count of steps."""
    return ", ".join(f"{changes[name]} {verb}" for name, verb in VERBS.items() if name in changes) or (
        "nothing changed"
    )


@dataclass(frozen=True)
class Changed(Named):
    """A resource and what became of it (`replaced`, `deleted`, `updated`…), with the properties that differ;
    of a replaced one those that AWS takes in a new resource alone."""

    verb: str
    urn: str
    type: str
    properties: tuple[Property, ...] = ()

    @property
    def resource(self) -> str:
        return f"{self.type} {self.name}"

    def as_json(self) -> dict[str, Any]:
        """The line for scripts."""
        return {
            "operation": self.verb,
            "urn": self.urn,
            "type": self.type,
            "name": self.name,
            "properties": [each.as_json() for each in self.properties],
        }


def changed(log: Log) -> list[Changed]:
    """What the steps of a finished operation have changed, ordered by what matters."""
    order = list(VERBS)
    steps = {(step.operation, step.urn): step for step in log.done if step.operation in VERBS}
    return [
        Changed(VERBS[step.operation], step.urn, step.type, _properties(step))
        for step in sorted(steps.values(), key=lambda step: (order.index(step.operation), step.urn))
    ]


def changed_outputs(log: Log) -> list[Property]:
    """The stack's outputs that are others than before; of secrets that cannot be told."""
    stack = next((step for step in log.done if step.type == "pulumi:pulumi:Stack"), None)
    if stack is None:
        return []
    before, after = (_leaves(side.get("outputs") or {}) for side in (stack.old, stack.new))
    return [
        Property(path, before.get(path, ""), after.get(path, ""))
        for path in sorted({*before, *after})
        if before.get(path) != after.get(path)
    ]


def _properties(step: EngineStep) -> tuple[Property, ...]:
    forcing = [path for path, kind in step.changed.items() if kind.endswith("-replace")]
    paths = forcing if forcing and step.operation == "replace" else step.changed
    before, after = (side.get("inputs") or {} for side in (step.old, step.new))
    return tuple(Property(path, shown(before, path), shown(after, path)) for path in paths)


def _leaves(value: Any, path: str = "") -> dict[str, str]:
    """The plain values inside outputs, by path."""
    if isinstance(value, Mapping):
        if SIGNATURE in value:
            return {path: "[secret]"}
        nested = [_leaves(item, f"{path}.{key}" if path else key) for key, item in value.items()]
        return {name: text for leaves in nested for name, text in leaves.items()}
    return {path: value if isinstance(value, str) else json.dumps(value)}
