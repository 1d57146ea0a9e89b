"""Tags in the form in which each service takes them (see `mapping.Tags`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.aws.mapping import Call, ResourceMapping, Tags, pairs


def creation_tags(mapping: ResourceMapping, tags: dict[str, str]) -> dict[str, Any]:
    """What a creation sends for `tags`; nothing for a type that is tagged afterwards."""
    how = mapping.tags
    if how is None or how.create is None or not tags:
        return {}
    if how.style == "ec2":
        return {"TagSpecifications": [{"ResourceType": how.create, "Tags": pairs(tags)}]}
    return {how.create: _styled(how, tags)}


def _styled(how: Tags, tags: dict[str, str]) -> Any:
    return dict(tags) if how.style == "map" else pairs(tags, how.key_member, how.value_member)


def tag_call(call: Call, how: Tags, tags: dict[str, str]) -> Call:
    """`call` with `tags` where it says "<tags>"."""
    return _with_placeholder(call, "<tags>", _styled(how, tags))


def untag_call(call: Call, how: Tags, keys: list[str]) -> Call:
    """`call` with `keys` where it says "<keys>" or "<keyed>"."""
    as_pairs = [{how.key_member: key} for key in keys]
    return _with_placeholder(_with_placeholder(call, "<keys>", keys), "<keyed>", as_pairs)


def _with_placeholder(call: Call, placeholder: str, value: Any) -> Call:
    if callable(call.parameters):
        return call
    return Call(call.operation, _replaced(call.parameters, placeholder, value), takes=False)


def _replaced(parameters: Mapping[str, Any], placeholder: str, value: Any) -> dict[str, Any]:
    return {
        key: _replaced(item, placeholder, value)
        if isinstance(item, Mapping)
        else (value if item == placeholder else item)
        for key, item in parameters.items()
    }
