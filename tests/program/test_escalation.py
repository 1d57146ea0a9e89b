"""ALM-17: who hears of a page that is still on, and of a month that costs too much."""

from __future__ import annotations

import json
from functools import cache

import pytest

from infra.functions.escalate.function import INTERVAL_MINUTES
from tests.support.recorder import Recording, record, stack_file

SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
ADDRESSES = {"lead": "lead@example.org", "cto": "cto@example.org"}


@cache
def _with_addresses() -> Recording:
    return record("prod", {"escalation": ADDRESSES})


@pytest.mark.contract("ALM-17")
def test_lead_and_cto_have_a_topic_each_that_writes_to_them() -> None:
    recording = _with_addresses()
    told = {
        name: (subscription.inputs["protocol"], subscription.inputs["endpoint"])
        for name, subscription in recording.of(SUBSCRIPTION).items()
        if name.startswith("escalation-")
    }
    assert told == {f"escalation-{who}": ("email", address) for who, address in ADDRESSES.items()}


@pytest.mark.contract("ALM-17")
def test_the_function_knows_who_comes_when(prod: Recording) -> None:
    function = prod.one("aws:lambda/function:Function", "escalate").inputs
    variables = function["environment"]["variables"]
    pages = {
        (arn.split(":")[3], arn.split(":")[-1]): minutes
        for arn, minutes in json.loads(variables["PAGES"]).items()
    }
    home, there = "us-west-2", "us-east-2"
    assert pages == {
        (home, "sev-1"): 15,
        (home, "sev-2"): 30,
        (home, "global-sev-1"): 15,
        (there, "sev-2"): 30,
    }
    assert [step["who"] for step in json.loads(variables["STEPS"])] == ["lead", "cto"]
    assert variables["PREFIX"] == "triangle-prod-"
    assert variables["REGIONS"] == "us-west-2,us-east-1,us-east-2"


@pytest.mark.contract("ALM-17")
def test_the_clock_calls_as_often_as_the_function_thinks(each: Recording) -> None:
    variables = each.one("aws:lambda/function:Function", "escalate").inputs["environment"]["variables"]
    schedule = each.one("aws:scheduler/schedule:Schedule", "escalate").inputs
    assert variables["INTERVAL_MINUTES"] == str(INTERVAL_MINUTES)
    assert schedule["scheduleExpression"] == f"cron(0/{INTERVAL_MINUTES} * * * ? *)"


@pytest.mark.contract("ALM-17")
def test_the_function_may_tell_both_and_see_alarms(prod: Recording) -> None:
    policy = json.loads(prod.one("aws:iam/rolePolicy:RolePolicy", "function-escalate").inputs["policy"])
    allowed = {statement["Sid"]: statement for statement in policy["Statement"]}
    assert [arn.split(":")[-1] for arn in allowed["PublishToTopics"]["Resource"]] == [
        "escalation-lead",
        "escalation-cto",
    ]
    assert allowed["DescribeAlarms"]["Action"] == ["cloudwatch:DescribeAlarms"]


@pytest.mark.contract("ALM-17")
def test_a_month_over_budget_is_a_ticket(each: Recording) -> None:
    budget = each.one("aws:budgets/budget:Budget", "month").inputs
    told = {
        (
            told_by["notificationType"],
            told_by["threshold"],
            told_by["subscriberSnsTopicArns"][0].split(":")[-1],
        )
        for told_by in budget["notifications"]
    }
    assert told == {("ACTUAL", 100, "sev-4"), ("FORECASTED", 100, "sev-4")}
    assert int(budget["limitAmount"]) == stack_file(each.environment)["budget"]["monthly"]
    assert (budget["budgetType"], budget["timeUnit"], budget["limitUnit"]) == ("COST", "MONTHLY", "USD")


@pytest.mark.contract("ALM-13", "ALM-17")
@pytest.mark.parametrize(
    ("topic", "service"), [("sev-3", "backup.amazonaws.com"), ("sev-4", "budgets.amazonaws.com")]
)
def test_services_that_tell_by_themselves_may_publish(each: Recording, topic: str, service: str) -> None:
    assert service in each.one("aws:sns/topicPolicy:TopicPolicy", topic).inputs["policy"]
    assert service in each.one("aws:kms/key:Key", "notifications").plain("policy")
