"""The forms that facts about time are written in; the facts themselves are in `timing/data`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

Inputs = Mapping[str, Any]


@dataclass(frozen=True)
class Times:
    """Seconds: what is usual, and what still counts as in order."""

    typical: int
    slow: int

    def __post_init__(self) -> None:
        assert 0 <= self.typical <= self.slow, "the slow case is the longer one"


@dataclass(frozen=True)
class Source:
    """Where a fact comes from, and when somebody looked."""

    where: str
    day: date


@dataclass(frozen=True)
class Interruption:
    """What people notice of a change.

    Args:
        what: in words that follow the resource's name (`restarts`).
        lasts: how long it is noticed; None where nothing is missing meanwhile.
        redundant: the same where a second copy stands by (`multiAz`), if that makes a difference.
        at_restart: nothing happens before it is restarted, by hand or for another reason.
    """

    what: str
    lasts: Times | None = None
    redundant: Interruption | None = None
    at_restart: bool = False


@dataclass(frozen=True)
class Change:
    """A change that takes long, or that people notice.

    Args:
        properties: of the resource; one of them differs.
        times: how long AWS takes when it is carried out now.
        source: of these facts.
        deferred: AWS waits for the maintenance window unless the resource says `applyImmediately`.
        interruption: what people notice, if anything.
        applies: whether it is so, from the inputs before and after; always, when left out.
    """

    properties: tuple[str, ...]
    times: Times
    source: Source
    deferred: bool = False
    interruption: Interruption | None = None
    applies: Callable[[Inputs, Inputs], bool] | None = None


@dataclass(frozen=True)
class Form:
    """A form of a resource that takes another time than most (an instance with a standby, a replica)."""

    noun: str
    applies: Callable[[Inputs], bool]
    create: Times
    delete: Times
    source: Source


@dataclass(frozen=True)
class Duration:
    """How long AWS takes for a type of resource.

    Args:
        noun: what people call it.
        create: until it can be used by what depends on it.
        change: for changes that are in none of `changes`.
        delete: until it is gone.
        source: of these numbers.
        forms: that take another time, the first that applies.
        changes: that take longer than most, or are noticed.
        replaced: what people notice when another one takes its place.
    """

    noun: str
    create: Times
    change: Times
    delete: Times
    source: Source
    forms: tuple[Form, ...] = ()
    changes: tuple[Change, ...] = field(default=())
    replaced: Interruption | None = None

    def form_of(self, inputs: Inputs) -> Form | None:
        """The form that a resource with these inputs has."""
        return next((form for form in self.forms if form.applies(inputs)), None)
