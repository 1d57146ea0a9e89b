"""The form of a recovery: what is to be done, how long it takes, and how to see that it is done."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from commands.errors import ErrorCode, Exit
from operations.console import OperationFailed
from timing.data.recovery import WAITS, Wait
from timing.facts import Times

Progress = Callable[[str], None]

# How often AWS is asked whether it is ready. A restore takes ten minutes.
POLL_SECONDS = 10.0
# What takes longer than this many times its slow case is told as a failure; the same command waits on.
_PATIENCE = 3


class ChecksFailed(OperationFailed):
    """What was restored is not as it should be, and nothing was switched to it."""

    code = Exit.CHECKS_FAILED

    @property
    def word(self) -> ErrorCode:
        return ErrorCode.CHECKS_FAILED


@dataclass(frozen=True)
class Step:
    """One step of a recovery.

    Args:
        name: one word, unique in the recovery.
        does: what it does, as the plan says it.
        wait: how long it takes.
        done: whether there is nothing left to do; asks AWS, and is asked before and after.
        act: does it, also after it was killed half-way; what it answers is noted in the record.
        expected: how long it takes, where that is computed of what there is to do; else the table has it.
    """

    name: str
    does: str
    wait: Wait
    done: Callable[[], bool]
    act: Callable[[Progress], str]
    expected: Times | None = None

    @property
    def times(self) -> Times:
        """How long it takes."""
        return self.expected or WAITS[self.wait].times


@dataclass(frozen=True)
class Recovery:
    """A whole recovery.

    Args:
        kind: one word (`database`), part of the records' names.
        environment: that is recovered.
        situation: what there is, a line each.
        loss: what is lost by it.
        steps: in order.
        users_back: the step after which people can work again; empty where they can all the time.
        afterwards: what a person does then, a line each.
        counts: figures for the record, asked for at the end.
    """

    kind: str
    environment: str
    situation: tuple[str, ...]
    loss: str
    steps: tuple[Step, ...]
    users_back: str
    afterwards: tuple[str, ...]
    counts: Callable[[], dict[str, object]] = field(default=dict)

    def until_users_are_back(self) -> Times:
        """How long until people can work again."""
        if not self.users_back:
            return Times(0, 0)
        names = [step.name for step in self.steps]
        counted = self.steps[: names.index(self.users_back) + 1]
        return Times(sum(step.times.typical for step in counted), sum(step.times.slow for step in counted))


@dataclass(frozen=True)
class Clock:
    """Time, which tests have pass quickly."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


class NowAndThen:
    """Something that is done now and then, and what it said last.

    Args:
        clock: time.
        act: it; answers what there is to say.
        said: before the first time.
    """

    def __init__(self, clock: Clock, act: Callable[[], str], said: str) -> None:
        self._clock, self._act, self._said = clock, act, said
        self._last = -POLL_SECONDS

    def __call__(self) -> str:
        if self._clock.now() - self._last >= POLL_SECONDS:
            self._last, self._said = self._clock.now(), self._act()
        return self._said


def wait_until(
    question: Callable[[], str | None], wait: Wait, progress: Progress, clock: Clock, what: str
) -> None:
    """Asks until the answer is None; any other one is what is still missing.

    Raises:
        OperationFailed: after a few times the slow case.
    """
    begun, limit = clock.now(), WAITS[wait].times.slow * _PATIENCE
    while (missing := question()) is not None:
        if clock.now() - begun > limit:
            raise OperationFailed(
                f"{what}: {missing}, after {limit // 60:.0f} minutes. The same command waits on."
            )
        progress(missing)
        clock.sleep(POLL_SECONDS)
