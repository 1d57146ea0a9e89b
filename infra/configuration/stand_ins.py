"""Stand-ins for the encrypted values of a stack file, which only the owner of the stack's key can read.

A stand-in follows from the encrypted text, so that a value that was set anew shows as a change.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from infra.configuration.validation import EncryptedText

# The program checks what these look like; `.invalid` is nobody's (RFC 2606). A section that was encrypted
# as a whole does not show what is in it.
_FORMS = MappingProxyType(
    {
        "groundwork:paging": '{"pagerduty": "https://%s.invalid/"}',
        "groundwork:paging.pagerduty": "https://%s.invalid/",
        "groundwork:paging.slack": "%s@slack.invalid",
    }
)

_Keys = tuple[str | int, ...]


def take_encrypted(config: dict[str, Any]) -> dict[str, str]:
    """Removes the encrypted values of a stack file's `config`, and gives stand-ins by the engine's path."""
    found = {}
    for keys, text in list(_encrypted(config, ())):
        holder = _holder(config, keys)
        if isinstance(holder, list):
            holder[int(keys[-1])] = ""  # the places of the others stay
        else:
            del holder[keys[-1]]
        found[_path(keys)] = _stand_in(keys, text)
    return found


def with_stand_ins(config: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of a stack file's `config` that has the stand-ins in place of what is encrypted."""
    filled = copy.deepcopy(dict(config))
    for keys, text in list(_encrypted(filled, ())):
        _holder(filled, keys)[keys[-1]] = EncryptedText(_stand_in(keys, text))
    return filled


def _stand_in(keys: _Keys, text: str) -> str:
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return _FORMS.get(".".join(map(str, keys)), "%s").replace("%s", f"stand-in-{digest}")


def _encrypted(value: Any, keys: _Keys) -> Iterator[tuple[_Keys, str]]:
    if isinstance(value, Mapping):
        if value.keys() == {"secure"} and isinstance(value["secure"], str):
            yield keys, value["secure"]
            return
        for key, item in value.items():
            yield from _encrypted(item, (*keys, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _encrypted(item, (*keys, index))


def _holder(config: dict[str, Any], keys: _Keys) -> Any:
    holder: Any = config
    for key in keys[:-1]:
        holder = holder[key]
    return holder


def _path(keys: _Keys) -> str:
    return f"{keys[0]}{''.join(f'[{json.dumps(key)}]' for key in keys[1:])}"
