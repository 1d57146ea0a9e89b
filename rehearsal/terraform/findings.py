"""Findings: what AWS's provider says otherwise than the rehearsal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

# Stands for what AWS made up and nobody told, such as an identifier.
MADE_UP = "made-up"


class Rule(StrEnum):
    """The kinds of finding."""

    SCHEMA = "schema"  # the provider has no such type or property
    INVALID = "invalid"  # a configuration that it refuses
    PLAN = "plan"  # no plan for the creation
    PREVIEW = "preview"  # neither while nothing is there yet, and identifiers are unknown
    SETTLED = "settled"  # a second plan changes something
    CHANGE = "change"  # replaced, updated or left: another answer than the rehearsal's
    VALUE = "value"  # a value that the provider refuses, and the rehearsal takes
    READ = "read"  # the provider cannot read it from the embedded AWS
    REFRESHED = "refreshed"  # after a refresh there is something to change
    CALLED = "called"  # a permission that a refresh takes and the table of rights lacks
    TOLD = "told"  # it reads another value than the rehearsal told the program
    SEEN = "seen"  # one of the two does not read what was changed from outside


@dataclass(frozen=True)
class Finding:
    """One thing that AWS's provider says otherwise.

    `place` is the property, `text` what was said; `name` is the resource that it was first said of.
    """

    rule: Rule
    token: str
    place: str
    text: str
    name: str


@dataclass(frozen=True)
class State:
    """A resource after its creation, as the provider would keep it."""

    value: Mapping[str, Any]
    private: bytes
