"""Runs as the engine recorded them: its event log tells the steps, its state or plan what waits for what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from timing.engine_step import EngineStep
from timing.graph import Graph, graph_of, resource_of
from timing.operations import Kind, Operation, Phase, Run


def run_of(steps: Iterable[EngineStep], after: Graph, before: Graph) -> Run:
    """What the engine has done, or would do.

    Args:
        steps: in the order of the event log.
        after: the graph that the steps lead to.
        before: the graph that there was.
    """
    graph = dict(after)
    operations: list[Operation] = []
    made_anew: set[str] = set()
    for step in steps:
        if step.urn in graph and step.new:
            graph[step.urn] = replace(graph[step.urn], inputs=_inputs(step.new))
        if step.operation == "create-replacement":
            made_anew.add(step.urn)
        operation = _operation(step, graph, before, made_anew)
        if operation is not None:
            operations.append(operation)
    return Run(graph, tuple(operations), before)


def _operation(step: EngineStep, graph: Graph, before: Graph, made_anew: set[str]) -> Operation | None:
    urn, old = step.urn, _inputs(step.old)
    if step.operation in ("create", "create-replacement") and urn in graph:
        return Operation(Kind.CREATE, graph[urn], before=old, replaces=step.operation != "create")
    if step.operation == "update" and urn in graph:
        changed = frozenset(_property(path) for path in step.changed) or _differing(old, _inputs(step.new))
        return Operation(Kind.UPDATE, graph[urn], changed=changed, before=old)
    if (
        step.operation in ("delete", "delete-replaced")
        and urn in before
        and not step.old.get("retainOnDelete")
    ):
        first = step.operation == "delete-replaced" and urn in graph and urn not in made_anew
        phase = Phase.REPLACED_FIRST if first else Phase.AT_THE_END
        return Operation(
            Kind.DELETE, before[urn], phase, before=old, replaces=step.operation == "delete-replaced"
        )
    return None


def _inputs(state: Mapping[str, Any]) -> dict[str, Any]:
    return dict(state.get("inputs") or {})


def _property(path: str) -> str:
    """The property of a resource that a path begins with."""
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(name for name in {*old, *new} if old.get(name) != new.get(name))


def graph_of_plan(plan: Mapping[str, Any]) -> Graph:
    """The graph of a plan (`pulumi preview --save-plan`): its goals, without the inputs."""
    goals = {urn: each.get("goal") for urn, each in plan.get("resourcePlans", {}).items()}
    return {urn: resource_of({**goal, "urn": urn}) for urn, goal in goals.items() if goal}


__all__ = ["graph_of", "graph_of_plan", "run_of"]
