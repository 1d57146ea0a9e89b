"""Property types of AWS resources, read from the real SDK's classes (`pulumi_aws`).

The SDK is generated from the provider's own schema, so what it declares is what AWS's provider
accepts: names, types, which inputs are required, and the shape of nested blocks.
"""

from __future__ import annotations

import difflib
import importlib
import inspect
import threading
import types as python_types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pulumi
from pulumi._types import (
    input_type_py_to_pulumi_names,
    input_type_types,
    is_input_type,
    resource_pulumi_to_py_names,
    resource_types,
)
from pulumi.runtime.rpc import get_resource_module

from rehearsal.provider import UNKNOWN, CheckFailure, Properties

SCALARS: dict[type, str] = {str: "string", bool: "boolean", int: "integer", float: "number"}


@dataclass(frozen=True)
class PropertyType:
    """The type of one property: a scalar, a list or map of another type, or a nested block."""

    kind: str
    item: PropertyType | None = None
    block: BlockType | None = None
    choices: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.item is not None:
            return f"{self.kind} of {self.item}"
        return self.kind


class BlockType:
    """The properties of a resource or of a nested block; resolved when first looked at."""

    def __init__(self, args_class: type) -> None:
        self._class = args_class
        self._properties: dict[str, PropertyType] | None = None
        self._required: frozenset[str] = frozenset()

    @property
    def properties(self) -> dict[str, PropertyType]:
        if self._properties is None:
            self._resolve()
        assert self._properties is not None
        return self._properties

    @property
    def required(self) -> frozenset[str]:
        if self._properties is None:
            self._resolve()
        return self._required

    def _resolve(self) -> None:
        with _LOCK:
            names = input_type_py_to_pulumi_names(self._class)
            hints = input_type_types(self._class)
            signature = inspect.signature(self._class)
            self._required = frozenset(
                names[name]
                for name, parameter in signature.parameters.items()
                if name in names and parameter.default is inspect.Parameter.empty
            )
            self._properties = {name: _property_type(hints[name]) for name in names.values()}


@dataclass(frozen=True)
class ResourceType:
    """One resource type: its inputs and the names of its outputs."""

    token: str
    inputs: BlockType
    outputs: Mapping[str, type]


# typing.get_type_hints evaluates the SDK's lazily imported modules; one thread at a time.
_LOCK = threading.RLock()


class UnknownResourceType(Exception):
    """The SDK has no such resource."""


@cache
def resource_type(token: str) -> ResourceType:
    """The declared type of `token` (`aws:s3/bucket:Bucket`); raises UnknownResourceType."""
    with _LOCK:
        resource_class, args_class = _classes(token)
        names = resource_pulumi_to_py_names(resource_class)
        hints = resource_types(resource_class)
        outputs = {name: hints[name] for name in names if name not in ("urn",)}
        return ResourceType(token, _block_type(args_class), outputs)


@cache
def provider_type() -> BlockType:
    """The inputs of `pulumi:providers:aws`."""
    import pulumi_aws

    return _block_type(pulumi_aws.ProviderArgs)


def _classes(token: str) -> tuple[type, type]:
    import pulumi_aws  # noqa: F401  (registers the resource modules)

    package, module, _ = token.split(":")
    registered = get_resource_module(package, module, "")
    info = getattr(registered, "mod_info", {"classes": {}})
    if token not in info["classes"]:
        raise UnknownResourceType(token)
    python_module, name = importlib.import_module(info["fqn"]), info["classes"][token]
    # Where a nested block has taken the name `…Args`, the resource's own are `…InitArgs`.
    args = getattr(python_module, f"{name}InitArgs", None) or getattr(python_module, f"{name}Args")
    return getattr(python_module, name), args


@cache
def _block_type(args_class: type) -> BlockType:
    return BlockType(args_class)


def _property_type(hint: Any) -> PropertyType:
    """The property type of a (Pulumi-unwrapped) Python type hint of the SDK."""
    hint = _strip(hint)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, python_types.UnionType):
        return _union_type(arguments)
    if origin in (list, Sequence) or (isinstance(origin, type) and issubclass(origin, Sequence)):
        return PropertyType("list", item=_property_type(arguments[0]))
    if origin in (dict, Mapping) or (isinstance(origin, type) and issubclass(origin, Mapping)):
        return PropertyType("map", item=_property_type(arguments[1]))
    if hint in SCALARS:
        return PropertyType(SCALARS[hint])
    if isinstance(hint, type) and is_input_type(hint):
        return PropertyType("block", block=_block_type(hint))
    return PropertyType("any")


def _union_type(arguments: tuple[Any, ...]) -> PropertyType:
    """`Union[str, SomeEnum]` is an open enumeration: AWS's provider takes any string there."""
    members = [_property_type(argument) for argument in arguments if argument is not type(None)]
    kinds = {member.kind for member in members if member.kind != "any"}
    if len(kinds) == 1:
        return next(member for member in members if member.kind in kinds)
    return PropertyType("any")


def _strip(hint: Any) -> Any:
    """Removes Optional, Input, Output and Awaitable around a hint."""
    while True:
        origin, arguments = typing.get_origin(hint), typing.get_args(hint)
        if origin in (typing.Union, python_types.UnionType):
            plain = [
                argument
                for argument in arguments
                if argument is not type(None)
                and typing.get_origin(argument) is not pulumi.Output
                and not (_is_awaitable(argument))
            ]
            if len(plain) == 1 and len(arguments) > 1:
                hint = plain[0]
                continue
        return hint


def _is_awaitable(hint: Any) -> bool:
    origin = typing.get_origin(hint)
    return isinstance(origin, type) and origin.__name__ == "Awaitable"


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
