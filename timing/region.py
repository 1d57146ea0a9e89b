"""Durations of `recover region` and `recover region-back`, by what stands in the other region beforehand.

What does not wait there is made on the day, beside everything else that needs no database; so it makes that
one deployment longer, and what is left of the promotion shorter.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import takewhile
from types import MappingProxyType

from timing.data.recovery import FOUNDATIONS_WITHOUT, PROMOTION, RETURN_WITHOUT, WAITS, Wait
from timing.facts import Times
from timing.words import duration

# By their names in the stack file.
PARTS = frozenset().union(*FOUNDATIONS_WITHOUT)
# People are to be back at work within that time also where every step is slow (contract DR-5).
PROMISE_SECONDS = 30 * 60

# What each step waits for; people are back when the services are ready.
STEPS: Mapping[str, Wait] = MappingProxyType(
    {
        "promote": Wait.QUICK,
        "secrets": Wait.QUICK,
        "state": Wait.STATE,
        "write": Wait.QUICK,
        "foundations": Wait.FOUNDATIONS,
        "promoted": Wait.PROMOTED,
        "build": Wait.BUILD_REGION,
        "ready": Wait.REACHED,
        "redundancy": Wait.QUICK,
        "rest": Wait.QUICK,
        "complete": Wait.COMPLETE,
        "agree": Wait.STATE,
    }
)
_READY = "ready"


def times_of(wait: Wait, waits: Collection[str] = PARTS) -> Times:
    """How long a wait takes.

    Args:
        wait: one of those of `recover region` or `recover region-back`.
        waits: the parts that wait in the other region; all of them usually.
    """
    missing = PARTS.difference(waits)
    if wait is Wait.FOUNDATIONS:
        return FOUNDATIONS_WITHOUT[missing]
    if wait is Wait.RETURN:
        return RETURN_WITHOUT[missing]
    if wait is Wait.PROMOTED:
        least, made = WAITS[Wait.QUICK].times, FOUNDATIONS_WITHOUT[missing]
        return Times(
            max(PROMOTION.typical - made.typical, least.typical), max(PROMOTION.slow - made.slow, least.slow)
        )
    return WAITS[wait].times


def until_people_are_back(waits: Collection[str]) -> Times:
    """From the command's first step to services that are ready."""
    counted = [*takewhile(lambda name: name != _READY, STEPS), _READY]
    times = [times_of(STEPS[name], waits) for name in counted]
    return Times(sum(each.typical for each in times), sum(each.slow for each in times))


def longer_without(missing: Collection[str], waits: Collection[str] = PARTS) -> Times:
    """How much longer people cannot work when some parts wait no more.

    Args:
        missing: these parts.
        waits: those that have waited, and the others still do.
    """
    before, after = until_people_are_back(waits), until_people_are_back(frozenset(waits).difference(missing))
    return Times(after.typical - before.typical, after.slow - before.slow)


def notes(waits: Collection[str]) -> list[str]:
    """What a person should know of parts that do not wait; nothing where all of them do."""
    missing = sorted(PARTS.difference(waits))
    if not missing:
        return []
    now, usual = until_people_are_back(waits), until_people_are_back(PARTS)
    said = f"{' and '.join(missing)} {_wait(missing)} in the other region: when this one is lost, people are"
    said += f" back after {_said(now)}, and not after {_said(usual)}"
    if now.slow > PROMISE_SECONDS:
        said += f"; {duration(PROMISE_SECONDS)} are promised, also in the slow case"
    return [said]


def _wait(missing: Collection[str]) -> str:
    return "does not wait" if len(missing) == 1 else "do not wait"


def _said(times: Times) -> str:
    return f"{duration(times.typical)} (slow case {duration(times.slow)})"
