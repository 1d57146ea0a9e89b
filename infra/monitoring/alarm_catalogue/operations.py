"""ALM-16, K8S-7: the platform's own working: functions that fail, pages that do not arrive, maintenance."""

from __future__ import annotations

from infra.configuration.severities import Severity
from infra.monitoring.alarm import MINUTE, Alarm, Measure, MissingData, Statistic, Subject, only
from infra.monitoring.alarm_catalogue.limits import Limits


def alarms(limits: Limits) -> tuple[Alarm, ...]:
    """Of what runs beside the application."""
    return (
        Alarm(
            name="on",
            row="K8S-7",
            subject=Subject.MAINTENANCE,
            severity=Severity.SEV4,
            condition="maintenance mode is on: users see a message instead of the application",
            section="002 Maintenance Windows, Maintenance Mode",
            first_action="switch it off when the work is done (groundwork:maintenance)",
            # It is this program that knows whether it is on. An alarm needs a metric, and metric math its
            # time: EPOCH has a value for every minute, whatever metric it is given.
            measures={"clock": Measure("AWS/RDS", "CPUUtilization", Statistic.AVERAGE)},
            expression=f"EPOCH(clock) * {int(limits.maintenance)}",
            threshold=0,
            period=MINUTE,
            periods=1,
        ),
        Alarm(
            name="errors",
            row="ALM-15",
            subject=Subject.FUNCTIONS,
            severity=Severity.SEV3,
            condition="a function of the platform failed",
            section="003 Incident Response, Detection & Alert",
            first_action="read its log (/aws/lambda/…), then run it again",
            measures=only("AWS/Lambda", "Errors", Statistic.SUM),
            threshold=0,
            period=5 * MINUTE,
            periods=1,
            missing=MissingData.NOT_BREACHING,
        ),
        Alarm(
            name="gave-up",
            row="ALM-15",
            subject=Subject.FUNCTION,
            severity=Severity.SEV3,
            condition="an event that the function should have handled was dropped after its last attempt",
            section="003 Incident Response, Detection & Alert",
            first_action="read the function's log (/aws/lambda/…), mend it, then call it by hand",
            measures=only("AWS/Lambda", "AsyncEventsDropped", Statistic.SUM),
            threshold=0,
            period=5 * MINUTE,
            periods=1,
            missing=MissingData.NOT_BREACHING,
        ),
        Alarm(
            name="undelivered",
            row="ALM-16",
            subject=Subject.TOPIC,
            severity=Severity.SEV1,
            condition="a notification could not be delivered",
            section="003 Incident Response, Detection & Alert",
            first_action="look at the alarms in CloudWatch: somebody has not been told of one",
            measures=only("AWS/SNS", "NumberOfNotificationsFailed", Statistic.SUM),
            threshold=0,
            period=MINUTE,
            periods=1,
            missing=MissingData.NOT_BREACHING,
        ),
    )
