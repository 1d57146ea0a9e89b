"""DEP-1, DR-1: a deployment that was killed, or a release that is bad; the engine is in tests/recovery."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from infra.configuration.images import release_name
from operations import deployment_recovery_command
from operations.cli import app
from operations.console import OperationError, OperationFailed
from operations.deployment.engine import StackLocked
from operations.deployment.records import Outcome
from operations.deployment.way_back import NoWayBack
from operations.recovery.deployment import KIND
from operations.recovery.run import Run
from operations.recovery.session import plan_lines
from operations.recovery.steps import ChecksFailed
from operations.recovery.way_forward import Wanted
from tests.support.checkout import replace_text
from tests.support.halfway_deployment import (
    BAD,
    GOOD,
    HEAD,
    NOW,
    SERVICES,
    SNAPSHOT_URN,
    World,
    begun,
    carried_out,
    dead,
    halfway,
    recovery,
    snapshot,
)
from tests.support.json_output import check_output
from tests.support.kept_run import Kept

pytestmark = pytest.mark.contract("DEP-1", "K8S-5")


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return halfway(tmp_path, monkeypatch)


@pytest.fixture
def killed(world: World) -> World:
    """Killed while AWS made the snapshot that takes the place of the one before."""
    world.lock(socket.gethostname(), dead())
    deployment = world.state["deployment"]
    deployment["resources"].append(snapshot(GOOD, id="old"))
    deployment["pending_operations"] = [{"type": "creating", "resource": snapshot(BAD)}]
    world.statuses = ["creating"]
    return world


def test_a_killed_deployment_is_brought_to_its_end(killed: World) -> None:
    run = carried_out(killed, begun(killed))
    assert list(run.steps) == ["unlock", "look", "settle", "deploy", "checks", "agree"]
    assert killed.calls == ["cancel", "import", "refresh before-migration", "up"]
    assert set(killed.runs.values()) == {BAD}
    assert killed.records[1].outcome is Outcome.INTERRUPTED
    new, old = sorted(
        (each for each in killed.state["deployment"]["resources"] if each["urn"] == SNAPSHOT_URN),
        key=lambda each: bool(each.get("delete")),
    )
    assert new["id"] == snapshot(BAD)["inputs"]["dbSnapshotIdentifier"]
    assert (old["id"], old["delete"]) == ("old", True), "the engine removes it when all else is done"
    assert recovery(killed).nothing(recovery(killed).decide())


def test_what_stands_is_told_before_anything_is_done(killed: World) -> None:
    one = recovery(killed)
    run = Run("1", KIND, "ann", NOW.isoformat(), one.decide())
    text = "\n".join(plan_lines(one.plan(run)))
    for part in (
        "the state is locked by runner@",
        "which has ended",
        "cut off: creating Snapshot before-migration",
        f"api runs {release_name(BAD)}, 3 of 3 pods",
        f"worker runs {release_name(GOOD)}",
        "it is brought to its end",
        "last deployment: 2 by runner: under way",
    ):
        assert part in text, text
    assert killed.calls == []


@pytest.mark.parametrize("call", ["cancel", "import", "refresh before-migration", "up"])
def test_killed_anywhere_the_same_command_goes_on(killed: World, call: str) -> None:
    killed.dies_at, kept = call, Kept()
    run = begun(killed)
    kept.save(run)
    before = kept.text
    with pytest.raises(OperationFailed, match="The same command goes on"):
        carried_out(killed, run, kept)
    assert kept.text != before
    again = carried_out(killed, Run(**json.loads(kept.text)), kept)
    assert again.outcome == "done"
    assert "refresh before-migration" in killed.calls, "what was put into the state was looked at in AWS"
    assert set(killed.runs.values()) == {BAD}


def test_what_aws_had_not_made_yet_is_made_by_the_deployment(killed: World) -> None:
    killed.statuses, killed.existing = [], {"old"}
    run = carried_out(killed, begun(killed))
    assert run.steps["settle"]["note"].startswith("0 of 1")
    left = [each["id"] for each in killed.state["deployment"]["resources"] if each["urn"] == SNAPSHOT_URN]
    assert left == ["old"]


def test_what_will_never_be_ready_is_told(killed: World) -> None:
    killed.statuses = ["failed"]
    with pytest.raises(OperationFailed, match="is failed in AWS and stays so: delete it there"):
        carried_out(killed, begun(killed))


def test_an_update_that_was_cut_off_is_looked_at_in_aws(world: World) -> None:
    deployment = world.state["deployment"]
    deployment["resources"].append(snapshot(GOOD, id="old"))
    deployment["pending_operations"] = [{"type": "updating", "resource": snapshot(GOOD, id="old")}]
    carried_out(world, begun(world))
    assert "refresh before-migration" in world.calls


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("aws:new/thing:Thing", "does not know how AWS names these"),
        ("aws:ec2/vpc:Vpc", "several look like it: vpc-1, vpc-2"),
        ("aws:iam/role:Role", "name was not sent"),
    ],
)
def test_where_nobody_knows_what_aws_has_made_a_person_says(world: World, kind: str, says: str) -> None:
    urn = f"{HEAD}{kind}::one"
    resource = {"urn": urn, "type": kind, "custom": True, "inputs": {"cidrBlock": "10.0.0.0/16"}}
    world.state["deployment"]["pending_operations"] = [{"type": "creating", "resource": resource}]
    with pytest.raises(OperationFailed, match=says) as told:
        carried_out(world, begun(world))
    assert f"    {urn}\n" in str(told.value)
    assert "--made URN=ID" in str(told.value)
    assert world.calls == []
    before = json.loads(json.dumps(world.state))
    for answer in ("an-id", ""):
        world.state = before
        carried_out(world, begun(world), answers={urn: answer})
        ids = [each.get("id") for each in world.state["deployment"]["resources"]]
        assert ("an-id" in ids) == bool(answer)


def test_what_is_protected_is_never_marked_for_deletion(killed: World) -> None:
    killed.state["deployment"]["resources"][-1]["protect"] = True
    with pytest.raises(OperationFailed, match="take the place of old, which is protected"):
        carried_out(killed, begun(killed))
    assert killed.calls == ["cancel"]


def test_who_runs_on_this_machine_is_not_disturbed(world: World) -> None:
    world.lock(socket.gethostname(), os.getpid())
    with pytest.raises(StackLocked, match="runs on this machine: the deployment goes on") as refused:
        begun(world)
    assert refused.value.code == 4


def test_a_runner_elsewhere_has_to_be_looked_at_by_a_person(world: World) -> None:
    world.lock("fv-az1", 7)
    world.records[0] = replace(world.records[0], run="https://github.com/a/b/actions/runs/7")
    with pytest.raises(
        StackLocked, match=r"really ended\. Then the same command with --owner-gone"
    ) as refused:
        begun(world)
    assert "Its run: https://github.com/a/b/actions/runs/7." in str(refused.value)
    carried_out(world, begun(world, owner_gone=True), owner_gone=True)
    assert world.calls[0] == "cancel"


def test_a_lock_that_came_since_is_not_removed_unseen(killed: World) -> None:
    run = begun(killed)
    killed.lock("another", 7)
    with pytest.raises(OperationFailed, match=r"runner@another .process 7. since .*, on another machine"):
        carried_out(killed, run)
    assert killed.calls == []


def test_a_backend_that_cannot_be_looked_into_is_told(world: World) -> None:
    world.backend_url = "https://api.pulumi.com"
    one = recovery(world)
    plan = one.plan(Run("1", KIND, "ann", NOW.isoformat(), one.decide()))
    assert any("locks of this backend cannot be looked at" in line for line in plan.situation)


@pytest.fixture
def bad(world: World) -> World:
    """The deployment of the bad release has failed after its migration."""
    world.records[0] = world.records[0].with_outcome(Outcome.FAILED, "0 of 3 pods are ready")
    release = f"{HEAD}groundwork:release:Release$random:index/randomId:RandomId::release"
    keepers = {"keepers": {"version": release_name(BAD)}}
    resource = {"urn": release, "type": "random:index/randomId:RandomId", "custom": True, "inputs": keepers}
    world.state["deployment"]["resources"].append(resource)
    return world


def _job(version: str, condition: str = "") -> dict[str, Any]:
    conditions = [{"type": condition, "status": "True"}] if condition else []
    name = f"migrate-{release_name(version)}-aaaaaa"
    return {"metadata": {"name": name}, "status": {"conditions": conditions}}


def test_a_release_that_failed_is_taken_back_within_ten_minutes(bad: World) -> None:
    run = carried_out(bad, begun(bad))
    assert list(run.steps) == ["unlock", "look", "settle", "back", "deploy", "checks", "agree"]
    assert set(bad.runs.values()) == {GOOD}
    text = (bad.root / "Pulumi.prod.yaml").read_text(encoding="utf-8")
    assert f"  groundwork:takenBack: {{from: {BAD}, to: {GOOD}}}\n  groundwork:images:\n" in text
    assert [each.outcome for each in bad.records[1:]] == [Outcome.ROLLED_BACK, Outcome.GOOD]
    assert recovery(bad).plan(run).until_users_are_back().slow <= 10 * 60


def test_of_a_release_that_never_came_to_its_migration_nothing_has_to_stand(bad: World) -> None:
    bad.state["deployment"]["resources"].pop()
    carried_out(bad, begun(bad))
    assert "takenBack" not in (bad.root / "Pulumi.prod.yaml").read_text(encoding="utf-8")
    assert set(bad.runs.values()) == {GOOD}


def test_a_person_may_want_it_brought_to_its_end_all_the_same(bad: World) -> None:
    carried_out(bad, begun(bad, forward=True), forward=True)
    assert set(bad.runs.values()) == {BAD}


def test_a_person_may_take_back_what_was_only_killed(killed: World) -> None:
    carried_out(killed, begun(killed, back=True), back=True)
    assert set(killed.runs.values()) == {GOOD}


def test_a_revision_may_be_named(killed: World) -> None:
    carried_out(killed, begun(killed, to="HEAD~1"), to="HEAD~1")
    assert set(killed.runs.values()) == {GOOD}
    with pytest.raises(OperationError, match="nowhere: found no release there"):
        begun(killed, to="nowhere")


def test_both_directions_at_once_are_refused(world: World) -> None:
    with pytest.raises(OperationError, match="allowed: one of them"):
        recovery(world, forward=True, back=True)


@pytest.fixture
def irreversible(bad: World) -> World:
    line = "  command: [npx, prisma, migrate, deploy]\n"
    replace_text(bad.root / "system.yaml", line, f"{line}  irreversible: ['{BAD}']\n")
    return bad


@pytest.mark.parametrize("condition", ["Complete", "Failed", ""])
def test_a_migration_that_cannot_be_undone_and_has_begun_stops_the_way_back(
    irreversible: World, condition: str
) -> None:
    irreversible.jobs = [_job(GOOD, "Complete"), _job(BAD, condition)]
    with pytest.raises(NoWayBack, match="was NOT rolled back") as stopped:
        begun(irreversible)
    assert f"SNAPSHOT=triangle-prod-before-{release_name(BAD)}-aaaaaa WHAT=plan" in str(stopped.value)
    assert irreversible.calls == []


def test_a_migration_that_never_began_is_no_obstacle(irreversible: World) -> None:
    irreversible.jobs = [_job(GOOD, "Complete")]
    carried_out(irreversible, begun(irreversible))
    assert set(irreversible.runs.values()) == {GOOD}


def test_where_nothing_good_is_known_it_goes_forward_and_says_why(bad: World) -> None:
    bad.records = bad.records[:1]
    run = begun(bad)
    plan = recovery(bad).plan(run)
    assert any("not taken back: no earlier deployment was good" in line for line in plan.situation)
    assert run.about["direction"] == "forward"


def test_checks_that_fail_are_told_with_the_way_back_which_the_same_command_takes(killed: World) -> None:
    killed.fails, kept = ["api"], Kept()
    with pytest.raises(ChecksFailed, match=r"answer api: HTTP 503.*--back") as failed:
        carried_out(killed, begun(killed), kept)
    assert failed.value.code == 3
    killed.fails, run = [], Run(**json.loads(kept.text))
    killed.records[0] = killed.records[0].with_outcome(Outcome.CHECKS_FAILED)
    run.about |= {"checked": True, "agreed": True}  # of the other direction
    recovery(killed, back=True).go_on(run)
    assert not {"deployed", "checked", "agreed"} & run.about.keys()
    carried_out(killed, run, kept, back=True)
    assert set(killed.runs.values()) == {GOOD}
    assert run.decisions == ["from here on back"]


def test_a_deployment_that_fails_again_says_what_stands(killed: World) -> None:
    killed.deploy_fails, kept = "Deployment api: 0 of 3 pods are ready", Kept()
    with pytest.raises(OperationFailed, match=r"deploy: Deployment api.*Done: unlock, look, settle"):
        carried_out(killed, begun(killed), kept)
    killed.deploy_fails = ""
    carried_out(killed, Run(**json.loads(kept.text)), kept)
    assert killed.calls.count("up") == 2
    assert killed.calls.count("import") == 1


def test_a_preview_that_is_not_empty_is_no_end(killed: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(killed, "changes", lambda: {"update": 2})
    with pytest.raises(OperationFailed, match=r"the preview is not empty \(2 to update\)"):
        carried_out(killed, begun(killed))


def test_services_that_a_recovery_has_left_stopped_are_started(world: World) -> None:
    world.paused = True
    run = carried_out(world, begun(world))
    assert "start" in run.steps
    assert not world.paused
    assert recovery(world).plan(run).situation


def test_maintenance_that_is_on_is_told_and_stays(world: World) -> None:
    file = world.root / "Pulumi.prod.yaml"
    text = file.read_text(encoding="utf-8")
    head = "  groundwork:images:\n"
    file.write_text(
        text.replace(head, f"  groundwork:maintenance: {{enabled: true}}\n{head}"), encoding="utf-8"
    )
    run = carried_out(world, begun(world))
    assert any("maintenance mode is on" in line for line in recovery(world).plan(run).afterwards)
    assert "maintenance: {enabled: true}" in file.read_text(encoding="utf-8")


def test_a_preview_that_the_engine_refuses_is_told_and_is_no_obstacle(
    killed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> dict[str, Any]:
        raise OperationFailed("pulumi preview ended with 255")

    monkeypatch.setattr(killed, "preview", refuse)
    run = carried_out(killed, begun(killed))
    assert run.about["forecast"] == "pulumi preview ended with 255"


@pytest.fixture
def called(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """The commands, on this world."""

    def prepared(_env: str, _system: str | None, _place: Any, wanted: Wanted) -> Any:
        one = recovery(world, **vars(wanted))
        imagined = partial(Run, "1", KIND, "ann", NOW.isoformat())
        runs = SimpleNamespace(current=lambda: None, imagined=lambda kind, about: imagined(about), who="ann")
        return one, runs

    monkeypatch.setattr(deployment_recovery_command, "prepared", prepared)
    return lambda *words: CliRunner().invoke(app, ["recover", *words, "--env", "prod"])


def test_the_plan_is_told_with_bars_and_drawn_and_nothing_is_done(
    killed: World, called: Callable[..., Result], tmp_path: Path
) -> None:
    file = tmp_path / "pictures" / "plan.svg"
    told = called("plan", "--of", "deployment", "--output", str(file))
    assert told.exit_code == 0, told.output
    for part in ("which has ended", "settle ", "█", "<- users are back", str(file)):
        assert part in told.stdout
    assert "recover deployment in prod" in file.read_text(encoding="utf-8")
    as_json = called("plan", "--of", "deployment", "--json")
    check_output("recover plan", json.loads(as_json.stdout))
    assert killed.calls == []


def test_nothing_to_recover_is_no_failure(world: World, called: Callable[..., Result]) -> None:
    world.runs = dict.fromkeys(SERVICES, BAD)
    told = called("deployment")
    assert (told.exit_code, "there is nothing to recover" in told.stdout) == (0, True), told.output
    check_output("recover deployment", json.loads(called("deployment", "--json").stdout))
    assert world.calls == []


def test_the_exit_codes_are_those_that_are_documented(
    irreversible: World, called: Callable[..., Result]
) -> None:
    irreversible.jobs = [_job(BAD, "Complete")]
    assert called("deployment").exit_code == 7
    irreversible.lock("fv-az1", 7)
    assert called("deployment").exit_code == 4
    assert called("deployment", "--back", "--forward").exit_code == 2
    assert called("deployment", "--made", "nonsense").exit_code == 2
    assert called("deployment", "--owner-gone", "--forward", "--json").exit_code == 2, "nobody is asked"
    assert irreversible.calls == []
