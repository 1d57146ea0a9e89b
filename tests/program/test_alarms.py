"""ALM-1 to ALM-16: what is watched, and under which condition it is an alarm."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.cloudwatch.alarm import MetricAlarm
from tests.support.cloudwatch.evaluation import State
from tests.support.recorder import Recording, record
from tests.support.recordings import recording_of, system_recording

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
HEALTH_CHECK = "aws:route53/healthCheck:HealthCheck"
GIGABYTE = 1024**3


def _alarm(recording: Recording, name: str) -> dict[str, Any]:
    return dict(recording.one(ALARM, name).inputs)


# The numbers of the contract, for prod; this is the only place of the tests where they stand.
CONDITIONS = [
    # row, alarm, severity, metric, comparison, threshold
    ("ALM-1", "load-balancer-errors-notice", "SEV-3", "HTTPCode_Target_5XX_Count", ">", 1),
    ("ALM-1", "load-balancer-errors-warning", "SEV-2", "HTTPCode_ELB_5XX_Count", ">", 2),
    ("ALM-1", "load-balancer-errors-critical", "SEV-1", "RequestCount", ">", 5),
    ("ALM-2", "load-balancer-latency-warning", "SEV-3", "TargetResponseTime", ">", 0.5),
    ("ALM-2", "load-balancer-latency-critical", "SEV-2", "TargetResponseTime", ">", 1),
    ("ALM-2", "load-balancer-latency-tail", "SEV-2", "TargetResponseTime", ">", 2.5),
    ("ALM-2", "load-balancer-latency-target", "SEV-4", "TargetResponseTime", ">", 0.4),
    ("ALM-3", "endpoint-api-not-ready", "SEV-1", "HealthCheckStatus", "<", 1),
    ("ALM-15", "certificate-expiry", "SEV-3", "DaysToExpiry", "<=", 30),
    ("ALM-15", "edge-certificate-expiry", "SEV-3", "DaysToExpiry", "<=", 30),
    ("ALM-8", "database-cpu-warning", "SEV-3", "CPUUtilization", ">", 70),
    ("ALM-8", "database-cpu-critical", "SEV-2", "CPUUtilization", ">", 85),
    ("ALM-8", "database-memory-warning", "SEV-3", "FreeableMemory", "<", round(8 * GIGABYTE * 0.2)),
    ("ALM-8", "database-memory-critical", "SEV-2", "FreeableMemory", "<", round(8 * GIGABYTE * 0.1)),
    ("ALM-8", "database-disk-critical", "SEV-2", "FreeStorageSpace", "<", 10 * GIGABYTE),
    ("ALM-8", "cluster-cpu-warning", "SEV-3", "node_cpu_utilization", ">", 70),
    ("ALM-8", "cluster-cpu-critical", "SEV-2", "node_cpu_utilization", ">", 85),
    ("ALM-8", "cluster-memory-warning", "SEV-3", "node_memory_utilization", ">", 80),
    ("ALM-8", "cluster-memory-critical", "SEV-2", "node_memory_utilization", ">", 90),
    ("ALM-8", "cluster-disk-critical", "SEV-2", "node_filesystem_utilization", ">", 90),
    ("ALM-8", "service-api-cpu-warning", "SEV-3", "pod_cpu_utilization_over_pod_limit", ">", 70),
    ("ALM-8", "service-worker-cpu-critical", "SEV-2", "pod_cpu_utilization_over_pod_limit", ">", 85),
    ("ALM-8", "service-admin-memory-warning", "SEV-3", "pod_memory_utilization_over_pod_limit", ">", 80),
    ("ALM-8", "service-api-memory-critical", "SEV-2", "pod_memory_utilization_over_pod_limit", ">", 90),
    ("ALM-8", "cache-1-cpu-warning", "SEV-3", "EngineCPUUtilization", ">", 70),
    ("ALM-8", "queue-2-cpu-critical", "SEV-2", "EngineCPUUtilization", ">", 85),
    ("ALM-10", "service-api-pool-warning", "SEV-3", "DatabasePoolConnections", ">", 18),
    ("ALM-10", "service-worker-pool-critical", "SEV-2", "DatabasePoolConnections", ">=", 20),
    ("ALM-10", "database-connections-warning", "SEV-3", "DatabaseConnections", ">", 640),
    ("ALM-10", "database-connections-critical", "SEV-2", "DatabaseConnections", ">", 720),
    ("ALM-11", "cache-1-memory-warning", "SEV-3", "DatabaseMemoryUsagePercentage", ">", 80),
    ("ALM-11", "cache-2-memory-critical", "SEV-2", "DatabaseMemoryUsagePercentage", ">", 90),
    ("ALM-11", "queue-1-memory-critical", "SEV-2", "DatabaseMemoryUsagePercentage", ">", 90),
    ("ALM-11", "queue-1-evictions", "SEV-1", "Evictions", ">", 0),
    ("ALM-11", "queue-2-evictions", "SEV-1", "Evictions", ">", 0),
    ("ALM-4", "application-connectivity-warning", "SEV-3", "DatabaseConnectionFailures", ">", 0),
    ("ALM-4", "application-connectivity-critical", "SEV-1", "DatabaseConnectionFailures", ">", 3),
    ("ALM-6", "service-worker-failed-jobs", "SEV-2", "JobConsecutiveFailures", ">=", 2),
    ("ALM-6", "job-remove-expired-uploads-failed-runs", "SEV-2", "JobConsecutiveFailures", ">=", 2),
    ("ALM-6", "service-worker-lag", "SEV-2", "WorkerLag", ">", 15 * 60_000),
    ("ALM-6", "service-worker-heartbeat", "SEV-2", "WorkerHeartbeat", "<", 1),
    ("ALM-7", "jobs-webhooks-depth", "SEV-2", "QueueDepth", ">", 1000),
    ("ALM-9", "payments-failure-rate", "SEV-2", "PaymentFailures", ">", 3),
    ("ALM-9", "payments-failures-in-a-row", "SEV-2", "PaymentConsecutiveFailures", ">=", 10),
    ("ALM-12", "cache-hit-ratio", "SEV-4", "CacheHits", "<", 40),
    ("ALM-12", "application-rate-limit", "SEV-3", "RateLimitBlocks", ">", 5),
    ("ALM-13", "operations-secrets-snapshot-failed", "SEV-2", "SecretsSnapshotFailed", ">", 0),
    ("ALM-13", "replica-lag", "SEV-2", "ReplicaLag", ">", 900),
    ("ALM-13", "backup-failed", "SEV-2", "NumberOfCopyJobsFailed", ">", 0),
    ("ALM-13", "backup-failed", "SEV-2", "NumberOfBackupJobsFailed", ">", 0),
    ("ALM-13", "backup-failed", "SEV-2", "NumberOfBackupJobsPartial", ">", 0),
    ("ALM-13", "operations-recovery-point-age", "SEV-2", "RestorableAgeMinutes", ">", 30),
    ("ALM-13", "operations-secrets-snapshot-overdue", "SEV-2", "SecretsSnapshotAgeDays", ">", 8),
    ("ALM-13", "operations-recovery-not-ready", "SEV-2", "RecoveryNotReady", ">", 0),
    ("ALM-13", "operations-recovery-check-overdue", "SEV-2", "RecoveryChecked", "<", 1),
    ("ALM-13", "copies-documents-late", "SEV-2", "ReplicationLatency", ">", 1800),
    ("ALM-13", "replication-documents-failed", "SEV-3", "OperationsFailedReplication", ">", 0),
    ("ALM-8", "database-events-low-storage", "SEV-2", "TriggeredRules", ">", 0),
    ("ALM-8", "database-events-failure", "SEV-2", "TriggeredRules", ">", 0),
    ("SEC-6", "threats-high", "SEV-2", "TriggeredRules", ">", 0),
    ("SEC-6", "threats-medium", "SEV-3", "TriggeredRules", ">", 0),
    ("SEC-6", "access-from-outside", "SEV-3", "TriggeredRules", ">", 0),
    ("S3-5", "images-critical", "SEV-3", "TriggeredRules", ">", 0),
    ("S3-5", "images-high", "SEV-4", "TriggeredRules", ">", 0),
    ("ALM-15", "function-snapshot-secrets-gave-up", "SEV-3", "AsyncEventsDropped", ">", 0),
    ("ALM-13", "backup-overdue", "SEV-2", "NumberOfBackupJobsCompleted", "<", 1),
    ("SEC-6", "trail-root-use", "SEV-2", "RootUse", ">", 0),
    ("SEC-6", "trail-unexpected-secret-reader", "SEV-2", "UnexpectedSecretReads", ">", 0),
    ("SEC-6", "trail-failed-logins", "SEV-3", "FailedConsoleLogins", ">", 10),
    ("ALM-15", "application-dead-letters", "SEV-2", "DeadLetters", ">", 0),
    ("ALM-15", "operations-rotation-failed", "SEV-3", "RotationFailed", ">", 0),
    ("ALM-15", "operations-rotations-overdue", "SEV-3", "RotationsOverdue", ">", 0),
    ("ALM-15", "operations-secret-copies-out-of-sync", "SEV-3", "SecretCopiesOutOfSync", ">", 0),
    ("ALM-15", "operations-expiring-credentials", "SEV-3", "ExpiringCredentials", ">", 0),
    ("ALM-16", "sev-1-undelivered", "SEV-1", "NumberOfNotificationsFailed", ">", 0),
    ("ALM-16", "sev-4-undelivered", "SEV-1", "NumberOfNotificationsFailed", ">", 0),
    ("ALM-14", "operations-restore-test-failed", "SEV-2", "RestoreTestSucceeded", "<", 1),
    ("ALM-14", "operations-restore-test-overdue", "SEV-2", "RestoreTestAgeDays", ">", 8),
    ("ALM-14", "operations-recovery-time", "SEV-2", "RecoveryTimeMinutes", ">", 30),
    ("ALM-14", "operations-recovery-point", "SEV-2", "RecoveryPointMinutes", ">", 60),
    ("ALM-14", "operations-restored-instance-left", "SEV-3", "RestoredInstancesLeft", ">", 0),
]
COMPARISONS = {
    "<=": "LessThanOrEqualToThreshold",
    ">": "GreaterThanThreshold",
    ">=": "GreaterThanOrEqualToThreshold",
    "<": "LessThanThreshold",
}


@pytest.mark.contract(*{row for row, *_ in CONDITIONS})
@pytest.mark.parametrize(("row", "name", "severity", "metric", "comparison", "threshold"), CONDITIONS)
def test_an_alarm_has_the_runbooks_condition(
    row: str, name: str, severity: str, metric: str, comparison: str, threshold: float
) -> None:
    alarm = _alarm(recording_of("prod"), name)
    assert alarm["tags"] == {"contract": row, "severity": severity}
    measured = [each["metricName"] for each in MetricAlarm(alarm).metrics.values()]
    assert metric in measured
    assert alarm["comparisonOperator"] == COMPARISONS[comparison]
    assert alarm["threshold"] == threshold


@pytest.mark.contract("ALM-1", "ALM-4", "ALM-7", "ALM-8")
@pytest.mark.parametrize(
    ("system", "name", "seconds"),
    [
        ("triangle", "load-balancer-errors-notice", 300),
        ("triangle", "load-balancer-errors-warning", 300),
        ("triangle", "load-balancer-errors-critical", 120),
        ("triangle", "application-connectivity-warning", 60),
        ("triangle", "application-connectivity-critical", 300),
        ("triangle", "jobs-webhooks-depth", 600),
        ("fixzit", "service-web-cpu-critical", 600),
        ("fixzit", "service-web-memory-critical", 600),
    ],
)
def test_a_condition_has_to_last_as_long_as_the_contract_says(system: str, name: str, seconds: int) -> None:
    alarm = MetricAlarm(_alarm(system_recording(system, "prod"), name))
    assert alarm.period * alarm.rule.breaching == alarm.period * alarm.rule.periods == seconds


@pytest.mark.contract("ALM-14", "DR-4")
def test_alarms_on_a_restore_test_come_with_the_function_that_runs_it(
    dev: Recording, staging: Recording, prod: Recording
) -> None:
    """Without it one of them would be on from the first hour, and keep others quiet."""
    names = {name for row, name, *_ in CONDITIONS if row == "ALM-14"}
    for recording in (dev, staging, prod):
        there = "restore-test" in recording.of("aws:lambda/function:Function")
        assert there == (recording is not dev)
        assert names & set(recording.of(ALARM)) == (names if there else set())
        assert ("restore-test-sev-2" in recording.of(COMPOSITE)) == there


@pytest.mark.contract("ALM-8", "ALM-10", "ALM-11")
@pytest.mark.parametrize(
    ("name", "namespace", "dimensions"),
    [
        ("database-cpu-warning", "AWS/RDS", {"DBInstanceIdentifier": "triangle-prod"}),
        ("queue-2-evictions", "AWS/ElastiCache", {"CacheClusterId": "triangle-prod-queue-002"}),
        ("cluster-cpu-warning", "ContainerInsights", {"ClusterName": "triangle-prod"}),
        (
            "service-api-cpu-warning",
            "ContainerInsights",
            {"ClusterName": "triangle-prod", "Namespace": "triangle", "PodName": "api"},
        ),
        ("service-api-pool-warning", "Groundwork/Application", {"Environment": "prod", "Service": "api"}),
        ("sev-2-undelivered", "AWS/SNS", {"TopicName": "triangle-prod-sev-2"}),
    ],
)
def test_an_alarm_watches_what_it_is_named_for(
    prod: Recording, name: str, namespace: str, dimensions: dict[str, str]
) -> None:
    alarm = _alarm(prod, name)
    assert (alarm["namespace"], alarm["dimensions"]) == (namespace, dimensions)


@pytest.mark.contract("ALM-2")
@pytest.mark.parametrize(
    ("name", "percentile", "seconds"),
    [("warning", "p95", 300), ("critical", "p95", 300), ("tail", "p99", 120), ("target", "p95", 1200)],
)
def test_response_times_are_percentiles_over_the_runbooks_time(
    prod: Recording, name: str, percentile: str, seconds: int
) -> None:
    alarm = MetricAlarm(_alarm(prod, f"load-balancer-latency-{name}"))
    assert alarm.metrics["latency"]["stat"] == percentile
    assert alarm.period * alarm.rule.periods == seconds
    assert alarm.rule.breaching == alarm.rule.periods


@pytest.mark.contract("ALM-2")
@pytest.mark.parametrize(("system", "seconds"), [("paintbox", 1), ("fixzit", 1.5)])
def test_slow_is_what_a_systems_runbook_says(system: str, seconds: float) -> None:
    recording = system_recording(system, "prod")
    assert _alarm(recording, "load-balancer-latency-critical")["threshold"] == seconds


@pytest.mark.contract("ALM-6")
def test_each_schedule_has_an_alarm_of_its_own() -> None:
    """Both schedules of fixzit are its worker's: a good run of one says nothing of the other."""
    recording = system_recording("fixzit", "prod")
    for schedule in ("remove-audit-logs", "archive-work-orders"):
        dimensions = _alarm(recording, f"job-{schedule}-failed-runs")["dimensions"]
        assert dimensions == {"Job": schedule}


