"""Escalation of a page that nobody has ended: to lead, then CTO (runbook 002, Contact Information)."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_aws import sns

from infra.naming import Naming

# In this order, each after as long again as somebody had to answer the page.
STEPS = ("lead", "cto")


@dataclass(frozen=True)
class EscalationArgs:
    """Who is told.

    Args:
        key: encrypts the messages.
        addresses: e-mail addresses by step; a step without one is told nothing.
    """

    naming: Naming
    key: pulumi.Input[str]
    addresses: dict[str, str]


class Escalation(pulumi.ComponentResource):
    """A topic for each step, and its subscription. Keeps ALM-17."""

    topics: dict[str, pulumi.Output[str]]

    def __init__(self, name: str, args: EscalationArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:escalation:Escalation", name, None, opts)
        here = pulumi.ResourceOptions(parent=self)
        self.topics = {}
        for step in STEPS:
            topic = sns.Topic(
                f"escalation-{step}",
                name=args.naming.named(f"escalation-{step}"),
                display_name=f"Pages that are still on: {step}",
                kms_master_key_id=args.key,
                opts=here,
            )
            self.topics[step] = topic.arn
            if step in args.addresses:
                sns.TopicSubscription(
                    f"escalation-{step}",
                    topic=topic.arn,
                    protocol="email",
                    endpoint=args.addresses[step],
                    opts=here,
                )
        self.register_outputs({})
