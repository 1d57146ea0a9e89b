"""DR-1, DR-2: a disaster on prod with real rows, the command of the day, and the engine afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands.errors import CommandError
from operations.checkout import ROOT
from rehearsal.disasters.database import Disaster, Rehearsed, disaster_named, rehearse

pytestmark = [pytest.mark.engine, pytest.mark.contract("DR-1", "DB-6")]


@pytest.fixture(scope="module")
def bad_data(engine: Path) -> Rehearsed:
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
    """Where every step is at its slowest, docs/recovery.md says three minutes more."""
    assert bad_data.until_users_are_back.typical <= 30 * 60
    assert bad_data.until_users_are_back.slow <= 33 * 60


def test_a_disaster_that_there_is_not_is_told() -> None:
    with pytest.raises(CommandError, match="allowed: bad-data, database-lost"):
        disaster_named("earthquake")
