"""DR-3: prod's region is switched off; the command of the day brings everything up in the other one."""

from __future__ import annotations

from pathlib import Path

import pytest

from operations.checkout import ROOT
from rehearsal.disasters.region import RegionRehearsed, rehearse
from timing.data.recovery import WAITS, Wait

pytestmark = [pytest.mark.engine, pytest.mark.contract("DR-3")]


@pytest.fixture(scope="module")
def region_lost(engine: Path) -> RegionRehearsed:
    return rehearse(ROOT, "prod", engine, lambda _: None)


def test_nobody_asks_the_lost_region(region_lost: RegionRehearsed) -> None:
    assert region_lost.calls == ()


def test_what_the_replica_had_is_there_and_rows_are_written_again(region_lost: RegionRehearsed) -> None:
    assert region_lost.written >= 20
    assert region_lost.lost < region_lost.written  # some were confirmed in the moment of the loss
    assert region_lost.lost_seconds < 10
    assert region_lost.serves


def test_program_state_and_aws_agree_afterwards(region_lost: RegionRehearsed) -> None:
    """After a refresh: nothing in the state is only what was hoped for."""
    assert region_lost.settled == {}
    assert region_lost.forgotten > 300
    assert region_lost.moved > 50


def test_services_find_redis_where_it_is_now(region_lost: RegionRehearsed) -> None:
    """Entries are rotated, and the program never puts their first value back: these are made anew."""
    assert len(region_lost.redis) == 2
    for entry in region_lost.redis:
        assert "us-east-2" in entry or "use2" in entry, entry
        assert "us-west-2" not in entry


def test_the_times_that_a_person_is_told_are_those_of_the_deployments(region_lost: RegionRehearsed) -> None:
    waits = (Wait.FOUNDATIONS, Wait.BUILD_REGION, Wait.COMPLETE)
    for wait, found in zip(waits, region_lost.deployments, strict=True):
        said = WAITS[wait].times
        assert found.typical <= said.typical <= found.typical * 1.2, wait
        assert found.slow <= said.slow <= found.slow * 1.2, wait


@pytest.mark.contract("DR-5")
def test_on_aws_people_can_work_again_within_the_rto(region_lost: RegionRehearsed) -> None:
    """Also where every step is at its slowest; 20 minutes is what recovery.md promises usually."""
    assert region_lost.until_users_are_back.typical <= 20 * 60
    assert region_lost.until_users_are_back.slow <= 30 * 60
