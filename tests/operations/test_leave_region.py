"""DR-3: a region that is left on purpose: its services are stopped first, and no row is lost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from operations.console import OperationError, OperationFailed
from operations.recovery.run import Run, Runs
from operations.recovery.session import carry_out
from operations.recovery.steps import Clock
from tests.support.kept_run import Kept
from tests.support.lost_region import (
    NOW,
    STEPS,
    THERE,
    World,
    begun,
    carried_out,
    day_of_loss,
    recovery,
)

pytestmark = pytest.mark.contract("DR-3")


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return day_of_loss(tmp_path, monkeypatch)


class Database:
    """PostgreSQL in the region that is left, as the function tells of it; each look shows it further."""

    def __init__(self, *replayed: str) -> None:
        self.replayed = list(replayed)
        self.sessions = [["app_a (api)", "postgres (psql)"], ["app_a (api)"], []]

    def groups(self) -> list[str]:
        return ["sg-function"]

    def disconnect(self, address: Mapping[str, Any]) -> list[str]:
        assert address["host"] == "db.us-west-2"
        return self.sessions.pop(0)

    def replication(self, address: Mapping[str, Any]) -> dict[str, Any]:
        assert address["host"] == "db.us-west-2"
        found = self.replayed.pop(0) if len(self.replayed) > 1 else self.replayed[0]
        return {"written": "16/B374D848", "replayed": found.split()}


@pytest.fixture
def leaving(world: World, monkeypatch: pytest.MonkeyPatch) -> Database:
    world.answers = True
    world.instance["Endpoint"] = {"Address": "db.us-west-2", "Port": 5432}
    world.instance["VpcSecurityGroups"] = [{"VpcSecurityGroupId": "sg-database"}]
    one = Database("16/B374D000", "16/B374D848")
    monkeypatch.setattr("operations.recovery.leaving.Preparation", lambda *_: one)
    return one


@pytest.mark.usefixtures("leaving")
def test_left_on_purpose_it_is_stopped_and_all_has_arrived_before_anything_is_promoted(world: World) -> None:
    run = carried_out(world, begun(world, THERE), Kept())
    assert list(run.steps) == ["stop", "closed", "replayed", *STEPS]
    assert world.calls[:3] == ["stop", "close", "promote"]
    assert run.steps["replayed"]["note"] == "the replica has all rows (log position 16/B374D848)"
    assert recovery(world).plan(run).loss.startswith("no row;")


def test_whoever_is_connected_when_it_is_left_is_sent_away_and_named(world: World, leaving: Database) -> None:
    """A session outlives the rule that has let it in; a pool of connections comes back at once."""
    run = carried_out(world, begun(world, THERE), Kept())
    assert leaving.sessions == []
    assert run.steps["closed"]["note"] == (
        "nobody connects to triangle-prod any more; ended: app_a (api), postgres (psql)"
    )


@pytest.mark.usefixtures("leaving")
def test_a_region_is_not_left_while_a_job_runs(world: World) -> None:
    world.jobs = ["seed-admin-20261129"]
    with pytest.raises(OperationFailed, match="seed-admin-20261129 runs, and would be cut off half-way"):
        begun(world, THERE)
    assert world.calls == []


def test_a_replica_that_is_behind_is_waited_for(world: World, leaving: Database) -> None:
    leaving.replayed = ["16/B374D000", "15/FFFFFFFF", "16/B374D847", "16/B374D848"]
    carried_out(world, begun(world, THERE), Kept())
    assert leaving.replayed == ["16/B374D848"]


def test_of_several_replicas_all_have_to_have_it(world: World, leaving: Database) -> None:
    """One that is ahead need not be the one that is promoted: rows would be lost."""
    some, all_ = ["16/B374D848 16/B374D000", "16/B374D000 16/B374D848"], "16/B374D848 16/B374D848"
    leaving.replayed = ["16/B374D000", *some, all_]  # it is asked first how far it is written
    carried_out(world, begun(world, THERE), Kept())
    assert leaving.replayed == [all_]


def test_one_that_stays_too_far_behind_is_told_and_nothing_is_promoted(
    world: World, leaving: Database
) -> None:
    leaving.replayed, passed = ["16/B374D000"], [NOW.timestamp()]

    def sleep(seconds: float) -> None:
        passed[0] += seconds

    clock, run, kept = Clock(lambda: passed[0], sleep), begun(world, THERE), Kept()
    behind = r"replayed: the replica: 2,120 bytes of the log are missing, after \d+ minutes.*The same command"
    with pytest.raises(OperationFailed, match=behind):
        carry_out(
            recovery(world, clock).plan(run), run, cast(Runs, kept), world.file.parent, lambda _: None, clock
        )
    assert "promote" not in world.calls
    leaving.replayed = ["16/B374D848"]
    assert carried_out(world, Run(**json.loads(kept.text)), kept).outcome == "done"


def test_without_a_replica_nothing_is_promoted(world: World, leaving: Database) -> None:
    leaving.replayed = [""]
    with pytest.raises(OperationFailed, match="no replica follows the database"):
        carried_out(world, begun(world, THERE), Kept())
    assert "promote" not in world.calls


@pytest.mark.usefixtures("leaving")
def test_one_can_move_to_the_other_region_alone(world: World) -> None:
    with pytest.raises(OperationError, match="--to: found eu-west-1; allowed: us-east-2"):
        recovery(world).decide("eu-west-1", force=False)


def test_a_region_that_does_not_answer_is_not_left_in_good_order(world: World) -> None:
    with pytest.raises(OperationFailed, match=r"does not answer \(ec2, rds, eks\).*without --to"):
        recovery(world).decide(THERE, force=False)
