"""What stands for the encrypted values of a stack file: only who has the stack's key can read those.

A stand-in follows from the encrypted text, so that a value that was set anew shows as a change.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

# The program checks what these look like; `.invalid` is nobody's (RFC 2606).
_FORMS = MappingProxyType(
    {
        "groundwork:paging.pagerduty": "https://{}.invalid/",
        "groundwork:paging.slack": "{}@slack.invalid",
    }
)


def take_encrypted(config: dict[str, Any]) -> dict[str, str]:
    """Removes the encrypted values of a stack file's `config`, and gives stand-ins by the engine's path."""
    found = {}
    for keys, text in list(_encrypted(config, ())):
        _remove(config, keys)
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        found[_path(keys)] = _FORMS.get(".".join(map(str, keys)), "{}").format(f"stand-in-{digest}")
    return found


def _encrypted(value: Any, keys: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, Mapping):
        if value.keys() == {"secure"} and isinstance(value["secure"], str):
            yield keys, value["secure"]
            return
        for key, item in value.items():
            yield from _encrypted(item, (*keys, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _encrypted(item, (*keys, index))


def _remove(config: dict[str, Any], keys: tuple[str | int, ...]) -> None:
    holder: Any = config
    for key in keys[:-1]:
        holder = holder[key]
    if isinstance(holder, list):
        holder[int(keys[-1])] = ""  # the places of the others stay
    else:
        del holder[keys[-1]]


def _path(keys: tuple[str | int, ...]) -> str:
    return f"{keys[0]}{''.join(f'[{json.dumps(key)}]' for key in keys[1:])}"
