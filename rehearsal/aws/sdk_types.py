"""Types of the real SDK (`pulumi_aws`) for a resource or a nested block, as plain data.

The SDK's classes are Python code, generated from the provider's own schema: importing those of one
service takes up to half a second. What was read off them is therefore kept in the user's cache, for
this version of the SDK and of this module; without a cache it is read off them each time.

A resource is described as `{"inputs": BLOCK, "outputs": [NAME, …]}`, a block as `{"required": [NAME, …],
"properties": {NAME: TYPE, …}}`. A TYPE is a list: `["string"]` (or boolean, integer, number, any),
`["list", TYPE]`, `["map", TYPE]`, `["block", BLOCK]`. A BLOCK is the place of a class, `module:Name`.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import inspect
import json
import threading
import types as python_types
import typing
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from commands.files import write_atomically
from rehearsal.workspace.user_folders import cache_home

Description = dict[str, Any]

SCALARS: dict[type, str] = {str: "string", bool: "boolean", int: "integer", float: "number"}

PROVIDER = "pulumi_aws.provider:ProviderArgs"


class UnknownResourceType(Exception):
    """The SDK has no such resource."""


class Descriptions:
    """Descriptions by token or class, read from `file` and off the SDK's classes."""

    def __init__(self, file: Path) -> None:
        self._file = file
        # The SDK's lazily imported modules are not made for two threads.
        self._lock = threading.RLock()
        self._known: dict[str, Description] | None = None
        self._added = False

    def of_resource(self, token: str) -> Description:
        """The resource type `token` (`aws:s3/bucket:Bucket`); raises UnknownResourceType."""
        return self._of(token, _resource)

    def of_block(self, place: str) -> Description:
        """The class of a resource's inputs, or of a nested block."""
        return self._of(place, _block)

    def _of(self, key: str, read: Callable[[str], Description]) -> Description:
        with self._lock:
            if self._known is None:
                self._known = self._read_file()
            if key not in self._known:
                self._known[key] = read(key)
                self._added = True
            return self._known[key]

    def _read_file(self) -> dict[str, Description]:
        try:
            return dict(json.loads(self._file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return {}

    def save(self) -> None:
        """Keeps what was read off classes for the next process; a cache that cannot be written is none."""
        with self._lock, contextlib.suppress(OSError):
            if self._added and self._known is not None:
                write_atomically(self._file, json.dumps(self._read_file() | self._known))
                self._added = False


def _file() -> Path:
    version = importlib.metadata.version("pulumi-aws")
    reader = zlib.crc32(Path(__file__).read_bytes())
    return cache_home() / "sdk-types" / f"pulumi-aws-{version}-{reader:08x}.json"


DESCRIPTIONS = Descriptions(_file())


def _resource(token: str) -> Description:
    from pulumi._types import resource_pulumi_to_py_names

    resource_class, inputs_class = _classes(token)
    outputs = [name for name in resource_pulumi_to_py_names(resource_class) if name != "urn"]
    return {"inputs": _place(inputs_class), "outputs": outputs}


def _classes(token: str) -> tuple[type, type]:
    import pulumi_aws  # noqa: F401  (registers the resource modules)
    from pulumi.runtime.rpc import get_resource_module

    package, module, _ = token.split(":")
    registered = get_resource_module(package, module, "")
    info = getattr(registered, "mod_info", {"classes": {}})
    if token not in info["classes"]:
        raise UnknownResourceType(token)
    python_module, name = importlib.import_module(info["fqn"]), info["classes"][token]
    # Where a nested block has taken the name `…Args`, the resource's own are `…InitArgs`.
    args = getattr(python_module, f"{name}InitArgs", None) or getattr(python_module, f"{name}Args")
    return getattr(python_module, name), args


def _place(block: type) -> str:
    return f"{block.__module__}:{block.__qualname__}"


def _block(place: str) -> Description:
    from pulumi._types import input_type_py_to_pulumi_names, input_type_types

    module, _, name = place.partition(":")
    block = getattr(importlib.import_module(module), name)
    names, hints = input_type_py_to_pulumi_names(block), input_type_types(block)
    required = [
        names[name]
        for name, parameter in inspect.signature(block).parameters.items()
        if name in names and parameter.default is inspect.Parameter.empty
    ]
    return {"required": required, "properties": {name: _type(hints[name]) for name in names.values()}}


def _type(hint: Any) -> list[Any]:
    """The type that a (Pulumi-unwrapped) Python type hint of the SDK stands for."""
    from pulumi._types import is_input_type

    hint = _strip(hint)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, python_types.UnionType):
        return _union_type(arguments)
    if origin in (list, Sequence) or (isinstance(origin, type) and issubclass(origin, Sequence)):
        return ["list", _type(arguments[0])]
    if origin in (dict, Mapping) or (isinstance(origin, type) and issubclass(origin, Mapping)):
        return ["map", _type(arguments[1])]
    if hint in SCALARS:
        return [SCALARS[hint]]
    if isinstance(hint, type) and is_input_type(hint):
        return ["block", _place(hint)]
    return ["any"]


def _union_type(arguments: tuple[Any, ...]) -> list[Any]:
    """`Union[str, SomeEnum]` is an open enumeration: AWS's provider takes any string there."""
    members = [_type(argument) for argument in arguments if argument is not type(None)]
    kinds = {member[0] for member in members if member != ["any"]}
    if len(kinds) == 1:
        return next(member for member in members if member[0] in kinds)
    return ["any"]


def _strip(hint: Any) -> Any:
    """Removes Optional, Input, Output and Awaitable around a hint."""
    from pulumi import Output

    while True:
        origin, arguments = typing.get_origin(hint), typing.get_args(hint)
        if origin in (typing.Union, python_types.UnionType):
            plain = [
                argument
                for argument in arguments
                if argument is not type(None)
                and typing.get_origin(argument) is not Output
                and not (_is_awaitable(argument))
            ]
            if len(plain) == 1 and len(arguments) > 1:
                hint = plain[0]
                continue
        return hint


def _is_awaitable(hint: Any) -> bool:
    origin = typing.get_origin(hint)
    return isinstance(origin, type) and origin.__name__ == "Awaitable"
