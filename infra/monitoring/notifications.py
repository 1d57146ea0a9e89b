"""The ways to people: a topic for each severity, and another way for what cannot be delivered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import sns

from infra import iam
from infra.common import CommonArgs
from infra.configuration.severities import PUBLISHERS, RULES, Severity
from infra.foundations.encryption_key import declare_key
from infra.naming import RegionRole

FALLBACK = "undelivered"


def topic_prefix(role: RegionRole) -> str:
    """What the names of a region's topics begin with: places are told apart by themselves."""
    return f"{role}-" if role is RegionRole.GLOBAL else ""


@dataclass(frozen=True)
class NotificationsArgs:
    """Who is told what.

    Args:
        common: names and rules of the place that the environment runs in;
            `protect` is for a key of their own.
        role: of the region whose alarms are told of.
        region: its name.
        severities: of these alarms.
        key: encrypts the messages; None for one of its own, where the region has none yet.
        pagerduty: the integration's address, a secret; None when there is none yet.
        slack: the channel's e-mail address, a secret; None when there is none yet.
        email: who is written to, and told when a page cannot be delivered.
    """

    common: CommonArgs
    role: RegionRole
    region: str
    severities: Sequence[Severity]
    key: pulumi.Input[str] | None
    pagerduty: pulumi.Output[str] | None
    slack: pulumi.Output[str] | None
    email: str


class Notifications(pulumi.ComponentResource):
    """Topics by severity and their subscriptions, in one region. Keeps ALM-16.

    SEV-1 and SEV-2 page; every severity is written to the channel and to the address. What a page is lost
    on its way to, the fallback topic does not need. An alarm tells only topics of its own region.
    """

    region: str
    topics: dict[Severity, pulumi.Output[str]]
    topic_names: dict[Severity, str]
    fallback_topic: pulumi.Output[str]

    def __init__(
        self, name: str, args: NotificationsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("groundwork:notifications:Notifications", name, None, opts)
        self._args = args
        self.region = args.region
        # A URN has the type of its parent, not its name: what is in no place has other names.
        self._prefix = topic_prefix(args.role)
        self._key = args.key if args.key is not None else self._own_key()
        self.topic_names = {
            severity: args.common.naming.named(f"{self._prefix}{severity.topic}")
            for severity in args.severities
        }
        self.topics = {}
        for severity in args.severities:
            services = PUBLISHERS.get(severity, ()) if args.role is RegionRole.HOME else ()
            topic = self._topic(severity.topic, f"{severity.value}: {severity.response}", services)
            self.topics[severity] = topic
            if severity.pages and args.pagerduty is not None:
                self._subscription(f"{severity.topic}-pagerduty", topic, "https", args.pagerduty)
            self._subscription(f"{severity.topic}-email", topic, "email", args.email)
            if args.slack is not None:
                self._subscription(f"{severity.topic}-slack", topic, "email", args.slack)
        self.fallback_topic = self._topic(FALLBACK, "A page could not be delivered")
        self._subscription(FALLBACK, self.fallback_topic, "email", args.email)
        self.register_outputs({})

    def _own_key(self) -> pulumi.Output[str]:
        args = self._args
        return declare_key(
            f"notifications-{args.role}",
            "Topics for alarms",
            args.common,
            iam.alarms_use_key(args.common.naming, args.region),
            parent=self,
        )

    def _topic(self, name: str, title: str, services: Sequence[str] = ()) -> pulumi.Output[str]:
        naming = self._args.common.naming
        name = f"{self._prefix}{name}"
        topic = sns.Topic(
            name,
            name=naming.named(name),
            display_name=title,
            kms_master_key_id=self._key,
            opts=pulumi.ResourceOptions(parent=self),
        )
        alarms = naming.arn("cloudwatch", "alarm:*", self._args.region)
        statements = [iam.publish_alarms(topic.arn, account=naming.account, alarms=alarms)]
        if named := [service for service in services if service != RULES]:
            statements.append(iam.publish_as_services(topic.arn, services=named, account=naming.account))
        if RULES in services:
            statements.append(iam.publish_as_rules(topic.arn, service=RULES))
        # Its ARN is the topic's, and who is given it waits for the policy: what may not publish yet is lost.
        return sns.TopicPolicy(
            name,
            arn=topic.arn,
            policy=iam.document(*statements),
            opts=pulumi.ResourceOptions(parent=self),
        ).arn

    def _subscription(
        self, name: str, topic: pulumi.Output[str], protocol: str, endpoint: pulumi.Input[str]
    ) -> None:
        sns.TopicSubscription(
            f"{self._prefix}{name}",
            topic=topic,
            protocol=protocol,
            endpoint=endpoint,
            endpoint_auto_confirms=True if protocol == "https" else None,
            opts=pulumi.ResourceOptions(parent=self),
        )
