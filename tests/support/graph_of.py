"""A recording as a graph whose rights can be asked about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from rehearsal.rights.graph import Graph
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
    return Graph([_as_in_a_state(each) for each in recording.resources], managed_policy, outside)


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
