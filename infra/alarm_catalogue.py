"""Every alarm, as data: when it goes off, how bad that is, and what to do first.

The conditions are the runbooks' own; contract rows ALM-8, ALM-10, ALM-11 and ALM-16 so far. Alarms,
documentation and tests all read them here.
"""

from __future__ import annotations

from dataclasses import dataclass

from infra.alarm import MINUTE, Alarm, Comparison, MissingData, Severity, Statistic, Subject
from infra.thresholds import Thresholds
from infra.tiers import GIGABYTE

# What services publish themselves, through CloudWatch's embedded metric format in their logs, with the
# dimensions Environment and Service: `app` in the contract, this is the hook.
APPLICATION_NAMESPACE = "Groundwork/Application"
POOL_METRIC = "DatabasePoolConnections"


@dataclass(frozen=True)
class Limits:
    """What thresholds are derived from.

    Args:
        thresholds: of the system file.
        pool_maximum: connections of a pod's pool.
        database_memory: bytes.
        database_storage: gigabytes that are allocated at first. Storage that has grown by itself makes
            the alarm stricter in percent than it says only until its ceiling is near.
        database_connections: PostgreSQL's max_connections.
    """

    thresholds: Thresholds
    pool_maximum: int
    database_memory: int
    database_storage: int
    database_connections: int


_CPU_SECTION = "003 Alert Response, High CPU Alert"
_MEMORY_SECTION = "003 Troubleshooting, High Memory Usage"
_POOL_SECTION = "003 Alert Response, Database Connection Pool Exhausted"
_REDIS_SECTION = "003 Redis Optimization, Memory Management"
_DISK_SECTION = "002 Monitoring & Alerts, Alert Thresholds"


def catalogue(limits: Limits) -> tuple[Alarm, ...]:
    """All alarms of a system of these limits."""
    return (
        *_database(limits),
        *_connections(limits),
        *_redis(limits, Subject.CACHE),
        *_redis(limits, Subject.QUEUE),
        _queue_evictions(),
        *_compute(limits, Subject.CLUSTER, "node_cpu_utilization", "node_memory_utilization"),
        *_compute(
            limits,
            Subject.SERVICE,
            "pod_cpu_utilization_over_pod_limit",
            "pod_memory_utilization_over_pod_limit",
        ),
        _node_disk(limits),
        _undelivered(),
    )


@dataclass(frozen=True)
class _Measure:
    """One measure with a warning (SEV-3) and a critical alarm (SEV-2), after 10 minutes (002, 004)."""

    subject: Subject
    what: str
    row: str
    section: str
    first_action: str
    namespace: str
    metric: str
    unit: str = "%"
    statistic: Statistic = Statistic.AVERAGE

    def alarms(self, warning: float, critical: float) -> tuple[Alarm, Alarm]:
        """Both alarms."""
        return (
            self._alarm("warning", Severity.SEV3, warning),
            self._alarm("critical", Severity.SEV2, critical),
        )

    def _alarm(self, level: str, severity: Severity, threshold: float) -> Alarm:
        return Alarm(
            name=f"{self.what.lower()}-{level}",
            row=self.row,
            subject=self.subject,
            severity=severity,
            condition=f"{self.what} of the {self.subject} > {threshold:g} {self.unit} for 10 minutes",
            section=self.section,
            first_action=self.first_action,
            namespace=self.namespace,
            metric=self.metric,
            statistic=self.statistic,
            comparison=Comparison.GREATER,
            threshold=threshold,
        )


def _compute(limits: Limits, subject: Subject, cpu_metric: str, memory_metric: str) -> tuple[Alarm, ...]:
    thresholds, namespace = limits.thresholds, "ContainerInsights"
    return (
        *_Measure(
            subject,
            "CPU",
            row="ALM-8",
            section=_CPU_SECTION,
            first_action="see whether the autoscaler is at its maximum, and raise replicas.maximum if it is",
            namespace=namespace,
            metric=cpu_metric,
        ).alarms(thresholds.cpu_warning, thresholds.cpu_critical),
        *_Measure(
            subject,
            "Memory",
            row="ALM-8",
            section=_MEMORY_SECTION,
            first_action="look for a leak since the last deployment; roll back, or restart the service",
            namespace=namespace,
            metric=memory_metric,
        ).alarms(thresholds.memory_warning, thresholds.memory_critical),
    )


def _database(limits: Limits) -> tuple[Alarm, ...]:
    thresholds = limits.thresholds

    def free(name: str, severity: Severity, used: int, metric: str, total: float, section: str) -> Alarm:
        what = name.split("-", maxsplit=1)[0].capitalize()
        return Alarm(
            name=name,
            row="ALM-8",
            subject=Subject.DATABASE,
            severity=severity,
            condition=f"{what} of the database > {used} % used for 10 minutes",
            section=section,
            first_action="find the heaviest queries (pg_stat_statements); take a higher database.tier or "
            "raise database.storageMaximum if they are as they should be",
            namespace="AWS/RDS",
            metric=metric,
            statistic=Statistic.AVERAGE,
            comparison=Comparison.LESS,
            threshold=round(total * (100 - used) / 100),
        )

    memory, storage = limits.database_memory, limits.database_storage * GIGABYTE
    return (
        *_Measure(
            Subject.DATABASE,
            "CPU",
            row="ALM-8",
            section=_CPU_SECTION,
            first_action="find the heaviest queries (pg_stat_statements)",
            namespace="AWS/RDS",
            metric="CPUUtilization",
        ).alarms(thresholds.cpu_warning, thresholds.cpu_critical),
        free(
            "memory-warning",
            Severity.SEV3,
            thresholds.memory_warning,
            "FreeableMemory",
            memory,
            _MEMORY_SECTION,
        ),
        free(
            "memory-critical",
            Severity.SEV2,
            thresholds.memory_critical,
            "FreeableMemory",
            memory,
            _MEMORY_SECTION,
        ),
        free(
            "disk-critical",
            Severity.SEV2,
            thresholds.disk_critical,
            "FreeStorageSpace",
            storage,
            _DISK_SECTION,
        ),
    )


