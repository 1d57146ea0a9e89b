"""Every metric that an environment publishes: AWS for its resources, its functions, its logs, its services.

What AWS publishes is data, with the page of its documentation that says so. An alarm on anything else waits
for what never comes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from functions.check_recovery.metrics import RECOVERY_CHECKED, RECOVERY_NOT_READY
from functions.measure_recovery_point.metrics import RESTORABLE_AGE_MINUTES
from functions.remind.metrics import (
    EXPIRING_CREDENTIALS,
    ROTATIONS_OVERDUE,
    SECRET_COPIES_OUT_OF_SYNC,
    SNAPSHOT_AGE_DAYS,
)
from functions.restore_test.metrics import RESTORE_TEST_AGE_DAYS, RESTORED_INSTANCES_LEFT
from functions.shared.metrics import NAMESPACE as OPERATIONS
from functions.watch_jobs.metrics import JOB_FAILURES
from infra.configuration.add_ons import OBSERVABILITY
from infra.configuration.system import System
from infra.monitoring.application_metrics import METRICS, Rhythm
from infra.monitoring.application_metrics import NAMESPACE as APPLICATION
from operations.log_checks import publishers
from tests.support.function_metrics import metrics_of
from tests.support.recorder import Recording, Resource

MINUTE, DAY = 60, 86_400


@dataclass(frozen=True)
class Habit:
    """When something is published, and what, while all is as it should be.

    Args:
        begins: seconds after the environment was made; None for only when something happens.
        every: seconds.
        value: on a quiet night.
    """

    begins: int | None
    every: int = MINUTE
    value: float = 0


# Of what was made minutes ago AWS has values at once; what is counted only exists when there is something.
EVENT = Habit(None)


def _gauge(value: float) -> Habit:
    return Habit(0, MINUTE, value)


# Hardly anybody asks, and each who does waits for long and gets an error.
_ONE_A_MINUTE = Habit(0, MINUTE, 1)

_LOAD_BALANCER = {
    "HTTPCode_ELB_5XX_Count": EVENT,
    "HTTPCode_ELB_503_Count": EVENT,
    "HTTPCode_Target_5XX_Count": _ONE_A_MINUTE,
    "RequestCount": _ONE_A_MINUTE,
    "TargetResponseTime": Habit(0, MINUTE, 29.0),
}  # Application Load Balancers' user guide, "CloudWatch metrics"
_INSTANCE = {
    "CPUUtilization": _gauge(3),
    "DatabaseConnections": _gauge(6),
    "FreeStorageSpace": _gauge(9e11),
    "FreeableMemory": _gauge(9e11),
}  # RDS user guide, "Amazon CloudWatch metrics for Amazon RDS"
_NODE = {
    "CacheHits": _gauge(0),
    "CacheMisses": _ONE_A_MINUTE,
    "DatabaseMemoryUsagePercentage": _gauge(1),
    "EngineCPUUtilization": _gauge(1),
    "Evictions": _gauge(0),
}  # ElastiCache user guide, "Metrics for Valkey and Redis OSS"
_CLUSTER = {
    "node_cpu_utilization": _gauge(5),
    "node_filesystem_utilization": _gauge(20),
    "node_memory_utilization": _gauge(30),
}  # CloudWatch user guide, "Container Insights with enhanced observability for Amazon EKS and Kubernetes"
_DEPLOYMENT = {
    "pod_cpu_utilization_over_pod_limit": _gauge(1),
    "pod_memory_utilization_over_pod_limit": _gauge(30),
    # The agent's leader writes it for each Deployment, whose name is the PodName (its k8sapiserver receiver).
    "status_replicas_available": _gauge(2),
}
_JOBS = (
    "NumberOfBackupJobsExpired",
    "NumberOfBackupJobsFailed",
    "NumberOfBackupJobsPartial",
    "NumberOfCopyJobsFailed",
)  # AWS Backup developer guide, "AWS Backup metrics with Amazon CloudWatch"
_FUNCTION = (
    "AsyncEventsDropped",
    "Errors",
)  # Lambda developer guide, "Types of metrics for Lambda functions"

# By the functions, at the worst time of the first day: a daily one has just been missed.
_HABITS = {
    EXPIRING_CREDENTIALS: Habit(DAY, DAY),
    ROTATIONS_OVERDUE: Habit(DAY, DAY),
    SECRET_COPIES_OUT_OF_SYNC: Habit(DAY, DAY),
    SNAPSHOT_AGE_DAYS: Habit(DAY, DAY, 6.2),
    RECOVERY_CHECKED: Habit(DAY, DAY, 1),
    RECOVERY_NOT_READY: Habit(2 * DAY, DAY),  # nothing is counted on the first day
    RESTORABLE_AGE_MINUTES: Habit(5 * MINUTE, 5 * MINUTE, 5.5),
    JOB_FAILURES: Habit(5 * MINUTE, 5 * MINUTE),
    RESTORE_TEST_AGE_DAYS: Habit(5 * MINUTE, 5 * MINUTE, 6.5),
    RESTORED_INSTANCES_LEFT: Habit(5 * MINUTE, 5 * MINUTE),
}
# By services: pods need three minutes until their first value is there. Everything that is late or full is 0.
_MINUTES_OF_PODS = 3
_OF_SERVICES = {"WorkerHeartbeat": 1.0, "DatabasePoolConnections": 3.0}


@dataclass(frozen=True)
class Series:
    """One metric of CloudWatch: in the region of a provider, with exactly these dimensions."""

    provider: str
    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]]


Publishes = Iterator[tuple[Series, Habit]]


def published(recording: Recording, system: System) -> dict[Series, Habit]:
    """All of them."""
    found = dict(_of_services(recording, system))
    for resource in recording.resources:
        if resource.type in _OF_RESOURCES:
            found |= dict(_OF_RESOURCES[resource.type](recording, resource))
    return found


def _series(
    resource: Resource, namespace: str, metrics: Mapping[str, Habit], provider: str = "", **dimensions: str
) -> Publishes:
    for name, habit in metrics.items():
        where = provider or resource.provider
        yield Series(where, namespace, name, frozenset(dimensions.items())), habit


def _load_balancer(_: Recording, resource: Resource) -> Publishes:
    yield from _series(resource, "AWS/ApplicationELB", _LOAD_BALANCER, LoadBalancer="app/load-balancer/1")


def _instance(_: Recording, resource: Resource) -> Publishes:
    lag = {"ReplicaLag": Habit(2 * MINUTE, MINUTE, 1)} if resource.inputs.get("replicateSourceDb") else {}
    identifier = resource.inputs["identifier"]
    yield from _series(resource, "AWS/RDS", {**_INSTANCE, **lag}, DBInstanceIdentifier=identifier)


def _redis(_: Recording, resource: Resource) -> Publishes:
    for number in range(1, resource.inputs["numCacheClusters"] + 1):
        node = f"{resource.inputs['replicationGroupId']}-{number:03}"
        yield from _series(resource, "AWS/ElastiCache", _NODE, CacheClusterId=node)


def _cluster(recording: Recording, resource: Resource) -> Publishes:
    if OBSERVABILITY not in recording.of("aws:eks/addon:Addon"):
        return
    name = resource.inputs["name"]
    yield from _series(resource, "ContainerInsights", _CLUSTER, ClusterName=name)
    for deployment in recording.of("kubernetes:apps/v1:Deployment").values():
        metadata = deployment.inputs["metadata"]
        dimensions = {"Namespace": metadata["namespace"], "PodName": metadata["name"]}
        yield from _series(resource, "ContainerInsights", _DEPLOYMENT, ClusterName=name, **dimensions)


def _vault(recording: Recording, resource: Resource) -> Publishes:
    """AWS Backup counts for a vault, and in it for each kind of resource."""
    selections = recording.of("aws:backup/selection:Selection").values()
    chosen = [arn for selection in selections for arn in selection.inputs["resources"]]
    habits = {**dict.fromkeys(_JOBS, EVENT), "NumberOfBackupJobsCompleted": Habit(DAY, DAY, 1)}
    name = resource.inputs["name"]
    yield from _series(resource, "AWS/Backup", habits, BackupVaultName=name)
    for kind in {arn.split(":")[2].upper() for arn in chosen}:
        yield from _series(resource, "AWS/Backup", habits, BackupVaultName=name, ResourceType=kind)


def _replication(recording: Recording, resource: Resource) -> Publishes:
    """For rules that have metrics: what fails in the source's region, what is late in the copy's (S3 user
    guide, "Using S3 Replication metrics")."""
    buckets = recording.of("aws:s3/bucket:Bucket")
    source, copy = (buckets[f"{place}{resource.name}"].inputs["bucket"] for place in ("", "recovery/"))
    for rule in resource.inputs["rules"]:
        destination = rule["destination"]
        if (destination.get("metrics") or {}).get("status") == "Enabled":
            outside = bool(destination.get("account"))
            there = destination["bucket"].rpartition(":")[2] if outside else copy
            dimensions = {"SourceBucket": source, "DestinationBucket": there, "RuleId": rule["id"]}
            yield from _series(resource, "AWS/S3", {"OperationsFailedReplication": EVENT}, **dimensions)
            late = {"ReplicationLatency": Habit(15 * MINUTE, MINUTE)}
            # The backup account's copies are in the region that they are copied from.
            provider = resource.provider if outside else "aws-recovery"
            yield from _series(resource, "AWS/S3", late, provider=provider, **dimensions)


def _health_check(_: Recording, resource: Resource) -> Publishes:
    """Always in us-east-1 (Route 53 developer guide, "Monitoring health checks using CloudWatch")."""
    habits = {"HealthCheckStatus": _gauge(1)}
    yield from _series(
        resource, "AWS/Route53", habits, provider="aws-global", HealthCheckId=f"{resource.name}-id"
    )


def _certificate(_: Recording, resource: Resource) -> Publishes:
    """Twice a day (ACM user guide, "Supported CloudWatch metrics")."""
    arn = f"arn:aws:acm:us-west-2:123456789012:{resource.name}"
    habits = {"DaysToExpiry": Habit(DAY // 2, DAY // 2, 300)}
    yield from _series(resource, "AWS/CertificateManager", habits, CertificateArn=arn)


def _topic(_: Recording, resource: Resource) -> Publishes:
    """SNS developer guide, "Monitoring Amazon SNS topics using CloudWatch"."""
    yield from _series(
        resource, "AWS/SNS", {"NumberOfNotificationsFailed": EVENT}, TopicName=resource.inputs["name"]
    )


def _rule(recording: Recording, resource: Resource) -> Publishes:
    """A rule that has no target has nothing to trigger (EventBridge user guide, "Monitoring")."""
    if resource.name in recording.of("aws:cloudwatch/eventTarget:EventTarget"):
        yield from _series(
            resource, "AWS/Events", {"TriggeredRules": EVENT}, RuleName=resource.inputs["name"]
        )


def _function(_: Recording, resource: Resource) -> Publishes:
    habits = dict.fromkeys(_FUNCTION, EVENT)
    yield from _series(resource, "AWS/Lambda", habits)
    yield from _series(resource, "AWS/Lambda", habits, FunctionName=resource.inputs["name"])
    folder = resource.inputs["handler"].split(".")[1]
    variables = (resource.plain("environment") or {}).get("variables", {})
    for metric in metrics_of(folder).values():
        habit = {metric.name: _HABITS.get(metric, EVENT)}
        values = variables["JOBS"].split(",") if metric.dimensions else [None]
        for value in values:
            dimensions = dict.fromkeys(metric.dimensions, str(value))
            yield from _series(resource, OPERATIONS, habit, **dimensions)


def _filter(_: Recording, resource: Resource) -> Publishes:
    made = resource.inputs["metricTransformation"]
    if not made.get("dimensions"):
        yield from _series(resource, made["namespace"], {made["name"]: EVENT})


_OF_RESOURCES: Mapping[str, Any] = {
    "aws:acm/certificate:Certificate": _certificate,
    "aws:backup/vault:Vault": _vault,
    "aws:cloudwatch/eventRule:EventRule": _rule,
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": _filter,
    "aws:eks/cluster:Cluster": _cluster,
    "aws:elasticache/replicationGroup:ReplicationGroup": _redis,
    "aws:lambda/function:Function": _function,
    "aws:lb/loadBalancer:LoadBalancer": _load_balancer,
    "aws:rds/instance:Instance": _instance,
    "aws:route53/healthCheck:HealthCheck": _health_check,
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": _replication,
    "aws:sns/topic:Topic": _topic,
}


def _of_services(recording: Recording, system: System) -> Publishes:
    for name, metric in METRICS.items():
        habit = EVENT
        if metric.rhythm is Rhythm.EVERY_MINUTE:
            habit = Habit(_MINUTES_OF_PODS * MINUTE, MINUTE, _OF_SERVICES.get(name, 0.0))
        by = publishers(metric.publisher, system)
        further: list[dict[str, str]] = [{}] if by else []
        if "Service" in metric.dimensions:
            further = [{"Service": service} for service in by]
        elif "Queue" in metric.dimensions:
            further = [{"Queue": queue} for queue in system.queues if by]
        for each in further:
            dimensions = frozenset({"Environment": recording.environment, **each}.items())
            yield Series("aws", APPLICATION, name, dimensions), habit
