"""`make sdk`: what each part of `rehearsal.program.sdk_speed` saves, and that none of them changes a state.

An environment is deployed with Pulumi's SDK as published and deployed again with it quickened, and the other
way round: neither may find anything to change, and the states may differ in nothing but when and by which
line of Python a resource was made. Then it is deployed once without each part.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from rehearsal.console import Terminal
from rehearsal.program.programs import processor_seconds, sdk_as_published, sdk_without
from rehearsal.program.sdk_speed import parts
from rehearsal.session import Session
from rehearsal.workspace.workspace import Workspace

# What a deployment writes anew though nothing has changed, and what quickened programs do not send.
_NOT_COMPARED = {"created", "modified", "sourcePosition", "stackTrace"}


@dataclass(frozen=True)
class Cost:
    """One `up`: all its seconds, and those that the program's process computed."""

    up: float
    processor: float


@dataclass(frozen=True)
class Figures:
    """What was measured; `differences` has what one SDK leaves otherwise than the other."""

    environment: str
    resources: int
    published: Cost
    quick: Cost
    without: Mapping[str, Cost]
    differences: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The figures as plain values; times in seconds."""
        return asdict(self)

    def show(self) -> None:
        """A table, the most expensive part first."""
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in ("what is as published", "up s", "processor s", "more than quick"):
            table.add_column(column, justify="left" if column.startswith("what") else "right")
        slowest = sorted(self.without.items(), key=lambda each: -each[1].processor)
        for what, cost in [("everything", self.published), *slowest, ("nothing (quick)", self.quick)]:
            more = cost.processor - self.quick.processor
            table.add_row(what, f"{cost.up:.1f}", f"{cost.processor:.1f}", f"{more:+.1f}")
        terminal = Terminal()
        terminal.out.print(table)
        terminal.say(f"{self.environment}: {self.resources} resources")
        terminal.say("\n".join(self.differences) or "nothing differs, whichever of the two comes first")


def bench_sdk(root: Path, engine: Path, environment: str) -> Figures:
    """Measures and compares everything; `environment` with Pulumi as published takes about half a minute."""
    terminal = Terminal()
    terminal.say("as published, then quick")
    published, resources, first = both(root, engine, environment, sdk_as_published(), sdk_without())
    terminal.say("quick, then as published")
    quick, _, second = both(root, engine, environment, sdk_without(), sdk_as_published())
    without = {}
    for part in parts():
        terminal.say(f"without {part}")
        with Workspace.temporary(environment) as workspace:
            without[part], _, _ = _deploy(root, engine, workspace, sdk_without(part))
    return Figures(environment, resources, published, quick, without, (*first, *second))


def both(
    root: Path,
    engine: Path,
    environment: str,
    one: AbstractContextManager[None],
    other: AbstractContextManager[None],
) -> tuple[Cost, int, list[str]]:
    """What `one` costs from nothing, how much it makes, and what `other` then finds to change."""
    with Workspace.temporary(environment) as workspace:
        cost, changes, before = _deploy(root, engine, workspace, one)
        _, found, after = _deploy(root, engine, workspace, other)
    steps = [f"{count} to {step}" for step, count in found.items()]
    return cost, sum(changes.values()), steps + list(differences(before, after))


def _deploy(
    root: Path, engine: Path, workspace: Workspace, sdk: AbstractContextManager[None]
) -> tuple[Cost, Mapping[str, int], dict[str, Any]]:
    with sdk, Session(root, workspace.environment, engine, workspace, checkpoints=False) as session:
        before = processor_seconds()
        result = session.up()
        return Cost(result.seconds, processor_seconds() - before), result.changes, state_of(session)


def state_of(session: Session) -> dict[str, Any]:
    """The stack's state with its secrets uncovered: encrypted anew they would differ each time."""
    return dict(json.loads(session.command("stack", "export", "--show-secrets"))["deployment"])


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    """What two states of a stack have otherwise, a line for each resource and property."""
    here, there = comparable(one["resources"]), comparable(other["resources"])
    for urn in sorted(here.keys() | there.keys()):
        mine, its = here.get(urn, {}), there.get(urn, {})
        for name in sorted(mine.keys() | its.keys()):
            if mine.get(name) != its.get(name):
                yield f"{urn}: {name}: {mine.get(name)} and {its.get(name)}"
    if one.get("pending_operations") or other.get("pending_operations"):
        yield "operations are pending"


def comparable(resources: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The resources of a state or a plan, by URN, without what is never the same twice."""
    found = {}
    for resource in resources:
        kept = {name: value for name, value in resource.items() if name not in _NOT_COMPARED}
        # Sets that the SDK sends in any order.
        kept["dependencies"] = sorted(kept.get("dependencies") or ())
        by_property = kept.get("propertyDependencies") or {}
        kept["propertyDependencies"] = {name: sorted(urns or ()) for name, urns in by_property.items()}
        found[resource["urn"]] = kept
    return found
