"""Limits of values in AWS's own service models: enumerations, lengths, ranges and patterns.

botocore's models carry these for most members; they are the same that AWS's front ends enforce, so
a preview refuses here what an `up` would be refused there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sized
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from rehearsal.aws.convert import find_name
from rehearsal.aws.mapping import Call, ResourceMapping, Setting
from rehearsal.aws.value_rules import some
from rehearsal.providers.provider import UNKNOWN, CheckFailure, Properties

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
            member = _top_member(shape_of(call.operation), mapping.names, name) if call.takes else None
            if member is not None:
                failures.extend(_check(member, value, name, mapping.names))
                break
    return failures


def _top_member(shape: Shape | None, names: Mapping[str, str], name: str) -> Shape | None:
    """The member of a request that a property goes into, also where the request has all in one block
    (CachePolicyConfig, BackupPlan): it is the only structure that has to be there."""
    member = _member(shape, names, name, name)
    if member is not None or not isinstance(shape, StructureShape):
        return member
    blocks = [shape.members[one] for one in shape.required_members]
    inside = [_member(block, names, name, name) for block in blocks if isinstance(block, StructureShape)]
    return inside[0] if len(inside) == 1 else None


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
        found = [f for i, item in enumerate(items) for f in _check(shape.member, item, f"{path}[{i}]", names)]
        # An empty list is as good as none: AWS's provider sends neither.
        return found or (_failure(path, _refused_count(shape, items)) if items else [])
    if isinstance(shape, MapShape):
        if not isinstance(value, Mapping):
            return []
        found = [f for key in value for f in _failure(path, _refused(shape.key, key))]
        for key, item in value.items():
            found += _check(shape.value, item, f"{path}.{key}", names)
        return found or (_failure(path, _refused_count(shape, value)) if value else [])
    return _failure(path, _refused(shape, value))


def _failure(path: str, reason: str | None) -> list[CheckFailure]:
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
    """What the model does not allow in a request, as it is sent: values, lists and maps at every depth."""
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        for name in value.keys() & shape.members.keys():
            yield from refused_request(shape.members[name], value[name], f"{path}.{name}".lstrip("."))
        return
    if isinstance(shape, ListShape) and isinstance(value, (list, tuple)):
        for number, item in enumerate(value):
            yield from refused_request(shape.member, item, f"{path}[{number}]")
        reason = _refused_count(shape, value)
    elif isinstance(shape, MapShape) and isinstance(value, Mapping):
        for key, item in value.items():
            yield from refused_request(shape.key, key, f"{path}.{key}")
            yield from refused_request(shape.value, item, f"{path}.{key}")
        reason = _refused_count(shape, value)
    else:
        reason = _refused(shape, value)
    if reason:
        yield f"{path} {reason}"


def _unlisted(shape: Shape, value: Any) -> str | None:
    allowed = shape.metadata.get("enum")
    if allowed and isinstance(value, str) and value not in allowed:
        return f"is {value!r}; allowed: {some(value, allowed)}"
    return None


def _refused(shape: Shape, value: Any) -> str | None:
    """Why the model refuses a scalar; None when it takes it."""
    if reason := _unlisted(shape, value):
        return reason
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if shape.type_name == "string" and isinstance(value, str):
        return _refused_text(value, low, high, shape.metadata.get("pattern"))
    if shape.type_name == "blob" and isinstance(value, (str, bytes)):
        size = len(value.encode() if isinstance(value, str) else value)
        return f"has {size} bytes; allowed: {_range(low, high)}" if _outside(size, low, high) else None
    if shape.type_name in ("integer", "long", "float", "double") and isinstance(value, (int, float)):
        return f"is {value}; allowed: {_range(low, high)}" if _outside(value, low, high) else None
    return None


def _refused_count(shape: ListShape | MapShape, items: Sized) -> str | None:
    """Why the model refuses a list or map for the number of its entries."""
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    count = len(items)
    if not _outside(count, low, high):
        return None
    return f"has {count} {'entry' if count == 1 else 'entries'}; allowed: {_range(low, high)}"


def _outside(value: float, low: int | None, high: int | None) -> bool:
    return (low is not None and value < low) or (high is not None and value > high)


def _refused_text(value: str, low: int | None, high: int | None, pattern: str | None) -> str | None:
    if _outside(len(value), low, high):
        return f"has {len(value)} characters; allowed: {_range(low, high)}"
    compiled = _compiled(pattern) if pattern else None
    if compiled is not None and not compiled.search(value):
        return f"is {value!r}; it must match {pattern}"
    return None


# Java's classes of Unicode, as a tag's pattern has them, in Python's words; letters and digits are \w, and
# the patterns that have them have the underscore too.
_JAVA = {
    r"\p{L}": r"\w",
    r"\p{N}": r"\d",
    r"\p{Z}": r" \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000",
}


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """AWS means the whole value. The few patterns that Python cannot read are not checked."""
    for java, python in _JAVA.items():
        pattern = pattern.replace(java, python)
    try:
        return re.compile(rf"\A(?:{pattern})\Z", re.DOTALL)
    except re.error:
        return None


def _range(low: int | None, high: int | None) -> str:
    if low is None:
        return f"at most {high}"
    return f"at least {low}" if high is None else f"{low} to {high}"
