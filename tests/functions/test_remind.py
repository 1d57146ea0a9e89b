"""SEC-5: people hear of a credential that ends, 30 days before and until it is renewed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from functions.remind import handler
from tests.support.recorded_calls import Calls, table_of

ENDS = "2027-11-01"
BUCKET = "triangle-prod-backups"


@pytest.fixture
def told(secrets_manager: Any, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """What was published; the environment has one credential that ends and one rotated secret."""
    there = [{"Region": "us-east-2"}]
    for name in ("database", "sentry-dsn"):
        secrets_manager.create_secret(
            Name=f"triangle/prod/{name}", SecretString="{}", AddReplicaRegions=there
        )
    variables = {
        "PREFIX": "triangle/prod/",
        "TOPIC": boto3.client("sns").create_topic(Name="sev-3")["TopicArn"],
        "EXPIRIES": json.dumps({"apns": {"ends": ENDS, "description": "APNs key: make a new one"}}),
        "ROTATED": json.dumps({"database": 30}),
        "BUCKET": BUCKET,
        "SNAPSHOTS": "secrets/",
        "COPIES": "yes",
    }
    place = {"LocationConstraint": "us-west-2"}
    boto3.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    published: list[dict[str, str]] = []
    original = boto3.client

    class Topic:
        def publish(self, **message: str) -> None:
            original("sns").publish(**message)  # moto checks it
            published.append(message)

    monkeypatch.setattr(boto3, "client", lambda name: Topic() if name == "sns" else original(name))
    return published


def _on(days_before: int) -> dict[str, Any]:
    day = datetime.fromisoformat(ENDS) - timedelta(days=days_before)
    return handler.handle({"date": day.date().isoformat()}, None)


@pytest.mark.contract("SEC-5")
def test_people_are_reminded_30_days_before(told: list[dict[str, str]]) -> None:
    _on(31)
    assert told == []
    _on(30)
    (message,) = told
    assert message["Subject"] == "triangle prod: apns ends in 30 days"
    assert "APNs key: make a new one" in message["Message"]


@pytest.mark.contract("SEC-5")
def test_reminders_come_again_until_it_is_renewed(told: list[dict[str, str]]) -> None:
    for days in range(30, -3, -1):
        _on(days)
    assert len(told) == len(handler.DAYS_BEFORE) + 3
    assert told[-3]["Subject"] == "triangle prod: apns ends today"
    assert told[-1]["Subject"] == "triangle prod: apns has ended"


@pytest.mark.contract("SEC-5")
def test_the_metric_stays_until_it_is_renewed(
    told: list[dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert _on(31)["expiring"] == []
    assert '"ExpiringCredentials": 0' in capsys.readouterr().out
    assert _on(29)["expiring"] == ["apns"]
    assert '"ExpiringCredentials": 1' in capsys.readouterr().out


@pytest.mark.contract("SEC-2")
@pytest.mark.parametrize(("age", "overdue"), [(0, []), (31, []), (33, ["database"])])
def test_a_rotation_that_is_late_is_counted(told: list[dict[str, str]], age: int, overdue: list[str]) -> None:
    day = datetime.now(UTC).date() + timedelta(days=age)
    assert handler.handle({"date": day.isoformat()}, None)["overdue"] == overdue


def test_without_credentials_that_end_nothing_is_said(
    told: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPIRIES", "{}")
    answer = handler.handle({}, None)
    assert (answer["reminded"], answer["expiring"], answer["overdue"]) == ([], [], [])
    assert told == []


@pytest.mark.contract("ALM-13", "SEC-4")
def test_the_age_of_the_newest_snapshot_is_measured(
    told: list[dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("secrets/1.json", "dumps/2.sql"):
        boto3.client("s3").put_object(Bucket=BUCKET, Key=name, Body=b"")
    assert _in_days(9)["snapshotAge"] == pytest.approx(9, abs=1)
    assert '"SecretsSnapshotAgeDays": ' in capsys.readouterr().out


@pytest.mark.contract("ALM-13")
def test_before_the_first_snapshot_it_is_as_old_as_the_secrets(told: list[dict[str, str]]) -> None:
    """A new environment is not late, and one that never takes a snapshot is after eight days."""
    boto3.client("s3").put_object(Bucket=BUCKET, Key="dumps/2.sql", Body=b"")
    assert _in_days(0)["snapshotAge"] < 1
    assert _in_days(9)["snapshotAge"] > 8


@pytest.mark.contract("ALM-15", "DR-3")
def test_a_secret_whose_copy_is_not_the_same_is_counted(
    told: list[dict[str, str]], secrets_manager: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _in_days(0)["outOfSync"] == []
    # Replication fails where another secret has the name already.
    name = "triangle/prod/late"
    elsewhere = boto3.session.Session(region_name="us-east-2").client("secretsmanager")
    elsewhere.create_secret(Name=name, SecretString="x")
    secrets_manager.create_secret(Name=name, SecretString="{}", AddReplicaRegions=[{"Region": "us-east-2"}])
    capsys.readouterr()
    assert _in_days(0)["outOfSync"] == ["late"]
    assert '"SecretCopiesOutOfSync": 1' in capsys.readouterr().out


def _in_days(days: int) -> dict[str, Any]:
    day = datetime.now(UTC).date() + timedelta(days=days)
    return handler.handle({"date": day.isoformat()}, None)


@pytest.mark.contract("SEC-5")
def test_it_calls_what_the_table_of_rights_says(told: list[dict[str, str]], calls: Calls) -> None:
    _on(30)
    assert calls.of("remind") == table_of("remind")
