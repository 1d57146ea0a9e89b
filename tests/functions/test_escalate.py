"""ALM-17: a page that is still on reaches the lead, then the CTO."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from functions.escalate import handler
from tests.support.recorded_calls import Calls, table_of

REGION, ELSEWHERE = "us-west-2", "us-east-1"
SEV1, SEV2, SEV3 = (f"arn:aws:sns:{REGION}:123456789012:sev-{number}" for number in (1, 2, 3))
SEV1_ELSEWHERE = f"arn:aws:sns:{ELSEWHERE}:123456789012:global-sev-1"


class Environment:
    """Alarms that are on, and what the lead and the CTO are told."""

    def __init__(self) -> None:
        self._queues = {who: self._told(who) for who in ("lead", "cto")}

    def _told(self, who: str) -> str:
        queues, topics = boto3.client("sqs", region_name=REGION), boto3.client("sns", region_name=REGION)
        queue = queues.create_queue(QueueName=who)["QueueUrl"]
        topic = topics.create_topic(Name=f"escalation-{who}")["TopicArn"]
        arn = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"][
            "QueueArn"
        ]
        topics.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        return str(queue)

    def turn_on(self, name: str, topic: str, *, region: str = REGION, enabled: bool = True) -> datetime:
        """An alarm goes off; answers since when it is on."""
        client = boto3.client("cloudwatch", region_name=region)
        client.put_metric_alarm(
            AlarmName=name,
            AlarmDescription="SEV-1 users get errors. First: look",
            ActionsEnabled=enabled,
            AlarmActions=[topic],
            Namespace="N",
            MetricName="M",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
        )
        client.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="too many")
        (alarm,) = client.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        return datetime.fromisoformat(str(alarm["StateUpdatedTimestamp"]))

    def messages(self, who: str) -> list[dict[str, Any]]:
        """What somebody has been told since the last look."""
        queues = boto3.client("sqs", region_name=REGION)
        answer = queues.receive_message(QueueUrl=self._queues[who], MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in answer.get("Messages", ())]


@pytest.fixture
def environment(aws: None, monkeypatch: pytest.MonkeyPatch) -> Environment:
    steps = [
        {"who": who, "topic": f"arn:aws:sns:{REGION}:123456789012:escalation-{who}"}
        for who in ("lead", "cto")
    ]
    monkeypatch.setenv("STEPS", json.dumps(steps))
    monkeypatch.setenv("PAGES", json.dumps({SEV1: 15, SEV1_ELSEWHERE: 15, SEV2: 30}))
    monkeypatch.setenv("PREFIX", "triangle-prod-")
    monkeypatch.setenv("REGIONS", f"{REGION},{ELSEWHERE}")
    monkeypatch.setenv("INTERVAL_MINUTES", "5")
    return Environment()


def _day(since: datetime, hours: int = 2) -> dict[int, list[str]]:
    """Who is told in which call of the clock, every five minutes from the alarm on."""
    start = since - timedelta(minutes=since.minute % 5, seconds=since.second, microseconds=since.microsecond)
    told = {n: _call(start + timedelta(minutes=5 * n)) for n in range(hours * 12)}
    return {n: who for n, who in told.items() if who}


def _call(time: datetime) -> list[str]:
    told: list[list[str]] = handler.handle({"time": time.isoformat()}, None)["told"]
    return [who for who, _ in told]


@pytest.mark.contract("ALM-17")
@pytest.mark.parametrize(("topic", "lead", "cto"), [(SEV1, 15, 30), (SEV2, 30, 60)])
def test_the_lead_is_told_after_the_time_to_answer_and_the_cto_after_twice_that(
    environment: Environment, topic: str, lead: int, cto: int
) -> None:
    since = environment.turn_on("triangle-prod-service", topic)
    calls = _day(since)
    assert list(calls.values()) == [["lead"], ["cto"]]
    first, second = (5 * n for n in calls)
    assert lead <= first + 5 <= lead + 10  # the next call of the clock at the latest
    assert second - first == cto - lead


@pytest.mark.contract("ALM-17")
def test_who_is_told_reads_what_is_on_and_what_to_do(environment: Environment) -> None:
    since = environment.turn_on("triangle-prod-service", SEV1)
    _day(since)
    (message,) = environment.messages("lead")
    assert "triangle-prod-service" in message["Subject"]
    assert "First: look" in message["Message"]
    assert len(environment.messages("cto")) == 1


@pytest.mark.contract("ALM-17")
def test_alarms_of_another_region_are_escalated_too(environment: Environment) -> None:
    since = environment.turn_on("triangle-prod-endpoint", SEV1_ELSEWHERE, region=ELSEWHERE)
    assert list(_day(since).values()) == [["lead"], ["cto"]]


@pytest.mark.contract("ALM-17")
def test_a_repeated_or_late_call_tells_nothing_else(environment: Environment) -> None:
    since = environment.turn_on("triangle-prod-service", SEV1)
    due = next(n for n in _day(since))
    start = since - timedelta(minutes=since.minute % 5, seconds=since.second, microseconds=since.microsecond)
    called = start + timedelta(minutes=5 * due)
    # The same call again: the same, never somebody else.
    assert _call(called + timedelta(seconds=40)) == ["lead"]


@pytest.mark.contract("ALM-17")
def test_a_call_that_comes_late_tells_whom_it_was_meant_to_tell(environment: Environment) -> None:
    since = environment.turn_on("triangle-prod-service", SEV1)
    due = next(n for n in _day(since))
    start = since - timedelta(minutes=since.minute % 5, seconds=since.second, microseconds=since.microsecond)
    meant = start + timedelta(minutes=5 * due)
    # In the form that EventBridge Scheduler gives it. Whatever the time is by now, the lead is told.
    event = {"time": meant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    assert handler.handle(event, None)["told"] == [["lead", "triangle-prod-service"]]


@pytest.mark.contract("ALM-17")
@pytest.mark.parametrize(
    ("name", "topic", "enabled"),
    [
        ("triangle-prod-cache", SEV3, True),  # a ticket
        ("triangle-staging-service", SEV1, True),  # of another environment
        ("triangle-prod-service", SEV1, False),  # it has paged nobody
    ],
)
def test_what_has_not_paged_is_not_escalated(
    environment: Environment, name: str, topic: str, enabled: bool
) -> None:
    since = environment.turn_on(name, topic, enabled=enabled)
    assert _day(since) == {}


@pytest.mark.contract("ALM-17")
def test_what_is_over_is_not_escalated(environment: Environment) -> None:
    since = environment.turn_on("triangle-prod-service", SEV1)
    client = boto3.client("cloudwatch", region_name=REGION)
    client.set_alarm_state(AlarmName="triangle-prod-service", StateValue="OK", StateReason="over")
    assert _day(since) == {}


class _Composites:
    """moto has no composite alarms: CloudWatch's answer about one."""

    def __init__(self, **alarm: Any) -> None:
        self._alarm = {
            "AlarmName": "triangle-prod-database-sev-2",
            "AlarmActions": [SEV2],
            "StateValue": "ALARM",
        }
        self._alarm |= alarm

    def get_paginator(self, operation: str) -> _Composites:
        assert operation == "describe_alarms"
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        return [{"CompositeAlarms": [self._alarm], "MetricAlarms": []}]


@pytest.mark.contract("ALM-17")
def test_a_composite_alarm_counts_from_its_transition(environment: Environment) -> None:
    on, updated = datetime(2026, 11, 21, 3, tzinfo=UTC), datetime(2026, 11, 21, 4, tzinfo=UTC)
    client = _Composites(StateTransitionedTimestamp=on, StateUpdatedTimestamp=updated)
    (page,) = handler._pages(client)
    assert (page.since, page.minutes) == (on, 30)


@pytest.mark.contract("ALM-17")
def test_what_a_worse_alarm_keeps_quiet_is_not_escalated() -> None:
    quiet = _Composites(ActionsSuppressedBy="Alarm", StateTransitionedTimestamp=datetime.now(UTC))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PAGES", json.dumps({SEV2: 30}))
        patch.setenv("PREFIX", "triangle-prod-")
        assert list(handler._pages(quiet)) == []


@pytest.mark.contract("ALM-17")
def test_it_calls_what_the_table_of_rights_says(environment: Environment, calls: Calls) -> None:
    since = environment.turn_on("triangle-prod-service", SEV1)
    _call(since + timedelta(minutes=20))
    assert calls.of("escalate") == table_of("escalate")
