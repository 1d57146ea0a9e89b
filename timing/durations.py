"""The duration of one operation on AWS: the table of `timing/data`, looked up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from timing.data import cluster, database, edge, network, quick, redis
from timing.facts import Change, Duration, Inputs, Times
from timing.graph import Resource
from timing.operations import Kind, Operation

DURATIONS: Mapping[str, Duration] = {
    **quick.DURATIONS,
    **network.DURATIONS,
    **cluster.DURATIONS,
    **database.DURATIONS,
    **redis.DURATIONS,
    **edge.DURATIONS,
}

_NONE = Times(0, 0)
# What no table knows: a type that is new. A test asks for its entry; a person sees a number all the same.
_UNKNOWN = quick.SECONDS


def takes_time(type: str) -> bool:
    """Whether anything happens outside of the engine; components and random values are made within it."""
    return type.startswith(("aws:", "kubernetes:"))


def noun_of(resource: Resource) -> str:
    """What people call it: `RDS instance database`, or `EKS cluster` where the name says no more."""
    duration = DURATIONS.get(resource.type)
    if duration is None:
        noun = resource.type.rsplit(":", maxsplit=1)[-1]
    else:
        form = duration.form_of(resource.inputs)
        noun = form.noun if form else duration.noun
    said = resource.name.lower() in noun.lower().replace(" ", "-")
    return noun if said else f"{noun} {resource.name}"


def times_of(operation: Operation) -> Times:
    """How long AWS takes for an operation."""
    resource = operation.resource
    if not takes_time(resource.type):
        return _NONE
    duration = DURATIONS.get(resource.type)
    if duration is None:
        return _UNKNOWN
    if operation.kind is Kind.UPDATE:
        now = [change.times for change in changes_of(operation) if not waits(change, resource.inputs)]
        return max(now, key=lambda times: times.slow, default=duration.change)
    form = duration.form_of(resource.inputs) or duration
    return form.create if operation.kind is Kind.CREATE else form.delete


def changes_of(operation: Operation) -> Iterator[Change]:
    """The changes of an update that take longer than most, or are noticed."""
    duration = DURATIONS.get(operation.resource.type)
    for change in duration.changes if duration else ():
        if operation.changed.intersection(change.properties):
            if change.applies is None or change.applies(operation.before, operation.resource.inputs):
                yield change


def waits(change: Change, inputs: Inputs) -> bool:
    """Whether AWS carries a change out in the maintenance window and not now."""
    return change.deferred and inputs.get("applyImmediately") is not True
