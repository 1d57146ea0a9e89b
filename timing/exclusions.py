"""Operations that exclude each other on one object, and where a graph lets them overlap.

The facts are in `timing/data/exclusions`. Two operations can overlap when neither of them waits for the
other, however long anything takes: what saves a deployment today by being slow will not save it tomorrow.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from timing.data.exclusions import EXCLUSIONS, REQUIREMENTS, Exclusion, Member, Outcome
from timing.graph import Graph, Resource, everything_before
from timing.operations import Operation, Phase, Run, waves

_BY_TYPE: dict[str, list[tuple[Exclusion, Member]]] = defaultdict(list)
for _exclusion in EXCLUSIONS:
    for _member in _exclusion.members:
        _BY_TYPE[_member.type].append((_exclusion, _member))


@dataclass(frozen=True)
class Overlap:
    """Two operations that AWS refuses to do at once, and that nothing keeps apart."""

    exclusion: Exclusion
    object: str
    first: Operation
    second: Operation

    def __str__(self) -> str:
        one, other = (f"{op.kind} {op.resource.type} {op.resource.name}" for op in (self.first, self.second))
        return f"{self.exclusion.object} {self.object}: {one} and {other}. {self.exclusion.why}"


class ObjectNotFound(Exception):
    """An operation works on an object that the graph does not show; the message names the input."""


def turns_of(operation: Operation) -> frozenset[tuple[str, str]]:
    """The objects on which an operation waits for its turn: there AWS or the provider orders them itself."""
    return frozenset(
        (exclusion.object, thing)
        for exclusion, member in _BY_TYPE.get(operation.resource.type, ())
        if exclusion.outcome is Outcome.WAITS and operation.kind in member.kinds
        for thing in objects_of(operation.resource, exclusion, member)
    )


def objects_of(resource: Resource, exclusion: Exclusion, member: Member) -> frozenset[str]:
    """What a member of an exclusion works on: URNs where the graph has them, else the input's own words."""
    if member.property is None:
        return frozenset({resource.urn})
    referenced = frozenset(
        urn for urn in resource.references.get(member.property, ()) if _type_of(urn) in exclusion.roots
    )
    if referenced:
        return referenced
    value = resource.inputs.get(member.property)
    if value is None:
        return frozenset()
    values = value if isinstance(value, list) else [value]
    if values and all(isinstance(each, str) and each for each in values):
        return frozenset(values)
    raise ObjectNotFound(
        f"{resource.type} {resource.name}: nothing shows which {exclusion.object} its {member.property} means"
    )


def overlaps(run: Run) -> list[Overlap]:
    """Every pair of operations of a run that AWS would refuse, and that nothing keeps apart."""
    ordered = _Order(run)
    found = []
    for exclusion in EXCLUSIONS:
        if exclusion.outcome is Outcome.REFUSED:
            for thing, operations in _by_object(run, exclusion).items():
                for (first, one), (second, other) in combinations(operations, 2):
                    if exclusion.excludes(one, other) and ordered.can_overlap(first, second):
                        found.append(Overlap(exclusion, thing.rsplit("::", maxsplit=1)[-1], first, second))
    return found


def _by_object(run: Run, exclusion: Exclusion) -> dict[str, list[tuple[Operation, Member]]]:
    members = {
        member.type: [m for m in exclusion.members if m.type == member.type] for member in exclusion.members
    }
    found: dict[str, list[tuple[Operation, Member]]] = defaultdict(list)
    for operation in run.operations:
        for member in members.get(operation.resource.type, ()):
            if operation.kind in member.kinds:
                for thing in objects_of(operation.resource, exclusion, member):
                    found[_identity(run, exclusion, thing)].append((operation, member))
    return found


def _identity(run: Run, exclusion: Exclusion, thing: str) -> str:
    """An object's URN, also where an input names it by its physical name."""
    if thing.startswith("urn:"):
        return thing
    roots = (resource for resource in run.graph.values() if resource.type in exclusion.roots)
    return next((root.urn for root in roots if thing in root.inputs.values()), thing)


class _Order:
    """What is certainly over before something else begins, in one run."""

    def __init__(self, run: Run) -> None:
        self._before = everything_before(run.graph)
        self._wave: dict[str, int] = {}
        at_the_end = [op for op in run.operations if op.phase is Phase.AT_THE_END]
        for number, wave in enumerate(waves(run.old, at_the_end)):
            for operation in wave:
                self._wave[operation.resource.urn] = number

    def can_overlap(self, first: Operation, second: Operation) -> bool:
        """Whether neither has to be over before the other one begins."""
        one, other = first.resource.urn, second.resource.urn
        if one == other:
            return False
        if Phase.AT_THE_END in (first.phase, second.phase):
            # All that is declared is over by then.
            return first.phase is second.phase and self._wave[one] == self._wave[other]
        # What is removed to be made anew goes after all that it waits for, like its successor.
        return one not in self._before.get(other, ()) and other not in self._before.get(one, ())


def unmet_requirements(graph: Graph) -> Iterator[str]:
    """What needs a state of something else that nothing makes it wait for, a sentence each."""
    before = everything_before(graph)
    for requirement in REQUIREMENTS:
        for resource in graph.values():
            if resource.type != requirement.type:
                continue
            needed = {urn for urn, other in graph.items() if other.type == requirement.needs}
            if needed and not needed & before[resource.urn]:
                what = f"{resource.type} {resource.name} does not wait for {requirement.needs}"
                yield f"{what}: {requirement.why}"


def _type_of(urn: str) -> str:
    return urn.split("::")[2].rsplit("$", maxsplit=1)[-1]
