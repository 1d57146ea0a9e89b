"""A discrete-event simulation of one run of the engine against AWS.

The engine's rules, as its sources have them (pkg/resource/deploy, v3.256.0):
- a resource begins when all that it waits for is there, and one of the workers is free (`--parallel`,
  PULUMI_PARALLEL, else `defaultParallel`, four for each processor);
- what is replaced first is removed right before the new one is made, and what depends on it before that;
- everything else that goes is removed when all else is done, in waves: first what nothing else of it
  depends on, then, when that is gone, the next (`ScheduleDeletes`).
What AWS or the provider does one after the other on one object (`timing.exclusions`) waits for its turn.
"""

from __future__ import annotations

import heapq
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from timing.durations import takes_time, times_of
from timing.exclusions import turns_of
from timing.facts import Times
from timing.graph import Graph
from timing.operations import Operation, Phase, Run, waves
from timing.workers import WORKERS

Turn = tuple[str, str]


@dataclass(frozen=True)
class Task:
    """Something that takes its time: an operation, or a point that others wait for.

    Args:
        key: its identity.
        operation: None for what takes no time.
        needs: keys of the tasks that have to be finished.
        turns: objects on which one has to be finished before the next may begin.
    """

    key: str
    operation: Operation | None
    needs: tuple[str, ...]
    turns: frozenset[Turn] = frozenset()

    @property
    def works(self) -> bool:
        """Whether it needs a worker."""
        return self.operation is not None and takes_time(self.operation.resource.type)


@dataclass(frozen=True)
class Step:
    """An operation and when it ran.

    Args:
        key: its identity.
        operation: None for what takes no time.
        ready: when all that it needs was there.
        start: when a worker, and its turn, were free as well.
        finish: when it was done.
        after: the key of what it needs that was there last; None where it needs nothing.
    """

    key: str
    operation: Operation | None
    ready: float
    start: float
    finish: float
    after: str | None

    @property
    def queued(self) -> float:
        """Seconds for which only a worker, or its turn, was missing."""
        return self.start - self.ready


@dataclass
class _State:
    """Of a simulation that is under way."""

    tasks: Mapping[str, Task]
    lasts: Callable[[Operation], float]
    free: int
    now: float = 0.0
    waiting: dict[str, int] = field(default_factory=dict)
    followers: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    queue: deque[tuple[str, str | None, float]] = field(default_factory=deque)
    running: list[tuple[float, int, str]] = field(default_factory=list)
    taken: set[Turn] = field(default_factory=set)
    steps: dict[str, Step] = field(default_factory=dict)


def simulate(
    run: Run,
    *,
    slow: bool = False,
    workers: int = WORKERS,
    times: Callable[[Operation], Times] = times_of,
) -> dict[str, Step]:
    """When each operation of a run begins and ends, in seconds from the start, by key.

    Args:
        run: what is done.
        slow: with the times of the slow case.
        workers: of the engine.
        times: how long AWS takes for an operation.
    """

    def lasts(operation: Operation) -> float:
        return times(operation).slow if slow else times(operation).typical

    tasks = {task.key: task for task in tasks_of(run)}
    state = _State(tasks, lasts, workers)
    for task in tasks.values():
        needed = [need for need in task.needs if need in tasks]
        state.waiting[task.key] = len(needed)
        for need in needed:
            state.followers[need].append(task.key)
    for key in [key for key, count in state.waiting.items() if count == 0]:
        _arrive(state, key, None)
    _begin_what_can(state)
    while state.running:
        state.now, _, ended = heapq.heappop(state.running)
        _give_back(state, state.tasks[ended])
        for follower in _released(state, ended):
            _arrive(state, follower, ended)
        _begin_what_can(state)
    assert len(state.steps) == len(tasks), "a circle: the engine would not come to an end either"
    return state.steps


def _arrive(state: _State, key: str, after: str | None) -> None:
    """All that a task needs is there: it queues for a worker, or is over at once."""
    arrived = [(key, after)]
    while arrived:
        key, after = arrived.pop()
        if state.tasks[key].works:
            state.queue.append((key, after, state.now))
            continue
        state.steps[key] = Step(key, state.tasks[key].operation, state.now, state.now, state.now, after)
        arrived += [(follower, key) for follower in _released(state, key)]


def _begin_what_can(state: _State) -> None:
    """Gives work to the workers that are free, first come first served."""
    held = []
    while state.free and state.queue:
        key, after, ready = state.queue.popleft()
        task = state.tasks[key]
        if state.taken & task.turns:
            held.append((key, after, ready))
            continue
        state.free -= 1
        state.taken |= task.turns
        assert task.operation is not None
        finish = state.now + state.lasts(task.operation)
        state.steps[key] = Step(key, task.operation, ready, state.now, finish, after)
        heapq.heappush(state.running, (finish, len(state.steps), key))
    state.queue.extendleft(reversed(held))


def _give_back(state: _State, task: Task) -> None:
    state.free += 1
    state.taken -= task.turns


def _released(state: _State, key: str) -> Iterator[str]:
    """What waited for this alone."""
    for follower in state.followers[key]:
        state.waiting[follower] -= 1
        if state.waiting[follower] == 0:
            yield follower


def tasks_of(run: Run) -> Iterator[Task]:
    """What a run consists of, with what waits for what."""
    done = {op.resource.urn: op for op in run.operations if op.phase is Phase.DECLARED}
    first = {op.resource.urn: op for op in run.operations if op.phase is Phase.REPLACED_FIRST}
    yield from _removals_first(run, first)
    for urn, resource in run.graph.items():
        needs = [_made(need) for need in sorted(resource.needs)]
        if urn in first:
            needs.append(_gone(urn))
        operation = done.get(urn)
        yield Task(_made(urn), operation, tuple(needs), turns_of(operation) if operation else frozenset())
    yield Task("declared", None, tuple(_made(urn) for urn in run.graph))
    before = "declared"
    at_the_end = [op for op in run.operations if op.phase is Phase.AT_THE_END]
    for number, wave in enumerate(waves(run.old, at_the_end)):
        for operation in wave:
            yield Task(_gone(operation.resource.urn), operation, (before,), turns_of(operation))
        before, keys = f"wave {number}", tuple(_gone(operation.resource.urn) for operation in wave)
        yield Task(before, None, keys)


def _made(urn: str) -> str:
    return f"made {urn}"


def _gone(urn: str) -> str:
    return f"gone {urn}"


def _removals_first(run: Run, first: Mapping[str, Operation]) -> Iterator[Task]:
    """What is removed before another one takes its place: after what depends on it and goes as well, and when
    the engine comes to the one that all of them go for: when what that one needs is there."""
    behind = _behind(run.graph, first)
    there: dict[str, frozenset[str]] = {}
    for urn in run.graph:  # in the order of registration: what is needed comes before
        if urn in behind:
            needs = run.graph[urn].needs
            inherited = [there[need] for need in needs if need in there]
            there[urn] = frozenset(needs - behind).union(*inherited)
    for urn, operation in first.items():
        users = [_gone(other) for other, op in first.items() if urn in op.resource.needs]
        yield Task(_gone(urn), operation, (*users, *map(_made, sorted(there[urn]))), turns_of(operation))


def _behind(graph: Graph, first: Iterable[str]) -> frozenset[str]:
    """What is replaced first, and all that waits for it."""
    behind = set(first)
    for urn, resource in graph.items():
        if behind & resource.needs:
            behind.add(urn)
    return frozenset(behind)
