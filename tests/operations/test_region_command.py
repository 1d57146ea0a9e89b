"""DR-3: what the command makes of a recovery that is under way when a region is lost, or is to be left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from infra.configuration.buckets import BACKUPS
from operations import region_commands
from operations.checkout import declared
from operations.cli import app
from operations.recovery.region import RegionRecovery, recovered
from operations.recovery.run import Run, Runs
from operations.recovery_frame import Asked
from tests.operations.conftest import Account

pytestmark = pytest.mark.contract("DR-3", "DR-1")

THERE = "us-east-2"
NOW = datetime(2026, 11, 29, 3, tzinfo=UTC)


@pytest.fixture
def prod(account: Callable[[str], Account]) -> Account:
    return account("prod")


@pytest.fixture
def begun(prod: Account, monkeypatch: pytest.MonkeyPatch) -> list[Asked]:
    """How recoveries of the region were begun; none is carried out, and nothing is decided."""
    found: list[Asked] = []
    monkeypatch.setattr(RegionRecovery, "decide", lambda *_, **__: {})
    monkeypatch.setattr(region_commands, "carry_out", lambda asked, *_: found.append(asked))
    return found


def _runs(prod: Account) -> Runs:
    """Where they are written down, in the region that takes over."""
    client, name = prod.other("s3", THERE), recovered(declared("prod")).naming.bucket(BACKUPS)
    place: Any = {"LocationConstraint": THERE}
    client.create_bucket(Bucket=name, CreateBucketConfiguration=place)
    return Runs(client, name, "ann")


def _command(prod: Account, *words: str) -> Result:
    return CliRunner().invoke(
        app, ["recover", "region", *words, "--env", "prod", "--yes", "--endpoint-url", prod.url]
    )


def test_what_was_under_way_in_a_lost_region_is_no_hindrance(prod: Account, begun: list[Asked]) -> None:
    _runs(prod).begin("database", {}, NOW)
    assert _command(prod).exit_code == 0
    assert [each.outranks for each in begun] == [True]


def test_a_region_is_not_left_on_purpose_while_another_recovery_is_at_work_in_it(
    prod: Account, begun: list[Asked]
) -> None:
    runs = _runs(prod)
    run = runs.begin("database", {}, NOW)
    refused = _command(prod, "--to", THERE)
    assert refused.exit_code == 1
    assert "ann recovers database since 2026-11-29T03:00:00+00:00; one at a time" in refused.stderr
    assert begun == []
    found = runs.current()
    assert isinstance(found, Run)
    assert found.as_json() == run.as_json()


def test_one_that_begins_while_a_person_reads_the_plan_of_a_move_is_not_ended_by_it(
    prod: Account, begun: list[Asked]
) -> None:
    _runs(prod)
    assert _command(prod, "--to", THERE).exit_code == 0
    assert [each.outranks for each in begun] == [False]
