"""What the way to the lead and the CTO is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pulumi

from infra import iam
from infra.arguments.function_args import function_args
from infra.configuration import Configuration
from infra.foundations.keys import Keys
from infra.functions.function import FunctionArgs
from infra.watching.escalation import INTERVAL_MINUTES, SCHEDULE, STEPS, Escalation, EscalationArgs
from infra.watching.notifications import Notifications


def escalation(configuration: Configuration, keys: Keys) -> EscalationArgs:
    """For the topics."""
    given = configuration.settings.escalation
    addresses = {"lead": given.lead, "cto": given.cto}
    return EscalationArgs(
        naming=configuration.naming,
        key=keys.notifications,
        addresses={step: address for step, address in addresses.items() if address},
    )


def escalate(
    configuration: Configuration,
    keys: Keys,
    escalation: Escalation,
    notifications: Sequence[Notifications],
) -> FunctionArgs:
    """For the function that looks which pages are still on, in every region that has alarms."""
    naming = configuration.naming
    pages = [
        (topic, severity.minutes)
        for each in notifications
        for severity, topic in each.topics.items()
        if severity.pages
    ]
    minutes = pulumi.Output.all(*(topic for topic, _ in pages)).apply(
        lambda topics: dict(zip(topics, (each for _, each in pages), strict=True))
    )
    steps = [{"who": step, "topic": escalation.topics[step]} for step in STEPS]
    regions = list(dict.fromkeys(each.region for each in notifications))
    description = "Tells the lead, then the CTO, of a page that is still on"
    return replace(
        function_args(configuration, keys, "escalate", description),
        variables={
            "INTERVAL_MINUTES": str(INTERVAL_MINUTES),
            "PAGES": pulumi.Output.json_dumps(minutes),
            "PREFIX": naming.named(""),
            "REGIONS": ",".join(regions),
            "STEPS": pulumi.Output.json_dumps(steps),
        },
        statements=[
            iam.describe_alarms(),
            iam.publish(list(escalation.topics.values())),
            iam.use_key([keys.notifications], via=f"sns.{naming.region}.amazonaws.com", sid="UseTopicKey"),
        ],
        schedule=SCHEDULE,
    )
