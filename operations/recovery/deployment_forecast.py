"""A forecast of how long AWS takes for the rest of a deployment, from a preview and the state before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from operations.deployment.approval import steps_of
from timing.engine_step import EngineStep
from timing.facts import Times
from timing.forecast import Forecast
from timing.recorded import graph_of, run_of

_SAME = ("same", "read")
# JSON has a replacement as one step; it is two.
_REPLACED = {"replace": ("create-replacement", "delete-replaced")}


@dataclass(frozen=True)
class Left:
    """What is left.

    Args:
        changes: how many of each operation.
        times: how long AWS takes for them.
        sentence: for people; empty where it takes no time.
    """

    changes: dict[str, int]
    times: Times
    sentence: str


def forecast(preview: Mapping[str, Any], state: Mapping[str, Any]) -> Left:
    """What is left.

    Args:
        preview: as `pulumi preview --json --show-sames` tells it.
        state: of the engine.
    """
    steps = list(steps_of(preview))
    before = graph_of((state.get("deployment") or {}).get("resources") or [])
    after = graph_of(
        [{**each.new, "urn": each.urn, "inputs": each.new.get("inputs") or {}} for each in steps if each.new]
    )
    planned = [each for each in steps if each.operation not in _SAME]
    found = Forecast(run_of([part for each in planned for part in _parts(each)], after, before))
    typical, slow = found.seconds
    operations = [each.operation for each in planned]
    changes = {name: operations.count(name) for name in dict.fromkeys(operations)}
    return Left(changes, Times(round(typical), round(slow)), found.sentence())


def _parts(step: EngineStep) -> list[EngineStep]:
    return [replace(step, operation=each) for each in _REPLACED.get(step.operation, (step.operation,))]
