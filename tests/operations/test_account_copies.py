"""ENV-6: the copy of the database that an emptied account is built again of, and another one where it is not
good.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from operations.console import OperationError, OperationFailed
from operations.recovery.account import KIND
from operations.recovery.run import Run
from operations.recovery.steps import ChecksFailed
from tests.support.account_recovery import check_done_once, database_of
from tests.support.emptied_account import World

pytestmark = pytest.mark.contract("ENV-6")


def test_the_copy_is_asked_for_while_the_first_deployment_runs(rebuilt: tuple[World, Run]) -> None:
    _, run = rebuilt
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


def test_another_copy_is_looked_at_though_the_first_one_was_good(world: World) -> None:
    """Somebody sees in the rows that harm was done before the night, and no service runs yet."""
    older = world.now - timedelta(days=3)
    point = world.keep_database(older)
    world.engine.fails_at = 3
    with pytest.raises(OperationFailed, match=r"^services: "):
        world.command()
    assert world.database.asked == 1
    run = world.command(to=older.isoformat())
    assert (run.about["point"], run.about["target"], run.outcome) == (point, 3, "done")
    assert world.database.asked == 2


def test_where_people_work_with_it_no_other_copy_is_taken(world: World) -> None:
    older = world.now - timedelta(days=3)
    world.keep_database(older)
    world.engine.fails_at = 4
    with pytest.raises(OperationFailed):
        world.command()
    with pytest.raises(OperationError, match=r"people work with .*-prod-2 already"):
        world.command(to=older.isoformat())
    assert world.command().outcome == "done"
