"""Property types of AWS resources, as the real SDK declares them.

The SDK is generated from the provider's own schema, so what it declares is what AWS's provider
accepts: names, types, which inputs are required, and the shape of nested blocks.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from rehearsal.aws.sdk_types import DESCRIPTIONS, PROVIDER
from rehearsal.providers.provider import UNKNOWN, CheckFailure, Properties


@dataclass(frozen=True)
class PropertyType:
    """The type of one property: a scalar, a list or map of another type, or a nested block."""

    kind: str
    item: PropertyType | None = None
    block: BlockType | None = None

    def __str__(self) -> str:
        if self.item is not None:
            return f"{self.kind} of {self.item}"
        return self.kind


class BlockType:
    """The properties of a resource or of a nested block; resolved when first looked at."""

    def __init__(self, place: str) -> None:
        self._place = place

    @cached_property
    def properties(self) -> dict[str, PropertyType]:
        """By name, as Pulumi writes it (`backupRetentionPeriod`)."""
        declared = DESCRIPTIONS.of_block(self._place)["properties"]
        return {name: _property_type(described) for name, described in declared.items()}

    @cached_property
    def required(self) -> frozenset[str]:
        """The names of the properties that must be given."""
        return frozenset(DESCRIPTIONS.of_block(self._place)["required"])


@dataclass(frozen=True)
class ResourceType:
    """One resource type: its inputs and the names of its outputs."""

    token: str
    inputs: BlockType
    outputs: tuple[str, ...]


@cache
def resource_type(token: str) -> ResourceType:
    """The declared type of `token` (`aws:s3/bucket:Bucket`); raises UnknownResourceType."""
    described = DESCRIPTIONS.of_resource(token)
    return ResourceType(token, _block_type(described["inputs"]), tuple(described["outputs"]))


@cache
def provider_type() -> BlockType:
    """The inputs of `pulumi:providers:aws`."""
    return _block_type(PROVIDER)


@cache
def _block_type(place: str) -> BlockType:
    return BlockType(place)


def _property_type(described: list[Any]) -> PropertyType:
    """The type from its description (see `rehearsal.aws.sdk_types`)."""
    kind, *inside = described
    if kind == "block":
        return PropertyType(kind, block=_block_type(inside[0]))
    return PropertyType(kind, item=_property_type(inside[0]) if inside else None)


def check_inputs(block: BlockType, inputs: Properties, path: str = "") -> list[CheckFailure]:
    """What the SDK's types say is wrong with `inputs`: unknown and missing properties, wrong types."""
    failures = []
    for name in sorted(block.required - inputs.keys()):
        failures.append(CheckFailure(path + name, f"Missing required property '{path}{name}'"))
    for name, value in inputs.items():
        if name.startswith("__"):
            continue
        expected = block.properties.get(name)
        if expected is None:
            near = difflib.get_close_matches(name, block.properties, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            failures.append(CheckFailure(path + name, f"there is no property '{path}{name}'{hint}"))
        elif value is not None:
            failures.extend(_check_value(expected, value, path + name))
    return failures


def _check_value(expected: PropertyType, value: Any, path: str) -> list[CheckFailure]:
    if value is UNKNOWN or expected.kind == "any":
        return []
    if expected.kind == "list" and isinstance(value, list) and expected.item:
        item = expected.item
        return [f for i, v in enumerate(value) for f in _check_value(item, v, f"{path}[{i}]")]
    if expected.kind == "map" and isinstance(value, Mapping) and expected.item:
        item = expected.item
        return [f for k, v in value.items() if v is not None for f in _check_value(item, v, f"{path}.{k}")]
    if expected.kind == "block" and isinstance(value, Mapping) and expected.block:
        return check_inputs(expected.block, dict(value), path + ".")
    if _is_scalar_of(expected.kind, value):
        return []
    return [CheckFailure(path, f"'{path}' must be a {expected}, not {_describe(value)}")]


def _is_scalar_of(kind: str, value: Any) -> bool:
    """The provider converts between scalars as Terraform does: "true", "5" and 5 pass where they can."""
    if kind == "string":
        return isinstance(value, (str, bool, int, float))
    if kind == "boolean":
        return isinstance(value, bool) or value in ("true", "false")
    if kind in ("integer", "number"):
        if isinstance(value, str):
            return value.lstrip("-").replace(".", "", 1 if kind == "number" else 0).isdigit()
        return isinstance(value, int if kind == "integer" else (int, float)) and not isinstance(value, bool)
    return False


def _describe(value: Any) -> str:
    names = {str: "string", bool: "boolean", int: "integer", float: "number", list: "list", dict: "map"}
    shown = "" if isinstance(value, (list, dict)) else f" {value!r}"
    return f"a {names.get(type(value), type(value).__name__)}{shown}"
