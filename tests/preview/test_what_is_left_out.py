"""A change after which a resource says less of itself, or more: it is judged all the same.

What runs in the other region says no version, for one: a replica has its primary's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from preview.change import Change, change_of
from preview.risk import Kind
from preview.risks import risks_of
from tests.support.changes import change_between
from tests.support.engine_values import uncovered
from tests.support.recorder import Recording, Resource, record, stack_file
from tests.support.recordings import system_recording
from timing.engine_step import EngineStep


@pytest.fixture(scope="module")
def prod() -> Recording:
    """What is deployed."""
    return system_recording("triangle", "prod")


@pytest.mark.contract("DR-3")
def test_a_database_that_has_moved_says_no_version_and_gets_no_other_one(prod: Recording) -> None:
    database = {**stack_file("prod")["database"], "promoted": [1]}
    there = record("prod", {"serving": "us-east-2", "database": database})
    for change in (change_between(prod, there), change_between(there, prod)):
        found = [risk for risk in risks_of(change) if risk.kind is Kind.FINAL]
        assert not [risk for risk in found if "there is no way back but a restore" in risk.what]


def _one_of_each_kind(recording: Recording) -> list[Resource]:
    """One of each type and of what can be said of it: a replica says less of itself than its primary."""
    declared = (each for each in recording.resources if each.custom)
    return list({(each.type, frozenset(each.inputs)): each for each in declared}.values())


def _state(resource: Resource, without: str | None = None) -> dict[str, Any]:
    """As the engine has it."""
    inputs = {name: value for name, value in uncovered(dict(resource.inputs)).items() if name != without}
    return {"inputs": inputs, "outputs": inputs | dict(resource.outputs), "protect": resource.protect}


def _changes(prod: Recording) -> Iterator[Change]:
    """Each resource without one of its properties, then with it: the first of each, the second, …

    As the engine would tell it when another property changes with it: alone, some are kept by AWS.
    """
    chosen = _one_of_each_kind(prod)
    assert len({each.type for each in chosen}) > 100
    for number in range(max(len(each.inputs) for each in chosen)):
        less = [(each, name) for each in chosen if (name := dict(enumerate(each.inputs)).get(number))]
        for backwards in (False, True):
            steps = []
            for each, name in less:
                states = (_state(each), _state(each, name))
                steps.append(
                    EngineStep(
                        "update", each.urn, each.type, {}, *(reversed(states) if backwards else states)
                    )
                )
            yield change_of("prod", steps)


def test_every_property_may_be_missing_afterwards_or_before(prod: Recording) -> None:
    for change in _changes(prod):
        assert all(risk.what for risk in risks_of(change))
