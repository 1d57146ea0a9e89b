"""The rules of EventBridge that the catalogue's alarms on events count by."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import cloudwatch

from infra import iam
from infra.common import CommonArgsWithKeys
from infra.monitoring.alarm import Alarm, Subject
from infra.monitoring.alarm_queries import Watched


@dataclass(frozen=True)
class EventsArgs:
    """What is counted.

    Args:
        common: names, rules and keys of the place.
        catalogue: alarms; those on events have a pattern.
        watched: what there is of each subject.
    """

    common: CommonArgsWithKeys
    catalogue: Sequence[Alarm]
    watched: Mapping[Subject, Sequence[Watched]]


class Events(pulumi.ComponentResource):
    """A rule for each alarm on events, and the log group that keeps what they match. Keeps ALM-8 and SEC-6.

    A rule has its alarm's name, which is how the alarm finds its metric. Nothing is sent to people: a pager
    takes alarms alone, and what an event says stands in the log.
    """

    def __init__(self, name: str, args: EventsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:events:Events", name, None, opts)
        self._args = args
        self._here = pulumi.ResourceOptions(parent=self)
        group, allowed = self._log_group()
        for alarm in args.catalogue:
            if alarm.event is not None:
                for watched in args.watched.get(alarm.subject, ()):
                    self._rule(watched.alarm_name(alarm), alarm, group, allowed)
        self.register_outputs({})

    def _log_group(self) -> tuple[pulumi.Output[str], pulumi.Resource]:
        args = self._args
        # EventBridge writes only to groups of this name (user guide, "Amazon CloudWatch Logs as a target").
        group = cloudwatch.LogGroup(
            "events",
            name=f"/aws/events/{args.common.naming.prefix}",
            retention_in_days=args.common.log_retention,
            kms_key_id=args.common.log_key,
            opts=self._here,
        )
        allowed = cloudwatch.LogResourcePolicy(
            "events",
            policy_name=args.common.naming.named("events"),
            policy_document=iam.document(iam.write_events(group.arn)),
            opts=self._here,
        )
        return group.arn, allowed

    def _rule(self, name: str, alarm: Alarm, group: pulumi.Output[str], allowed: pulumi.Resource) -> None:
        rule = cloudwatch.EventRule(
            name,
            name=self._args.common.naming.named(name),
            description=alarm.condition,
            event_pattern=json.dumps(alarm.event, sort_keys=True),
            opts=self._here,
        )
        cloudwatch.EventTarget(
            name,
            rule=rule.name,
            target_id="log",
            arn=group,
            # What may not write yet would be lost.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[allowed]),
        )
