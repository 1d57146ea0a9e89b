"""The graph that the engine recorded: resources, and what each one waits for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from timing.facts import Inputs


class Named:
    """What has a URN, and with it a name in the program and a part that it belongs to."""

    urn: str

    @property
    def name(self) -> str:
        """The name in the program."""
        return self.urn.rpartition("::")[2]

    @property
    def area(self) -> str:
        """The part that it belongs to: its outermost component."""
        return area_of(self.urn)


@dataclass(frozen=True)
class Resource(Named):
    """One resource, as far as time is concerned.

    Args:
        urn: its identity.
        type: its type.
        inputs: as the engine has them.
        needs: URNs of all that has to be there before: dependencies, parent, provider.
        references: the URNs that an input comes from, by input.
        replaced_first: when it is replaced the old one goes before the new one comes.
    """

    urn: str
    type: str
    inputs: Inputs = field(default_factory=dict)
    needs: frozenset[str] = frozenset()
    references: Mapping[str, frozenset[str]] = field(default_factory=dict)
    replaced_first: bool = False


Graph = Mapping[str, Resource]

# What is not what people look for: everything is in the stack, and what runs is in its home.
_AROUND = {"pulumi:pulumi:Stack", "groundwork:place:Home"}


def area_of(urn: str) -> str:
    """The outermost component of a resource (`Network`), `Recovery` for all of that place, or `Stack`."""
    types = urn.split("::")[2].split("$")[:-1] if urn.count("::") > 2 else []
    component = next((part for part in types if part not in _AROUND), None)
    return component.split(":")[-1] if component else "Stack"


def graph_of(resources: Iterable[Mapping[str, Any]]) -> Graph:
    """The graph of an exported state (`deployment.resources`), in its order.

    What is only waiting to be deleted has left the graph.
    """
    return {
        record["urn"]: resource_of(record)
        for record in resources
        if not record.get("delete") and not record.get("pendingReplacement")
    }


def resource_of(record: Mapping[str, Any]) -> Resource:
    """One resource of an exported state, or of a plan's goals."""
    return Resource(
        urn=record["urn"],
        type=record["type"],
        inputs=record.get("inputs") or {},
        needs=needs_of(record),
        references={
            name: frozenset(urns or ()) for name, urns in (record.get("propertyDependencies") or {}).items()
        },
    )


def needs_of(record: Mapping[str, Any]) -> frozenset[str]:
    """What a resource waits for: dependencies, the parent, the provider (`urn::id`)."""
    needed = {
        *(record.get("dependencies") or ()),
        record.get("parent") or "",
        record.get("deletedWith") or "",
    }
    needed.add((record.get("provider") or "").rpartition("::")[0])
    return frozenset(needed - {""})


def everything_before(graph: Graph) -> dict[str, frozenset[str]]:
    """For each resource all that is certainly finished before it begins, over any number of steps."""
    found: dict[str, frozenset[str]] = {}

    def visit(urn: str) -> frozenset[str]:
        if urn not in found:
            found[urn] = frozenset()  # ends a circle, which the engine would refuse anyway
            direct = [need for need in graph[urn].needs if need in graph]
            found[urn] = frozenset(direct).union(*map(visit, direct))
        return found[urn]

    for urn in graph:
        visit(urn)
    return found
