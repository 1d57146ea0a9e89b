"""Tags in the form in which each service takes them (see `mapping.Tags`), and what none takes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.aws.mapping import Call, ResourceMapping, Tags, pairs
from rehearsal.providers.provider import UNKNOWN, CheckFailure

# "Tag naming and usage" in the Tagging AWS Resources user guide; RDS says the same as a pattern ("Tag" in its
# API reference). EC2 alone takes all characters.
TAGS_MAXIMUM = 50
_KEY_MAXIMUM, _VALUE_MAXIMUM = 128, 256
_CHARACTERS = re.compile(r"[\w\s.:/=+@-]*")
_TAKES_ALL = ("aws:ec2/", "aws:vpc/")


def tag_failures(token: str, tags: Any) -> list[CheckFailure]:
    """What AWS would refuse in the tags of a resource of the type `token`."""
    if not isinstance(tags, Mapping):
        return []
    found = [
        CheckFailure(f"tags.{key}", f"'tags.{key}' {reason}")
        for key, value in tags.items()
        for reason in _refused(token, str(key), value)
    ]
    if len(tags) > TAGS_MAXIMUM:
        found.append(CheckFailure("tags", f"'tags' has {len(tags)} tags; allowed: at most {TAGS_MAXIMUM}"))
    return found


def _refused(token: str, key: str, value: Any) -> Iterator[str]:
    if key.lower().startswith("aws:"):
        yield "has a name that begins with aws:; allowed: any other, these are AWS's own"
    for what, text, most in (("name", key, _KEY_MAXIMUM), ("value", value, _VALUE_MAXIMUM)):
        if text is UNKNOWN or not isinstance(text, str):
            continue
        if len(text) > most or (what == "name" and not text):
            yield f"has a {what} of {len(text)} characters; allowed: {1 if what == 'name' else 0} to {most}"
        if not token.startswith(_TAKES_ALL) and not _CHARACTERS.fullmatch(text):
            yield f"has the {what} {text!r}; allowed: letters, digits, blanks and _ . : / = + - @"


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
