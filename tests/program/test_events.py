"""ALM-8, ALM-16, SEC-6, S3-5: what AWS's services tell of reaches people, in a form that a pager takes."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from moto.events.models import EventPattern

from tests.support.policies import allows
from tests.support.recorder import Recording

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
RULE = "aws:cloudwatch/eventRule:EventRule"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"
PAGING = ("sev-1", "sev-2")

# As each service's guide has them, with what a rule looks at.
LOW_STORAGE: dict[str, Any] = {
    "source": "aws.rds",
    "detail-type": "RDS DB Instance Event",
    "detail": {
        "EventCategories": ["low storage"],
        "EventID": "RDS-EVENT-0089",
        "SourceIdentifier": "triangle-prod",
        "SourceType": "DB_INSTANCE",
    },
}
FAILURE = {**LOW_STORAGE, "detail": {**LOW_STORAGE["detail"], "EventCategories": ["failure"]}}
OF_ANOTHER = {**LOW_STORAGE, "detail": {**LOW_STORAGE["detail"], "SourceIdentifier": "restored"}}
SCAN: dict[str, Any] = {
    "source": "aws.ecr",
    "detail-type": "ECR Image Scan",
    "detail": {
        "scan-status": "COMPLETE",
        "repository-name": "triangle/api",
        "finding-severity-counts": {"HIGH": 2, "MEDIUM": 9},
    },
}
CRITICAL = copy.deepcopy(SCAN)
CRITICAL["detail"]["finding-severity-counts"] = {"CRITICAL": 1}
CLEAN = copy.deepcopy(SCAN)
CLEAN["detail"]["finding-severity-counts"] = {"LOW": 3}


def _finding(severity: float) -> dict[str, Any]:
    return {"source": "aws.guardduty", "detail-type": "GuardDuty Finding", "detail": {"severity": severity}}


def _access(status: str) -> dict[str, Any]:
    detail = {"status": status, "resourceType": "AWS::S3::Bucket", "isPublic": True}
    return {"source": "aws.access-analyzer", "detail-type": "Access Analyzer Finding", "detail": detail}


def _alarms_on(recording: Recording, event: dict[str, Any]) -> set[str]:
    """The alarms whose rule matches an event."""
    patterns = {
        rule.inputs["name"]: rule.inputs["eventPattern"]
        for rule in recording.of(RULE).values()
        if "eventPattern" in rule.inputs
    }
    rules = {
        name
        for name, pattern in patterns.items()
        if EventPattern.load(pattern).matches_event(event)  # type: ignore[arg-type]  # moto asks for all keys
    }
    return {
        name
        for name, alarm in recording.of(ALARM).items()
        if (alarm.inputs.get("dimensions") or {}).get("RuleName") in rules
    }


@pytest.mark.contract("ALM-8", "SEC-6", "S3-5")
@pytest.mark.parametrize(
    ("event", "alarms"),
    [
        (LOW_STORAGE, {"database-events-low-storage"}),
        (FAILURE, {"database-events-failure"}),
        (OF_ANOTHER, set()),
        (_finding(8), {"threats-high"}),
        (_finding(7), {"threats-high"}),
        (_finding(6.9), {"threats-medium"}),
        (_finding(3.9), set()),
        (_access("ACTIVE"), {"access-from-outside"}),
        (_access("ARCHIVED"), set()),
        (SCAN, {"images-high"}),
        (CRITICAL, {"images-critical"}),
        (CLEAN, set()),
    ],
)
def test_an_event_is_an_alarm(prod: Recording, event: dict[str, Any], alarms: set[str]) -> None:
    assert _alarms_on(prod, event) == alarms


@pytest.mark.contract("ALM-8", "SEC-6")
def test_events_are_kept_where_they_can_be_read(each: Recording) -> None:
    (group,) = [
        group
        for group in each.of("aws:cloudwatch/logGroup:LogGroup").values()
        if group.inputs["name"].startswith("/aws/events/")
    ]
    policy = each.one("aws:cloudwatch/logResourcePolicy:LogResourcePolicy", "events")
    stream = "arn:aws:cloudwatch:us-west-2:123456789012:events:log-stream:1"
    for service in ("events.amazonaws.com", "delivery.logs.amazonaws.com"):
        document = policy.plain("policyDocument")
        assert allows(document, "logs:PutLogEvents", stream, principal=service)
    assert group.inputs["kmsKeyId"].endswith(":logs")
    for name, target in each.of(TARGET).items():
        if "eventPattern" in each.one(RULE, name).inputs:
            assert target.inputs["arn"].endswith(":events")
            assert policy.urn in target.depends_on


def _taken_by_pagerduty(subject: str, message: str) -> bool:
    """PagerDuty's CloudWatch integration: JSON whose state its subject repeats, and is one of two.

    It documents alarms alone; that it discards all else was found out by others (cetinich.net, "Pagerduty
    Cloudwatch integration").
    """
    try:
        state = json.loads(message)["NewStateValue"]
    except (ValueError, TypeError, KeyError):
        return False
    return state in ("ALARM", "OK") and subject.startswith(f"{state}: ")


@pytest.mark.contract("ALM-16")
@pytest.mark.parametrize(
    ("subject", "message", "taken"),
    [
        # CloudWatch user guide, "Amazon SNS notification" of an alarm.
        ('ALARM: "triangle-prod-service-sev-1" in US West (Oregon)', {"NewStateValue": "ALARM"}, True),
        ('OK: "triangle-prod-service-sev-1" in US West (Oregon)', {"NewStateValue": "OK"}, True),
        ('INSUFFICIENT_DATA: "x" in US West (Oregon)', {"NewStateValue": "INSUFFICIENT_DATA"}, False),
        ("RDS Notification Message", {"Event Source": "db-instance", "Event Message": "failed"}, False),
        ("", _finding(8), False),  # EventBridge's target has no subject
        ("", {"requestContext": {"condition": "RetriesExhausted"}, "responsePayload": {}}, False),  # Lambda's
        ("Notification from AWS Backup", "An AWS Backup job failed.", False),
    ],
)
def test_a_pager_takes_alarms_and_discards_everything_else(
    subject: str, message: object, taken: bool
) -> None:
    text = message if isinstance(message, str) else json.dumps(message)
    assert _taken_by_pagerduty(subject, text) is taken


@pytest.mark.contract("ALM-16")
def test_nothing_but_alarms_is_sent_where_people_are_paged(paged: Recording) -> None:
    topics = {
        subscription.inputs["topic"]
        for subscription in paged.of("aws:sns/topicSubscription:TopicSubscription").values()
        if subscription.inputs["protocol"] == "https"
    }
    assert {topic.split(":")[-1] for topic in topics} >= set(PAGING)
    alarms = {ALARM, "aws:cloudwatch/compositeAlarm:CompositeAlarm"}
    ways = {"aws:sns/topicSubscription:TopicSubscription", "aws:sns/topicPolicy:TopicPolicy"}
    for resource in paged.resources:
        inputs = json.dumps(resource.inputs, default=str)
        if resource.type not in alarms | ways and any(f'{topic}"' in inputs for topic in topics):
            # It looks which alarms page, and tells others (contract ALM-17).
            assert (resource.type, resource.name) == ("aws:lambda/function:Function", "escalate")
    for name, policy in paged.of("aws:sns/topicPolicy:TopicPolicy").items():
        if policy.inputs["arn"] in topics:
            principals = [each["Principal"] for each in json.loads(policy.plain("policy"))["Statement"]]
            assert principals == [{"Service": "cloudwatch.amazonaws.com"}], name


@pytest.mark.contract("ALM-8", "ALM-16", "SEC-6")
def test_an_event_is_told_also_during_an_outage(prod: Recording) -> None:
    """It is over before the outage is: what a composite alarm keeps quiet nobody would ever hear of."""
    of_events = [
        alarm.inputs for alarm in prod.of(ALARM).values() if alarm.inputs.get("namespace") == "AWS/Events"
    ]
    assert len(of_events) == 7
    for alarm in of_events:
        (topic,) = alarm["alarmActions"]
        assert topic.endswith(alarm["tags"]["severity"].lower())
