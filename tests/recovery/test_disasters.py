"""DR-1, DR-2: a disaster on prod with real rows, the command of the day, and the engine afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.errors import CommandError
from operations.checkout import ROOT
from rehearsal.disasters import files
from rehearsal.disasters.catalogue import disaster_named
from rehearsal.disasters.database import Disaster, Rehearsed, rehearse, rehearse_on
from rehearsal.disasters.files import FilesRehearsed
from rehearsal.disasters.stage import Stage, stage
from tests.support.json_output import check_output
from tests.support.recovery_calls import CommandCalls, inputs_of, recording_commands

pytestmark = [pytest.mark.engine, pytest.mark.contract("DR-1", "DB-6")]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandCalls]:
    with recording_commands(tmp_path_factory.mktemp("asked") / "calls") as calls:
        yield calls


@pytest.fixture(scope="module")
def bad_data(engine: Path, asked: CommandCalls) -> Rehearsed:
    return rehearse(ROOT, "prod", engine, Disaster.BAD_DATA, lambda _: None)


def test_what_was_written_before_the_time_is_there(bad_data: Rehearsed) -> None:
    """A second or so after it everything was deleted: without the command all rows would be lost."""
    assert bad_data.written > 10
    assert 0 < bad_data.lost < bad_data.written / 2
    assert 0 < bad_data.lost_seconds < 30


def test_people_can_work_and_the_database_of_before_still_stands(bad_data: Rehearsed) -> None:
    assert bad_data.serves
    assert bad_data.old_stands


def test_program_and_state_agree_afterwards(bad_data: Rehearsed) -> None:
    assert (bad_data.adopted, bad_data.settled) == ({}, {})


def test_on_aws_people_can_work_again_within_the_rto(bad_data: Rehearsed) -> None:
    """Also where every step is at its slowest."""
    assert bad_data.until_users_are_back.typical < bad_data.until_users_are_back.slow <= 30 * 60


@pytest.mark.contract("DR-3")
@pytest.mark.parametrize("command", ["database", "finish"])
def test_what_a_database_needs_beside_aws_to_come_back_is_in_source_control(
    bad_data: Rehearsed, asked: CommandCalls, command: str
) -> None:
    assert asked.inputs(command) == inputs_of(command)


@pytest.fixture(scope="module")
def dev(engine: Path, asked: CommandCalls) -> Iterator[Stage]:
    """One deployment for what follows."""
    with stage(ROOT, "dev", engine) as on_stage:
        yield on_stage


@pytest.fixture(scope="module")
def files_lost(dev: Stage) -> FilesRehearsed:
    return files.rehearse_on(dev, lambda _: None)


@pytest.mark.contract("DR-6")
def test_files_that_were_overwritten_or_deleted_are_back_and_nothing_else_is_there(
    files_lost: FilesRehearsed,
) -> None:
    assert files_lost.wrong == ()
    assert files_lost.back == files_lost.written == files.FILES
    assert min(files_lost.overwritten, files_lost.deleted, files_lost.created) > 5
    assert files_lost.good
    check_output("disaster", files_lost.as_json())


@pytest.mark.contract("DR-6")
def test_no_version_is_deleted_and_the_way_back_is_open(files_lost: FilesRehearsed) -> None:
    assert files_lost.versions > files_lost.written
    assert files_lost.versions_gone == 0
    assert files_lost.undone == files_lost.written - files_lost.deleted + files_lost.created


@pytest.mark.contract("DR-3", "DR-6")
def test_what_files_need_beside_aws_to_come_back_is_in_source_control(
    files_lost: FilesRehearsed, asked: CommandCalls
) -> None:
    assert asked.inputs("files") == inputs_of("files")


@pytest.mark.contract("DR-2")
def test_an_instance_that_was_deleted_comes_back_with_its_rows(dev: Stage) -> None:
    lost = rehearse_on(dev, Disaster.DATABASE_LOST, lambda _: None)
    assert lost.written > 5
    assert lost.lost < lost.written / 2
    assert lost.serves
    assert not lost.old_stands
    assert (lost.adopted, lost.settled) == ({}, {})
    check_output("disaster", lost.as_json())


def test_a_disaster_that_there_is_not_is_told() -> None:
    with pytest.raises(CommandError, match="allowed: bad-data, database-lost, files-lost"):
        disaster_named("earthquake")
