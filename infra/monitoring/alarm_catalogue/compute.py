"""ALM-8 of the cluster's nodes and of the services' pods."""

from __future__ import annotations

from infra.configuration.severities import Severity
from infra.monitoring.alarm import Alarm, Incident, Statistic, Subject, only
from infra.monitoring.alarm_catalogue.limits import (
    CPU_SECTION,
    MEMORY_SECTION,
    THRESHOLDS_SECTION,
    Limits,
    Pair,
)

NAMESPACE = "ContainerInsights"


def alarms(limits: Limits) -> tuple[Alarm, ...]:
    """Of nodes and pods."""
    used = limits.thresholds.disk_critical
    return (
        *_pairs(limits, Subject.CLUSTER, Incident.CLUSTER, "node_cpu_utilization", "node_memory_utilization"),
        *_pairs(
            limits,
            Subject.SERVICE,
            Incident.SERVICE,
            "pod_cpu_utilization_over_pod_limit",
            "pod_memory_utilization_over_pod_limit",
        ),
        Alarm(
            name="disk-critical",
            row="ALM-8",
            subject=Subject.CLUSTER,
            severity=Severity.SEV2,
            condition=f"Disk of a node > {used} % used for 10 minutes",
            section=THRESHOLDS_SECTION,
            first_action="see which pod writes; drain the node",
            measures=only(NAMESPACE, "node_filesystem_utilization", Statistic.MAXIMUM),
            threshold=used,
            incident=Incident.CLUSTER,
        ),
    )


def _pairs(
    limits: Limits, subject: Subject, incident: Incident, cpu_metric: str, memory_metric: str
) -> tuple[Alarm, ...]:
    thresholds = limits.thresholds
    return (
        *Pair(
            subject,
            "CPU",
            row="ALM-8",
            section=CPU_SECTION,
            first_action="see whether the autoscaler is at its maximum, and raise replicas.maximum if it is",
            namespace=NAMESPACE,
            metric=cpu_metric,
            incident=incident,
        ).alarms(thresholds.cpu_warning, thresholds.cpu_critical),
        *Pair(
            subject,
            "Memory",
            row="ALM-8",
            section=MEMORY_SECTION,
            first_action="look for a leak since the last deployment; roll back, or remove the service's pods "
            "one by one (kubectl delete pod)",
            namespace=NAMESPACE,
            metric=memory_metric,
            incident=incident,
        ).alarms(thresholds.memory_warning, thresholds.memory_critical),
    )
