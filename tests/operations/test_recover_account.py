"""ENV-6: an emptied account is built again of the backup account's copies; AWS is embedded, the engine is not
there. The rehearsal has both (tests/recovery). What is decided first: test_emptied_account.py.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from infra.configuration.buckets import BACKUPS
from infra.configuration.generations import Generations
from infra.configuration.serving import Serving
from infra.configuration.strict_yaml import parse
from infra.naming import Place
from operations.console import OperationError, OperationFailed
from operations.recovery.account import KIND
from operations.recovery.run import Run
from operations.recovery.steps import ChecksFailed, Progress, Recovery, Step
from operations.recovery_frame import under_way
from tests.support.emptied_account import FOUNDATIONS, KEPT, REGION, Killed, World

pytestmark = pytest.mark.contract("ENV-6")

STEPS = [
    "state",
    "write",
    "foundations",
    "ask",
    "images",
    "entries",
    "copied",
    "begin",
    "files",
    "restore",
    "adopt",
    "build",
    "check",
    "services",
    "ready",
    "finish",
    "complete",
    "agree",
]
PODS = FOUNDATIONS[1]
REPLICA = "urn:pulumi:**groundwork:place:Recovery$**aws:rds/instance:Instance::*"


@pytest.fixture
def world(emptied_account: World) -> World:
    emptied_account.keep_night()
    return emptied_account


def killed_after(name: str) -> Any:
    """Has the machine be lost when a step has done its work, before anything is written down of it."""

    def changed(plan: Recovery) -> Recovery:
        return replace(plan, steps=tuple(_killed(each) if each.name == name else each for each in plan.steps))

    return changed


def _killed(step: Step) -> Step:
    def done() -> bool:
        if step.done():
            raise Killed
        return False

    def act(progress: Progress) -> str:
        step.act(progress)
        raise Killed

    return replace(step, done=done, act=act)


def database_of(text: str) -> dict[str, Any]:
    """What a stack file says of generations."""
    section: dict[str, Any] = parse(text)["config"]["groundwork:database"]
    names = ("generation", "retired", "lost", "adopt", "promoted")
    return {name: section[name] for name in names if name in section}


def check_done_once(world: World, run: Run) -> None:
    """Everything is there, and nothing was done a second time."""
    assert run.outcome == "done"
    assert [each["State"] for each in world.copy_jobs()] == ["COMPLETED"]
    assert world.wire.changes["PutImage"] == 2  # of two repositories
    assert world.wire.changes["CompleteLayerUpload"] == 4
    assert world.wire.changes["PutSecretValue"] == 2
    assert world.wire.changes["CopyObject"] == 2
    assert world.wire.changes["RestoreDBInstanceFromDBSnapshot"] == 1
    assert len(world.engine.taken) == 1
    assert world.instances() == [f"{world.naming.prefix}-2"]
    assert world.value("stripe-secret-key") == "sk_of_people"
    assert (world.shown("documents"), world.shown("photos")) == (
        {"offer.pdf": "an offer"},
        {"roof.jpg": "a roof"},
    )
    assert database_of(world.file.read_text(encoding="utf-8")) == {"generation": 2}
    assert world.pods.ready


def recorded_steps(world: World, run: Run) -> list[str]:
    """The table of steps that people read."""
    lines = (world.folder / "recoveries" / f"{run.id}.md").read_text(encoding="utf-8").splitlines()
    return [line.split(" | ")[0].removeprefix("| ") for line in lines if line.startswith("| ")][2:]


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
def test_the_state_of_before_is_kept_here_and_in_the_backup_account(world: World) -> None:
    before = world.engine.export()
    run = world.command()
    name = f"{run.id}-state-before.json"
    assert json.loads((world.folder / "recoveries" / name).read_text(encoding="utf-8")) == before
    client = world.kept.client("s3", REGION)
    kept = client.get_object(Bucket=world.outside.bucket(BACKUPS), Key=f"recoveries/{name}")["Body"]
    assert json.loads(kept.read()) == before
    assert run.steps["state"]["note"] == f"put aside: recoveries/{name}"


def test_the_engine_begins_with_nothing_and_encrypts_as_before(world: World) -> None:
    before = world.engine.export()
    world.command()
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
def test_the_file_says_before_each_deployment_what_that_one_does(world: World) -> None:
    world.command()
    said = [database_of(text) for _, text in world.engine.ups]
    adopted = {"generation": 2, "adopt": True}
    assert said == [{"generation": 2}, adopted, adopted, {"generation": 2}]


def test_each_deployment_leaves_out_what_has_to_wait(world: World) -> None:
    world.command()
    assert [left for left, _ in world.engine.ups] == [
        FOUNDATIONS,  # the database is not restored, and images and secrets are not there
        (REPLICA, PODS),  # nobody has looked at the database
        (REPLICA,),  # people do not need it, and it takes longest
        (),
    ]


def test_people_are_back_before_anything_is_made_redundant(world: World) -> None:
    world.command(changed=lambda plan: replace(plan, steps=plan.steps[: STEPS.index("ready") + 1]))
    assert world.pods.ready
    assert len(world.engine.ups) == 3


def test_comments_and_everything_else_in_the_file_stay(world: World) -> None:
    before = world.file.read_text(encoding="utf-8")
    world.command()
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


# the copy of the database
def test_the_copy_is_asked_for_while_the_first_deployment_runs(world: World) -> None:
    run = world.command()
    assert "note" not in run.steps["ask"]  # there was nothing left to do
    assert run.about["asked"] == 1


def test_a_vault_that_does_not_let_copies_in_is_not_asked_for_one(world: World) -> None:
    """The job would fail, and so would one every ten seconds."""
    world.opens_vault = False
    with pytest.raises(OperationFailed, match=r"^ask: .* The same command goes on from here"):
        world.command()
    assert len(world.copy_jobs()) == 1  # of the step that comes after the deployment


def test_a_job_that_has_failed_is_asked_for_anew_by_the_same_command(world: World) -> None:
    world.opens_vault = False
    with pytest.raises(OperationFailed):
        world.command()
    world.open_vault()
    run = world.command()
    assert sorted(each["State"] for each in world.copy_jobs()) == ["COMPLETED", "FAILED"]
    assert run.about["asked"] == 2
    assert run.outcome == "done"


def test_why_a_job_has_failed_is_told(world: World) -> None:
    world.opens_vault = False
    with pytest.raises(OperationFailed, match=r"does not allow backup:CopyIntoBackupVault to 610987650002"):
        world.command()


def test_a_job_that_fails_later_is_told_with_its_reason(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS Backup says of a job that it runs, and minutes later that it has failed."""
    states = ["RUNNING"] * 4 + ["FAILED"] * 50
    one = world.recovery()
    run = world.runs().begin(KIND, one.decide("latest", force=False), world.now)

    def job(*_: Any) -> dict[str, Any]:
        return {"State": states.pop(0), "StatusMessage": "the key is not shared"}

    monkeypatch.setattr("operations.recovery.backup_account.BackupAccount._job", job)
    steps = {each.name: each for each in one.plan(run).steps}
    run.about["job"] = "job-1"
    assert steps["ask"].done()
    with pytest.raises(OperationFailed, match="copy job job-1: the key is not shared"):
        steps["copied"].act(lambda _: None)
    assert not steps["ask"].done()


