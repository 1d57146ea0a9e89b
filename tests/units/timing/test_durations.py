"""The table of durations is complete, has sources, and is looked up as people mean it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from infra.foundations.settling import SECONDS
from rehearsal.aws.schema import resource_type
from tests.support.recordings import recording_of
from timing.data import cluster, database, edge, network, quick, redis
from timing.data.exclusions import EXCLUSIONS, REQUIREMENTS
from timing.durations import DURATIONS, noun_of, times_of
from timing.facts import Source, Times
from timing.graph import Resource
from timing.operations import Kind, Operation

INSTANCE = "aws:rds/instance:Instance"


def urn(type: str, name: str) -> str:
    return f"urn:pulumi:dev::p::{type}::{name}"


def operation(
    kind: Kind, type: str, inputs: dict[str, Any], *changed: str, before: dict[str, Any] | None = None
) -> Operation:
    resource = Resource(urn(type, "main"), type, inputs=inputs)
    return Operation(kind, resource, changed=frozenset(changed), before=before or inputs)


def sources() -> list[Source]:
    found = []
    for duration in DURATIONS.values():
        found += [duration.source, *(form.source for form in duration.forms)]
        found += [change.source for change in duration.changes]
    return found


def test_every_number_says_where_it_comes_from_and_when_somebody_looked() -> None:
    assert all(len(source.where) > 10 and source.day >= date(2026, 11, 1) for source in sources())


def test_no_type_is_in_two_tables() -> None:
    tables = [module.DURATIONS.keys() for module in (cluster, database, edge, network, quick, redis)]
    assert sum(map(len, tables)) == len(DURATIONS)


def test_what_the_program_itself_waits_for_is_counted() -> None:
    waited = {each.type for each in recording_of("prod").resources if each.hooks_when_made}
    assert waited
    assert all(DURATIONS[type].create.typical > SECONDS for type in waited)


def _properties() -> list[tuple[str, str]]:
    """Every property of AWS's types that the facts name."""
    changed = [
        (type, name)
        for type, duration in DURATIONS.items()
        for change in duration.changes
        for name in change.properties
    ]
    members = [
        (member.type, member.property)
        for exclusion in EXCLUSIONS
        for member in exclusion.members
        if member.property is not None
    ]
    return sorted({pair for pair in (*changed, *members) if pair[0].startswith("aws:")})


@pytest.mark.parametrize(("type", "name"), _properties())
def test_every_property_that_the_facts_name_is_one_of_its_type(type: str, name: str) -> None:
    # A wrong one would never differ, and never exclude anything.
    assert name in resource_type(type).inputs.properties


def test_every_type_that_the_facts_name_has_a_duration() -> None:
    members = {member.type for exclusion in EXCLUSIONS for member in exclusion.members}
    roots = {root for exclusion in EXCLUSIONS for root in exclusion.roots}
    required = {type for requirement in REQUIREMENTS for type in (requirement.type, requirement.needs)}
    unknown = (members | roots | required) - DURATIONS.keys()
    # Not declared by the program as a resource with a time of its own.
    assert unknown == set()


@pytest.mark.parametrize(
    ("inputs", "noun", "times"),
    [
        ({}, "RDS instance main", Times(400, 600)),
        ({"multiAz": True}, "RDS instance main", Times(840, 1030)),
        ({"multiAz": False, "replicateSourceDb": "arn"}, "cross-region replica main", Times(1200, 2400)),
    ],
)
def test_the_form_of_a_resource_decides(inputs: dict[str, Any], noun: str, times: Times) -> None:
    made = operation(Kind.CREATE, INSTANCE, inputs)
    assert (noun_of(made.resource), times_of(made)) == (noun, times)


def test_another_class_takes_as_long_as_rds_needs_when_it_is_applied_at_once() -> None:
    tier = operation(Kind.UPDATE, INSTANCE, {"applyImmediately": True}, "instanceClass")
    assert times_of(tier) == Times(720, 1500)


def test_what_waits_for_the_maintenance_window_takes_no_longer_than_any_other_change() -> None:
    for waiting in ({}, {"applyImmediately": False}):
        assert times_of(operation(Kind.UPDATE, INSTANCE, waiting, "instanceClass")) == Times(60, 180)


def test_a_port_changes_at_once_whatever_the_instance_says() -> None:
    assert times_of(operation(Kind.UPDATE, INSTANCE, {"applyImmediately": False}, "port")).typical > 60


def test_a_deployment_takes_long_only_for_other_pods() -> None:
    old = {"spec": {"template": {"image": "a"}, "revisionHistoryLimit": 2}}
    new_pods = {"spec": {"template": {"image": "b"}, "revisionHistoryLimit": 2}}
    other = {"spec": {"template": {"image": "a"}, "revisionHistoryLimit": 3}}
    deployment = "kubernetes:apps/v1:Deployment"
    assert times_of(operation(Kind.UPDATE, deployment, new_pods, "spec", before=old)).typical == 180
    assert times_of(operation(Kind.UPDATE, deployment, other, "spec", before=old)).typical == 5


def test_components_and_random_values_take_no_time() -> None:
    for type in ("groundwork:network:Network", "random:index/randomPassword:RandomPassword"):
        assert times_of(operation(Kind.CREATE, type, {})) == Times(0, 0)
