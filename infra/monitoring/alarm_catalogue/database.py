"""ALM-8 of the database: CPU, memory, disk."""

from __future__ import annotations

from infra.configuration.severities import Severity
from infra.configuration.tiers import GIGABYTE
from infra.monitoring.alarm import Alarm, Incident, Statistic, Subject, only
from infra.monitoring.alarm import Comparison as Is
from infra.monitoring.alarm_catalogue.limits import (
    CPU_SECTION,
    MEMORY_SECTION,
    THRESHOLDS_SECTION,
    Limits,
    Pair,
    resized,
)

NAMESPACE = "AWS/RDS"


def alarms(limits: Limits) -> tuple[Alarm, ...]:
    """Of the instance."""
    thresholds, memory = limits.thresholds, limits.database_memory
    return (
        *Pair(
            Subject.DATABASE,
            "CPU",
            row="ALM-8",
            section=CPU_SECTION,
            first_action="find the heaviest queries (pg_stat_statements)",
            namespace=NAMESPACE,
            metric="CPUUtilization",
            incident=Incident.DATABASE,
        ).alarms(thresholds.cpu_warning, thresholds.cpu_critical),
        _memory("warning", Severity.SEV3, thresholds.memory_warning, memory),
        _memory("critical", Severity.SEV2, thresholds.memory_critical, memory),
        _free(
            "disk-critical",
            Severity.SEV2,
            # RDS has no metric of how much is allocated now. Storage that has grown has more than a tenth
            # of its first size left when a tenth of it is left: what is exact is RDS's own event, which
            # goes to the same people (RDS-EVENT-0089, infra/monitoring/alarm_catalogue/events.py).
            f"less than {100 - thresholds.disk_critical} % of the database's first storage is free "
            "for 10 minutes",
            "FreeStorageSpace",
            limits.database_storage * GIGABYTE * (100 - thresholds.disk_critical) / 100,
            THRESHOLDS_SECTION,
            "see what has grown (pg_database_size, replication slots that nobody reads), or raise "
            "database.storageMaximum",
        ),
    )


def _memory(level: str, severity: Severity, used: int, total: int) -> Alarm:
    condition = f"Memory of the database > {used} % used for 10 minutes"
    free = total * (100 - used) / 100
    action = (
        "see who uses it (pg_stat_activity): end sessions that are idle or sort much, lower services' pools, "
        f"or take a higher database.tier: {resized('rds modify-db-instance')}"
    )
    return _free(f"memory-{level}", severity, condition, "FreeableMemory", free, MEMORY_SECTION, action)


def _free(
    name: str,
    severity: Severity,
    condition: str,
    metric: str,
    least: float,
    section: str,
    first_action: str,
) -> Alarm:
    return Alarm(
        name=name,
        row="ALM-8",
        subject=Subject.DATABASE,
        severity=severity,
        condition=condition,
        section=section,
        first_action=first_action,
        measures=only(NAMESPACE, metric, Statistic.AVERAGE),
        comparison=Is.LESS,
        threshold=round(least),
        incident=Incident.DATABASE,
    )
