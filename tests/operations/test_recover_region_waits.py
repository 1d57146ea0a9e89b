"""DR-3: `recover region` and `recover region-back` of an environment for which less waits than usually."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from infra.configuration import Configuration
from infra.configuration.files import read_environment
from infra.configuration.waits import Waits
from operations.checkout import ROOT
from operations.environments import Connection
from operations.recovery.lacking import lacking
from operations.recovery.left_behind import LeftBehind
from operations.recovery.pulumi import Pulumi
from operations.recovery.region import KIND, RegionRecovery, Surroundings, move_of, recovered
from operations.recovery.region_back import RegionBack
from operations.recovery.returned_state import CLUSTER
from operations.recovery.run import Run
from operations.recovery.services import Services
from operations.recovery.steps import Recovery
from tests.support.moved_states import AWS, HOME, resource, state
from tests.support.noted_client import NotedClient
from tests.support.recorded_calls import Calls
from timing.data.recovery import WAITS, Wait
from timing.region import PARTS, STEPS, times_of, until_people_are_back

pytestmark = pytest.mark.contract("DR-3")

NOW = datetime(2026, 11, 29, 3, tzinfo=UTC)
EACH = pytest.mark.parametrize("waits", [(), ("cluster",), ("redis",), ("cluster", "redis")], ids=str)
KEPT = "2026-11-29T030000Z-region-state-before.json"


def prod(waits: tuple[str, ...], **keys: Any) -> Configuration:
    found = read_environment(ROOT, "prod", today=NOW.date())
    return replace(
        found, settings=replace(found.settings, waits=frozenset(Waits(each) for each in waits), **keys)
    )


def _refused(code: str) -> ClientError:
    answer = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": 404}}
    return ClientError(cast(Any, answer), "DescribeCluster")


@dataclass
class World:
    """The region that is asked: its clusters, whether each is protected, and what was called."""

    clusters: dict[str, bool] = field(default_factory=lambda: {"triangle-prod": True})
    calls: list[str] = field(default_factory=list)

    def client(self, service: str, region: str | None = None, **_: Any) -> Any:
        return NotedClient(service, self)

    def describe_cluster(self, name: str) -> dict[str, Any]:
        if name not in self.clusters:
            raise _refused("ResourceNotFoundException")
        return {"cluster": {"deletionProtection": self.clusters[name], "status": "ACTIVE"}}

    def update_cluster_config(self, **asked: Any) -> None:
        self.calls.append("update_cluster_config")
        self.clusters[asked["name"]] = asked["deletionProtection"]

    def describe_replication_groups(self, **_: Any) -> dict[str, Any]:
        return {"ReplicationGroups": []}

    def describe_images(self, **_: Any) -> dict[str, Any]:
        return {"imageDetails": [{}]}

    def get_service_quota(self, **_: Any) -> dict[str, Any]:
        return {"Quota": {"Value": 1000}}

    def modify_load_balancer_attributes(self, **_: Any) -> None:
        self.calls.append("modify_load_balancer_attributes")

    def describe_db_instances(self, **_: Any) -> dict[str, Any]:
        raise _refused("DBInstanceNotFound")

    def get_paginator(self, operation: str) -> Any:
        pages: dict[str, Any] = {"list_clusters": [{"clusters": []}], "list_secrets": [{"SecretList": []}]}
        return SimpleNamespace(paginate=lambda **_: pages[operation])


def connected(world: World) -> Connection:
    connection = Connection(cast(Any, world), None)
    object.__setattr__(connection, "session", world)
    return connection


@pytest.fixture(autouse=True)
def pods(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Services, "of", lambda *_: SimpleNamespace(names="api, worker"))


def surroundings(world: World, folder: Path) -> Surroundings:
    return Surroundings(connected(world), cast(Pulumi, None), folder / "Pulumi.prod.yaml", folder)


def plan(waits: tuple[str, ...], folder: Path) -> Recovery:
    """Of a region that is lost, while the other one has all that it should have."""
    about = {"answered": [], "replica": "available", "lag": 41.0, "lacking": [], "resources": 900}
    world = World()
    one = RegionRecovery(recovered(prod(waits)), surroundings(world, folder), lambda: connected(world))
    return one.plan(Run("2026-11-29-region", KIND, "ann", NOW.isoformat(), about))


@EACH
def test_the_plan_has_the_times_of_what_waits(waits: tuple[str, ...], tmp_path: Path) -> None:
    found = plan(waits, tmp_path)
    assert {step.name: step.times for step in found.steps} == {
        name: times_of(wait, waits) for name, wait in STEPS.items()
    }
    assert found.until_users_are_back() == until_people_are_back(waits)


def test_the_plan_says_what_is_made_on_the_day_and_that_it_is_later_than_promised(tmp_path: Path) -> None:
    found = plan(("redis",), tmp_path)
    said = next(line for line in found.situation if line.startswith("cluster does not wait"))
    assert "people are back after 20 min (slow case 42 min)" in said
    assert "30 min are promised" in said
    (foundations,) = (step for step in found.steps if step.name == "foundations")
    assert "without the database: cluster, network" in foundations.does
    assert found.until_users_are_back().slow > 30 * 60


def test_where_everything_waits_nothing_is_said(tmp_path: Path) -> None:
    found = plan(tuple(sorted(PARTS)), tmp_path)
    assert not [line for line in found.situation if "wait" in line]
    (foundations,) = (step for step in found.steps if step.name == "foundations")
    assert "without the database: network" in foundations.does


@pytest.mark.parametrize(
    ("waits", "missing"),
    [((), []), (("redis",), ["redis"]), (("cluster", "redis"), ["cluster", "redis"])],
    ids=str,
)
def test_what_is_not_to_wait_is_not_lacking(waits: tuple[str, ...], missing: list[str]) -> None:
    """In a region in which neither stands."""
    found = lacking(recovered(prod(waits)), connected(World(clusters={})), NOW)
    told = [line.partition(":")[0] for line in found]
    assert [name for name in told if name in PARTS] == missing


def test_each_place_s_roles_are_those_of_its_cluster() -> None:
    """IAM has no regions: the lost region's cluster works with them when it is back."""
    lost = recovered(prod(())).naming
    assert lost.region == "us-east-2"
    assert move_of("us-west-2", lost).own_roles == {"triangle-prod-cluster", "triangle-prod-node"}
    home = prod(()).naming
    assert move_of("us-east-2", home).own_roles == {
        "triangle-prod-cluster-us-east-2",
        "triangle-prod-node-us-east-2",
    }


