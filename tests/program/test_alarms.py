"""ALM-4 to ALM-16: what is watched, and who is told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.cloudwatch.alarm import MetricAlarm
from tests.support.cloudwatch.composite import CompositeAlarm
from tests.support.cloudwatch.evaluation import State
from tests.support.engine_values import Secret
from tests.support.recorder import Recording, record
from tests.support.recordings import recording_of, system_recording

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
NAMED = ((ALARM, "name"), (COMPOSITE, "alarmName"))
HEALTH_CHECK = "aws:route53/healthCheck:HealthCheck"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
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


@pytest.mark.contract("ALM-16")
def test_what_breaks_as_one_pages_once(prod: Recording) -> None:
    """The database is gone: connections fail, users get errors, jobs fail, the worker falls behind."""
    symptoms = ["application-connectivity-critical", "load-balancer-errors-critical"]
    symptoms += ["load-balancer-errors-warning", "load-balancer-latency-critical"]
    symptoms += ["service-worker-failed-jobs", "service-worker-lag"]
    states = {f"triangle-prod-{name}": State.ALARM for name in [*symptoms, "database-connections-critical"]}
    assert len([name for name in symptoms if "alarmActions" in _alarm(prod, name)]) == 0
    assert _pages(prod, states) == ["sev-1"]


@pytest.mark.contract("ALM-16")
def test_a_lesser_incident_by_itself_pages_at_its_own_severity(prod: Recording) -> None:
    assert _pages(prod, {"triangle-prod-service-worker-lag": State.ALARM}) == ["sev-2"]


@pytest.mark.contract("ALM-1", "ALM-16")
def test_an_outage_pages_at_once_and_what_may_become_one_waits_for_it(each: Recording) -> None:
    waits = {
        name: composite.inputs["actionsSuppressor"]["waitPeriod"]
        for name, composite in each.of(COMPOSITE).items()
        if "actionsSuppressor" in composite.inputs
    }
    assert {seconds for name, seconds in waits.items() if name.endswith("sev-1")} == {1}
    # Errors of a critical rate are an outage after two minutes.
    assert waits["service-sev-2"] == 120


@pytest.mark.contract("ALM-13", "ALM-14", "ALM-16")
@pytest.mark.parametrize(
    ("standing", "new"),
    [
        ("operations-recovery-not-ready", "backup-failed"),
        ("operations-restore-test-overdue", "backup-failed"),
        ("operations-restore-test-overdue", "operations-secrets-snapshot-failed"),
        ("operations-secrets-snapshot-overdue", "backup-overdue"),
        ("application-dead-letters", "service-worker-heartbeat"),
        ("service-worker-failed-jobs", "service-worker-lag"),
        ("payments-failures-in-a-row", "load-balancer-errors-warning"),
    ],
)
def test_what_may_stand_for_days_keeps_no_other_page_away(standing: str, new: str) -> None:
    prod = recording_of("prod")
    before = _pages(prod, {f"triangle-prod-{standing}": State.ALARM})
    assert before == ["sev-2"]
    assert _pages(prod, {f"triangle-prod-{name}": State.ALARM for name in (standing, new)}) == 2 * before


@pytest.mark.contract("K8S-7", "ALM-16")
def test_nobody_is_paged_for_an_outage_during_maintenance(prod: Recording) -> None:
    symptoms = ["application-connectivity-critical", "database-cpu-critical", "maintenance-on"]
    assert _pages(prod, {f"triangle-prod-{name}": State.ALARM for name in symptoms}) == []


@pytest.mark.contract("ALM-11", "ALM-13", "ALM-16")
@pytest.mark.parametrize("cause", ["maintenance-on", "load-balancer-errors-critical"])
@pytest.mark.parametrize(
    ("symptom", "page"),
    [
        ("queue-1-evictions", "sev-1"),
        ("backup-failed", "sev-2"),
        ("operations-secrets-snapshot-failed", "sev-2"),
    ],
)
def test_what_may_be_over_before_an_outage_or_maintenance_is_told_at_once(
    prod: Recording, cause: str, symptom: str, page: str
) -> None:
    """Each is on for a minute or an hour; kept quiet for longer, nobody would ever hear of it."""
    alone = _pages(prod, {f"triangle-prod-{cause}": State.ALARM})
    both = _pages(prod, {f"triangle-prod-{name}": State.ALARM for name in (cause, symptom)})
    assert both == sorted([*alone, page])


@pytest.mark.contract("ALM-6")
def test_each_schedule_has_an_alarm_of_its_own() -> None:
    """Both schedules of fixzit are its worker's: a good run of one says nothing of the other."""
    recording = system_recording("fixzit", "prod")
    for schedule in ("remove-audit-logs", "archive-work-orders"):
        dimensions = _alarm(recording, f"job-{schedule}-failed-runs")["dimensions"]
        assert dimensions == {"Job": schedule}


def _pages(recording: Recording, states: dict[str, State]) -> list[str]:
    """The topics that composite alarms tell while metric alarms are in these states."""
    composites = [CompositeAlarm(each.inputs) for each in recording.of(COMPOSITE).values()]
    known = dict(states)
    for _ in composites:  # they look at each other; after as many rounds nothing changes any more
        known |= {each.inputs["alarmName"]: each.state(known) for each in composites}
    return sorted(arn.split(":")[-1] for each in composites for arn in each.destinations(known))


