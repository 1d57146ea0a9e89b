"""ALM-13 and ALM-14: the replica, backups and copies, and the weekly proof that they can be restored."""

from __future__ import annotations

from functions.shared.metrics import NAMESPACE, Metric
from infra.configuration.thresholds import RECOVERY_POINT_MINUTES, RECOVERY_TIME_MINUTES
from infra.watching.alarm import (
    DAY,
    HOUR,
    MINUTE,
    Alarm,
    Incident,
    Measure,
    MissingData,
    Severity,
    Statistic,
    Subject,
    only,
)
from infra.watching.alarm import Comparison as Is

BACKUP_NAMESPACE = "AWS/Backup"

BACKUP_AGE_HOURS = 26
_BACKUP_SECTION = "003 Disaster Recovery, Automated Backups"
_RESTORE_SECTION = "001 Backup and restore drill"


def alarms() -> tuple[Alarm, ...]:
    """Of what recovery needs."""
    return (_replica_lag(), *_backups(), *_snapshots(), *_restore_tests())


def _replica_lag() -> Alarm:
    minutes = RECOVERY_POINT_MINUTES // 4
    return Alarm(
        name="lag",
        row="ALM-13",
        subject=Subject.REPLICA,
        severity=Severity.SEV2,
        condition=f"the replica in the recovery region is > {minutes} minutes behind, a quarter of the RPO",
        section="003 Disaster Recovery, RTO/RPO Targets",
        first_action="see what the primary writes so much of, and whether replication stands still",
        measures=only("AWS/RDS", "ReplicaLag", Statistic.MAXIMUM),
        threshold=minutes * 60,  # the metric is in seconds
        period=MINUTE,
        periods=5,
        # A replica that does not replicate has no lag to report.
        missing=MissingData.BREACHING,
    )


def _backups() -> tuple[Alarm, Alarm]:
    def jobs(metric: str) -> Measure:
        return Measure(BACKUP_NAMESPACE, metric, Statistic.SUM)

    return (
        Alarm(
            name="failed",
            row="ALM-13",
            subject=Subject.BACKUP,
            severity=Severity.SEV2,
            condition="a backup or copy job failed",
            section=_BACKUP_SECTION,
            first_action="read the job's message in AWS Backup, mend it, start the backup by hand",
            measures={
                "backups": jobs("NumberOfBackupJobsFailed"),
                "expired": jobs("NumberOfBackupJobsExpired"),
                "copies": jobs("NumberOfCopyJobsFailed"),
            },
            # An expired job did not begin within its window: no backup either.
            expression="FILL(backups, 0) + FILL(expired, 0) + FILL(copies, 0)",
            threshold=0,
            period=HOUR,
            periods=1,
            missing=MissingData.NOT_BREACHING,
            incident=Incident.BACKUP,
        ),
        Alarm(
            name="overdue",
            row="ALM-13",
            subject=Subject.BACKUP,
            severity=Severity.SEV2,
            condition=f"no successful backup in {BACKUP_AGE_HOURS} hours",
            section=_BACKUP_SECTION,
            first_action="see whether last night's job has run; start the backup by hand",
            measures=only(BACKUP_NAMESPACE, "NumberOfBackupJobsCompleted", Statistic.SUM),
            comparison=Is.LESS,
            threshold=1,
            period=HOUR,
            periods=BACKUP_AGE_HOURS,
            missing=MissingData.BREACHING,
            incident=Incident.BACKUP,
        ),
    )


def _snapshots() -> tuple[Alarm, Alarm]:
    return (
        Alarm(
            name="secrets-snapshot-failed",
            row="ALM-13",
            subject=Subject.OPERATIONS,
            severity=Severity.SEV2,
            condition="the weekly snapshot of the secrets failed",
            section=_BACKUP_SECTION,
            first_action="read the function's log, mend it, and run it again",
            measures=only(NAMESPACE, Metric.SNAPSHOT_FAILED, Statistic.SUM),
            threshold=0,
            period=HOUR,
            periods=1,
            missing=MissingData.NOT_BREACHING,
            incident=Incident.SECRETS_SNAPSHOT,
        ),
        _weekly(
            "secrets-snapshot-overdue",
            "ALM-13",
            "no snapshot of the secrets in 8 days",
            _BACKUP_SECTION,
            Metric.SNAPSHOT_SUCCEEDED,
            Incident.SECRETS_SNAPSHOT,
        ),
    )


def _weekly(
    name: str,
    row: str,
    condition: str,
    section: str,
    succeeded: Metric,
    incident: Incident,
    first_action: str = "see why the schedule did not run it, then run it by hand",
) -> Alarm:
    """What happens every week and has not happened.

    Seven days is all that an alarm may span (PutMetricAlarm). Seven silent days of seven are too many only
    when the range that CloudWatch looks back over, which is longer, has nothing either.
    """
    return Alarm(
        name=name,
        row=row,
        subject=Subject.OPERATIONS,
        severity=Severity.SEV2,
        condition=condition,
        section=section,
        first_action=first_action,
        measures=only(NAMESPACE, succeeded, Statistic.SUM),
        comparison=Is.LESS,
        threshold=1,
        period=DAY,
        periods=7,
        missing=MissingData.BREACHING,
        incident=incident,
    )


def _restore_tests() -> tuple[Alarm, ...]:
    def test(
        name: str, condition: str, metric: Metric, statistic: Statistic, comparison: Is, threshold: int
    ) -> Alarm:
        return Alarm(
            name=name,
            row="ALM-14",
            subject=Subject.OPERATIONS,
            severity=Severity.SEV2,
            condition=condition,
            section=_RESTORE_SECTION,
            first_action="read the test's log, then run it again",
            measures=only(NAMESPACE, metric, statistic),
            comparison=comparison,
            threshold=threshold,
            period=HOUR,
            periods=1,
            missing=MissingData.IGNORE,  # until the next test nothing else is known
            incident=Incident.RESTORE_TEST,
        )

    return (
        test(
            "restore-test-failed",
            "the weekly restore test failed",
            Metric.RESTORE_TEST_SUCCEEDED,
            Statistic.MINIMUM,
            Is.LESS,
            1,
        ),
        _weekly(
            "restore-test-overdue",
            "ALM-14",
            "no restore test has succeeded in 8 days",
            _RESTORE_SECTION,
            Metric.RESTORE_TEST_SUCCEEDED,
            Incident.RESTORE_TEST,
            "restore the newest snapshot into a temporary database, run the checks, note time and result",
        ),
        test(
            "recovery-time",
            f"the restore test took > {RECOVERY_TIME_MINUTES} minutes (RTO)",
            Metric.RECOVERY_TIME_MINUTES,
            Statistic.MAXIMUM,
            Is.GREATER,
            RECOVERY_TIME_MINUTES,
        ),
        test(
            "recovery-point",
            f"the restored data ends > {RECOVERY_POINT_MINUTES} minutes before the test (RPO)",
            Metric.RECOVERY_POINT_MINUTES,
            Statistic.MAXIMUM,
            Is.GREATER,
            RECOVERY_POINT_MINUTES,
        ),
    )
