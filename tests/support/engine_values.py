"""Values as the engine sends them, and as tests look at them: with a Secret where one is marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# How a secret is marked on the wire (Pulumi SDK, `pulumi.runtime.rpc`).
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"


@dataclass(frozen=True)
class Secret:
    """A value that was marked as a secret."""

    value: Any


def as_secret(value: str) -> dict[str, Any]:
    """A text that the engine has marked."""
    return {_SIGNATURE: _SECRET, "value": value}


def plain_struct(struct: Any) -> dict[str, Any]:
    """The values of a message by name."""
    return {key: plain_value(value) for key, value in struct.fields.items()}


def plain_value(value: Any) -> Any:
    """One of them."""
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        found = plain_struct(value.struct_value)
        return Secret(found.get("value")) if found.get(_SIGNATURE) == _SECRET else found
    if kind == "list_value":
        return [plain_value(item) for item in value.list_value.values]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    return None if kind == "null_value" else getattr(value, kind)


def uncovered(value: Any) -> Any:
    """A value with all its secrets uncovered."""
    if isinstance(value, Secret):
        return uncovered(value.value)
    if isinstance(value, dict):
        return {key: uncovered(item) for key, item in value.items()}
    if isinstance(value, list):
        return [uncovered(item) for item in value]
    return value


def open_texts(value: Any) -> Iterator[str]:
    """Every text in a value that is not marked as a secret."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield str(key)
            yield from open_texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from open_texts(item)
