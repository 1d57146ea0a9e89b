"""Quotas of AWS and Kubernetes that no service model has: data, and one way to count.

A quota counts over a whole graph of resources: the engine's state after `make up`, or a recording of the
program. What the models say of a single request is in `limits`, what documentation says of a single value in
`formats`, the figures in `quota_table`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# The day on which the figures were looked up.
LOOKED_UP = "2026-11-29"


@dataclass(frozen=True)
class Declared:
    """One resource of a graph.

    Args:
        type: Pulumi's type.
        name: the program's own name for it.
        provider: which of the program's providers makes it; each of AWS's has a region of its own.
        inputs: what the program declares, with known values.
    """

    type: str
    name: str
    provider: str
    inputs: Mapping[str, Any]


# Where something is counted, and how much there is.
Measure = Callable[[Sequence[Declared]], Iterable[tuple[str, int]]]


@dataclass(frozen=True)
class Quota:
    """How much of something may be in one place.

    Args:
        what: is counted, in words.
        limit: how much of it AWS takes.
        measure: counts it in every place of a graph.
        source: where AWS says so.
        adjustable: AWS gives an account more when it is asked to (Service Quotas).
    """

    what: str
    limit: int
    measure: Measure
    source: str
    adjustable: bool = False


@dataclass(frozen=True)
class Excess:
    """A place that has more than a quota allows."""

    quota: Quota
    place: str
    found: int

    def __str__(self) -> str:
        more = "; AWS gives more when it is asked to (Service Quotas)" if self.quota.adjustable else ""
        return (
            f"{self.place}: found {self.found} {self.quota.what}; allowed: at most {self.quota.limit} "
            f"({self.quota.source}, {LOOKED_UP}){more}."
        )


def exceeded(graph: Sequence[Declared], quotas: Iterable[Quota]) -> list[Excess]:
    """Every place of a graph that has more than one of the quotas allows."""
    return [
        Excess(quota, place, amount)
        for quota in quotas
        for place, amount in quota.measure(graph)
        if amount > quota.limit
    ]


def graph_of_state(state: Mapping[str, Any]) -> list[Declared]:
    """The resources of an exported state of the engine."""
    return [
        Declared(
            resource["type"],
            resource["urn"].split("::")[-1],
            resource.get("provider", "").split("::")[-2] if resource.get("provider") else "",
            resource.get("inputs", {}),
        )
        for resource in state["deployment"].get("resources", [])
        if resource.get("custom")
    ]


def _of(graph: Iterable[Declared], *types: str) -> Iterator[Declared]:
    return (resource for resource in graph if resource.type in types)


def _title(resource: Declared) -> str:
    return f"{resource.type.split(':')[-1]} {resource.name}"


def in_region(*types: str) -> Measure:
    """All resources of a type in one region."""

    def measure(graph: Sequence[Declared]) -> Iterable[tuple[str, int]]:
        return Counter(f"region of {resource.provider}" for resource in _of(graph, *types)).items()

    return measure


def by(what: str, kind: str, weight: Callable[[Declared], int], *types: str) -> Measure:
    """The weights of resources by what they belong to, which their property `what` names."""

    def measure(graph: Sequence[Declared]) -> Iterable[tuple[str, int]]:
        totals: Counter[str] = Counter()
        for resource in _of(graph, *types):
            totals[f"{kind} {resource.inputs.get(what)} ({resource.provider})"] += weight(resource)
        return totals.items()

    return measure


def each(amount: Callable[[Mapping[str, Any]], int], *types: str) -> Measure:
    """An amount in each resource of a type."""

    def measure(graph: Sequence[Declared]) -> Iterable[tuple[str, int]]:
        return ((_title(resource), amount(resource.inputs)) for resource in _of(graph, *types))

    return measure


def one(_: Declared) -> int:
    """The weight of what is only counted."""
    return 1


def length(*path: str) -> Callable[[Mapping[str, Any]], int]:
    """How many entries a list or mapping in the inputs has."""

    def amount(inputs: Mapping[str, Any]) -> int:
        found = at(inputs, path)
        return len(found) if isinstance(found, (list, dict)) else 0

    return amount


def at(value: Any, path: Iterable[str]) -> Any:
    """What stands under a path of names; None where nothing does."""
    for part in path:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def as_text(value: Any) -> str:
    """A text as it is, a document as compact JSON."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def size(*path: str) -> Callable[[Mapping[str, Any]], int]:
    """Bytes of a text or document in the inputs."""
    return lambda inputs: len(as_text(at(inputs, path)).encode()) if at(inputs, path) is not None else 0