def test_what_aws_does_not_answer_does_not_end_a_deployment(world: World) -> None:
    """It looks now and then how far the copy is; the engine works on meanwhile."""
    world.engine.fails_at = 1
    with pytest.raises(OperationFailed, match="VcpuLimitExceeded"):
        world.command()
    world.wire.refused = {"DescribeCopyJob", "ListHostedZonesByName"}
    with pytest.raises(OperationFailed, match="AccessDenied"):
        world.command()
    assert len(world.engine.ups) == 2
    world.wire.refused = set()
    run = world.command()
    assert len(world.engine.ups) == 5  # the foundations are not laid a third time
    check_done_once(world, run)


def test_people_are_told_the_name_servers_as_soon_as_there_is_a_zone(world: World) -> None:
    """Certificates wait until the parent of the domain points to them."""
    world.has_zone = True
    run = world.command()
    assert "have the parent of triangle.example point to ns-" in run.steps["foundations"]["note"]


# secrets
def test_only_secrets_of_the_system_file_come_back(world: World) -> None:
    """Those of before would send services to a database that is gone."""
    world.keep_secrets(
        world.now - timedelta(days=1),
        stripe_secret_key="sk_of_people",
        database='{"host": "gone"}',
        redis_cache='{"host": "gone"}',
        of_long_ago="not declared any more",
    )
    run = world.command()
    assert (world.value("stripe-secret-key"), world.value("database")) == ("sk_of_people", None)
    assert run.about["entries"] == 1


def test_secrets_without_a_value_are_named(world: World) -> None:
    note = world.command().steps["entries"]["note"]
    assert note == (
        "2 secrets; without a value: firebase-service-account, jobber-client-secret, jwt-access-key, "
        "jwt-refresh-key, stripe-webhook-secret"
    )
    assert "sk_of_people" not in json.dumps(note)


def test_a_secret_that_the_account_has_no_entry_of_is_named_too(world: World) -> None:
    """Its value stays in the snapshot: there is nothing to write it to."""
    world.without = "sentry-dsn"
    note = world.command().steps["entries"]["note"]
    assert note.startswith("1 secrets; without a value: ")
    assert "sentry-dsn" in note


def test_a_snapshot_without_anything_that_is_declared_brings_nothing(world: World) -> None:
    """None at all is not all of them."""
    world.keep_secrets(world.now - timedelta(days=1), database="{}")
    run = world.command()
    assert run.about["entries"] == 0
    assert world.value("database") is None


# files
def test_files_are_as_they_were_at_the_time(world: World) -> None:
    """Somebody encrypted the customers' files for a ransom, and deleted some."""
    harm = world.now - timedelta(hours=2)
    world.keep_database(harm - timedelta(hours=1))
    world.keep_file("documents", "offer.pdf", "encrypted", harm)
    world.keep_file("documents", "ransom.txt", "pay", harm)
    world.hide_file("photos", "roof.jpg", harm)
    world.command(to=(harm - timedelta(minutes=1)).isoformat())
    assert world.shown("documents") == {"offer.pdf": "an offer"}
    assert world.shown("photos") == {"roof.jpg": "a roof"}


