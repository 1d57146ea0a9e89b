"""What AWS's own service models say about values: enumerations, lengths, ranges and patterns.

botocore's models carry these for most members; they are the same that AWS's front ends enforce, so
a preview refuses here what an `up` would be refused there.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from rehearsal.aws.convert import find_name
from rehearsal.aws.mapping import Call, ResourceMapping, Setting
from rehearsal.provider import UNKNOWN, CheckFailure, Properties

# A long list of allowed values helps nobody: the nearest ones are shown.
_SHOWN = 12

ShapeOf = Callable[[str], StructureShape | None]


def limit_failures(shape_of: ShapeOf, mapping: ResourceMapping, inputs: Properties) -> list[CheckFailure]:
    """What the service's model refuses in `inputs`; `shape_of` gives an operation's input shape."""
    failures: list[CheckFailure] = []
    claimed = {name for setting in mapping.settings for name in setting.properties}
    for name, value in inputs.items():
        if name in mapping.local or name in ("tags", "region"):
            continue
        calls: list[Call | Setting] = [s for s in mapping.settings if name in s.properties]
        if name not in claimed:
            calls = [call for call in (mapping.create, mapping.update) if call is not None]
        for call in calls:
            member = _member(shape_of(call.operation), mapping.names, name, name) if call.takes else None
            if member is not None:
                failures.extend(_check(member, value, name, mapping.names))
                break
    return failures


def _member(shape: Shape | None, names: Mapping[str, str], name: str, path: str) -> Shape | None:
    if not isinstance(shape, StructureShape):
        return None
    target = names[path] if path in names else find_name(name, shape.members)
    member: Shape | None = shape
    for part in (target or "").split("."):
        member = member.members.get(part) if isinstance(member, StructureShape) else None
    return member


def _check(shape: Shape, value: Any, path: str, names: Mapping[str, str]) -> list[CheckFailure]:
    if value is None or value is UNKNOWN:
        return []
    if isinstance(shape, StructureShape):
        return _check_block(shape, value, path, names)
    if isinstance(shape, ListShape):
        items = value if isinstance(value, list) else [value]
        return [f for i, item in enumerate(items) for f in _check(shape.member, item, f"{path}[{i}]", names)]
    if isinstance(shape, MapShape):
        if not isinstance(value, Mapping):
            return []
        return [f for key, item in value.items() for f in _check(shape.value, item, f"{path}.{key}", names)]
    reason = _refused(shape, value)
    return [CheckFailure(path, f"'{path}' {reason}")] if reason else []


def _check_block(
    shape: StructureShape, value: Any, path: str, names: Mapping[str, str]
) -> list[CheckFailure]:
    block = value[0] if isinstance(value, list) and value else value
    if not isinstance(block, Mapping):
        return []
    failures = []
    for name, item in block.items():
        where = f"{path}.{name}"
        member = _member(shape, names, name, re.sub(r"\[\d+\]", "", where))
        if member is not None:
            failures.extend(_check(member, item, where, names))
    return failures


def refused_request(shape: Shape, value: Any, path: str = "") -> Iterator[str]:
    """What is in a request, as it is sent, that the model's enumerations do not have."""
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        for name in value.keys() & shape.members.keys():
            yield from refused_request(shape.members[name], value[name], f"{path}.{name}".lstrip("."))
    elif isinstance(shape, ListShape) and isinstance(value, (list, tuple)):
        for number, item in enumerate(value):
            yield from refused_request(shape.member, item, f"{path}[{number}]")
    elif reason := _unlisted(shape, value):
        yield f"{path} {reason}"


def _unlisted(shape: Shape, value: Any) -> str | None:
    allowed = shape.metadata.get("enum")
    if allowed and isinstance(value, str) and value not in allowed:
        return f"is {value!r}; allowed: {_some(value, allowed)}"
    return None


def _refused(shape: Shape, value: Any) -> str | None:
    """Why the model refuses a scalar; None when it takes it."""
    if reason := _unlisted(shape, value):
        return reason
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if shape.type_name == "string" and isinstance(value, str):
        return _refused_text(value, low, high, shape.metadata.get("pattern"))
    if shape.type_name in ("integer", "long", "float", "double") and isinstance(value, (int, float)):
        if (low is not None and value < low) or (high is not None and value > high):
            return f"is {value}; allowed: {_range(low, high)}"
    return None


def _refused_text(value: str, low: int | None, high: int | None, pattern: str | None) -> str | None:
    if (low is not None and len(value) < low) or (high is not None and len(value) > high):
        return f"has {len(value)} characters; allowed: {_range(low, high)}"
    compiled = _compiled(pattern) if pattern else None
    if compiled is not None and not compiled.search(value):
        return f"is {value!r}; it must match {pattern}"
    return None


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """AWS means the whole value. Java-only patterns (`\\p{L}`) are not checked."""
    try:
        return re.compile(rf"\A(?:{pattern})\Z", re.DOTALL)
    except re.error:
        return None


def _some(value: str, allowed: list[str]) -> str:
    if len(allowed) <= _SHOWN:
        return ", ".join(allowed)
    near = difflib.get_close_matches(value, allowed, n=5, cutoff=0.3) or allowed[:5]
    return f"{', '.join(near)}… ({len(allowed)} values)"


def _range(low: int | None, high: int | None) -> str:
    if low is None:
        return f"at most {high}"
    return f"at least {low}" if high is None else f"{low} to {high}"
