"""Schemas of a Terraform provider: attributes with their types, and blocks within blocks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# Of the protocol's NestingMode: a list, a set or a map of blocks; a single block is the object itself.
_SINGLE, _SET, _MAP, _GROUP = 1, 3, 4, 5


@dataclass(frozen=True)
class Attribute:
    """One attribute; its type as Terraform writes it: `"string"`, `["list", "string"]`, `["object", {…}]`."""

    type: Any
    required: bool = False
    optional: bool = False
    computed: bool = False
    write_only: bool = False

    @property
    def settable(self) -> bool:
        """Whether a configuration may have it."""
        return self.required or self.optional


@dataclass(frozen=True)
class Nested:
    """A block within a block, repeated unless it is `single`."""

    block: Block
    single: bool = False
    is_set: bool = False
    is_map: bool = False


@dataclass(frozen=True)
class Block:
    """The attributes and blocks of a resource, or of a block of it."""

    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    blocks: Mapping[str, Nested] = field(default_factory=dict)


def block_of(message: Any) -> Block:
    """A block from the protocol's message."""
    attributes = {
        each.name: Attribute(
            json.loads(each.type), each.required, each.optional, each.computed, each.write_only
        )
        for each in message.attributes
    }
    return Block(attributes, {each.type_name: _nested(each) for each in message.block_types})


def _nested(message: Any) -> Nested:
    return Nested(
        block_of(message.block),
        single=message.nesting in (_SINGLE, _GROUP),
        is_set=message.nesting == _SET,
        is_map=message.nesting == _MAP,
    )


def empty(block: Block) -> dict[str, Any]:
    """The value of a block in which nothing is written."""
    return dict.fromkeys(block.attributes) | {name: no_block(nested) for name, nested in block.blocks.items()}


def no_block(nested: Nested) -> Any:
    """The value of a block that is not there."""
    return None if nested.single else {} if nested.is_map else []


def canonical(block: Block, value: Any) -> Any:
    """A value in which sets are in one order, so that equal ones are equal."""
    if not isinstance(value, Mapping):
        return value
    found = {name: _ordered(attribute.type, value.get(name)) for name, attribute in block.attributes.items()}
    for name, nested in block.blocks.items():
        inside = value.get(name)
        if isinstance(inside, list):
            inside = [canonical(nested.block, each) for each in inside]
            inside = sorted(inside, key=repr) if nested.is_set else inside
        elif nested.single:
            inside = canonical(nested.block, inside)
        found[name] = inside
    return found


def _ordered(kind: Any, value: Any) -> Any:
    if isinstance(kind, str) or value is None:
        return value
    shape, inside = kind
    if isinstance(value, list) and shape in ("list", "set"):
        items = [_ordered(inside, each) for each in value]
        return sorted(items, key=repr) if shape == "set" else items
    if isinstance(value, Mapping):
        kinds = inside if shape == "object" else dict.fromkeys(value, inside)
        return {name: _ordered(kinds.get(name, "dynamic"), each) for name, each in value.items()}
    return value
