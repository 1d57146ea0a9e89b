"""ALM-13: the replica, backups and copies."""

from __future__ import annotations

from infra.configuration.severities import Severity
from infra.configuration.thresholds import RECOVERY_POINT_MINUTES
from infra.monitoring.alarm import (
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
# More than any lag that an alarm is about, and no lag at all tells that much.
_NO_REPLICATION = 24 * HOUR


# RDS measures an instance every minute for as long as it is there.
DATABASE_CLOCK = Measure("AWS/RDS", "CPUUtilization", Statistic.AVERAGE)


def alarms() -> tuple[Alarm, ...]:
    """Of what recovery needs."""
    return (
        _replica_lag(),
        *_backups(),
        *_replication(),
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
        condition="S3 could not copy objects to the recovery region or the backup account, and tries no more",
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
