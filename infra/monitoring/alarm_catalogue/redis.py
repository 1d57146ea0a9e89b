"""ALM-8 and ALM-11: each node of both Redis."""

from __future__ import annotations

from infra.configuration.severities import Severity
from infra.monitoring.alarm import MINUTE, Alarm, Incident, MissingData, Statistic, Subject, only
from infra.monitoring.alarm_catalogue.limits import CPU_SECTION, Limits, Pair, resized

NAMESPACE = "AWS/ElastiCache"


def alarms(limits: Limits) -> tuple[Alarm, ...]:
    """Of the cache, and of the queue."""
    return (
        *_node(limits, Subject.CACHE, Incident.CACHE),
        *_node(limits, Subject.QUEUE, Incident.QUEUE),
        Alarm(
            name="evictions",
            row="ALM-11",
            subject=Subject.QUEUE,
            severity=Severity.SEV1,
            condition="the queue has evicted a key: a retry or a replay protection is lost",
            section="000 Webhook Retry Strategy",
            first_action="see that maxmemory-policy is noeviction, then replay webhooks since the first "
            "eviction",
            measures=only(NAMESPACE, "Evictions", Statistic.SUM),
            threshold=0,
            period=MINUTE,
            periods=1,
            missing=MissingData.NOT_BREACHING,
            incident=Incident.QUEUE,
        ),
    )


def _node(limits: Limits, subject: Subject, incident: Incident) -> tuple[Alarm, ...]:
    thresholds = limits.thresholds
    return (
        *Pair(
            subject,
            "CPU",
            row="ALM-8",
            section=CPU_SECTION,
            first_action="look for slow commands",
            namespace=NAMESPACE,
            # Of the one thread that commands run on; the machine's own says little about it.
            metric="EngineCPUUtilization",
            incident=incident,
        ).alarms(thresholds.cpu_warning, thresholds.cpu_critical),
        *Pair(
            subject,
            "Memory",
            row="ALM-11",
            section="003 Redis Optimization, Memory Management",
            first_action=(
                "clear it with a job of the system file (docs/on-call.md)"
                if subject is Subject.CACHE
                else "see why the worker falls behind"
            )
            + f", or take a larger redis.{subject}: {resized('elasticache modify-replication-group')}",
            namespace=NAMESPACE,
            metric="DatabaseMemoryUsagePercentage",
            incident=incident,
        ).alarms(thresholds.memory_warning, thresholds.memory_critical),
    )
