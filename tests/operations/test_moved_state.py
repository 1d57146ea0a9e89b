"""DR-3: what becomes of each resource in the state when a region is lost."""

from __future__ import annotations

from typing import Any

import pytest

from operations.recovery.moved_state import is_moved, moved
from tests.support.moved_states import (
    AWS,
    AWS_THERE,
    CLUSTER,
    ENTRY,
    HEAD,
    HOME,
    MOVE,
    RANDOM,
    THERE,
    VALUE,
    of_provider,
    resource,
    state,
)

pytestmark = pytest.mark.contract("DR-3")


def after(*resources: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = moved(state(*resources), MOVE).state["deployment"]["resources"]
    return {each["urn"].removeprefix(HEAD): each for each in found}


def test_what_was_in_the_region_is_forgotten_with_its_providers() -> None:
    bucket = resource(f"{HOME}$groundwork:storage:Storage$aws:s3/bucket:Bucket", "photos", AWS, protect=True)
    pods = resource(f"{HOME}$kubernetes:apps/v1:Deployment", "api", CLUSTER)
    in_no_place = resource("groundwork:edge:Site$aws:s3/bucket:Bucket", "frontend", AWS)
    given = state(bucket, pods, in_no_place)
    found = moved(given, MOVE)
    urns = {each["urn"] for each in found.state["deployment"]["resources"]}
    assert not urns & {bucket["urn"], pods["urn"], in_no_place["urn"], AWS, CLUSTER}
    assert set(found.forgotten) == {bucket["urn"], pods["urn"], in_no_place["urn"], AWS, CLUSTER}
    assert is_moved(found.state, "us-west-2")
    assert not is_moved(given, "us-west-2")


def test_what_belongs_to_no_region_moves_with_all_that_points_to_it() -> None:
    parent = resource(f"{HOME}$groundwork:cluster:Cluster", "cluster", parent=f"{HEAD}{HOME}::home")
    role = resource(f"{HOME}$groundwork:cluster:Cluster$aws:iam/role:Role", "node", AWS, parent=parent["urn"])
    gone = resource(f"{HOME}$aws:eks/cluster:Cluster", "cluster", AWS)
    policy = resource(
        f"{HOME}$aws:iam/rolePolicy:RolePolicy",
        "node",
        AWS,
        dependencies=[role["urn"], gone["urn"]],
        propertyDependencies={"role": [role["urn"]], "policy": [gone["urn"]]},
    )
    found = after(policy, parent, gone, role)  # in an order that the engine would refuse
    there = f"{THERE}$groundwork:cluster:Cluster$aws:iam/role:Role::node"
    assert found[there]["provider"] == f"{AWS_THERE}::1"
    assert found[there]["parent"] == f"{HEAD}{THERE}$groundwork:cluster:Cluster::cluster"
    assert found[f"{THERE}$groundwork:cluster:Cluster::cluster"]["parent"] == f"{HEAD}{THERE}::recovery"
    moved_policy = found[f"{THERE}$aws:iam/rolePolicy:RolePolicy::node"]
    assert moved_policy["dependencies"] == [f"{HEAD}{there}"]
    assert moved_policy["propertyDependencies"] == {"role": [f"{HEAD}{there}"], "policy": []}
    order = list(found)
    assert order.index(there) < order.index(f"{THERE}$aws:iam/rolePolicy:RolePolicy::node")


def test_a_role_that_each_place_has_stays_the_one_of_its_place() -> None:
    chain = "$aws:iam/role:Role"
    here = resource(f"{HOME}{chain}", "flow-logs", AWS, inputs={"name": "home's"})
    other = resource(f"{THERE}{chain}", "flow-logs", AWS_THERE, inputs={"name": "there's"})
    result = moved(state(here, other), MOVE)
    named = {each["urn"]: each["inputs"].get("name") for each in result.state["deployment"]["resources"]}
    assert named[other["urn"]] == "there's"
    assert here["urn"] not in named
    assert here["urn"] in result.forgotten


def test_passwords_move_or_everything_would_get_another_one() -> None:
    password = resource(
        f"{HOME}$random:index/randomPassword:RandomPassword", "password", RANDOM, outputs={"result": "kept"}
    )
    found = after(password)[f"{THERE}$random:index/randomPassword:RandomPassword::password"]
    assert found["outputs"] == {"result": "kept"}
    assert found["provider"] == f"{RANDOM}::1"


def test_a_secret_with_a_copy_there_becomes_that_copy() -> None:
    arn = "arn:aws:secretsmanager:us-west-2:1:secret:p/prod/token-abc"
    copies = [{"region": "us-east-2", "kmsKeyId": "key-there"}]
    fields: dict[str, Any] = {"name": "p/prod/token", "kmsKeyId": "key-here", "replicas": copies}
    entry = resource(f"{HOME}${ENTRY}", "token", AWS, id=arn, inputs=fields, outputs={**fields, "arn": arn})
    value = resource(f"{HOME}${VALUE}", "token", AWS, id=f"{arn}|v1", outputs={"secretId": arn})
    found = after(entry, value)
    there = arn.replace("us-west-2", "us-east-2")
    one = found[f"{THERE}${ENTRY}::token"]
    assert (one["id"], one["outputs"]["arn"], one["inputs"]["kmsKeyId"]) == (there, there, "key-there")
    assert "replicas" not in one["inputs"]
    assert "replicas" not in one["outputs"]
    assert found[f"{THERE}${VALUE}::token"]["id"] == f"{there}|v1"


def test_a_secret_without_a_copy_and_what_is_made_anew_are_forgotten() -> None:
    alone = resource(f"{HOME}${ENTRY}", "alone", AWS, inputs={"name": "p/prod/alone"})
    redis = resource(f"{HOME}${VALUE}", "redis-cache", AWS)
    assert not [urn for urn in after(alone, redis) if urn.endswith(("::alone", "::redis-cache"))]


def test_roles_of_what_copies_when_the_region_is_back_stay_in_aws_alone() -> None:
    role = resource(f"{HOME}$aws:iam/role:Role", "replication-photos", AWS)
    assert not [urn for urn in after(role) if urn.endswith("::replication-photos")]


def test_backups_that_were_copied_are_not_ended() -> None:
    kind = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"
    copied = resource(f"{THERE}${kind}", "copied-backups", AWS_THERE)
    assert copied["urn"] in moved(state(copied), MOVE).forgotten


def test_what_was_under_way_in_the_region_is_not_waited_for() -> None:
    bucket = resource(f"{HOME}$aws:s3/bucket:Bucket", "photos", AWS)
    given = state(bucket)
    given["deployment"]["pending_operations"] = [{"resource": bucket, "type": "creating"}]
    assert moved(given, MOVE).state["deployment"]["pending_operations"] == []


def test_a_state_with_nothing_in_the_other_region_is_refused() -> None:
    given = {"deployment": {"resources": [of_provider(AWS, region="us-west-2")]}}
    with pytest.raises(ValueError, match="nothing in us-east-2"):
        moved(given, MOVE)
