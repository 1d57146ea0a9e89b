"""DR-3: what becomes of what belongs to a place alone, when the other one has none of it yet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from operations.recovery.moved_state import moved
from operations.recovery.returned_state import CLUSTER, returned
from tests.support.moved_states import AWS, AWS_THERE, HEAD, HOME, MOVE, RANDOM, THERE, resource, state

pytestmark = pytest.mark.contract("DR-3")

OWN = replace(MOVE, own_roles=frozenset({"triangle-prod-cluster"}))
ROLE = resource(
    f"{HOME}$groundwork:cluster:Cluster$aws:iam/role:Role",
    "cluster",
    AWS,
    inputs={"name": "triangle-prod-cluster"},
)
ATTACHMENT = resource(
    f"{HOME}$groundwork:cluster:Cluster$aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "cluster-AmazonEKSClusterPolicy",
    AWS,
    inputs={"role": "triangle-prod-cluster"},
    dependencies=[ROLE["urn"]],
)
# Of the add-on, which only runs where people work: its name is the same in both places.
OBSERVER = resource(
    f"{HOME}$groundwork:cluster:Cluster$aws:iam/role:Role",
    "observability",
    AWS,
    inputs={"name": "triangle-prod-observability"},
)
PASSWORD = resource(
    f"{HOME}$groundwork:redis:Redis$random:index/randomPassword:RandomPassword", "cache-password", RANDOM
)
OTHER_PASSWORD = resource(
    f"{HOME}$groundwork:database:Database$random:index/randomPassword:RandomPassword", "master", RANDOM
)
STANDS = resource(
    f"{HOME}$groundwork:cluster:Cluster${CLUSTER}",
    "cluster",
    AWS,
    dependencies=[ROLE["urn"]],
    protect=True,
)
ALL = (ROLE, ATTACHMENT, OBSERVER, PASSWORD, OTHER_PASSWORD, STANDS)


def there(each: dict[str, Any]) -> str:
    return str(each["urn"]).replace(HOME, THERE, 1)


def urns(state_: dict[str, Any]) -> set[str]:
    return {each["urn"] for each in state_["deployment"]["resources"]}


def test_it_stays_in_aws_and_is_not_exchanged_for_the_other_place_s() -> None:
    found = moved(state(*ALL), OWN)
    own = (ROLE, ATTACHMENT, PASSWORD)
    assert {each["urn"] for each in own} <= set(found.forgotten)
    assert not urns(found.state) & {there(each) for each in own}


def test_all_else_of_no_region_moves_along() -> None:
    found = urns(moved(state(*ALL), OWN).state)
    assert {there(OBSERVER), there(OTHER_PASSWORD)} <= found


def test_it_is_known_again_with_the_cluster_that_works_with_it() -> None:
    """The other place has made its own since, which stays; the engine removes what is not declared."""
    was = state(*ALL)
    lost = moved(was, OWN).state
    made = [
        resource(each["urn"].removeprefix(HEAD).rpartition("::")[0].replace(HOME, THERE, 1), name, provider)
        for each, name, provider in ((ROLE, "cluster", AWS_THERE), (PASSWORD, "cache-password", RANDOM))
    ]
    lost["deployment"]["resources"] += made
    back = {each["urn"]: each for each in returned(lost, was, OWN).state["deployment"]["resources"]}
    assert {ROLE["urn"], ATTACHMENT["urn"], PASSWORD["urn"], STANDS["urn"]} <= back.keys()
    assert {each["urn"] for each in made} <= back.keys()
    assert back[STANDS["urn"]]["dependencies"] == [ROLE["urn"]]
    assert back[ROLE["urn"]]["provider"] == f"{AWS}::1"


def test_the_engine_removes_the_cluster_and_does_not_leave_it_in_aws() -> None:
    was = state(*ALL)
    back = returned(moved(was, OWN).state, was, OWN).state["deployment"]["resources"]
    (cluster,) = (each for each in back if each["urn"] == STANDS["urn"])
    assert (cluster.get("protect"), cluster.get("retainOnDelete")) == (None, None)
