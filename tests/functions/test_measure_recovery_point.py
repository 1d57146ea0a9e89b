"""ALM-13: how much of the newest data could not be restored, measured from what RDS tells."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from functions.measure_recovery_point import handler
from tests.support.recorded_calls import Calls, table_of

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


class _Rds:
    """RDS with one instance, as DescribeDBInstances tells of it."""

    def __init__(self, instance: dict[str, Any]) -> None:
        self._instance = instance

    def describe_db_instances(self, DBInstanceIdentifier: str) -> dict[str, Any]:  # noqa: N803  # AWS's name
        assert DBInstanceIdentifier == "triangle-prod"
        return {"DBInstances": [self._instance]}


def _measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], instance: dict[str, Any]
) -> float:
    monkeypatch.setenv("DATABASE", "triangle-prod")
    monkeypatch.setattr(boto3, "client", lambda _: _Rds(instance))
    minutes = float(handler.handle({"time": NOW.isoformat()}, None)["minutes"])
    assert f'"RestorableAgeMinutes": {minutes}' in capsys.readouterr().out
    return minutes


@pytest.mark.contract("ALM-13")
@pytest.mark.parametrize("minutes", [4.5, 95])
def test_it_is_the_age_of_the_newest_time_that_can_be_restored(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], minutes: float
) -> None:
    instance = {
        "InstanceCreateTime": NOW - timedelta(days=400),
        "LatestRestorableTime": NOW - timedelta(minutes=minutes),
    }
    assert _measured(monkeypatch, capsys, instance) == minutes


@pytest.mark.contract("ALM-13")
def test_before_the_first_backup_it_is_the_age_of_the_database(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    instance = {"InstanceCreateTime": NOW - timedelta(minutes=12)}
    assert _measured(monkeypatch, capsys, instance) == 12


def test_a_database_that_is_still_being_made_has_nothing_to_lose(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _measured(monkeypatch, capsys, {}) == 0


def test_moto_answers_like_that_to_what_the_table_of_rights_says(
    aws: None, monkeypatch: pytest.MonkeyPatch, calls: Calls
) -> None:
    monkeypatch.setenv("DATABASE", "triangle-prod")
    boto3.client("rds").create_db_instance(
        DBInstanceIdentifier="triangle-prod", Engine="postgres", DBInstanceClass="db.t4g.micro"
    )
    assert handler.handle({}, None)["minutes"] < 60
    assert calls.of("measure_recovery_point") == table_of("measure_recovery_point")
