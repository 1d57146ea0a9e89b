"""Answers to questions about a recovery, and the words for how old something is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

_LONG_HOURS = 72


class State(StrEnum):
    """The answer to a question."""

    READY = "ready"
    NOT_READY = "not ready"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """What a check has found.

    Args:
        check: one or two words.
        state: whether a recovery can rely on it.
        found: what AWS says.
        advice: what to do; empty where nothing is.
    """

    check: str
    state: State
    found: str
    advice: str = ""


def judged(check: str, good: bool, found: str, advice: str) -> Finding:
    """Ready, or not ready with what to do."""
    return Finding(check, State.READY if good else State.NOT_READY, found, "" if good else advice)


def all_of(check: str, total: int, wrong: Sequence[str], does: str, advice: str) -> Finding:
    """Ready when none of so many is wrong."""
    if wrong:
        return Finding(check, State.NOT_READY, f"{len(wrong)} of {total} not: {', '.join(wrong)}", advice)
    return Finding(check, State.READY, f"all {total} {does}")


def standing(check: str, found: Sequence[tuple[str, str]], wanted: str, advice: str) -> Finding:
    """What waits in the recovery region, by its status."""
    said = ", ".join(f"{name} is {status}" for name, status in found)
    return judged(check, all(status == wanted for _, status in found), said, advice)


def in_minutes(age: timedelta) -> str:
    """`14 min`."""
    return f"{max(age.total_seconds(), 0) / 60:.0f} min"


def in_hours(age: timedelta) -> str:
    """`26 h`, and `5 days` for what is older than three."""
    hours = max(age.total_seconds(), 0) / 3600
    return f"{hours:.0f} h" if hours < _LONG_HOURS else f"{hours / 24:.0f} days"
