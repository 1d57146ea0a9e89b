"""Interruptions that people notice while a change is carried out, from the model of durations."""

from __future__ import annotations

from collections.abc import Iterator

from preview.change import Change, Step, Verb
from preview.risk import Kind, Risk
from timing.graph import Resource
from timing.interruptions import notices
from timing.operations import Kind as Done
from timing.operations import Operation
from timing.words import range_of_time


def interruption_risks(change: Change) -> Iterator[Risk]:
    """What is updated in place and is missing for a while; of what is replaced others tell."""
    for step in change.changed:
        if step.verb is not Verb.UPDATED:
            continue
        for notice in notices([_operation(step)]):
            if notice.lasts is not None:
                lasts = range_of_time(notice.lasts)
                yield Risk(
                    Kind.INTERRUPTION, step, f"{notice.what}, {lasts}; {notice.when}", tuple(step.changed)
                )


def _operation(step: Step) -> Operation:
    changed = {path.split(".")[0].split("[")[0] for path in step.changed}
    resource = Resource(step.urn, step.type, step.after)
    return Operation(Done.UPDATE, resource, changed=frozenset(changed), before=step.before)
