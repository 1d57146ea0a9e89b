"""Conversion between Pulumi's property names and an AWS operation's members, by botocore's models.

Both name the same things in nearly the same words: `subnetIds` is `SubnetIds`, `multiAz` is
`MultiAZ`, `transitions` is `Transitions`. So names are matched without regard to case, underscores
and a plural s, and values are shaped after the member's declared type. What differs more than
that is listed in the resource's mapping (`names`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence, Set
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from rehearsal.aws.schema import BlockType, PropertyType
from rehearsal.providers.provider import Properties

Names = Mapping[str, str]


@cache
def plain(name: str) -> str:
    """`name` without what Pulumi's and AWS's spellings differ in."""
    return name.replace("_", "").lower()


def find_name(name: str, candidates: Mapping[str, Any] | Sequence[str]) -> str | None:
    """The candidate that spells `name`: same letters, or one of the two has a plural s more."""
    by_plain = {plain(candidate): candidate for candidate in candidates}
    wanted = plain(name)
    for spelling in (wanted, wanted + "s", wanted.removesuffix("s"), wanted.removesuffix("es")):
        if spelling in by_plain:
            return by_plain[spelling]
    if wanted.endswith("ies"):
        return by_plain.get(wanted.removesuffix("ies") + "y")
    if wanted.endswith("y"):
        return by_plain.get(wanted.removesuffix("y") + "ies")
    return None


def to_api(shape: StructureShape, properties: Properties, names: Names, path: str = "") -> Properties:
    """The members of `shape` for those `properties` that it has.

    `names` maps a property's path (`rules.filter`) to a member name, or to a member path with dots
    when AWS nests what Pulumi keeps flat.
    """
    result: Properties = {}
    for name, value in properties.items():
        if value is None:
            continue
        where = f"{path}{name}"
        target = names[where] if where in names else find_name(name, shape.members)
        if target is None or target.split(".")[0] not in shape.members:
            continue
        _place(shape, result, target.split("."), value, names, where)
    return result


def _place(
    shape: StructureShape, result: Properties, target: list[str], value: Any, names: Names, where: str
) -> None:
    member = target[0]
    if len(target) > 1:
        inner = shape.members[member]
        assert isinstance(inner, StructureShape), f"{shape.name}.{member} has no members"
        _place(inner, result.setdefault(member, {}), target[1:], value, names, where)
    else:
        result[member] = _to_member(shape.members[member], value, names, where)


def _to_member(shape: Shape, value: Any, names: Names, where: str) -> Any:
    if isinstance(shape, StructureShape):
        block = value[0] if isinstance(value, list) and value else value
        return to_api(shape, dict(block), names, where + ".") if isinstance(block, Mapping) else block
    if isinstance(shape, ListShape):
        if isinstance(value, Mapping) and _is_pairs(shape) and set(value) != {"key", "value"}:
            return [{"Key": key, "Value": item} for key, item in value.items()]
        items = value if isinstance(value, list) else [value]
        return [_to_member(shape.member, item, names, where) for item in items]
    if isinstance(shape, MapShape):
        return {key: _to_member(shape.value, item, names, where) for key, item in value.items()}
    return _to_scalar(shape.type_name, value)


def _is_pairs(shape: ListShape) -> bool:
    """AWS's form of a map: a list of Key and Value."""
    return isinstance(shape.member, StructureShape) and set(shape.member.members) == {"Key", "Value"}


def _to_scalar(type_name: str, value: Any) -> Any:
    if type_name == "string":
        if isinstance(value, bool):
            return "true" if value else "false"
        return value if isinstance(value, str) else json.dumps(value)
    if type_name in ("integer", "long") and isinstance(value, str):
        return int(value)
    if type_name in ("float", "double"):
        return float(value)
    if type_name == "boolean" and isinstance(value, str):
        return value == "true"
    if type_name == "blob" and isinstance(value, str):
        return value.encode()
    return value


def from_api(block: BlockType | Mapping[str, Any], found: Mapping[str, Any], names: Names) -> Properties:
    """The properties that `found` (an object of an AWS answer) has a value for, in Pulumi's names."""
    properties = block.properties if isinstance(block, BlockType) else block
    result: Properties = {}
    for name in properties:
        value = _member_of(found, name, names)
        if value is not None:
            expected = properties[name]
            result[name] = _from_member(
                expected if isinstance(expected, PropertyType) else None, value, names
            )
    return result


def _member_of(found: Mapping[str, Any], name: str, names: Names) -> Any:
    if name in names:
        value: Any = found
        for part in names[name].split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        return value
    member = find_name(name, found)
    return None if member is None else found[member]


def _from_member(expected: PropertyType | None, value: Any, names: Names) -> Any:
    if expected is not None and expected.kind == "block" and expected.block is not None:
        block = value[0] if isinstance(value, list) and value else value
        return from_api(expected.block, block, {}) if isinstance(block, Mapping) else None
    if expected is not None and expected.kind == "list" and expected.item is not None:
        items = value if isinstance(value, list) else [value]
        return [_from_member(expected.item, item, names) for item in items]
    if expected is not None and expected.kind == "map" and isinstance(value, list):
        return {item["Key"]: item["Value"] for item in value}
    if hasattr(value, "isoformat"):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, bytes):
        return value.decode()
    return value


def without(value: Any, paths: Set[str], inside: str) -> Any:
    """`value`, which stands at the path `inside`, without what stands at `paths` (`rules.filter`)."""
    if isinstance(value, Mapping):
        kept = {name: item for name, item in value.items() if f"{inside}{name}" not in paths}
        return {name: without(item, paths, f"{inside}{name}.") for name, item in kept.items()}
    if isinstance(value, list):
        return [without(item, paths, inside) for item in value]
    return value


def same_value(wanted: Any, actual: Any) -> bool:
    """True when AWS's answer means what the program wrote.

    Order in lists of scalars, the layout of JSON documents and the spelling of scalars ("5" and 5)
    mean nothing; members that AWS adds to a block mean nothing either.
    """
    if isinstance(wanted, Mapping) and isinstance(actual, Mapping):
        return all(same_value(value, actual.get(key)) for key, value in wanted.items() if value is not None)
    if isinstance(wanted, list) and isinstance(actual, list):
        return len(wanted) == len(actual) and _same_items(wanted, actual)
    if isinstance(wanted, bool) or isinstance(actual, bool):
        return str(wanted).lower() == str(actual).lower()
    if isinstance(wanted, str) and isinstance(actual, (str, dict)) and wanted[:1] in "{[" and wanted:
        return bool(_json(wanted) == _json(actual))
    return str(wanted) == str(actual)


def _same_items(wanted: list[Any], actual: list[Any]) -> bool:
    left = list(actual)
    for item in wanted:
        match = next((other for other in left if same_value(item, other)), None)
        if match is None and None not in left:
            return False
        left.remove(match)
    return True


def _json(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