def _connections(limits: Limits) -> tuple[Alarm, ...]:
    def pool(name: str, severity: Severity, comparison: Comparison, threshold: int, condition: str) -> Alarm:
        return Alarm(
            name=name,
            row="ALM-10",
            subject=Subject.POOL,
            severity=severity,
            condition=condition,
            section=_POOL_SECTION,
            first_action="look for connections that are never given back; restart the service if they grow",
            namespace=APPLICATION_NAMESPACE,
            metric=POOL_METRIC,
            statistic=Statistic.MAXIMUM,
            comparison=comparison,
            threshold=threshold,
            period=MINUTE,
            periods=5,
            breaching=3,
        )

    warning, most, connections = (
        limits.thresholds.pool_warning,
        limits.pool_maximum,
        limits.database_connections,
    )
    return (
        pool(
            "pool-warning",
            Severity.SEV3,
            Comparison.GREATER,
            warning,
            f"a pod has > {warning} pooled connections in 3 of 5 minutes",
        ),
        # Runbook 003 writes "> 20". A pool of 20 never has more than 20, so that is the pool at its maximum.
        pool(
            "pool-critical",
            Severity.SEV2,
            Comparison.GREATER_OR_EQUAL,
            most,
            f"a pod has all of its {most} pooled connections in use in 3 of 5 minutes",
        ),
        *_Measure(
            Subject.DATABASE,
            "Connections",
            row="ALM-10",
            section=_POOL_SECTION,
            first_action="see who holds them (pg_stat_activity)",
            namespace="AWS/RDS",
            metric="DatabaseConnections",
            unit=f"of {connections}",
            statistic=Statistic.MAXIMUM,
        ).alarms(
            connections * limits.thresholds.memory_warning // 100,
            connections * limits.thresholds.memory_critical // 100,
        ),
    )


def _redis(limits: Limits, subject: Subject) -> tuple[Alarm, ...]:
    thresholds, namespace = limits.thresholds, "AWS/ElastiCache"
    return (
        *_Measure(
            subject,
            "CPU",
            row="ALM-8",
            section=_CPU_SECTION,
            first_action="look for slow commands",
            namespace=namespace,
            # Of the one thread that commands run on; the machine's own says little about it.
            metric="EngineCPUUtilization",
        ).alarms(thresholds.cpu_warning, thresholds.cpu_critical),
        *_Measure(
            subject,
            "Memory",
            row="ALM-11",
            section=_REDIS_SECTION,
            first_action=f"take a larger redis.{subject}"
            + (", or clear it" if subject is Subject.CACHE else ", and see why the worker falls behind"),
            namespace=namespace,
            metric="DatabaseMemoryUsagePercentage",
        ).alarms(thresholds.memory_warning, thresholds.memory_critical),
    )


def _queue_evictions() -> Alarm:
    return Alarm(
        name="evictions",
        row="ALM-11",
        subject=Subject.QUEUE,
        severity=Severity.SEV1,
        condition="the queue has evicted a key: a retry or a replay protection is lost",
        section="000 Webhook Retry Strategy",
        first_action="see that maxmemory-policy is noeviction, then replay webhooks since the first eviction",
        namespace="AWS/ElastiCache",
        metric="Evictions",
        statistic=Statistic.SUM,
        comparison=Comparison.GREATER,
        threshold=0,
        period=MINUTE,
        periods=1,
        breaching=1,
        missing=MissingData.NOT_BREACHING,
    )


def _node_disk(limits: Limits) -> Alarm:
    used = limits.thresholds.disk_critical
    return Alarm(
        name="disk-critical",
        row="ALM-8",
        subject=Subject.CLUSTER,
        severity=Severity.SEV2,
        condition=f"Disk of a node > {used} % used for 10 minutes",
        section=_DISK_SECTION,
        first_action="see which pod writes; drain the node",
        namespace="ContainerInsights",
        metric="node_filesystem_utilization",
        statistic=Statistic.MAXIMUM,
        comparison=Comparison.GREATER,
        threshold=used,
    )


def _undelivered() -> Alarm:
    return Alarm(
        name="undelivered",
        row="ALM-16",
        subject=Subject.TOPIC,
        severity=Severity.SEV1,
        condition="a notification could not be delivered",
        section="003 Incident Response, Detection & Alert",
        first_action="look at the alarms in CloudWatch: somebody has not been told of one",
        namespace="AWS/SNS",
        metric="NumberOfNotificationsFailed",
        statistic=Statistic.SUM,
        comparison=Comparison.GREATER,
        threshold=0,
        period=MINUTE,
        periods=1,
        breaching=1,
        missing=MissingData.NOT_BREACHING,
    )
