"""ALM-13: snapshots of the secrets that fail, or are not taken."""

from __future__ import annotations

from functions.remind.metrics import SNAPSHOT_AGE_DAYS
from functions.snapshot_secrets.metrics import SNAPSHOT_FAILED
from infra.configuration.severities import Severity
from infra.monitoring.alarm import DAY, HOUR, Alarm, Incident, MissingData, Statistic, Subject
from infra.monitoring.function_metrics import function_measure

AGE_DAYS = 8
_SECTION = "003 Disaster Recovery, Automated Backups"

ALARMS = (
    Alarm(
        name="secrets-snapshot-failed",
        row="ALM-13",
        subject=Subject.OPERATIONS,
        severity=Severity.SEV2,
        condition="the weekly snapshot of the secrets failed",
        section=_SECTION,
        first_action="read the function's log, mend it, and run it again",
        measures={"value": function_measure(SNAPSHOT_FAILED, Statistic.SUM)},
        threshold=0,
        period=HOUR,
        periods=1,
        missing=MissingData.NOT_BREACHING,
        incident=Incident.SECRETS_SNAPSHOT,
    ),
    Alarm(
        name="secrets-snapshot-overdue",
        row="ALM-13",
        subject=Subject.OPERATIONS,
        severity=Severity.SEV2,
        condition=f"the newest snapshot of the secrets is > {AGE_DAYS} days old",
        section=_SECTION,
        first_action="see why the schedule did not run it, then run it by hand",
        measures={"value": function_measure(SNAPSHOT_AGE_DAYS, Statistic.MAXIMUM)},
        threshold=AGE_DAYS,
        period=DAY,
        periods=1,
        tells_silence=True,
        incident=Incident.SECRETS_SNAPSHOT,
    ),
)
