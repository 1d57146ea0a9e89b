"""ENV-6: an emptied account is built again of the backup account's copies; AWS is embedded, the engine is not
there. The rehearsal has both (tests/recovery). What is decided first: test_emptied_account.py; the database's
copies: test_account_copies.py; secrets and files: test_account_data.py.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from infra.configuration.buckets import BACKUPS
from infra.configuration.generations import Generations
from infra.configuration.serving import Serving
from infra.configuration.strict_yaml import parse
from infra.naming import Place
from operations.console import OperationFailed
from operations.recovery.account import KIND
from operations.recovery.run import Run
from operations.recovery_frame import under_way
from tests.support.account_parts import REGION, Killed, state_before
from tests.support.account_recovery import (
    STEPS,
    check_done_once,
    database_of,
    killed_after,
    recorded_steps,
)
from tests.support.checkout import ROOT
from tests.support.emptied_account import World
from tests.support.lost_answers import lost_answers

pytestmark = pytest.mark.contract("ENV-6")

PODS = "urn:pulumi:**kubernetes:apps/v1:Deployment::*"
DATABASE = "urn:pulumi:**pulumi:index:Stash::database-generations"
REPLICA = "urn:pulumi:**groundwork:place:Recovery$**aws:rds/instance:Instance::*"


def test_each_step_is_done_once(world: World) -> None:
    run = world.command()
    assert recorded_steps(world, run) == STEPS
    assert len(world.engine.ups) == 4
    check_done_once(world, run)


@pytest.mark.parametrize("step", STEPS)
def test_killed_after_any_step_the_same_command_goes_on(world: World, step: str) -> None:
    with pytest.raises(Killed):
        world.command(changed=killed_after(step))
    run = world.command()
    check_done_once(world, run)
    assert recorded_steps(world, run) == STEPS
    assert len(world.engine.ups) == 4 + (step in ("foundations", "build", "services", "complete"))


@pytest.mark.parametrize(
    "dies_after",
    [
        ("StartCopyJob", 1),
        ("CompleteLayerUpload", 1),
        ("PutImage", 1),
        ("PutSecretValue", 1),
        ("CopyObject", 1),
        ("RestoreDBInstanceFromDBSnapshot", 1),
    ],
)
def test_killed_in_the_middle_of_a_step_it_goes_on_there(world: World, dies_after: tuple[str, int]) -> None:
    world.wire.dies_after = dies_after
    with pytest.raises(Killed):
        world.command()
    check_done_once(world, world.command())


def test_where_answers_get_lost_everything_is_done_once_all_the_same(world: World) -> None:
    with lost_answers() as lost:
        run = world.command()
    assert {
        "CompleteLayerUpload",
        "CopyObject",
        "PutImage",
        "PutObject",
        "PutSecretValue",
        "RestoreDBInstanceFromDBSnapshot",
        "StartCopyJob",
    } <= lost.keys()
    assert run.outcome == "done"
    assert recorded_steps(world, run) == STEPS
    assert [each["State"] for each in world.copy_jobs()] == ["COMPLETED"]
    assert world.instances() == [f"{world.naming.prefix}-2"]
    assert world.value("stripe-secret-key") == "sk_of_people"
    assert (world.shown("documents"), world.shown("photos")) == (
        {"offer.pdf": "an offer"},
        {"roof.jpg": "a roof"},
    )
    assert world.pods.ready


@pytest.mark.parametrize("dies_at", ["take", 1, 2, 3, 4])
def test_killed_while_the_engine_works_it_goes_on_there(world: World, dies_at: str | int) -> None:
    world.engine.dies_at = dies_at
    with pytest.raises(Killed):
        world.command()
    check_done_once(world, world.command())


def test_an_error_of_the_engine_is_told_and_the_same_command_goes_on(world: World) -> None:
    world.engine.fails_at = 1
    with pytest.raises(OperationFailed, match=r"VcpuLimitExceeded\. Done: state, write; not done: pulumi up"):
        world.command()
    check_done_once(world, world.command())


# the state
def test_the_state_of_before_is_kept_here_and_in_the_backup_account(rebuilt: tuple[World, Run]) -> None:
    world, run = rebuilt
    before = state_before()
    name = f"{run.id}-state-before.json"
    assert json.loads((world.folder / "recoveries" / name).read_text(encoding="utf-8")) == before
    client = world.kept.client("s3", REGION)
    kept = client.get_object(Bucket=world.outside.bucket(BACKUPS), Key=f"recoveries/{name}")["Body"]
    assert json.loads(kept.read()) == before
    assert run.steps["state"]["note"] == f"put aside: recoveries/{name}"


def test_the_engine_begins_with_nothing_and_encrypts_as_before(rebuilt: tuple[World, Run]) -> None:
    world, _ = rebuilt
    before = state_before()
    (taken,) = world.engine.taken
    deployment = {
        name: each
        for name, each in before["deployment"].items()
        if name not in ("resources", "pending_operations")
    }
    assert taken == {"version": 3, "deployment": {**deployment, "resources": []}}
    assert "secrets_providers" in taken["deployment"]


def test_the_state_is_kept_before_it_is_emptied(world: World) -> None:
    """S3 may refuse it; then the engine still knows what there was."""
    before = world.engine.export()
    plan = world.recovery()
    run = world.runs().begin(KIND, plan.decide("latest", force=False), world.now)
    world.wire.refused = {"PutObject"}
    with pytest.raises(Exception, match="AccessDenied"):
        plan.plan(run).steps[0].act(lambda _: None)
    assert world.engine.state == before


@pytest.mark.parametrize("deployment", [{"manifest": {}}, {"manifest": {}, "resources": []}, None])
def test_a_state_that_is_empty_is_left_alone(world: World, deployment: dict[str, Any] | None) -> None:
    """As that of a stack that was made anew (`pulumi stack init`)."""
    world.engine.state = {"version": 3, "deployment": deployment}
    run = world.command()
    assert world.engine.taken == []
    assert run.steps["state"]["note"] == "the state is empty"
    assert not list((world.folder / "recoveries").glob("*-state-before.json"))


# the stack file, and what each deployment is told to leave
def test_the_file_says_before_each_deployment_what_that_one_does(rebuilt: tuple[World, Run]) -> None:
    world, _ = rebuilt
    said = [database_of(text) for _, text in world.engine.ups]
    adopted = {"generation": 2, "adopt": True}
    assert said == [{"generation": 2}, adopted, adopted, {"generation": 2}]


def test_each_deployment_leaves_out_what_has_to_wait(rebuilt: tuple[World, Run]) -> None:
    world, _ = rebuilt
    assert [left for left, _ in world.engine.ups] == [
        (DATABASE, PODS),  # the database is not restored, and images and secrets are not there
        (REPLICA, PODS),  # nobody has looked at the database
        (REPLICA,),  # people do not need it, and it takes longest
        (),
    ]


def test_people_are_back_before_anything_is_made_redundant(world: World) -> None:
    world.command(changed=lambda plan: replace(plan, steps=plan.steps[: STEPS.index("ready") + 1]))
    assert world.pods.ready
    assert len(world.engine.ups) == 3


def test_comments_and_everything_else_in_the_file_stay(rebuilt: tuple[World, Run]) -> None:
    world, _ = rebuilt
    before = (ROOT / world.file.name).read_text(encoding="utf-8")
    after = world.file.read_text(encoding="utf-8")
    assert after.replace("    generation: 2\n", "") == before


def test_what_ran_in_the_recovery_region_is_at_home_again(world: World) -> None:
    settings = world.configuration.settings
    database = replace(settings.database, generations=Generations(promoted=(1,)))
    serving = Serving(Place.RECOVERY, other_lost=True, recovering=True)
    world.configuration = replace(
        world.configuration,
        settings=replace(settings.exchanged_regions, database=database, serving=serving),
    )
    text = world.file.read_text(encoding="utf-8")
    after = "  groundwork:recoveryRegion: us-east-2\n"
    keys = "  groundwork:serving: us-east-2\n  groundwork:lost: us-west-2\n"
    recovering = "  groundwork:recovering: servicesFirst\n"
    world.file.write_text(text.replace(after, f"{after}{keys}{recovering}"), encoding="utf-8")
    world.command()
    written = world.file.read_text(encoding="utf-8")
    for _, text in (*world.engine.ups, ((), written)):
        assert (
            not {"groundwork:serving", "groundwork:lost", "groundwork:recovering"}
            & parse(text)["config"].keys()
        )
        assert "promoted" not in database_of(text)
    assert world.instances() == [f"{world.naming.prefix}-2"]  # in us-west-2


def test_people_are_told_the_name_servers_as_soon_as_there_is_a_zone(world: World) -> None:
    """Certificates wait until the parent of the domain points to them."""
    world.has_zone = True
    run = world.command()
    assert "have the parent of triangle.example point to ns-" in run.steps["foundations"]["note"]


# people
def test_a_second_person_is_refused_with_who_and_since_when(world: World) -> None:
    world.engine.fails_at = 1
    with pytest.raises(OperationFailed):
        world.command()
    since = f"{world.runs().current().began:%Y-%m-%d %H:%M}"  # type: ignore[union-attr]
    where = f"s3://{world.outside.bucket(BACKUPS)}/recoveries/current.json"
    with pytest.raises(OperationFailed, match=rf"^ann recovers account since {since} UTC \({where}\)\."):
        under_way(world.runs("ben"), KIND, take_over=False)


def test_a_second_person_goes_on_where_the_first_one_stopped(world: World) -> None:
    world.engine.fails_at = 2
    with pytest.raises(OperationFailed):
        world.command()
    found = under_way(world.runs("ben"), KIND, take_over=True)
    assert found is not None
    assert found.decisions == ["taken over from ann by ben"]
    check_done_once(world, world.command())


def test_another_recovery_begins_when_this_one_has_ended(rebuilt: tuple[World, Run]) -> None:
    world, _ = rebuilt
    assert world.runs().current() is None
