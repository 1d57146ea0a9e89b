"""ALM-1, ALM-2, ALM-3: what users feel: errors, response times, and whether there is an answer at all."""

from __future__ import annotations

from collections.abc import Mapping

from infra.configuration.severities import Severity
from infra.monitoring.alarm import MINUTE, Alarm, Incident, Measure, MissingData, Statistic, Subject, only
from infra.monitoring.alarm import Comparison as Is
from infra.monitoring.alarm_catalogue.limits import THRESHOLDS_SECTION, Limits, enough

NAMESPACE = "AWS/ApplicationELB"


def _count(metric: str) -> Measure:
    return Measure(NAMESPACE, metric, Statistic.SUM)


_ERRORS = {
    "failed": _count("HTTPCode_Target_5XX_Count"),
    "refused": _count("HTTPCode_ELB_5XX_Count"),
    "unanswered": _count("HTTPCode_ELB_503_Count"),
    "requests": _count("RequestCount"),
}
# All of these exist only where there is something to count. RequestCount leaves out what no target was
# chosen for (the load balancer's user guide), which is the load balancer's own 503: when every target is
# gone there are errors and no requests.
_ALL_REQUESTS = "(FILL(requests, 0) + FILL(unanswered, 0))"
_ERROR_RATE = f"100 * (FILL(failed, 0) + FILL(refused, 0)) / {_ALL_REQUESTS}"  # percent
# Fewer data points than this, divided by what a percentile leaves over, say nothing of it (CloudWatch user
# guide, "Percentile-based alarms and low data samples"). CloudWatch can ignore them itself
# (EvaluateLowSampleCountPercentile): the alarm then stays as it is, so that what was on when the day ended
# is on all night. Judged as fine instead, it ends.
_SIGNIFICANT = 10
_ERROR_SECTION = "003 Alert Response, High Error Rate"
_LATENCY_SECTION = "003 Troubleshooting Guide, Slow Performance"


def alarms(limits: Limits) -> tuple[Alarm, ...]:
    """Of the load balancer, and from outside."""
    traffic = limits.thresholds.traffic
    return (
        _errors("notice", Severity.SEV3, traffic.errors_notice, minutes=5),
        _errors("warning", Severity.SEV2, traffic.errors_warning, minutes=5),
        _errors("critical", Severity.SEV1, traffic.errors_critical, minutes=2),
        _latency("warning", Severity.SEV3, Statistic.P95, traffic.latency_warning, minutes=5),
        _latency("critical", Severity.SEV2, Statistic.P95, traffic.latency_critical, minutes=5),
        _latency("tail", Severity.SEV2, Statistic.P99, traffic.latency_tail, minutes=2),
        Alarm(
            name="latency-target",
            row="ALM-2",
            subject=Subject.LOAD_BALANCER,
            severity=Severity.SEV4,
            condition=f"p95 over its target of {traffic.latency_target} ms in more than 3 consecutive "
            "windows of 5 minutes",
            section="004 Performance & Capacity, Scale triggers",
            first_action="scale out: raise replicas.minimum, or find what has become slower",
            measures=_response_time(Statistic.P95),
            expression=_where_significant(Statistic.P95),
            threshold=traffic.latency_target / 1000,
            periods=4,
            missing=MissingData.NOT_BREACHING,
        ),
        Alarm(
            name="not-ready",
            row="ALM-3",
            subject=Subject.ENDPOINT,
            severity=Severity.SEV1,
            condition="the ready endpoint, asked from several places of the world, fails in 2 of 3 minutes",
            section="001 Incident response quick steps",
            first_action="confirm /health/live and /health/ready; roll back if there has been a deployment",
            measures=only("AWS/Route53", "HealthCheckStatus", Statistic.MINIMUM),
            comparison=Is.LESS,
            threshold=1,
            period=MINUTE,
            periods=3,
            breaching=2,
            # Route 53 reports every minute; when it stops, nobody knows whether the service is there.
            tells_silence=True,
        ),
    )


def _response_time(statistic: Statistic) -> Mapping[str, Measure]:
    return {
        "latency": Measure(NAMESPACE, "TargetResponseTime", statistic),
        "requests": _count("RequestCount"),
    }


def _where_significant(statistic: Statistic) -> str:
    least = round(_SIGNIFICANT / (1 - statistic.share))
    return f"IF(FILL(requests, 0) >= {least}, FILL(latency, 0), 0)"


def _errors(level: str, severity: Severity, percent: int, minutes: int) -> Alarm:
    return Alarm(
        name=f"errors-{level}",
        row="ALM-1",
        subject=Subject.LOAD_BALANCER,
        severity=severity,
        condition=f"5xx rate > {percent} % for {minutes} minutes",
        section=_ERROR_SECTION,
        first_action="check the error logs and recent deployments; roll back if the errors came with one",
        measures=_ERRORS,
        # What fails where hardly anybody asks is noticed from outside (ALM-3).
        expression=f"IF({_ALL_REQUESTS} >= {enough(percent)}, {_ERROR_RATE}, 0)",
        unit="%",
        threshold=percent,
        period=MINUTE,
        periods=minutes,
        missing=MissingData.NOT_BREACHING,  # no requests, no errors
        incident=Incident.SERVICE,
    )


def _latency(level: str, severity: Severity, statistic: Statistic, milliseconds: int, minutes: int) -> Alarm:
    return Alarm(
        name=f"latency-{level}",
        row="ALM-2",
        subject=Subject.LOAD_BALANCER,
        severity=severity,
        condition=f"{statistic} > {milliseconds} ms for {minutes} minutes",
        section=_LATENCY_SECTION if level != "tail" else THRESHOLDS_SECTION,
        first_action="look at slow requests and slow queries (saved queries); scale out if CPU is high",
        measures=_response_time(statistic),
        expression=_where_significant(statistic),
        threshold=milliseconds / 1000,  # the metric is in seconds
        # One period: a percentile of all requests of the time, not of each minute's few.
        period=minutes * MINUTE,
        periods=1,
        missing=MissingData.NOT_BREACHING,  # no requests, no slow ones
        incident=Incident.SERVICE,
    )
