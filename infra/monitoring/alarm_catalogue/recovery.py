"""ALM-13: the replica, backups and copies, and how much of the newest data could not be restored."""

from __future__ import annotations

from functions.shared.metrics import NAMESPACE, Metric
from infra.configuration.severities import Severity
from infra.configuration.thresholds import RECOVERY_POINT_MINUTES
from infra.monitoring.alarm import (
    DAY,
    HOUR,
    MINUTE,
    Alarm,
    Incident,
    Measure,
    MissingData,
    Statistic,
    Subject,
    only,
)
from infra.monitoring.alarm import Comparison as Is

BACKUP_NAMESPACE = "AWS/Backup"

BACKUP_AGE_HOURS = 26
_BACKUP_SECTION = "003 Disaster Recovery, Automated Backups"
SNAPSHOT_AGE_DAYS = 8
CHECK_AGE_HOURS = 26
# More than any lag that an alarm is about, and no lag at all tells that much.
_NO_REPLICATION = 24 * HOUR


# RDS measures an instance every minute for as long as it is there.
DATABASE_CLOCK = Measure("AWS/RDS", "CPUUtilization", Statistic.AVERAGE)


def alarms() -> tuple[Alarm, ...]:
    """Of what recovery needs."""
    return (
        _replica_lag(),
        _recovery_point(),
        *_backups(),
        *_replication(),
        *_snapshots(),
        *_readiness(),
    )


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
        # A replica that does not replicate has no lag to report, or reports -1 (RDS user guide, "Monitoring
        # read replication"); one that is not there reports nothing.
        expression=f"FILL(IF(value < 0, {_NO_REPLICATION}, value), {_NO_REPLICATION})",
        clock=DATABASE_CLOCK,
        threshold=minutes * 60,  # the metric is in seconds
        period=MINUTE,
        periods=5,
        tells_silence=True,
    )


def _recovery_point() -> Alarm:
    minutes = RECOVERY_POINT_MINUTES // 2
    return Alarm(
        name="recovery-point-age",
        row="ALM-13",
        subject=Subject.OPERATIONS,
        severity=Severity.SEV2,
        condition=f"the newest time that the database can be restored to is > {minutes} minutes ago, half of "
        "the RPO",
        section="003 Disaster Recovery, RTO/RPO Targets",
        first_action="see RDS's events of the instance: backups that are off, or storage that is full",
        # RDS uploads the transaction log every 5 minutes (user guide, "Restoring a DB instance to a
        # specified time").
        measures=only(NAMESPACE, Metric.RESTORABLE_AGE_MINUTES, Statistic.MAXIMUM),
        threshold=minutes,
        tells_silence=True,
        incident=Incident.RECOVERY_POINT,
    )


def _replication() -> tuple[Alarm, Alarm]:
    minutes = RECOVERY_POINT_MINUTES // 2
    late = Alarm(
        name="late",
        row="ALM-13",
        subject=Subject.COPIES,
        severity=Severity.SEV2,
        condition=f"the copy of a bucket is > {minutes} minutes behind, half of the RPO, for 10 minutes",
        section="003 Disaster Recovery, RTO/RPO Targets",
        first_action="see in S3's replication metrics what is pending, and in AWS's status of both regions",
        # How long what is not copied yet has waited; what is pending, in objects or bytes, says nothing of
        # time. S3 copies within 15 minutes (infra/data/replication.py), and writes the metric where the copy
        # is, also while there is nothing to copy (S3 user guide, "Using S3 Replication metrics").
        measures=only("AWS/S3", "ReplicationLatency", Statistic.MAXIMUM),
        threshold=minutes * 60,
    )
    failed = Alarm(
        name="failed",
        row="ALM-13",
        subject=Subject.REPLICATION,
        severity=Severity.SEV3,
        condition="S3 could not copy objects to the recovery region, and tries no more",
        section=_BACKUP_SECTION,
        first_action="see why (the role, the keys, the copy's bucket); S3 Batch Replication copies them",
        measures=only("AWS/S3", "OperationsFailedReplication", Statistic.SUM),
        threshold=0,
        period=5 * MINUTE,
        periods=1,
        missing=MissingData.NOT_BREACHING,
    )
    return late, failed


