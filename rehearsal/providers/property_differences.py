"""The difference of two property values, path by path, as Pulumi's detailed diff names them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rehearsal.assets import is_asset, same_content
from rehearsal.providers.provider import UNKNOWN, ChangeKind, PropertyChange, contains_unknown

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_QUOTED_KEY_OR_INDEX = re.compile(r'("(?:[^"\\]|\\.)*")|\[\d+\]')


def no_sets(path: str) -> bool:
    """The `sets` of a type in which the order of every list matters."""
    return False


def join(path: str, key: str | int) -> str:
    """`path` extended by a map's key or a list's index: `a.b`, `a["b.c"]`, `a[0]`."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    if not _PLAIN_KEY.match(key):
        escaped = key.replace('"', '\\"')
        return f'{path}["{escaped}"]'
    return f"{path}.{key}" if path else key


def without_indexes(path: str) -> str:
    """`path` with the list indexes left out: `rules[0].ports[1]` becomes `rules.ports`."""
    return _QUOTED_KEY_OR_INDEX.sub(lambda match: match[1] or "", path)


def is_within(path: str, places: Iterable[str]) -> bool:
    """Whether `path` is one of `places` or lies inside one (`tags.owner` lies in `tags`)."""
    return any(path == place or path.startswith((f"{place}.", f"{place}[")) for place in places)


def property_changes(
    old: Any, new: Any, *, path: str = "", sets: Callable[[str], bool] = no_sets
) -> list[PropertyChange]:
    """Every property that differs, in the order of `new`, with deleted ones after the others.

    A property whose value is None is the same as one that is missing, and a missing one is reported
    once, however much is inside it. An UNKNOWN in `new` always differs: only the deployment can tell.

    Args:
        old: the value before.
        new: the value after; UNKNOWN may stand anywhere in it.
        path: where the two values stand, in Pulumi's notation; empty for a resource's own properties.
        sets: tells by its path without indexes (`rules.ports`) whether a list is a set, so that the
            order of its items does not matter. Items are then reported at the index that they have
            on the side they are on.
    """
    if new is None:
        return [] if old is None else [PropertyChange(path, ChangeKind.DELETE)]
    if old is None:
        return [PropertyChange(path, ChangeKind.ADD)]
    if is_asset(old) and is_asset(new):
        return [] if same_content(old, new) else [PropertyChange(path, ChangeKind.UPDATE)]
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return _map_changes(old, new, path, sets)
    if _is_list(old) and _is_list(new):
        if sets(without_indexes(path)):
            return _set_changes(old, new, path, sets)
        return _list_changes(old, new, path, sets)
    return [] if same(old, new) else [PropertyChange(path, ChangeKind.UPDATE)]


def same(old: Any, new: Any) -> bool:
    """Whether two scalar values are equal: 1 is 1.0, but true is not 1, and UNKNOWN equals nothing."""
    if old is UNKNOWN or new is UNKNOWN or isinstance(old, bool) is not isinstance(new, bool):
        return False
    return bool(old == new)


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple))


def _map_changes(
    old: Mapping[str, Any], new: Mapping[str, Any], path: str, sets: Callable[[str], bool]
) -> list[PropertyChange]:
    keys = [*new, *(key for key in old if key not in new)]
    changes = []
    for key in keys:
        changes += property_changes(old.get(key), new.get(key), path=join(path, key), sets=sets)
    return changes


def _list_changes(
    old: Sequence[Any], new: Sequence[Any], path: str, sets: Callable[[str], bool]
) -> list[PropertyChange]:
    changes = []
    for index in range(max(len(old), len(new))):
        before = old[index] if index < len(old) else None
        after = new[index] if index < len(new) else None
        changes += property_changes(before, after, path=join(path, index), sets=sets)
    return changes


def _set_changes(
    old: Sequence[Any], new: Sequence[Any], path: str, sets: Callable[[str], bool]
) -> list[PropertyChange]:
    before = [_identity(item, path, sets) for item in old]
    after = [None if contains_unknown(item) else _identity(item, path, sets) for item in new]
    added = [index for index, identity in enumerate(after) if identity not in before]
    deleted = {index for index, identity in enumerate(before) if identity not in after}
    changes = []
    for index in added:
        # The engine shows both sides of one path, so only items at the same index are compared.
        counterpart = old[index] if index in deleted else None
        changes += property_changes(counterpart, new[index], path=join(path, index), sets=sets)
    for index in sorted(deleted.difference(added)):
        changes.append(PropertyChange(join(path, index), ChangeKind.DELETE))
    return changes


def _identity(value: Any, path: str, sets: Callable[[str], bool]) -> str:
    """Text that is equal for items that are the same member of a set."""
    if isinstance(value, Mapping):
        items = [
            (key, _identity(item, join(without_indexes(path), key), sets))
            for key, item in sorted(value.items())
            if item is not None
        ]
        return json.dumps(items)
    if _is_list(value):
        parts = [_identity(item, path, sets) for item in value]
        return json.dumps(sorted(parts) if sets(without_indexes(path)) else parts)
    if isinstance(value, float) and value.is_integer():
        return json.dumps(int(value))
    return json.dumps(value)
