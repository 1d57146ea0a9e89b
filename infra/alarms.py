"""The catalogue's alarms, in CloudWatch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import cloudwatch

from infra.alarm import Alarm, Severity, Subject
from infra.naming import Naming


@dataclass(frozen=True)
class Watched:
    """One thing that alarms watch: its name within the environment, and CloudWatch's dimensions of it."""

    name: str
    dimensions: Mapping[str, pulumi.Input[str]]


@dataclass(frozen=True)
class AlarmsArgs:
    """What is watched, and who is told.

    Args:
        naming: names and ARNs.
        catalogue: the alarms.
        watched: what there is of each subject; a subject that does not exist has no alarms.
        topics: where each severity goes.
        fallback_topic: where it is said that a topic did not deliver.
        actions: whether anybody is told.
    """

    naming: Naming
    catalogue: Sequence[Alarm]
    watched: Mapping[Subject, Sequence[Watched]]
    topics: Mapping[Severity, pulumi.Input[str]]
    fallback_topic: pulumi.Input[str]
    actions: bool


class Alarms(pulumi.ComponentResource):
    """One CloudWatch alarm for each entry of the catalogue and each thing that it watches.

    Keeps ALM-8, ALM-10, ALM-11 and ALM-16.
    """

    def __init__(self, name: str, args: AlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:alarms:Alarms", name, None, opts)
        for alarm in args.catalogue:
            for watched in args.watched.get(alarm.subject, ()):
                self._alarm(alarm, watched, args)
        self.register_outputs({})

    def _alarm(self, alarm: Alarm, watched: Watched, args: AlarmsArgs) -> None:
        # A topic that fails cannot tell of it itself.
        told = args.fallback_topic if alarm.subject is Subject.TOPIC else args.topics[alarm.severity]
        name = f"{watched.name}-{alarm.name}"
        cloudwatch.MetricAlarm(
            name,
            name=args.naming.named(name),
            alarm_description=alarm.description,
            namespace=alarm.namespace,
            metric_name=alarm.metric,
            dimensions=watched.dimensions,
            statistic=alarm.statistic.value,
            period=alarm.period,
            evaluation_periods=alarm.periods,
            datapoints_to_alarm=alarm.breaching,
            threshold=alarm.threshold,
            comparison_operator=alarm.comparison.value,
            treat_missing_data=alarm.missing.value,
            actions_enabled=args.actions,
            alarm_actions=[told],
            ok_actions=[told],
            tags={"severity": alarm.severity.value, "contract": alarm.row},
            opts=pulumi.ResourceOptions(parent=self),
        )
