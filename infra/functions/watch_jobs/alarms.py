"""ALM-6: runs of CronJobs that fail."""

from __future__ import annotations

from functions.watch_jobs.metrics import JOB_FAILURES
from infra.configuration.severities import Severity
from infra.monitoring.alarm import Alarm, Incident, Statistic, Subject
from infra.monitoring.alarm import Comparison as Is
from infra.monitoring.function_metrics import function_measure

ALARMS = (
    Alarm(
        name="failed-runs",
        row="ALM-6",
        subject=Subject.JOB,
        severity=Severity.SEV2,
        condition="2 consecutive runs of a schedule have failed or were stopped at their deadline, as "
        "Kubernetes tells",
        section="001 Alerts and on-call thresholds",
        first_action="see why (kubectl describe job) and read its log; roll back if it came with a "
        "deployment",
        measures={"value": function_measure(JOB_FAILURES, Statistic.MAXIMUM)},
        comparison=Is.GREATER_OR_EQUAL,
        threshold=2,
        tells_silence=True,
        incident=Incident.FAILED_JOBS,
    ),
)
