"""Operations of one run of the engine, in the engine's own order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from timing.facts import Inputs
from timing.graph import Graph, Resource


class Kind(StrEnum):
    """What is done to a resource."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class Phase(StrEnum):
    """When the engine does it: as the program declares, right before that, or when all else is done."""

    DECLARED = "declared"
    REPLACED_FIRST = "replaced first"
    AT_THE_END = "at the end"


@dataclass(frozen=True)
class Operation:
    """One operation.

    Args:
        kind: what is done.
        resource: to what; with its inputs after a creation or update, and before a deletion.
        phase: when.
        changed: which inputs an update changes.
        before: the inputs before an update.
        replaces: it is part of a replacement.
    """

    kind: Kind
    resource: Resource
    phase: Phase = Phase.DECLARED
    changed: frozenset[str] = frozenset()
    before: Inputs = field(default_factory=dict)
    replaces: bool = False


@dataclass(frozen=True)
class Run:
    """What the engine does in one go.

    Args:
        graph: what there is afterwards; what is declared and stays as it is orders the rest.
        operations: what is done.
        old: what there was before, as far as something of it is removed.
    """

    graph: Graph
    operations: tuple[Operation, ...]
    old: Graph = field(default_factory=dict)


def creation(graph: Graph) -> Run:
    """All of it, from nothing."""
    return Run(graph, tuple(Operation(Kind.CREATE, resource) for resource in graph.values()))


def destruction(graph: Graph) -> Run:
    """All of it goes."""
    return Run({}, tuple(_removed(resource) for resource in graph.values()), graph)


def change(old: Graph, new: Graph, changed: Mapping[str, Iterable[str]], replaced: Iterable[str] = ()) -> Run:
    """From one graph to another.

    Args:
        old: before.
        new: after.
        changed: for each resource that is updated in place the inputs that differ.
        replaced: URNs of resources that another one takes the place of.
    """
    again = frozenset(replaced)
    operations: list[Operation] = []
    for urn, resource in new.items():
        if urn not in old:
            operations.append(Operation(Kind.CREATE, resource))
        elif urn in again:
            phase = Phase.REPLACED_FIRST if resource.replaced_first else Phase.AT_THE_END
            operations.append(_removed(old[urn], phase, replaces=True))
            operations.append(Operation(Kind.CREATE, resource, before=old[urn].inputs, replaces=True))
        elif urn in changed:
            operations.append(
                Operation(Kind.UPDATE, resource, changed=frozenset(changed[urn]), before=old[urn].inputs)
            )
    operations += [_removed(resource) for urn, resource in old.items() if urn not in new]
    return Run(new, tuple(operations), old)


def _removed(resource: Resource, phase: Phase = Phase.AT_THE_END, *, replaces: bool = False) -> Operation:
    return Operation(Kind.DELETE, resource, phase, before=resource.inputs, replaces=replaces)


def waves(old: Graph, operations: Iterable[Operation]) -> list[list[Operation]]:
    """Deletions in the engine's order; a wave begins when the one before it is done."""
    condemned = {op.resource.urn: op for op in operations if op.kind is Kind.DELETE}
    found: list[list[Operation]] = []
    while condemned:
        wave = [op for urn, op in condemned.items() if not condemned.keys() & op.resource.needs]
        assert wave, "a circle"
        for operation in wave:
            del condemned[operation.resource.urn]
        found.append(wave)
    return found[::-1]
