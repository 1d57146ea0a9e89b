"""ALM-13: whether a recovery would work, and whether anybody has asked."""

from __future__ import annotations

from functions.check_recovery.metrics import RECOVERY_CHECKED, RECOVERY_NOT_READY
from functions.measure_recovery_point.metrics import RESTORABLE_AGE_MINUTES
from infra.configuration.severities import Severity
from infra.monitoring.alarm import DAY, HOUR, Alarm, Incident, MissingData, Statistic, Subject
from infra.monitoring.alarm import Comparison as Is
from infra.monitoring.function_metrics import function_measure

CHECK_AGE_HOURS = 26
_SECTION = "003 Disaster Recovery, RTO/RPO Targets"

ALARMS = (
    Alarm(
        name="recovery-not-ready",
        row="ALM-13",
        subject=Subject.OPERATIONS,
        severity=Severity.SEV2,
        condition="the daily check has found something that a recovery would lack today",
        section=_SECTION,
        first_action="`make recover WHAT=check` says what, and what to do (docs/recovery.md)",
        measures={"value": function_measure(RECOVERY_NOT_READY, Statistic.MAXIMUM)},
        threshold=0,
        period=DAY,
        periods=1,
        tells_silence=True,
        incident=Incident.READINESS,
    ),
    Alarm(
        name="recovery-check-overdue",
        row="ALM-13",
        subject=Subject.OPERATIONS,
        severity=Severity.SEV2,
        condition=f"nobody has asked in {CHECK_AGE_HOURS} hours whether a recovery would work",
        section=_SECTION,
        first_action="read the log of the function check-recovery; `make recover WHAT=check` asks now",
        measures={"value": function_measure(RECOVERY_CHECKED, Statistic.SUM)},
        expression="FILL(value, 0)",
        # Another function measures all the time: so long is there an environment to be asked about.
        clock=function_measure(RESTORABLE_AGE_MINUTES, Statistic.MAXIMUM),
        comparison=Is.LESS,
        threshold=1,
        period=HOUR,
        periods=CHECK_AGE_HOURS,
        missing=MissingData.NOT_BREACHING,
        incident=Incident.READINESS,
    ),
)
