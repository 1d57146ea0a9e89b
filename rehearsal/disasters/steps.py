"""The steps of a command that was played: what AWS takes for each, and what it took here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from commands.errors import CommandFailed
from timing.data.recovery import WAITS, Wait
from timing.facts import Times


@dataclass(frozen=True)
class Step:
    """One step.

    Args:
        name: as in the command's record.
        expected: what AWS takes for it.
        here: what it took here, in seconds.
    """

    name: str
    expected: Times
    here: float


def steps_of(
    record: Mapping[str, Any],
    waits: Mapping[str, Wait],
    times: Callable[[Wait], Times] = lambda wait: WAITS[wait].times,
) -> tuple[Step, ...]:
    """What each step of a command has taken, in the command's order, which JSON does not keep.

    Args:
        record: of the command.
        waits: what each step waits for.
        times: what AWS takes for that.

    Raises:
        CommandFailed: the command had a step whose time would be left out.
    """
    if missing := sorted(record["steps"].keys() - waits.keys()):
        raise CommandFailed(f"no time is known of what the command did: {', '.join(missing)}")
    found = []
    for name, wait in waits.items():
        noted = record["steps"][name]
        began, ended = (datetime.fromisoformat(noted[key]) for key in ("began", "ended"))
        found.append(Step(name, times(wait), (ended - began).total_seconds()))
    return tuple(found)


def until(steps: Sequence[Step], last: str) -> Times:
    """How long AWS takes up to the end of a step."""
    names = [each.name for each in steps]
    counted = [each.expected for each in steps[: names.index(last) + 1]]
    return Times(sum(each.typical for each in counted), sum(each.slow for each in counted))


def as_json(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """The steps for scripts."""
    return [{"name": each.name, **vars(each.expected), "here": each.here} for each in steps]