BEFORE = state(
    resource(f"{HOME}$groundwork:cluster:Cluster${CLUSTER}", "cluster", AWS, inputs={"name": "triangle-prod"})
)


def behind(world: World) -> LeftBehind:
    return LeftBehind(connected(world), prod(()).naming, "triangle-prod", BEFORE, NOW)


def test_the_protection_of_a_cluster_is_lifted_once(calls: Calls) -> None:
    world = World()
    behind(world).unprotect_cluster()
    behind(world).unprotect_cluster()  # the same command again
    assert world.clusters == {"triangle-prod": False}
    assert world.calls == ["update_cluster_config"]
    assert ("eks:UpdateClusterConfig", "") in calls.of("region_back")


def test_a_cluster_that_is_gone_protects_nothing() -> None:
    world = World(clusters={})
    behind(world).unprotect_cluster()
    assert world.calls == []


@EACH
def test_a_region_that_is_back_lets_go_of_a_cluster_that_is_not_to_wait(
    waits: tuple[str, ...], tmp_path: Path
) -> None:
    serving = recovered(prod(waits))
    (tmp_path / KEPT).write_text(json.dumps(BEFORE), encoding="utf-8")
    world = World()
    one = RegionBack(serving, surroundings(world, tmp_path), connected(world))
    about = {"kept": KEPT, "database": "", "evidence": "triangle-prod-until-202611290300"}
    steps = {step.name: step for step in one.plan(Run("1", "back", "ann", NOW.isoformat(), about)).steps}
    steps["fence"].act(lambda _: None)
    assert world.clusters == {"triangle-prod": "cluster" in waits}
    assert steps["wait"].times == times_of(Wait.RETURN, waits)
    assert steps["copied"].times == WAITS[Wait.COPIED].times
