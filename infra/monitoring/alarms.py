"""The catalogue's alarms, in CloudWatch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import cloudwatch

from infra.configuration.severities import Severity
from infra.monitoring.alarm import Alarm, Comparison, Incident, Subject
from infra.monitoring.alarm_queries import BAND, Query, Watched, queries
from infra.naming import Naming

# How long a composite alarm waits for the one that would make it superfluous, and goes on being quiet
# after that one has ended. Errors take two minutes to become an outage.
SUPPRESSOR_WAIT_SECONDS = 120
# Maintenance is on already or it is not: nobody who is to be woken up at once waits for it.
MAINTENANCE_WAIT_SECONDS = 1
SUPPRESSOR_EXTENSION_SECONDS = 60

# The alarm that is on while lesser ones need not page.
QUIET = "quiet"


@dataclass(frozen=True)
class AlarmsArgs:
    """What is watched, and who is told.

    Args:
        catalogue: the alarms of one region.
        watched: what there is of each subject; a subject that does not exist has no alarms.
        topics: where each severity goes, in that region.
        fallback_topic: where it is said that a topic did not deliver.
        actions: whether anybody is told.
        muted: what nobody is told of for now. A composite alarm is kept quiet by the alarm that says that
            maintenance is on; that one is of this region, and another region's alarms cannot look at it.
    """

    naming: Naming
    catalogue: Sequence[Alarm]
    watched: Mapping[Subject, Sequence[Watched]]
    topics: Mapping[Severity, pulumi.Input[str]]
    fallback_topic: pulumi.Input[str]
    actions: bool
    muted: frozenset[Subject] = frozenset()


class Alarms(pulumi.ComponentResource):
    """One CloudWatch alarm for each entry of the catalogue and each thing that it watches. Keeps ALM-1 to 17.

    Produces the metric alarms, and a composite alarm for each incident and severity that pages: what breaks
    as one pages once. While users get errors, or maintenance is on, the lesser ones are quiet that may follow
    from it.
    """

    incidents: list[str]

    def __init__(self, name: str, args: AlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:alarms:Alarms", name, None, opts)
        self._args = args
        self._made: dict[str, pulumi.Resource] = {}
        symptoms: dict[tuple[Severity, Incident], list[str]] = defaultdict(list)
        for alarm in args.catalogue:
            for watched in args.watched.get(alarm.subject, ()):
                child = watched.alarm_name(alarm)
                self._made[child] = self._alarm(child, alarm, watched)
                if alarm.paged_together and alarm.incident is not None:
                    symptoms[alarm.severity, alarm.incident].append(child)
        self.incidents = self._incidents(symptoms)
        self.register_outputs({})

    def _alarm(self, name: str, alarm: Alarm, watched: Watched) -> cloudwatch.MetricAlarm:
        args = self._args
        told = [] if alarm.paged_together else [self._told(alarm)]
        told_of_silence = [self._told(alarm)] if alarm.tells_silence else []
        band = alarm.comparison is Comparison.ABOVE_NORMAL
        return cloudwatch.MetricAlarm(
            name,
            name=args.naming.named(name),
            alarm_description=alarm.description,
            evaluation_periods=alarm.periods,
            datapoints_to_alarm=alarm.datapoints_to_alarm,
            threshold=None if band else alarm.threshold,
            threshold_metric_id=BAND if band else None,
            comparison_operator=alarm.comparison.value,
            treat_missing_data=alarm.missing.value,
            actions_enabled=args.actions and alarm.subject not in args.muted,
            alarm_actions=told or None,
            ok_actions=told or None,
            insufficient_data_actions=told_of_silence or None,
            tags={"severity": alarm.severity.value, "contract": alarm.row},
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(watched.ready)),
            **_compared(alarm, watched),
        )

    def _told(self, alarm: Alarm) -> pulumi.Input[str]:
        # A topic that fails cannot tell of it itself.
        if alarm.subject is Subject.TOPIC:
            return self._args.fallback_topic
        return self._args.topics[alarm.severity]

    def _incidents(self, symptoms: Mapping[tuple[Severity, Incident], Sequence[str]]) -> list[str]:
        """The composite alarms, the most severe ones first: they silence the others."""
        names = []
        silent = [name for name in self._made if name.startswith(Subject.MAINTENANCE)]
        during_maintenance = silent[0] if silent else None
        outage = f"{Incident.SERVICE}-{Severity.SEV1.topic}"
        during_outage = during_maintenance
        for severity, incident in sorted(symptoms):
            if severity is Severity.SEV1:
                # Maintenance explains that there are no answers; not that the queue has lost a key.
                suppressor = during_maintenance if incident is Incident.SERVICE else None
            else:
                suppressor = during_outage if incident.follows_outage else None
            name = self._composite(severity, incident, symptoms[severity, incident], suppressor)
            names.append(name)
            if name == outage:
                during_outage = self._either(QUIET, [*silent, outage])
        return names

    def _composite(
        self, severity: Severity, incident: Incident, children: Sequence[str], suppressor: str | None
    ) -> str:
        args, name = self._args, f"{incident}-{severity.topic}"
        told = [args.topics[severity]]
        needed = [*children, suppressor] if suppressor else children
        self._made[name] = cloudwatch.CompositeAlarm(
            name,
            alarm_name=args.naming.named(name),
            alarm_description=f"{severity} {incident}: at least one of its alarms is on; each says more",
            alarm_rule=self._any_of(children),
            actions_enabled=args.actions,
            alarm_actions=told,
            ok_actions=told,
            actions_suppressor=cloudwatch.CompositeAlarmActionsSuppressorArgs(
                alarm=args.naming.named(suppressor),
                wait_period=SUPPRESSOR_WAIT_SECONDS if suppressor == QUIET else MAINTENANCE_WAIT_SECONDS,
                extension_period=SUPPRESSOR_EXTENSION_SECONDS,
            )
            if suppressor
            else None,
            tags={"severity": severity.value},
            opts=self._after(needed),
        )
        return name

    def _either(self, name: str, causes: Sequence[str]) -> str:
        self._made[name] = cloudwatch.CompositeAlarm(
            name,
            alarm_name=self._args.naming.named(name),
            alarm_description=f"Tells nobody: it keeps others quiet during {' or '.join(causes)}",
            alarm_rule=self._any_of(causes),
            actions_enabled=False,
            opts=self._after(causes),
        )
        return name

    def _any_of(self, names: Sequence[str]) -> str:
        return " OR ".join(f'ALARM("{self._args.naming.named(name)}")' for name in names)

    def _after(self, names: Sequence[str]) -> pulumi.ResourceOptions:
        # CloudWatch refuses a rule about an alarm that is not there, and to remove one that a rule is about.
        return pulumi.ResourceOptions(parent=self, depends_on=[self._made[name] for name in names])


def _compared(alarm: Alarm, watched: Watched) -> dict[str, Any]:
    """What CloudWatch compares: one metric, or queries."""
    lines = queries(alarm, watched)
    if len(lines) > 1:
        return {"metric_queries": [_query(line, alarm.period) for line in lines]}
    (line,) = lines
    measure = line.measure
    assert measure is not None
    statistic = "extended_statistic" if measure.statistic.percentile else "statistic"
    return {
        "namespace": measure.namespace,
        "metric_name": measure.metric,
        "dimensions": line.dimensions or None,
        "period": alarm.period,
        statistic: measure.statistic.value,
    }


def _query(line: Query, period: int) -> cloudwatch.MetricAlarmMetricQueryArgs:
    # AWS's provider leaves a false `returnData` out of its state: so does this.
    if line.measure is None:
        return cloudwatch.MetricAlarmMetricQueryArgs(
            id=line.id, expression=line.expression, return_data=line.shown or None
        )
    return cloudwatch.MetricAlarmMetricQueryArgs(
        id=line.id,
        metric=cloudwatch.MetricAlarmMetricQueryMetricArgs(
            namespace=line.measure.namespace,
            metric_name=line.measure.metric,
            dimensions=dict(line.dimensions) if line.dimensions else None,
            period=period,
            stat=line.measure.statistic.value,
        ),
        return_data=line.shown or None,
    )
