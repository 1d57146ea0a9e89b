"""ALM-10: connections to the database, of each pod's pool and altogether."""

from __future__ import annotations

from infra.configuration.severities import Severity
from infra.monitoring.alarm import MINUTE, Alarm, Incident, Statistic, Subject
from infra.monitoring.alarm import Comparison as Is
from infra.monitoring.alarm_catalogue.limits import POOL_SECTION, Limits, Pair
from infra.monitoring.application_metrics import application


def alarms(limits: Limits) -> tuple[Alarm, ...]:
    """Of the pools, and of the instance."""
    warning, most = limits.thresholds.pool_warning, limits.pool_maximum
    connections = limits.database_connections
    return (
        _pool(
            "pool-warning",
            Severity.SEV3,
            Is.GREATER,
            warning,
            f"a pod has > {warning} pooled connections in 3 of 5 minutes",
        ),
        # Runbook 003 writes "> 20". A pool of 20 never has more than 20, so that is the pool at its maximum.
        _pool(
            "pool-critical",
            Severity.SEV2,
            Is.GREATER_OR_EQUAL,
            most,
            f"a pod has all of its {most} pooled connections in use in 3 of 5 minutes",
        ),
        *Pair(
            Subject.DATABASE,
            "Connections",
            row="ALM-10",
            section=POOL_SECTION,
            first_action="see who holds them (pg_stat_activity)",
            namespace="AWS/RDS",
            metric="DatabaseConnections",
            incident=Incident.DATABASE,
            unit=f"of {connections}",
            statistic=Statistic.MAXIMUM,
        ).alarms(
            connections * limits.thresholds.memory_warning // 100,
            connections * limits.thresholds.memory_critical // 100,
        ),
    )


def _pool(name: str, severity: Severity, comparison: Is, threshold: int, condition: str) -> Alarm:
    return Alarm(
        name=name,
        row="ALM-10",
        subject=Subject.POOL,
        severity=severity,
        condition=condition,
        section=POOL_SECTION,
        first_action="look for connections that are never given back; if they grow, remove the service's "
        "pods one by one (kubectl delete pod)",
        measures={"value": application("DatabasePoolConnections", Statistic.MAXIMUM)},
        comparison=comparison,
        threshold=threshold,
        period=MINUTE,
        periods=5,
        breaching=3,
        incident=Incident.SERVICE,
    )
