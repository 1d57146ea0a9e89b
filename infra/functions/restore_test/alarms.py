"""ALM-14: the weekly proof that backups can be restored."""

from __future__ import annotations

from dataclasses import replace

from functions.restore_test import metrics
from functions.shared.metrics import Metric
from infra.configuration.severities import Severity
from infra.configuration.thresholds import RECOVERY_POINT_MINUTES, RECOVERY_TIME_MINUTES
from infra.monitoring.alarm import DAY, HOUR, Alarm, Incident, MissingData, Statistic, Subject
from infra.monitoring.alarm import Comparison as Is
from infra.monitoring.function_metrics import function_measure

AGE_DAYS = 8


def _alarm(
    name: str, condition: str, metric: Metric, statistic: Statistic, comparison: Is, threshold: int
) -> Alarm:
    return Alarm(
        name=name,
        row="ALM-14",
        subject=Subject.OPERATIONS,
        severity=Severity.SEV2,
        condition=condition,
        section="001 Backup and restore drill",
        first_action="read the test's log, then run it again",
        measures={"value": function_measure(metric, statistic)},
        comparison=comparison,
        threshold=threshold,
        period=HOUR,
        periods=1,
        missing=MissingData.IGNORE,  # until the next test nothing else is known
        incident=Incident.RESTORE_TEST,
    )


ALARMS = (
    _alarm(
        "restore-test-failed",
        "the weekly restore test failed",
        metrics.RESTORE_TEST_SUCCEEDED,
        Statistic.MINIMUM,
        Is.LESS,
        1,
    ),
    replace(
        _alarm(
            "restore-test-overdue",
            f"no restore test has succeeded in {AGE_DAYS} days",
            metrics.RESTORE_TEST_AGE_DAYS,
            Statistic.MAXIMUM,
            Is.GREATER,
            AGE_DAYS,
        ),
        first_action="restore the newest snapshot into a temporary database, run the checks, note time "
        "and result",
        # It is measured whether a test runs or not.
        period=DAY,
        missing=MissingData.MISSING,
        tells_silence=True,
    ),
    _alarm(
        "recovery-time",
        f"the restore test took > {RECOVERY_TIME_MINUTES} minutes (RTO)",
        metrics.RECOVERY_TIME_MINUTES,
        Statistic.MAXIMUM,
        Is.GREATER,
        RECOVERY_TIME_MINUTES,
    ),
    _alarm(
        "recovery-point",
        f"the restored data ends > {RECOVERY_POINT_MINUTES} minutes before the test (RPO)",
        metrics.RECOVERY_POINT_MINUTES,
        Statistic.MAXIMUM,
        Is.GREATER,
        RECOVERY_POINT_MINUTES,
    ),
    replace(
        _alarm(
            "restored-instance-left",
            "a restored database that was to be removed is still there",
            metrics.RESTORED_INSTANCES_LEFT,
            Statistic.MAXIMUM,
            Is.GREATER,
            0,
        ),
        # It has everybody's data and costs as much as the one that serves; nothing is down.
        severity=Severity.SEV3,
        first_action="see in RDS why it stays, and delete it (its name has restore-test in it)",
        missing=MissingData.MISSING,  # it is measured every few minutes
        tells_silence=True,
        incident=None,
    ),
)
