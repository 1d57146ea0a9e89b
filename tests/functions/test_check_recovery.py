"""DR-3, ALM-13: every day it is counted what a recovery would lack; the answers are in test_readiness."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from functions.check_recovery import handler
from functions.check_recovery.wanted import Wanted
from infra.configuration.readiness import wanted
from operations.holdings import entries
from tests.support.recorded_calls import Calls, table_of
from tests.support.recordings import configuration_of

IN_TWO_DAYS = (datetime.now(UTC) + timedelta(days=2)).isoformat()


def _wanted(environment: str) -> Wanted:
    configuration = configuration_of("triangle", environment)
    return wanted(configuration, [entry.name for entry in entries(configuration)])


def _database(asked: Wanted) -> None:
    boto3.client("rds").create_db_instance(
        DBInstanceIdentifier=asked.database,
        Engine="postgres",
        DBInstanceClass="db.t4g.micro",
        BackupRetentionPeriod=1,
        AllocatedStorage=20,
    )
    place = {"LocationConstraint": asked.region}
    boto3.client("s3").create_bucket(Bucket=asked.backups, CreateBucketConfiguration=place)


@pytest.fixture
def dev(aws: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Wanted:
    """dev, whose database was made a moment ago."""
    asked = _wanted("dev")
    monkeypatch.setattr(handler, "WANTED", tmp_path / "wanted.json")
    handler.WANTED.write_text(asked.as_json(), encoding="utf-8")
    _database(asked)
    return asked


def _written(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return {
        metric["Name"]: line[metric["Name"]]
        for line in lines
        for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]
    }


def test_what_it_asks_about_is_read_as_it_was_written() -> None:
    asked = _wanted("prod")
    assert Wanted.of_json(asked.as_json()) == asked


@pytest.mark.contract("ALM-13", "DR-3")
def test_on_the_first_day_of_a_database_nothing_is_late(
    dev: Wanted, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = handler.handle({"time": (datetime.now(UTC) + timedelta(hours=25)).isoformat()}, None)
    assert [each["check"] for each in answer["checks"] if each["state"] != "ready"] == ["time to restore"]
    assert _written(capsys) == {"RecoveryChecked": 1}


@pytest.mark.contract("ALM-13", "DR-3")
def test_from_the_second_day_on_what_is_lacking_is_counted(
    dev: Wanted, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = handler.handle({"time": IN_TWO_DAYS}, None)
    lacking = [each["check"] for each in answer["checks"] if each["state"] != "ready"]
    assert lacking == ["time to restore", "snapshot"]
    assert _written(capsys) == {"RecoveryNotReady": 2, "RecoveryChecked": 1}


@pytest.mark.contract("ALM-13", "DR-3")
def test_a_database_that_is_gone_is_counted_at_once(dev: Wanted, capsys: pytest.CaptureFixture[str]) -> None:
    boto3.client("rds").delete_db_instance(DBInstanceIdentifier=dev.database, SkipFinalSnapshot=True)
    answer = handler.handle({}, None)
    assert {each["check"]: each["state"] for each in answer["checks"]}["time to restore"] == "unknown"
    assert _written(capsys)["RecoveryNotReady"] == 2


def test_it_calls_what_the_table_of_rights_says(dev: Wanted, calls: Calls) -> None:
    asked = _wanted("prod")
    handler.WANTED.write_text(asked.as_json(), encoding="utf-8")
    _database(asked)
    boto3.client("rds", region_name=asked.recovery_region).create_db_instance_read_replica(
        DBInstanceIdentifier=asked.database,
        SourceDBInstanceIdentifier=f"arn:aws:rds:{asked.region}:123456789012:db:{asked.database}",
    )
    for region in (asked.region, asked.recovery_region):
        boto3.client("eks", region_name=region).create_cluster(
            name=asked.cluster,
            version="1.35",
            roleArn="arn:aws:iam::123456789012:role/cluster",
            resourcesVpcConfig={"subnetIds": []},
        )
    boto3.client("acm").request_certificate(DomainName=asked.domain, ValidationMethod="DNS")
    boto3.client("route53").create_hosted_zone(Name=asked.domain, CallerReference="1")
    handler.handle({}, None)
    assert calls.of("check_recovery") == table_of("check_recovery")
