"""DR-4: the ledger of restore tests as a person reads it, and as `recover check` judges the same tests."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from functions.shared.restore_records import Line, Records
from infra.configuration.buckets import AUDIT, BACKUPS
from operations.cli import app
from operations.restore_tests_command import SHOWN
from rehearsal.aws.moto_fixes import repair_moto
from tests.operations.conftest import Account
from tests.support.json_output import check_output
from tests.support.readiness_answers import HOME
from tests.support.recorded_calls import Calls, table_of
from tests.support.recordings import configuration_of

pytestmark = pytest.mark.contract("DR-4", "ALM-14")

NOW = datetime.now(UTC).replace(second=0, microsecond=0)


@dataclass(frozen=True)
class Prod:
    """An account in which restore tests have been."""

    account: Account
    records: Records

    def ended(self, *lines: Line) -> None:
        for line in lines:
            self.records.write(line, {"succeeded": line.succeeded})

    def said(self, *words: str) -> Result:
        command = ["recover", *words, "--env", "prod", "--endpoint-url", self.account.url]
        return CliRunner().invoke(app, command)

    def told(self) -> dict[str, Any]:
        said = self.said("tests", "--json")
        found: dict[str, Any] = json.loads(said.stdout)
        assert said.exit_code == (0 if found["state"] == "ready" else 3), said.output
        return found


def _ago(**time: float) -> datetime:
    return NOW - timedelta(**time)


@pytest.fixture
def prod(account: Callable[[str], Account]) -> Prod:
    repair_moto()
    found, naming = account("prod"), configuration_of("triangle", "prod").naming
    s3 = found.other("s3")
    for kind in (AUDIT, BACKUPS):
        place: Any = {"LocationConstraint": HOME}
        s3.create_bucket(Bucket=naming.bucket(kind), CreateBucketConfiguration=place)
    found.other("rds").create_db_instance(
        DBInstanceIdentifier="triangle-prod",
        DBInstanceClass="db.m7g.large",
        Engine="postgres",
        AllocatedStorage=100,
    )
    return Prod(found, Records(s3, naming.bucket(BACKUPS), naming.bucket(AUDIT)))


def test_each_test_is_a_line_with_what_a_recovery_would_have_cost(prod: Prod, calls: Calls) -> None:
    before = Line(_ago(days=9), False, None, None)
    failed, again = Line(_ago(days=2), False, 31.4, 2.5), Line(_ago(days=2), True, 28.0, 0.1)
    prod.ended(before, failed, again)
    found = prod.told()
    check_output("recover tests", found)
    assert found["state"] == "ready"
    assert [
        (each["due"], each["succeeded"], each["recoveryTimeMinutes"], each["recoveryPointMinutes"])
        for each in found["tests"]
    ] == [
        (again.due.isoformat(), True, 28.0, 0.1),
        (failed.due.isoformat(), False, 31.4, 2.5),
        (before.due.isoformat(), False, None, None),
    ]
    # What it says is where it says it is, and the record beside the backups is the same.
    kept = prod.account.other("s3").get_object(
        Bucket=prod.records.ledger, Key=found["tests"][1]["record"].partition(f"{prod.records.ledger}/")[2]
    )
    assert json.loads(kept["Body"].read())["succeeded"] is False
    assert calls.of("restore_tests") < table_of("restore_tests")  # how old the database is matters to nobody


def test_a_person_reads_minutes_and_where_the_record_is(prod: Prod) -> None:
    prod.ended(Line(_ago(days=1), True, 27.6, 3.2), Line(_ago(days=8), False, None, None))
    said = prod.said("tests")
    assert said.exit_code == 0
    _, last, first, judged = said.stdout.splitlines()
    assert last.split()[2:9] == [
        "UTC",
        "succeeded",
        "28",
        "min",
        "3",
        "min",
        f"s3://{prod.records.ledger}/restore-tests/{_ago(days=1):%Y-%m-%dT%H%MZ}.succeeded.recovery-27.6.point-3.2.json",
    ]
    assert first.split()[2:6] == ["UTC", "failed", "-", "-"]
    assert judged == "restore test  ready: 24 h old"


@pytest.mark.parametrize(
    ("lines", "judged"),
    [
        ((), ("ready", "none yet: the database is 0 h old")),
        ((Line(_ago(days=9), True, 20.0, 1.0),), ("not ready", "9 days old")),
    ],
    ids=["none yet", "too long ago"],
)
def test_a_test_that_should_have_been_is_missed(
    prod: Prod, calls: Calls, lines: tuple[Line, ...], judged: tuple[str, str]
) -> None:
    prod.ended(*lines)
    found = prod.told()
    assert (found["state"], found["found"]) == judged
    if not lines:
        assert calls.of("restore_tests") == table_of("restore_tests")


def test_recover_check_makes_the_same_of_them(prod: Prod) -> None:
    prod.ended(Line(_ago(days=3), True, 20.0, 1.0), Line(_ago(days=1), False, 20.0, 1.0))
    found, checks = prod.told(), json.loads(prod.said("check", "--json").stdout)["checks"]
    (check,) = [each for each in checks if each["check"] == "restore test"]
    assert (found["state"], found["found"]) == (check["state"], check["found"])
    assert f"the one of {_ago(days=1):%Y-%m-%d %H:%M} UTC has failed; the last good one is" in found["found"]


def test_of_many_the_latest_are_shown_and_a_page_has_all(prod: Prod) -> None:
    prod.ended(*(Line(_ago(days=1 + 7 * week), True, 20.0, 1.0) for week in range(SHOWN + 3)))
    shown, every = prod.said("tests").stdout, prod.said("tests", "--all").stdout
    assert f"{_ago(days=1):%Y-%m-%d}" in shown.splitlines()[1]
    assert (shown.count("succeeded  "), every.count("succeeded  ")) == (SHOWN, SHOWN + 3)
    assert "and 3 older ones: --all" in shown
    page = prod.said("tests", "--markdown").stdout
    assert page.startswith("# Restore tests of prod\n")
    assert page.count("| succeeded | 20 min | 1 min |") == SHOWN + 3
    assert page.endswith("restore test  ready: 24 h old\n")


def test_what_is_no_line_is_none(prod: Prod) -> None:
    for name in ("restore-tests/notes.txt", "restore-tests/2026-11-29T0600Z.json"):
        prod.records.s3.put_object(Bucket=prod.records.ledger, Key=name, Body=b"{}")
    assert prod.told()["tests"] == []


def test_where_no_restore_is_tested_it_is_said(account: Callable[[str], Account]) -> None:
    url = account("dev").url
    said = CliRunner().invoke(app, ["recover", "tests", "--env", "dev", "--endpoint-url", url])
    assert said.exit_code == 2
    assert "dev: no restore is tested there; allowed: staging and prod" in said.stderr