@pytest.mark.contract("K8S-7")
@pytest.mark.parametrize(("enabled", "state"), [(True, State.ALARM), (False, State.OK)])
def test_an_alarm_says_that_maintenance_is_on(enabled: bool, state: State) -> None:
    recording = record("dev", {"maintenance": {"enabled": enabled, "message": "Back at ten"}})
    alarm = MetricAlarm(_alarm(recording, "maintenance-on"))
    assert alarm.state({"clock": [None]}) is state


@pytest.mark.contract("ALM-11")
def test_every_node_of_both_redis_is_watched(prod: Recording) -> None:
    nodes = {
        alarm.inputs["dimensions"]["CacheClusterId"]
        for alarm in prod.of(ALARM).values()
        if alarm.inputs.get("metricName") == "DatabaseMemoryUsagePercentage"
    }
    assert nodes == {f"triangle-prod-{purpose}-00{node}" for purpose in ("cache", "queue") for node in (1, 2)}


@pytest.mark.contract("ALM-8", "ALM-10", "ALM-11", "ALM-16")
def test_dev_has_the_same_alarms_with_actions_off(dev: Recording, prod: Recording) -> None:
    # dev's Redis have one node each.
    expected = {name for name in prod.of(ALARM) if not name.startswith(("cache-2", "queue-2"))}
    # The replica, the copies and GuardDuty are prod's alone, and what tells of them. dev has no restore test.
    of_prod = {name for name in expected if name.startswith(("copies-", "replica", "threats-"))}
    of_prod |= {
        name
        for name in expected
        if "restore" in name or name in ("operations-recovery-time", "operations-recovery-point")
    }
    assert expected - set(dev.of(ALARM)) == {"recovery/sev-2-undelivered", *of_prod}
    assert set(dev.of(ALARM)) <= expected
    assert not any(alarm.inputs["actionsEnabled"] for alarm in dev.of(ALARM).values())


