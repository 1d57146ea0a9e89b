"""A recording as a graph whose rights can be asked about."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from rights.graph import Graph
from tests.support.engine_values import uncovered
from tests.support.recorder import PROJECT, Recording, Resource
from tests.support.recordings import backup_account_of, configuration_of, system_recording


@cache
def graph_of(system: str, environment: str) -> Graph:
    """One environment of one system, with its backup account."""
    copied = bool(configuration_of(system, environment).settings.backup_account)
    outside = graph(backup_account_of(system, environment)) if copied else None
    return graph(system_recording(system, environment), outside)


def graph(recording: Recording, outside: Graph | None = None) -> Graph:
    """The recorded resources in a state's form."""
    return Graph(_states(recording), managed_policy, outside)


def prod_in_another_order() -> Graph:
    """prod of triangle, its resources the other way round: they are registered side by side."""
    outside = Graph(reversed(_states(backup_account_of("triangle", "prod"))), managed_policy)
    return Graph(reversed(_states(system_recording("triangle", "prod"))), managed_policy, outside)


Change = Callable[[dict[str, Any]], dict[str, Any] | None]


def changed_prod(*, here: Change = lambda each: each, outside: Change = lambda each: each) -> Graph:
    """prod of triangle, with resources changed.

    Args:
        here: answers a resource as it is instead; None for one that is not there.
        outside: the same, of the backup account.
    """

    def changed(recording: Recording, change: Change) -> list[dict[str, Any]]:
        return [new for each in _states(recording) if (new := change(each)) is not None]

    there = Graph(changed(backup_account_of("triangle", "prod"), outside), managed_policy)
    return Graph(changed(system_recording("triangle", "prod"), here), managed_policy, there)


def _states(recording: Recording) -> list[dict[str, Any]]:
    return [_as_in_a_state(each) for each in recording.resources]


def _as_in_a_state(resource: Resource) -> dict[str, Any]:
    return {
        "type": resource.type,
        "urn": resource.urn,
        "id": resource.id,
        "inputs": uncovered(dict(resource.inputs)),
        "outputs": resource.outputs,
        "provider": f"urn:pulumi:{PROJECT}::{PROJECT}::pulumi:providers:aws::{resource.provider}::id",
    }


@cache
def _managed() -> Mapping[str, Any]:
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    return {
        f"arn:aws:iam::aws:policy{policy['Path']}{name}": policy["Document"]
        for name, policy in json.loads(aws_managed_policies_data).items()
    }


def managed_policy(arn: str) -> Mapping[str, Any] | None:
    """One of AWS's own policies, as moto has them."""
    return _managed().get(arn)
