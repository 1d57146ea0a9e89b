"""ENV-6: what `recover account` knows of what stood in an account that took its state along."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from infra.configuration.buckets import BACKUPS
from operations.recovery.account import KIND
from operations.recovery.run import Run
from operations.recovery.session import report_of
from operations.recovery.steps import Recovery
from tests.support.account_parts import KEPT, REGION, state_before
from tests.support.account_recovery import check_done_once
from tests.support.emptied_account import World

pytestmark = pytest.mark.contract("ENV-6")

EMPTY: dict[str, Any] = {"version": 3, "deployment": {"manifest": {}}}
DISTRIBUTION = {
    "urn": "urn:pulumi:prod::groundwork::aws:cloudfront/distribution:Distribution::api",
    "type": "aws:cloudfront/distribution:Distribution",
    "id": "E1ABC",
    "inputs": {"aliases": ["api.example.com"]},
}


def instance(name: str) -> dict[str, Any]:
    kind = "aws:rds/instance:Instance"
    urn = f"urn:pulumi:prod::groundwork::{kind}::{name}"
    return {"urn": urn, "type": kind, "id": name, "inputs": {"identifier": name}}


@pytest.fixture
def made_anew(world: World) -> World:
    """The account took its state along: that of the stack is a new one (`pulumi stack init`)."""
    world.engine.state = EMPTY
    return world


def plan(world: World, to: str = "latest") -> tuple[Recovery, Run]:
    recovery = world.recovery()
    run = Run("run", KIND, "ann", world.now.isoformat(), recovery.decide(to, force=False))
    return recovery.plan(run), run


def test_the_last_one_is_told_with_its_place_before_anything_begins(made_anew: World) -> None:
    made = made_anew.now - timedelta(hours=2)
    made_anew.keep_state(made - timedelta(days=1), instance("other"))
    key = made_anew.keep_state(made, instance("other"), DISTRIBUTION)
    found, run = plan(made_anew)
    assert found.situation[2] == "the state has 0 resources"
    (line,) = [each for each in found.situation if "its copy is" in each]
    version = run.about["stateCopy"]["version"]
    address = f"s3://{made_anew.outside.bucket('state')}/{key}, version {version}"
    assert line == f"its copy is of {made:%Y-%m-%d %H:%M} UTC, with 2 resources: {address}"
    assert version == made_anew.stored(made_anew.outside.bucket("state"), key)[-1].version_id


def test_of_a_time_it_is_the_newest_of_before(made_anew: World) -> None:
    """Somebody may have emptied the account with the engine, which then wrote that nothing is there."""
    until = made_anew.now - timedelta(hours=4)
    made_anew.keep_state(until - timedelta(days=1), instance("older"))
    made_anew.keep_state(until - timedelta(hours=1), instance("wanted"), instance("another"))
    made_anew.keep_state(until + timedelta(hours=1))
    _, run = plan(made_anew, until.isoformat())
    assert run.about["stood"]["resources"] == 2
    assert plan(made_anew)[1].about["stood"]["resources"] == 0


def test_where_the_engine_has_its_state_the_copy_is_named_beside_it(world: World) -> None:
    world.keep_state(world.now - timedelta(hours=1), instance("a"), instance("b"))
    found, run = plan(world)
    assert found.situation[2] == "the state has 1 resources, which are put aside"
    assert "its copy is of" in found.situation[3]
    assert run.about["stood"]["resources"] == 1


def test_without_a_copy_it_is_said_who_makes_one(made_anew: World) -> None:
    found, run = plan(made_anew)
    assert f"account {KEPT} has no copy of it: `make bootstrap` begins to copy it" in found.situation
    assert run.about["stateCopy"] is None


@pytest.mark.parametrize("key", ["groundwork/staging.json", "groundwork/prod.json.bak"])
def test_what_is_no_state_of_the_environment_is_not_looked_at(made_anew: World, key: str) -> None:
    made_anew.keep_state(made_anew.now - timedelta(days=1), instance("a"))
    name = made_anew.outside.bucket("state")
    made_anew.kept.call("s3", REGION, "put_object", Bucket=name, Key=f".pulumi/stacks/{key}", Body=b"{}")
    _, run = plan(made_anew)
    assert run.about["stateCopy"]["key"] == ".pulumi/stacks/groundwork/prod.json"


@pytest.mark.parametrize("body", [b"no JSON", b"[]", b'{"version": 3}'])
def test_what_cannot_be_read_stops_nobody(made_anew: World, body: bytes) -> None:
    made_anew.keep_state(made_anew.now - timedelta(hours=1), body=body)
    found, _ = plan(made_anew)
    assert any("with 0 resources" in each for each in found.situation)


def test_a_checkout_that_knows_fewer_generations_of_the_database_is_told(made_anew: World) -> None:
    name = made_anew.naming.prefix
    others = (instance("other-9"), instance(f"{name}-queue"))
    made_anew.keep_state(made_anew.now - timedelta(hours=1), instance(name), instance(f"{name}-3"), *others)
    found, _ = plan(made_anew)
    (line,) = [each for each in found.situation if "newest checkout" in each]
    assert line.startswith("it has generation 3 of the database, and Pulumi.prod.yaml has 1:")


def test_a_checkout_that_knows_the_same_is_not(made_anew: World) -> None:
    made_anew.keep_state(made_anew.now - timedelta(hours=1), instance(made_anew.naming.prefix))
    assert not [each for each in plan(made_anew)[0].situation if "checkout" in each]


def test_it_is_kept_beside_the_record_which_names_what_holds_the_domains_names(made_anew: World) -> None:
    made_anew.keep_state(made_anew.now - timedelta(hours=1), instance("a"), DISTRIBUTION)
    run = made_anew.command()
    check = json.loads((made_anew.folder / "recoveries" / f"{run.id}-state-before.json").read_text())
    assert [each["id"] for each in check["checkpoint"]["latest"]["resources"]] == ["a", "E1ABC"]
    client = made_anew.kept.client("s3", REGION)
    kept = client.get_object(
        Bucket=made_anew.outside.bucket(BACKUPS), Key=f"recoveries/{run.id}-state-before.json"
    )
    assert json.loads(kept["Body"].read()) == check
    assert made_anew.engine.taken == []  # nothing is built of it
    report = report_of(made_anew.recovery().plan(run), run, None)
    assert "one of these distributions holds: E1ABC (api.example.com)." in report


def test_where_the_engine_has_its_state_that_one_is_kept(world: World) -> None:
    world.keep_state(world.now - timedelta(hours=1), instance("a"))
    run = world.command()
    check_done_once(world, run)
    assert json.loads((world.folder / "recoveries" / run.about["stateKept"]).read_text()) == state_before()
