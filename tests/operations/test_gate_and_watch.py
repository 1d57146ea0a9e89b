"""DEP-1: the health gate before prod, and the alarms that are watched after it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from moto.cloudwatch.models import cloudwatch_backends
from typer.testing import CliRunner, Result

from infra.configuration import Configuration
from infra.configuration.severities import Severity
from infra.monitoring.alarm import Incident, Subject
from infra.naming import GLOBAL_REGION
from operations.checkout import declared
from operations.cli import app
from operations.deployment.records import Outcome, Records
from rehearsal.aws.moto_fixes import repair_moto
from tests.operations.conftest import Account
from tests.support.deployed import alarm_of, backups, balancer, put_alarm, put_alarm_named, recorded, traffic
from tests.support.recorded_calls import Calls, table_of

Start = Callable[[str], Account]


@pytest.fixture
def staging(account: Start) -> Account:
    repair_moto()
    return account("staging")


@pytest.fixture
def configuration() -> Configuration:
    return declared("staging")


@pytest.fixture
def records(staging: Account, configuration: Configuration) -> Records:
    return backups(staging, configuration)


def _run(account: Account, command: str, *more: str) -> Result:
    options = ["--env", account.environment, "--endpoint-url", account.url]
    return CliRunner().invoke(app, [command, *options, *more])


def _not_at_once(seconds: float) -> None:
    raise AssertionError(f"it would look again after {seconds} s")


def _checks(result: Result) -> dict[str, dict[str, Any]]:
    return {each["check"]: each for each in json.loads(result.stdout)["checks"]}


@pytest.mark.contract("DEP-1")
def test_the_gate_opens_while_p95_and_errors_are_good(staging: Account) -> None:
    traffic(staging.other("cloudwatch"), balancer(staging, "triangle-staging"), [0.2] * 96 + [3.0] * 4)
    result = _run(staging, "gate", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["good"] is True
    assert _checks(result)["p95"]["found"] == "0.20 s (below 1.5 s)"
    assert _checks(result)["requests"]["found"] == "500 in 5 minutes"


@pytest.mark.contract("DEP-1")
@pytest.mark.parametrize(
    ("latencies", "failed", "check", "found"),
    [
        ([0.2] * 90 + [1.6] * 10, 0, "p95", "1.60 s (below 1.5 s)"),
        ([0.2] * 100, 1, "errors", "1.00 % (below 1 %)"),
    ],
)
def test_it_stays_closed_while_they_are_not_and_that_is_written_down(
    staging: Account,
    configuration: Configuration,
    records: Records,
    latencies: list[float],
    failed: int,
    check: str,
    found: str,
) -> None:
    recorded(records, configuration, Outcome.DEPLOYED)
    traffic(staging.other("cloudwatch"), balancer(staging, "triangle-staging"), latencies, failed)
    result = _run(staging, "gate", "--json")
    assert result.exit_code == 3
    failing = {name: each["found"] for name, each in _checks(result).items() if each["state"] == "fails"}
    assert failing == {check: found}
    latest = records.latest()
    assert latest is not None
    assert (latest.outcome, len(latest.notes)) == (Outcome.CHECKS_FAILED, 1)


@pytest.mark.contract("DEP-1")
def test_without_data_it_stays_closed(staging: Account, records: Records) -> None:
    balancer(staging, "triangle-staging")
    result = _run(staging, "gate", "--json")
    assert result.exit_code == 3
    assert {each["found"] for each in _checks(result).values()} == {
        "0 in 5 minutes, none in 5",
        "no data in CloudWatch",
    }


@pytest.mark.contract("DEP-1")
def test_a_minute_without_requests_is_no_good_minute(staging: Account) -> None:
    cloudwatch = staging.other("cloudwatch")
    traffic(cloudwatch, balancer(staging, "triangle-staging"), [0.2] * 10, minutes=3)
    result = _run(staging, "gate", "--json")
    assert result.exit_code == 3
    assert _checks(result)["requests"]["found"] == "10 in 5 minutes, none in 4"


def test_an_environment_that_is_not_deployed_is_told_so(staging: Account) -> None:
    result = _run(staging, "gate")
    assert result.exit_code == 1
    assert "there is no load balancer triangle-staging" in result.stderr


@pytest.mark.contract("DEP-1")
def test_a_quiet_watch_makes_the_deployment_a_good_one(
    staging: Account, configuration: Configuration, records: Records
) -> None:
    recorded(records, configuration, Outcome.DEPLOYED)
    errors = alarm_of(configuration, Subject.LOAD_BALANCER, "errors-notice")  # SEV-3
    put_alarm(staging.other("cloudwatch"), configuration, "load-balancer", errors, "ALARM")
    over = alarm_of(configuration, Subject.LOAD_BALANCER, "errors-critical")  # SEV-1
    put_alarm(staging.other("cloudwatch"), configuration, "load-balancer", over, "OK")
    result = _run(staging, "watch", "--minutes", "0", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["alarms"] == []
    latest = records.latest()
    assert latest is not None
    assert latest.outcome is Outcome.GOOD


@pytest.mark.contract("DEP-1")
@pytest.mark.parametrize("home", [True, False], ids=["its own region", "the global region"])
def test_an_alarm_that_pages_ends_the_watch_at_once_and_says_which(
    staging: Account,
    configuration: Configuration,
    records: Records,
    monkeypatch: pytest.MonkeyPatch,
    home: bool,
) -> None:
    # A watch that goes on, in which this alarm does not count, fails here and not in half an hour.
    monkeypatch.setattr("time.sleep", _not_at_once)
    recorded(records, configuration, Outcome.DEPLOYED)
    subject, name, watched = (
        (Subject.LOAD_BALANCER, "errors-warning", "load-balancer")
        if home
        else (Subject.ENDPOINT, "not-ready", "endpoint-api")
    )
    client = staging.other("cloudwatch", None if home else GLOBAL_REGION)
    alarm = alarm_of(configuration, subject, name)
    put = put_alarm(client, configuration, watched, alarm, "ALARM")
    result = _run(staging, "watch", "--minutes", "30")
    assert result.exit_code == 6, result.output
    assert put in result.stdout
    assert alarm.condition.split(",")[0] in result.stdout
    assert "make rollback ENV=staging AUTOMATIC=1 && make deploy ENV=staging" in result.stdout
    latest = records.latest()
    assert latest is not None
    assert latest.outcome is Outcome.ALARM
    assert put in latest.notes[0]


@pytest.mark.contract("DEP-1")
def test_what_was_on_before_and_what_no_release_causes_is_told_and_does_not_count(
    staging: Account, configuration: Configuration
) -> None:
    client = staging.other("cloudwatch")
    before = alarm_of(configuration, Subject.LOAD_BALANCER, "errors-critical")
    put_alarm(client, configuration, "load-balancer", before, "ALARM")
    told = json.loads(
        _run(staging, "watch", "--minutes", "0", "--since", "2999-01-01T00:00Z", "--json").stdout
    )
    assert [(each["before"], each["foreign"]) for each in told["alarms"]] == [(True, False)]
    assert told["quiet"] is True
    client.delete_alarms(AlarmNames=[each["name"] for each in told["alarms"]])
    foreign = alarm_of(configuration, Subject.DATABASE_BACKUP, "overdue")
    put_alarm(client, configuration, "backup", foreign, "ALARM")
    told = json.loads(
        _run(staging, "watch", "--minutes", "0", "--since", "2000-01-01T00:00Z", "--json").stdout
    )
    assert [(each["before"], each["foreign"]) for each in told["alarms"]] == [(False, True)]
    assert told["quiet"] is True


@pytest.mark.contract("DEP-1")
@pytest.mark.parametrize(
    ("incident", "severity", "foreign"),
    [
        (Incident.SERVICE, Severity.SEV1, False),
        (Incident.QUEUE, Severity.SEV2, False),
        (Incident.BACKUP, Severity.SEV2, True),
        (Incident.SECRETS_SNAPSHOT, Severity.SEV1, True),
    ],
)
def test_of_an_incident_its_composite_alarm_counts_as_its_alarms_do(
    staging: Account, configuration: Configuration, incident: Incident, severity: Severity, foreign: bool
) -> None:
    settings = configuration.settings
    name = configuration.naming.named(f"{incident}-{severity.topic}")
    client = staging.other("cloudwatch")
    description = f"{severity} {incident}: at least one of its alarms is on; each says more"
    put_alarm_named(client, name, description, "ALARM")
    # moto tells of composite alarms, which are those with a rule, and cannot make one.
    cloudwatch_backends[settings.account][settings.region].alarms[name].rule = "ALARM(one)"
    assert [each["AlarmName"] for each in client.describe_alarms()["CompositeAlarms"]] == [name]
    result = _run(staging, "watch", "--minutes", "0", "--since", "2000-01-01T00:00Z", "--json")
    told = json.loads(result.stdout)
    assert [(each["name"], each["foreign"]) for each in told["alarms"]] == [(name, foreign)]
    assert (told["quiet"], result.exit_code) == (foreign, 0 if foreign else 6)


def test_another_environments_alarms_are_not_looked_at(
    staging: Account, configuration: Configuration
) -> None:
    alarm = alarm_of(configuration, Subject.LOAD_BALANCER, "errors-critical")
    put_alarm(staging.other("cloudwatch"), declared("prod"), "load-balancer", alarm, "ALARM")
    result = _run(staging, "watch", "--minutes", "0", "--since", "2000-01-01T00:00Z")
    assert result.exit_code == 0, result.output


def test_a_time_without_its_zone_is_refused(staging: Account) -> None:
    result = _run(staging, "watch", "--since", "2026-11-28T14:30")
    assert result.exit_code == 2
    assert "a time with its zone" in result.stderr


@pytest.mark.contract("DEP-1")
def test_gate_and_watch_call_what_the_table_of_rights_says(
    staging: Account, configuration: Configuration, records: Records, calls: Calls
) -> None:
    recorded(records, configuration, Outcome.DEPLOYED)
    balancer(staging, "triangle-staging")
    _run(staging, "gate")
    _run(staging, "watch", "--minutes", "0")
    for command in ("gate", "watch"):
        assert calls.of(command) == table_of(command)
