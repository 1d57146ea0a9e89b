"""One thing that has to be there, whether it is, and how it is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Of a part, before anything is done."""

    MISSING = "missing"
    DIFFERS = "differs"  # there, and put right
    ADOPTED = "there, otherwise"  # somebody else's, used as it is
    THERE = "there"
    WAITS = "waits for a person"  # there, and what it needs now no command can do
    BROKEN = "broken"  # there, and nothing here puts it right

    @property
    def to_do(self) -> bool:
        """Whether `make` has anything to do."""
        return self in (State.MISSING, State.DIFFERS)


@dataclass(frozen=True)
class Found:
    """What there is of a part.

    Args:
        state: of it.
        note: what differs, or what is about to be made.
    """

    state: State
    note: str = ""


@dataclass(frozen=True)
class Part:
    """A thing of the account.

    Args:
        name: its kind, and its name in AWS.
        look: asks what there is; changes nothing.
        make: makes it, or puts right what differs; may be repeated.
    """

    name: str
    look: Callable[[], Found]
    make: Callable[[], None]