def test_cloudwatch_takes_the_rules(each: Recording) -> None:
    # PutCompositeAlarm: at most 100 alarms in a rule of at most 10,240 characters.
    for composite in each.of(COMPOSITE).values():
        assert len(composite.inputs["alarmRule"]) <= 10_240
        assert len(CompositeAlarm(composite.inputs).children) <= 100


@pytest.mark.contract("ALM-16")
def test_a_rule_is_about_alarms_that_are_there_before_it(each: Recording) -> None:
    urns = {resource.inputs[key]: resource.urn for kind, key in NAMED for resource in each.of(kind).values()}
    for composite in each.of(COMPOSITE).values():
        needed = {urns[child] for child in CompositeAlarm(composite.inputs).children}
        assert needed <= composite.depends_on


@pytest.mark.contract("K8S-7", "ALM-3")
def test_nobody_is_paged_from_outside_during_maintenance() -> None:
    recording = record("prod", {"maintenance": {"enabled": True, "message": "Back at ten"}})
    asked = [name for name in recording.of(ALARM) if name.startswith("endpoint-")]
    assert asked
    assert not any(MetricAlarm(_alarm(recording, name)).destinations(State.ALARM) for name in asked)


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


@pytest.mark.contract("ALM-16")
def test_alarms_reach_people_in_staging_and_prod(like_prod: Recording) -> None:
    assert all(alarm.inputs["actionsEnabled"] for alarm in like_prod.of(ALARM).values())


@pytest.mark.contract("ALM-16")
def test_severe_alarms_page_and_all_are_written_to_the_channel(paged: Recording) -> None:
    ways = {
        name: (subscription.inputs["topic"].split(":")[-1], subscription.inputs["protocol"])
        for name, subscription in paged.of(SUBSCRIPTION).items()
    }
    pages = {topic for topic, protocol in ways.values() if protocol == "https"}
    assert pages == {"sev-1", "sev-2", "global-sev-1"}
    assert ways["recovery/sev-2-pagerduty"] == ("sev-2", "https")
    assert {f"sev-{number}-slack" for number in (1, 2, 3, 4)} <= set(ways)


@pytest.mark.contract("ALM-16")
def test_addresses_of_pagers_are_secrets(paged: Recording) -> None:
    subscriptions = paged.of(SUBSCRIPTION)
    secret = [s for name, s in subscriptions.items() if name.endswith(("-pagerduty", "-slack"))]
    # Two pages and four tickets here, one page and two tickets of us-east-1, one of each of the replica.
    assert len(secret) == 11
    assert all(isinstance(subscription.inputs["endpoint"], Secret) for subscription in secret)


@pytest.mark.contract("ALM-16")
def test_a_page_that_cannot_be_delivered_is_told_by_mail(paged: Recording) -> None:
    ways = [paged.one(SUBSCRIPTION, f"{place}undelivered").inputs for place in ("", "global-", "recovery/")]
    watched = {
        alarm.inputs["dimensions"]["TopicName"]
        for name, alarm in paged.of(ALARM).items()
        if name.endswith("undelivered")
    }
    assert {(way["protocol"], way["endpoint"]) for way in ways} == {("email", "platform@triangle.example")}
    topics = {topic.inputs["name"] for topic in paged.of("aws:sns/topic:Topic").values()}
    assert watched == {name for name in topics if "-sev-" in name}


@pytest.mark.contract("ALM-16")
def test_somebody_is_told_before_a_pager_is_set_up(prod: Recording) -> None:
    told = {s.inputs["topic"] for s in prod.of(SUBSCRIPTION).values()}
    topics = {
        each.outputs["arn"]
        for name, each in prod.of("aws:sns/topic:Topic").items()
        if not name.startswith("escalation-")
    }
    assert told == topics


@pytest.mark.contract("ALM-16")
def test_cloudwatch_may_publish_to_encrypted_topics(each: Recording) -> None:
    for name, topic in each.of("aws:sns/topic:Topic").items():
        keys = {
            "global-": ("us-east-1", "notifications-global"),
            "recovery/": ("us-east-2", "recovery/notifications"),
        }
        found = [value for start, value in keys.items() if name.startswith(start)]
        region, key = found[0] if found else ("us-west-2", "notifications")
        policy = each.one("aws:kms/key:Key", key).plain("policy")
        assert topic.inputs["kmsMasterKeyId"] == each.one("aws:kms/key:Key", key).outputs["arn"]
        assert "cloudwatch.amazonaws.com" in policy
        assert f"arn:aws:cloudwatch:{region}:" in policy


@pytest.mark.contract("ALM-3")
def test_every_service_with_a_route_is_asked_from_outside(each: Recording) -> None:
    domain = "triangle.example" if each.environment == "prod" else f"{each.environment}.triangle.example"
    checks = {name: check.inputs for name, check in each.of(HEALTH_CHECK).items()}
    asked = {name: (check["fqdn"], check["resourcePath"]) for name, check in checks.items()}
    assert asked == {
        "api": (f"api.{domain}", "/health/ready"),
        "admin": (f"admin.{domain}", "/health/ready"),
    }
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
