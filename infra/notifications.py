"""The ways to people: a topic for each severity, and another way for what cannot be delivered."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_aws import sns

from infra import iam
from infra.alarm import Severity
from infra.naming import Naming

FALLBACK = "undelivered"


@dataclass(frozen=True)
class NotificationsArgs:
    """Who is told what.

    Args:
        naming: names and ARNs.
        key: encrypts the messages.
        pagerduty: the integration's address, a secret; None when there is none yet.
        slack: the channel's e-mail address, a secret; None when there is none yet.
        email: who is written to, and told when a page cannot be delivered.
    """

    naming: Naming
    key: pulumi.Input[str]
    pagerduty: pulumi.Output[str] | None
    slack: pulumi.Output[str] | None
    email: str


class Notifications(pulumi.ComponentResource):
    """Topics by severity and their subscriptions. Keeps ALM-16.

    SEV-1 and SEV-2 page; every severity is written to the channel and to the address. What a page is lost
    on its way to, the fallback topic does not need.
    """

    topics: dict[Severity, pulumi.Output[str]]
    topic_names: dict[Severity, str]
    fallback_topic: pulumi.Output[str]

    def __init__(
        self, name: str, args: NotificationsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("groundwork:notifications:Notifications", name, None, opts)
        self._args = args
        self.topic_names = {severity: args.naming.named(severity.topic) for severity in Severity}
        self.topics = {}
        for severity in Severity:
            topic = self._topic(severity.topic, f"{severity.value}: {severity.response}")
            self.topics[severity] = topic
            if severity.pages and args.pagerduty is not None:
                self._subscription(f"{severity.topic}-pagerduty", topic, "https", args.pagerduty)
            self._subscription(f"{severity.topic}-email", topic, "email", args.email)
            if args.slack is not None:
                self._subscription(f"{severity.topic}-slack", topic, "email", args.slack)
        self.fallback_topic = self._topic(FALLBACK, "A page could not be delivered")
        self._subscription(FALLBACK, self.fallback_topic, "email", args.email)
        self.register_outputs({})

    def _topic(self, name: str, title: str) -> pulumi.Output[str]:
        naming = self._args.naming
        topic = sns.Topic(
            name,
            name=naming.named(name),
            display_name=title,
            kms_master_key_id=self._args.key,
            opts=pulumi.ResourceOptions(parent=self),
        )
        sns.TopicPolicy(
            name,
            arn=topic.arn,
            policy=iam.document(
                iam.publish_alarms(
                    topic.arn, account=naming.account, alarms=naming.arn("cloudwatch", "alarm:*")
                )
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        return topic.arn

    def _subscription(
        self, name: str, topic: pulumi.Output[str], protocol: str, endpoint: pulumi.Input[str]
    ) -> None:
        sns.TopicSubscription(
            name,
            topic=topic,
            protocol=protocol,
            endpoint=endpoint,
            endpoint_auto_confirms=True if protocol == "https" else None,
            opts=pulumi.ResourceOptions(parent=self),
        )
