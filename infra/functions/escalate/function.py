"""Escalation of a page that is still on: to the lead, then to the CTO (ALM-17)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pulumi

from infra import iam
from infra.common import CommonArgsWithKeys
from infra.foundations.keys import Keys
from infra.functions.arguments import plain_args
from infra.functions.function import FunctionArgs
from infra.monitoring.escalation import STEPS, Escalation
from infra.monitoring.notifications import Notifications

ESCALATE = "escalate"
_DESCRIPTION = "Tells the lead, then the CTO, of a page that is still on"

# How often it looks; the clock calls it at these minutes of the hour.
INTERVAL_MINUTES = 5
_SCHEDULE = f"cron(0/{INTERVAL_MINUTES} * * * ? *)"


def escalate(
    common: CommonArgsWithKeys, keys: Keys, escalation: Escalation, notifications: Sequence[Notifications]
) -> FunctionArgs:
    """For the function that looks which pages are still on, in every region that has alarms."""
    naming = common.naming
    pages = [
        (topic, severity.minutes)
        for each in notifications
        for severity, topic in each.topics.items()
        if severity.pages
    ]
    # As text at once: in a deployment of some resources alone a topic may have no ARN, and no key is nothing.
    minutes = pulumi.Output.all(*(topic for topic, _ in pages)).apply(
        lambda topics: json.dumps(dict(zip(topics, (each for _, each in pages), strict=True)))
    )
    steps = [{"who": step, "topic": escalation.topics[step]} for step in STEPS]
    regions = list(dict.fromkeys(each.region for each in notifications))
    return replace(
        plain_args(common, "escalate", _DESCRIPTION, _SCHEDULE),
        variables={
            "INTERVAL_MINUTES": str(INTERVAL_MINUTES),
            "PAGES": minutes,
            "PREFIX": naming.named(""),
            "REGIONS": ",".join(regions),
            "STEPS": pulumi.Output.json_dumps(steps),
        },
        statements=[
            iam.describe_alarms(),
            iam.publish(list(escalation.topics.values())),
            iam.use_key([keys.notifications], via=f"sns.{naming.region}.amazonaws.com", sid="UseTopicKey"),
        ],
    )