def test_what_a_customer_has_deleted_stays_away(world: World) -> None:
    world.hide_file("photos", "roof.jpg", world.now - timedelta(hours=4))
    world.command()
    assert world.shown("photos") == {}


def test_files_keep_what_is_said_about_them(world: World) -> None:
    made = world.now - timedelta(days=1)
    about = {"Metadata": {"customer": "17"}, "ContentType": "application/pdf"}
    world.keep_file("documents", "invoice.pdf", "an invoice", made, **about)
    world.command()
    name = world.naming.bucket("documents")
    found = world.new.client("s3", REGION).head_object(Bucket=name, Key="invoice.pdf")
    assert {name: found[name] for name in about} == about


def test_files_in_the_archive_are_asked_for_and_told(world: World) -> None:
    """S3 brings them back within hours, and in no minute."""
    world.keep_file("documents", "old.pdf", "old", world.now - timedelta(days=400), StorageClass="GLACIER")
    run = world.command()
    assert run.about["files"]["documents"] == {"copied": 1, "there": 0, "archived": 1}
    assert world.wire.changes["RestoreObject"] == 1
    note = run.steps["files"]["note"]
    assert f"documents 1, 1 come out of the archive in {KEPT}: copy them in some hours, by hand;" in note
    assert world.shown("documents") == {"offer.pdf": "an offer"}


def test_audit_logs_and_backups_are_not_brought_back(world: World) -> None:
    """They stay where nobody removes them."""
    assert set(world.command().about["files"]) == {"documents", "photos", "reports"}


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


def test_another_recovery_begins_when_this_one_has_ended(world: World) -> None:
    world.command()
    assert world.runs().current() is None


# a database that is not good
@pytest.fixture
def bad(world: World) -> World:
    world.database.found["sequencesBehind"] = ["jobs_id_seq"]
    return world


def test_a_database_that_is_not_good_ends_it_before_services_start(bad: World) -> None:
    with pytest.raises(ChecksFailed, match=r"jobs_id_seq\. Nobody works with it yet") as caught:
        bad.command()
    assert int(caught.value.code) == 3
    assert not bad.pods.ready
    assert len(bad.engine.ups) == 2


def test_mended_by_a_person_it_is_looked_at_again(bad: World) -> None:
    with pytest.raises(ChecksFailed):
        bad.command()
    bad.database.found["sequencesBehind"] = []
    check_done_once(bad, bad.command())
    assert bad.database.asked == 2


def test_an_older_copy_takes_the_place_of_one_that_is_not_good(bad: World) -> None:
    """The engine has adopted the first one, which stays, protected, as a retired generation."""
    older = bad.now - timedelta(days=3)
    point = bad.keep_database(older)
    with pytest.raises(ChecksFailed):
        bad.command()
    bad.database.found["sequencesBehind"] = []
    run = bad.command(to=(older + timedelta(hours=1)).isoformat())
    assert run.outcome == "done"
    assert (run.about["point"], run.about["target"]) == (point, 3)
    prefix = bad.naming.prefix
    assert sorted(bad.instances()) == [f"{prefix}-2", f"{prefix}-3"]
    said = [database_of(text) for _, text in bad.engine.ups[2:]]
    settled = {"generation": 3, "retired": [2]}
    assert said == [{**settled, "adopt": True}, {**settled, "adopt": True}, settled]
    assert database_of(bad.file.read_text(encoding="utf-8")) == settled
    assert f"that of {older.isoformat()}" in run.decisions[0]


def test_the_same_older_copy_named_again_goes_on(bad: World) -> None:
    older = bad.now - timedelta(days=3)
    bad.keep_database(older)
    with pytest.raises(ChecksFailed):
        bad.command()
    for _ in range(2):
        with pytest.raises(ChecksFailed):
            bad.command(to=older.isoformat())
    assert len(bad.instances()) == 2
    assert len(bad.copy_jobs()) == 2


def test_an_older_copy_is_taken_before_anything_is_restored(world: World) -> None:
    """Somebody sees while the network is built that harm was done before the night."""
    older = world.now - timedelta(days=3)
    point = world.keep_database(older)
    world.engine.fails_at = 1
    with pytest.raises(OperationFailed):
        world.command()
    run = world.command(to=older.isoformat())
    assert (run.about["point"], run.about["target"], run.outcome) == (point, 2, "done")
    assert database_of(world.file.read_text(encoding="utf-8")) == {"generation": 2}


def test_where_people_work_with_it_no_other_copy_is_taken(world: World) -> None:
    older = world.now - timedelta(days=3)
    world.keep_database(older)
    world.engine.fails_at = 4
    with pytest.raises(OperationFailed):
        world.command()
    with pytest.raises(OperationError, match=r"people work with .*-prod-2 already"):
        world.command(to=older.isoformat())
    assert world.command().outcome == "done"
