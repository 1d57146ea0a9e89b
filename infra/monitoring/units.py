"""Units of thresholds, and how people read them.

The units are those of AWS's own lists of metrics (Application Load Balancer, RDS, ElastiCache, Container
Insights, Certificate Manager); what is counted has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from infra.configuration.tiers import GIGABYTE
from infra.monitoring.alarm import Alarm, Comparison
from infra.monitoring.application_metrics import METRICS

PERCENT = "%"
BYTES = "bytes"

UNITS: Mapping[str, str] = MappingProxyType(
    {
        "CPUUtilization": PERCENT,
        "DatabaseMemoryUsagePercentage": PERCENT,
        "DaysToExpiry": "days",
        "EngineCPUUtilization": PERCENT,
        "FreeStorageSpace": BYTES,
        "FreeableMemory": BYTES,
        "RecoveryPointMinutes": "minutes",
        "RecoveryTimeMinutes": "minutes",
        "ReplicaLag": "s",
        "ReplicationLatency": "s",
        "RestorableAgeMinutes": "minutes",
        "RestoreTestAgeDays": "days",
        "SecretsSnapshotAgeDays": "days",
        "TargetResponseTime": "s",
        "node_cpu_utilization": PERCENT,
        "node_filesystem_utilization": PERCENT,
        "node_memory_utilization": PERCENT,
        "pod_cpu_utilization_over_pod_limit": PERCENT,
        "pod_memory_utilization_over_pod_limit": PERCENT,
        **{name: "ms" for name, metric in METRICS.items() if metric.unit == "Milliseconds"},
    }
)

_SIGNS: Mapping[Comparison, str] = MappingProxyType(
    {
        Comparison.GREATER: ">",
        Comparison.GREATER_OR_EQUAL: ">=",
        Comparison.LESS: "<",
        Comparison.LESS_OR_EQUAL: "<=",
        Comparison.ABOVE_NORMAL: "> normal +",
    }
)


def unit_of(alarm: Alarm) -> str:
    """Of what is compared; empty where it is a number of something."""
    return alarm.unit or UNITS.get(next(iter(alarm.measures.values())).metric, "")


def limit_of(alarm: Alarm) -> str:
    """When an alarm begins, in a few words: `>= 85 %`."""
    value, unit = alarm.threshold, unit_of(alarm)
    if unit == BYTES:
        value, unit = value / GIGABYTE, "GiB"
    number = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"{_SIGNS[alarm.comparison]} {number} {unit}".rstrip()
