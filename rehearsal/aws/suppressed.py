"""Differences that AWS's provider keeps quiet about: what it finds means what the program writes.

A value that is suppressed stays as it is, in the preview and in the cloud. Only inputs are compared here, so
what the provider does about properties that the program never wrote (a default port) needs no rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.aws.difference_rules import Place
from rehearsal.aws.difference_table import RULES
from rehearsal.providers.property_differences import join, without_indexes
from rehearsal.providers.provider import Properties, contains_unknown


def without_suppressed(token: str, old: Properties, new: Properties) -> Properties:
    """`new` with the old value, or none, wherever the provider would see no difference."""
    return _block(token, "", old, new, new)


def _block(
    token: str, path: str, before: Mapping[str, Any], after: Mapping[str, Any], new: Properties
) -> dict[str, Any]:
    place = Place(before, after, new)
    names = [*after, *(name for name in before if name not in after)]
    kept = {name: _kept(token, join(path, name), before.get(name), after.get(name), place) for name in names}
    return {name: value for name, value in kept.items() if value is not None}


def _kept(token: str, path: str, before: Any, after: Any, place: Place) -> Any:
    if before == after:
        return after
    # A rule of a list is none of its items'.
    rule = None if path.endswith("]") else RULES.get((token, without_indexes(path)))
    if rule is not None and not contains_unknown(after) and rule(before, after, place):
        return before
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return _block(token, path, before, after, place.properties)
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = enumerate(zip(before, after, strict=True))
        return [_kept(token, join(path, index), one, other, place) for index, (one, other) in pairs]
    return after
