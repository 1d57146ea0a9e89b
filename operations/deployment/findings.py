"""Findings of the checks of a deployment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum


class State(StrEnum):
    """The answer to a check."""

    HOLDS = "holds"
    FAILS = "fails"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True)
class Finding:
    """One answer.

    Args:
        check: what was looked at, in a word or two.
        about: the host or service.
        state: the answer.
        found: what there was; of what was not checked, why not.
        advice: what to do; empty where nothing is.
    """

    check: str
    about: str
    state: State
    found: str
    advice: str = ""

    def as_json(self) -> dict[str, str]:
        """For scripts."""
        return asdict(self)


def judged(check: str, about: str, good: bool, found: str, advice: str) -> Finding:
    """A finding that holds or fails; the advice is for the one that fails."""
    return Finding(check, about, State.HOLDS if good else State.FAILS, found, "" if good else advice)


def good(findings: Sequence[Finding]) -> bool:
    """Whether nothing fails, and something was checked at all."""
    states = {each.state for each in findings}
    return State.FAILS not in states and State.HOLDS in states
