"""Changes to a resource's inputs, one place at a time, for which the provider is asked what it would do."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rehearsal.assets import is_asset
from rehearsal.providers.property_differences import join, without_indexes
from rehearsal.providers.provider import Properties

# Tags are compared as they are, and changed in place, by every type that has them.
_PASSED_OVER = ("tags",)
# Values of other resources that are tried for one place, and changes of each sort.
_OTHERS = 3
_EACH_SORT = 4

Step = str | int


@dataclass(frozen=True)
class Mutation:
    """One change: the place without indexes (`rules.filter.prefix`), its sort, and the inputs after it."""

    path: str
    sort: str
    words: str
    inputs: Properties


class Tried:
    """What was tried on resources of one type: enough is enough."""

    def __init__(self) -> None:
        self._words: dict[tuple[str, str], set[str]] = defaultdict(set)

    def is_new(self, mutation: Mutation) -> bool:
        """Whether it is to be tried, which is noted."""
        words = self._words[mutation.path, mutation.sort]
        if mutation.words in words or len(words) == _EACH_SORT:
            return False
        words.add(mutation.words)
        return True


def mutations(inputs: Properties, others: Sequence[Properties]) -> Iterator[Mutation]:
    """The changes that are tried on a resource.

    Args:
        inputs: what it has.
        others: inputs of other resources of the type: their values are valid ones.
    """
    for name, value in inputs.items():
        if name in _PASSED_OVER or name.startswith("__") or value is None:
            continue
        without = {key: each for key, each in inputs.items() if key != name}
        yield Mutation(name, "left out", f"{_shown(value)} left out", without)
        for steps in _places(value, (name,)):
            path, before = _path(steps), _at(inputs, steps)
            for sort, after in _values(before, path, others):
                words = f"{_shown(before)} to {_shown(after)}"
                yield Mutation(path, sort, words, _with(inputs, steps, after))
    yield from _added(inputs, others)


def replaced_texts(inputs: Properties, text: str) -> Iterator[tuple[str, Properties]]:
    """Inputs with another text in the place of each one, and which place it is."""
    for name, value in inputs.items():
        if name in _PASSED_OVER or name.startswith("__"):
            continue
        for steps in _places(value, (name,)):
            if isinstance(_at(inputs, steps), str):
                yield _path(steps), _with(inputs, steps, text)


def _added(inputs: Properties, others: Sequence[Properties]) -> Iterator[Mutation]:
    """Properties that other resources of the type have and this one has not."""
    for other in others:
        for name, value in other.items():
            if name not in inputs and name not in _PASSED_OVER and value is not None:
                yield Mutation(name, "added", f"{_shown(value)} added", {**inputs, name: value})


def _places(value: Any, steps: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    """The places of the values that are no lists or maps; of a list the first item's, and the list itself."""
    if is_asset(value):
        return
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _places(each, (*steps, name))
    elif isinstance(value, list):
        if len(value) > 1:
            yield steps
        if value:
            yield from _places(value[0], (*steps, 0))
    elif value is not None:
        yield steps


def _values(before: Any, path: str, others: Sequence[Properties]) -> Iterator[tuple[str, Any]]:
    """Other values, and which sort of change they are."""
    if isinstance(before, list):
        yield "shorter", before[1:]
        yield "turned round", [*reversed(before)]
        return
    if isinstance(before, bool):
        yield str(before), not before
        return
    seen = {before}
    for other in others:
        for after in _all_at(other, path.split(".")):
            if type(after) is type(before) and after not in seen and len(seen) <= _OTHERS:
                seen.add(after)
                yield "another", after
    if isinstance(before, str):
        # Of a secret's kind, which is never shown.
        yield "other case", type(before)(before.swapcase())
        yield "longer", type(before)(f"{before}2")
    elif len(seen) == 1:
        yield "another", before + 1


def _all_at(value: Any, path: Sequence[str]) -> Iterator[Any]:
    if isinstance(value, list):
        for each in value:
            yield from _all_at(each, path)
    elif not path:
        if not isinstance(value, Mapping):
            yield value
    elif isinstance(value, Mapping) and path[0] in value:
        yield from _all_at(value[path[0]], path[1:])


def _path(steps: Sequence[Step]) -> str:
    path = ""
    for step in steps:
        path = join(path, step)
    return without_indexes(path)


def _at(value: Any, steps: Sequence[Step]) -> Any:
    for step in steps:
        value = value[step]
    return value


def _with(inputs: Properties, steps: Sequence[Step], after: Any) -> Properties:
    found = copy.deepcopy(inputs)
    _at(found, steps[:-1])[steps[-1]] = after
    return found


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}…"