@pytest.mark.contract("ALM-3")
def test_every_service_with_a_route_is_asked_from_outside(each: Recording) -> None:
    domain = "triangle.example" if each.environment == "prod" else f"{each.environment}.triangle.example"
    checks = {name: check.inputs for name, check in each.of(HEALTH_CHECK).items()}
    asked = {name: (check["fqdn"], check["resourcePath"]) for name, check in checks.items()}
    assert asked == {
        "api": (f"api.{domain}", "/health/ready"),
        "admin": (f"admin.{domain}", "/health/ready"),
    }
    # Each answer that fails counts, twice a minute: the alarm's three minutes are not spent in the check.
    asking = {
        (check["port"], check["requestInterval"], check["failureThreshold"]) for check in checks.values()
    }
    assert asking == {(443, 30, 1)}
    # CloudFront has many hosts at one address: without SNI it does not know which is meant.
    assert {(check["type"], check["enableSni"]) for check in checks.values()} == {("HTTPS", True)}


@pytest.mark.contract("ALM-3")
def test_the_alarm_from_outside_is_where_route_53_has_its_metrics(each: Recording) -> None:
    for service in each.of(HEALTH_CHECK):
        alarm = each.one(ALARM, f"endpoint-{service}-not-ready")
        assert alarm.provider == "aws-global"
        assert alarm.inputs["dimensions"] == {"HealthCheckId": f"{service}-id"}
        (topic,) = alarm.inputs["alarmActions"]
        assert each.one("aws:sns/topic:Topic", topic.split(":")[-1]).provider == "aws-global"


@pytest.mark.contract("ALM-3")
@pytest.mark.parametrize(
    ("minutes", "state"),
    [
        ([0, 0, 0], State.ALARM),  # runbook 001: not ready for 3 minutes
        ([0, 1, 0], State.ALARM),  # runbook 002: fails twice in 3 minutes
        ([1, 0, 1], State.OK),
        ([None, None, None], State.INSUFFICIENT_DATA),  # nobody knows, and somebody is told
    ],
)
def test_a_service_that_is_not_ready_twice_in_three_minutes_is_an_outage(
    prod: Recording, minutes: list[float | None], state: State
) -> None:
    assert MetricAlarm(_alarm(prod, "endpoint-api-not-ready")).state({"value": minutes}) is state
