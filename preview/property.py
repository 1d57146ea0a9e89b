"""Properties that differ, as a line shows them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_LONGEST = 60  # characters of a value that is shown; of a longer one the property alone is named
_PART = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|\.?([^.\[]+)')


@dataclass(frozen=True)
class Property:
    """A property that differs.

    `path` is Pulumi's notation. `before` and `after` are JSON as people read it, empty where there was none,
    where it is too long to be read in a line, or a secret.
    """

    path: str
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.before} => {self.after}" if self.before and self.after else self.path

    def as_json(self) -> dict[str, str]:
        """The same for scripts."""
        return {"path": self.path, "before": self.before, "after": self.after}


def shown(values: Mapping[str, Any], path: str) -> str:
    """The value at a path, when a line has room for it."""
    found: Any = values
    for quoted, index, key in _PART.findall(path):
        if isinstance(found, list) and index:
            found = found[int(index)] if int(index) < len(found) else None
        elif isinstance(found, dict):
            found = found.get(quoted or key)
        else:
            return ""
    text = "" if found is None or isinstance(found, (dict, list)) else json.dumps(found, ensure_ascii=False)
    return text if len(text) <= _LONGEST and "\\n" not in text else ""
