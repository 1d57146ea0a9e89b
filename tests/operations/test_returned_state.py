"""DR-3: what becomes of each resource in the state when a lost region is back."""

from __future__ import annotations

from typing import Any

import pytest

from operations.recovery.moved_state import moved
from operations.recovery.returned_state import in_region, is_returned, returned
from tests.support.moved_states import (
    AWS,
    AWS_THERE,
    CLUSTER,
    HEAD,
    HOME,
    MOVE,
    THERE,
    resource,
    state,
)

pytestmark = pytest.mark.contract("DR-3")

REGION = MOVE.lost


def back(*before: dict[str, Any], now: tuple[dict[str, Any], ...] = ()) -> dict[str, dict[str, Any]]:
    """The state after the region was lost, and is back; `now` was made in the other region meanwhile."""
    was = state(*before)
    lost = moved(was, MOVE).state
    lost["deployment"]["resources"] += now
    found = returned(lost, was, MOVE).state["deployment"]["resources"]
    return {each["urn"].removeprefix(HEAD): each for each in found}


def test_what_was_forgotten_is_known_again_with_its_providers() -> None:
    parent = resource(f"{HOME}$groundwork:storage:Storage", "storage", parent=f"{HEAD}{HOME}::home")
    bucket = resource(
        f"{HOME}$groundwork:storage:Storage$aws:s3/bucket:Bucket", "photos", AWS, parent=parent["urn"]
    )
    pods = resource(f"{HOME}$kubernetes:apps/v1:Deployment", "api", CLUSTER)
    found = back(parent, bucket, pods)
    assert found[bucket["urn"].removeprefix(HEAD)]["provider"] == f"{AWS}::1"
    assert found[bucket["urn"].removeprefix(HEAD)]["parent"] == parent["urn"]
    assert found[pods["urn"].removeprefix(HEAD)]["provider"] == f"{CLUSTER}::1"
    assert f"{HOME}::home" in found


def test_a_state_knows_a_region_by_its_providers() -> None:
    was = state()
    lost = moved(was, MOVE).state
    assert is_returned(was, REGION)
    assert not is_returned(lost, REGION)
    assert is_returned(returned(lost, was, MOVE).state, REGION)


def test_what_was_moved_stays_where_it_is_and_is_pointed_to_there() -> None:
    role = resource(f"{HOME}$aws:iam/role:Role", "function-remind", AWS)
    function = resource(
        f"{HOME}$aws:lambda/function:Function", "remind", AWS, dependencies=[role["urn"], f"{HEAD}x::gone"]
    )
    found = back(role, function)
    moved_role = f"{THERE}$aws:iam/role:Role::function-remind"
    assert moved_role in found
    assert role["urn"].removeprefix(HEAD) not in found
    dependencies = found[function["urn"].removeprefix(HEAD)]["dependencies"]
    assert f"{HEAD}{moved_role}" in dependencies


@pytest.mark.parametrize(
    "kind",
    [
        "aws:rds/instance:Instance",
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "aws:elasticache/userGroup:UserGroup",
        "aws:elasticache/user:User",
        "aws:secretsmanager/secret:Secret",
        "aws:secretsmanager/secretPolicy:SecretPolicy",
        "aws:lambda/invocation:Invocation",
    ],
)
def test_what_the_command_puts_aside_or_removes_is_not_known_again(kind: str) -> None:
    given = resource(f"{HOME}${kind}", "database", AWS)
    assert given["urn"].removeprefix(HEAD) not in back(given)


def test_protection_is_lifted_and_what_was_protected_is_never_deleted() -> None:
    """The program protects what it declares; the engine forgets the rest, and AWS keeps it."""
    key = resource(f"{HOME}$aws:kms/key:Key", "audit", AWS, protect=True)
    balancer = resource(f"{HOME}$aws:lb/loadBalancer:LoadBalancer", "load-balancer", AWS, protect=True)
    alarm = resource(f"{HOME}$aws:cloudwatch/metricAlarm:MetricAlarm", "errors", AWS)
    found = back(key, balancer, alarm)
    kept = found[key["urn"].removeprefix(HEAD)]
    assert (kept.get("protect"), kept.get("retainOnDelete")) == (None, True)
    removed = found[balancer["urn"].removeprefix(HEAD)]
    assert (removed.get("protect"), removed.get("retainOnDelete")) == (None, None)
    assert "retainOnDelete" not in found[alarm["urn"].removeprefix(HEAD)]


def test_the_role_that_was_left_for_the_region_copies_from_the_other_one_now() -> None:
    """Its name is the same in both, so it cannot be made a second time."""
    role = resource(f"{HOME}$aws:iam/role:Role", "replication-photos", AWS)
    policy = resource(
        f"{HOME}$aws:iam/rolePolicy:RolePolicy", "replication-photos", AWS, dependencies=[role["urn"]]
    )
    found = back(role, policy)
    there = f"{THERE}$aws:iam/role:Role::replication-photos"
    assert found[there]["provider"] == f"{AWS_THERE}::1"
    assert found[f"{THERE}$aws:iam/rolePolicy:RolePolicy::replication-photos"]["dependencies"] == [
        f"{HEAD}{there}"
    ]
    assert role["urn"].removeprefix(HEAD) not in found


def test_what_belongs_to_no_place_is_the_one_of_the_region_that_serves() -> None:
    old = resource("groundwork:edge:Site$aws:s3/bucket:Bucket", "frontend", AWS, id="old")
    new = resource("groundwork:edge:Site$aws:s3/bucket:Bucket", "frontend", AWS_THERE, id="new")
    assert back(old, now=(new,))["groundwork:edge:Site$aws:s3/bucket:Bucket::frontend"]["id"] == "new"


def test_the_engine_takes_it_each_after_what_it_refers_to() -> None:
    last = resource(f"{HOME}$aws:ec2/vpc:Vpc", "network", AWS)
    first = resource(f"{HOME}$aws:ec2/subnet:Subnet", "private", AWS, dependencies=[last["urn"]])
    order = list(back(first, last))
    assert order.index(last["urn"].removeprefix(HEAD)) < order.index(first["urn"].removeprefix(HEAD))


def test_what_of_a_type_stood_in_a_region() -> None:
    here = resource(f"{HOME}$aws:lb/loadBalancer:LoadBalancer", "load-balancer", AWS)
    there = resource(f"{THERE}$aws:lb/loadBalancer:LoadBalancer", "load-balancer", AWS_THERE)
    found = in_region(state(here, there), REGION, "aws:lb/loadBalancer:LoadBalancer")
    assert [each["urn"] for each in found] == [here["urn"]]
