"""One change of the corpus, and how it is played: by the files, by data of the program, or on its graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from preview.change import Change
from preview.risk import Risk
from preview.risks import risks_of
from tests.support.changes import change_between
from tests.support.recorder import Recording, Resource, record, stack_file, system_file
from tests.support.recordings import system_recording

GONE: Final = object()

# The value at a path, or GONE to take it away: `("services.api.replicas", 3)`.
Edit = tuple[str, Any]
# A resource, `type name`, and an edit of its inputs; `!protect` and `!retain` are the resource's options, and
# `!gone` takes it out of the program.
Declared = tuple[str, str, Any]


@dataclass(frozen=True)
class Patch:
    """Data of the program that is otherwise while it is evaluated.

    Args:
        about: which data; two about the same are not played together.
        apply: exchanges it.
    """

    about: str
    apply: Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Case:
    """A change of an environment.

    Args:
        name: what somebody has changed.
        named: the risks, patterns of `LABEL resource what`; every risk matches one, and each matches one.
        stack: edits of the stack file, without `groundwork:`.
        system: edits of the system file.
        program: what of the program's data is another.
        graph: edits of what the program declares, as a change of its code would.
        environment: the stack.
        of: the system.
        alone: it changes so much that others would not be seen beside it.
        deployed: edits of the stack file that is deployed until now; such a case is alone, too.
        deployed_system: the same of the system file.
    """

    name: str
    named: tuple[str, ...] = ()
    stack: tuple[Edit, ...] = ()
    system: tuple[Edit, ...] = ()
    program: Patch | None = None
    graph: tuple[Declared, ...] = ()
    environment: str = "prod"
    of: str = "triangle"
    alone: bool = False
    deployed: tuple[Edit, ...] = ()
    deployed_system: tuple[Edit, ...] = ()

    def apart_from(self, other: Case) -> bool:
        """Whether two can be played together: one environment, and nothing that both edit."""
        if (self.environment, self.of) != (other.environment, other.of):
            return False
        if any(case.alone or case.deployed or case.deployed_system for case in (self, other)):
            return False
        return not any(
            one == two or one.startswith(f"{two}.") or two.startswith(f"{one}.")
            for one in self._edited
            for two in other._edited
        )

    @property
    def _edited(self) -> frozenset[str]:
        stack = {f"stack {path.split('.')[0]}" for path, _ in self.stack}
        program = {self.program.about} if self.program else set()
        return frozenset(stack | {f"system {path}" for path, _ in self.system} | program)


def together(cases: Sequence[Case]) -> list[list[Case]]:
    """Cases of the files in as few evaluations as go: those that have nothing to do with each other."""
    groups: list[list[Case]] = []
    for case in cases:
        for group in groups:
            if len(group) < _MOST_TOGETHER and all(case.apart_from(other) for other in group):
                group.append(case)
                break
        else:
            groups.append([case])
    return groups


_MOST_TOGETHER = 20


def played(cases: Sequence[Case], folder: Path) -> Change:
    """The change that some cases are together.

    Args:
        cases: of one environment of one system.
        folder: for a system file that is edited.
    """
    first = cases[0]
    now = system_recording(first.of, first.environment)
    before = now
    if first.deployed or first.deployed_system:
        deployed = replace(first, stack=first.deployed, system=first.deployed_system, program=None)
        before = _evaluated([deployed], folder)
    after = now
    if any(case.stack or case.system or case.program for case in cases):
        after = _evaluated(cases, folder)
    edits = [edit for case in cases for edit in case.graph]
    return change_between(before, _edited(after, edits) if edits else after)


def edited_stack(cases: Sequence[Case]) -> dict[str, Any]:
    """The keys of the stack file that cases edit, as they are then, without `groundwork:`."""
    stack = stack_file(cases[0].environment)
    changes: dict[str, Any] = {}
    for path, value in (edit for case in cases for edit in case.stack):
        key, _, rest = path.partition(".")
        content = changes.setdefault(key, deepcopy(stack.get(key, {})))
        if rest:
            _put(content, rest, value)
        else:
            changes[key] = ... if value is GONE else value
    return changes


def edited_system(cases: Sequence[Case], file: Path) -> bool:
    """Writes the system file as cases edit it; False when none does."""
    edits = [edit for case in cases for edit in case.system]
    content = system_file(_system_of(cases[0]))
    for path, value in edits:
        _put(content, path, value)
    file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return bool(edits)


def _system_of(case: Case) -> str:
    return "system.yaml" if case.of == "triangle" else f"examples/systems/{case.of}.yaml"


def _evaluated(cases: Sequence[Case], folder: Path) -> Recording:
    first = cases[0]
    changes = edited_stack(cases)
    if edited_system(cases, folder / "system.yaml"):
        changes["systemFile"] = str(folder / "system.yaml")
    elif first.of != "triangle":
        changes["systemFile"] = _system_of(first)
    with pytest.MonkeyPatch.context() as patch:
        for case in cases:
            if case.program:
                case.program.apply(patch)
        return record(first.environment, changes)


def _put(content: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for parent in parents:
        content = content.setdefault(parent, {})
    if value is GONE:
        del content[last]
    else:
        content[last] = value


def _edited(recording: Recording, edits: Sequence[Declared]) -> Recording:
    resources = list(recording.resources)
    for named, path, value in edits:
        found = [index for index, each in enumerate(resources) if _is(each, named)]
        assert found, f"{recording.environment} has no {named}"
        if path == "!gone":
            resources = [each for index, each in enumerate(resources) if index not in found]
            continue
        for index in found:
            resources[index] = _with(resources[index], path, value)
    return Recording(recording.environment, resources, recording.outputs)


def _is(resource: Resource, named: str) -> bool:
    """`Type name`, with the last part of the type alone; `recovery/` in front of a name for what is there."""
    kind, _, name = named.partition(" ")
    there, name = name.startswith("recovery/"), name.removeprefix("recovery/")
    alike = resource.type.rsplit(":", 1)[-1] == kind and fnmatchcase(resource.name, name)
    return alike and resource.custom and resource.in_recovery is there


def _with(resource: Resource, path: str, value: Any) -> Resource:
    if path == "!protect":
        return replace(resource, protect=value)
    if path == "!retain":
        return replace(resource, retain_on_delete=value)
    inputs = deepcopy(dict(resource.inputs))
    *parents, last = path.split(".")
    content: Any = inputs
    for parent in parents:
        content = content[int(parent)] if isinstance(content, list) else content.setdefault(parent, {})
    if isinstance(content, list):
        content[int(last) : int(last) + 1] = [] if value is GONE else [value]
    elif value is GONE:
        content.pop(last)
    else:
        content[last] = value
    return replace(resource, inputs=inputs)


def line_of(risk: Risk) -> str:
    """A risk as the corpus names it."""
    return f"{risk.kind.label} {risk.who} {risk.what}"


def mistakes(cases: Sequence[Case], change: Change) -> list[str]:
    """Risks that should not be named, and those that should be and are not."""
    lines = {line_of(risk) for risk in risks_of(change)}
    patterns = [pattern for case in cases for pattern in case.named]
    false = [
        f"false alarm: {line}" for line in sorted(lines) if not any(fits(line, each) for each in patterns)
    ]
    missing = [
        f"not named: {pattern}" for pattern in patterns if not any(fits(line, pattern) for line in lines)
    ]
    return [*false, *missing]


def fits(line: str, pattern: str) -> bool:
    """Whether a line is what a pattern names; `*` stands for any text, brackets for themselves."""
    return fnmatchcase(line, pattern.replace("[", "[[]"))


__all__ = [
    "GONE",
    "Case",
    "Patch",
    "edited_stack",
    "edited_system",
    "fits",
    "line_of",
    "mistakes",
    "played",
    "together",
]