def _backups() -> tuple[Alarm, Alarm]:
    def jobs(metric: str) -> Measure:
        return Measure(BACKUP_NAMESPACE, metric, Statistic.SUM)

    return (
        Alarm(
            name="failed",
            row="ALM-13",
            subject=Subject.BACKUP,
            severity=Severity.SEV2,
            condition="a backup or copy job failed or is incomplete",
            section=_BACKUP_SECTION,
            first_action="read the job's message in AWS Backup, mend it, start the backup by hand",
            measures={
                "backups": jobs("NumberOfBackupJobsFailed"),
                "expired": jobs("NumberOfBackupJobsExpired"),
                "incomplete": jobs("NumberOfBackupJobsPartial"),
                "copies": jobs("NumberOfCopyJobsFailed"),
            },
            # An expired job did not begin within its window: no backup either, and half of one is none.
            expression="FILL(backups, 0) + FILL(expired, 0) + FILL(incomplete, 0) + FILL(copies, 0)",
            threshold=0,
            period=HOUR,
            periods=1,
            missing=MissingData.NOT_BREACHING,
            incident=Incident.BACKUP,
        ),
        Alarm(
            name="overdue",
            row="ALM-13",
            subject=Subject.DATABASE_BACKUP,
            severity=Severity.SEV2,
            condition=f"no successful backup of the database in {BACKUP_AGE_HOURS} hours",
            section=_BACKUP_SECTION,
            first_action="see whether last night's job has run; start the backup by hand",
            measures=only(BACKUP_NAMESPACE, "NumberOfBackupJobsCompleted", Statistic.SUM),
            expression="FILL(value, 0)",
            # A database that is younger has none yet.
            clock=DATABASE_CLOCK,
            comparison=Is.LESS,
            threshold=1,
            period=HOUR,
            periods=BACKUP_AGE_HOURS,
            missing=MissingData.NOT_BREACHING,
            incident=Incident.BACKUP,
        ),
    )


def _readiness() -> tuple[Alarm, Alarm]:
    section = "003 Disaster Recovery, RTO/RPO Targets"
    found = Alarm(
        name="recovery-not-ready",
        row="ALM-13",
        subject=Subject.OPERATIONS,
        severity=Severity.SEV2,
        condition="the daily check has found something that a recovery would lack today",
        section=section,
        first_action="`make recover WHAT=check` says what, and what to do (docs/recovery.md)",
        measures=only(NAMESPACE, Metric.RECOVERY_NOT_READY, Statistic.MAXIMUM),
        threshold=0,
        period=DAY,
        periods=1,
        tells_silence=True,
        incident=Incident.READINESS,
    )
    overdue = Alarm(
        name="recovery-check-overdue",
        row="ALM-13",
        subject=Subject.OPERATIONS,
        severity=Severity.SEV2,
        condition=f"nobody has asked in {CHECK_AGE_HOURS} hours whether a recovery would work",
        section=section,
        first_action="read the log of the function check-recovery; `make recover WHAT=check` asks now",
        measures=only(NAMESPACE, Metric.RECOVERY_CHECKED, Statistic.SUM),
        expression="FILL(value, 0)",
        # Another function measures all the time: so long is there an environment to be asked about.
        clock=Measure(NAMESPACE, Metric.RESTORABLE_AGE_MINUTES, Statistic.MAXIMUM),
        comparison=Is.LESS,
        threshold=1,
        period=HOUR,
        periods=CHECK_AGE_HOURS,
        missing=MissingData.NOT_BREACHING,
        incident=Incident.READINESS,
    )
    return found, overdue


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
        Alarm(
            name="secrets-snapshot-overdue",
            row="ALM-13",
            subject=Subject.OPERATIONS,
            severity=Severity.SEV2,
            condition=f"the newest snapshot of the secrets is > {SNAPSHOT_AGE_DAYS} days old",
            section=_BACKUP_SECTION,
            first_action="see why the schedule did not run it, then run it by hand",
            measures=only(NAMESPACE, Metric.SNAPSHOT_AGE_DAYS, Statistic.MAXIMUM),
            threshold=SNAPSHOT_AGE_DAYS,
            period=DAY,
            periods=1,
            tells_silence=True,
            incident=Incident.SECRETS_SNAPSHOT,
        ),
    )
