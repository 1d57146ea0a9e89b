"""A property whose change makes something weaker, and in which direction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from preview.risk import Kind
from preview.values import said


@dataclass(frozen=True)
class Weakening:
    """A property whose change makes something weaker.

    Args:
        type: of the resource.
        path: of the property, without indexes.
        weaker: whether it is so, from the value before and after.
        what: in words; `{before}` and `{after}` are the values.
        kind: what kind of risk that is.
        said: a value in words.
    """

    type: str
    path: str
    weaker: Callable[[Any, Any], bool]
    what: str
    kind: Kind = Kind.PROTECTION
    said: Callable[[Any], str] = said
