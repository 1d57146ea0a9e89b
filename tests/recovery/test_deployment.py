"""DEP-1, K8S-5: a deployment is killed, and so is its recovery; then a release is bad."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from operations.checkout import ROOT
from rehearsal.disasters.deployment import DeploymentRehearsed, rehearse_on
from rehearsal.disasters.stage import Stage, stage
from rights.commands import COMMANDS, HALF_MADE
from tests.support.json_output import check_output
from tests.support.recovery_calls import CommandCalls, inputs_of, recording_commands
from timing.data.recovery import WAITS, Wait

pytestmark = [pytest.mark.engine, pytest.mark.contract("DEP-1", "K8S-5")]


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandCalls]:
    """What the commands ask AWS for meanwhile."""
    with recording_commands(tmp_path_factory.mktemp("calls") / "calls.jsonl") as found:
        yield found


@pytest.fixture(scope="module")
def staging(engine: Path, calls: CommandCalls) -> Iterator[Stage]:
    """One deployment for what follows; `make disasters` plays it in prod, which takes twice as long."""
    with stage(ROOT, "staging", engine) as on_stage:
        yield on_stage


@pytest.fixture(scope="module")
def rehearsed(staging: Stage) -> DeploymentRehearsed:
    return rehearse_on(staging, lambda _: None)


def test_a_deployment_killed_while_aws_makes_something_is_brought_to_its_end(
    rehearsed: DeploymentRehearsed,
) -> None:
    assert rehearsed.cut_off == ("creating before-migration",)
    assert rehearsed.finished
    assert rehearsed.settled == ({}, {})


def test_nobody_notices(rehearsed: DeploymentRehearsed) -> None:
    assert rehearsed.written > 30
    assert (rehearsed.lost, rehearsed.refused) == (0, 0)
    assert rehearsed.good
    check_output("disaster", rehearsed.as_json())


def test_a_bad_release_is_taken_back_and_the_snapshot_from_before_it_stays(
    rehearsed: DeploymentRehearsed,
) -> None:
    assert rehearsed.back
    assert rehearsed.snapshot_kept


def test_the_times_that_a_person_is_told_are_those_of_the_deployment(rehearsed: DeploymentRehearsed) -> None:
    said = WAITS[Wait.ROLL_BACK].times
    assert rehearsed.deployment.typical <= said.typical <= rehearsed.deployment.typical * 1.2
    assert rehearsed.deployment.slow <= said.slow <= rehearsed.deployment.slow * 1.2


def test_on_aws_the_versions_before_run_within_ten_minutes(rehearsed: DeploymentRehearsed) -> None:
    assert rehearsed.until_users_are_back.slow <= 10 * 60


@pytest.mark.contract("SEC-1")
def test_the_command_calls_what_the_table_of_rights_says(
    rehearsed: DeploymentRehearsed, calls: CommandCalls
) -> None:
    said = {action for action, _ in COMMANDS["deployment"].calls}
    made = calls.actions("deployment")
    assert made <= said
    # What it asks of things half made depends on what was cut off: here it was a snapshot.
    assert said - made <= set(HALF_MADE)
    assert "rds:DescribeDBSnapshots" in made


@pytest.mark.contract("DR-3")
def test_what_it_needs_beside_aws_is_in_source_control_and_beside_the_state(
    rehearsed: DeploymentRehearsed, calls: CommandCalls
) -> None:
    assert calls.inputs("deployment") == inputs_of("deployment")
