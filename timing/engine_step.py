"""A step of the engine, as its event log and `pulumi preview --json` tell it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class EngineStep:
    """What the engine does to one resource, or would do.

    Args:
        operation: the engine's word (`create-replacement`).
        urn: of the resource.
        type: of the resource.
        changed: the kind of each property's difference (`update`, `add-replace`…) by its path
            (`parameters[0].value`).
        old: the state before, as far as it is told: without what waits for what.
        new: the state after.
    """

    operation: str
    urn: str
    type: str
    changed: Mapping[str, str] = field(default_factory=dict)
    old: Mapping[str, Any] = field(default_factory=dict)
    new: Mapping[str, Any] = field(default_factory=dict)
