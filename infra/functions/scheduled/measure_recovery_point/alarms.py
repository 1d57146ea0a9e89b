"""ALM-13: how much of the newest data could not be restored."""

from __future__ import annotations

from functions.measure_recovery_point.metrics import RESTORABLE_AGE_MINUTES
from infra.configuration.severities import Severity
from infra.configuration.thresholds import RECOVERY_POINT_MINUTES
from infra.monitoring.alarm import Alarm, Incident, Statistic, Subject
from infra.monitoring.function_metrics import function_measure

_MINUTES = RECOVERY_POINT_MINUTES // 2

ALARMS = (
    Alarm(
        name="recovery-point-age",
        row="ALM-13",
        subject=Subject.OPERATIONS,
        severity=Severity.SEV2,
        condition=f"the newest time that the database can be restored to is > {_MINUTES} minutes ago, half "
        "of the RPO",
        section="003 Disaster Recovery, RTO/RPO Targets",
        first_action="see RDS's events of the instance: backups that are off, or storage that is full",
        # RDS uploads the transaction log every 5 minutes (user guide, "Restoring a DB instance to a
        # specified time").
        measures={"value": function_measure(RESTORABLE_AGE_MINUTES, Statistic.MAXIMUM)},
        threshold=_MINUTES,
        tells_silence=True,
        incident=Incident.RECOVERY_POINT,
    ),
)
