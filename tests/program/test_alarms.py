"""ALM-8, ALM-10, ALM-11, ALM-16: what is watched, and who is told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.recorder import Recording, Secret

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
GIGABYTE = 1024**3


def _alarm(recording: Recording, name: str) -> dict[str, Any]:
    return dict(recording.one(ALARM, name).inputs)


# The numbers of the contract, for prod; this is the only place of the tests where they stand.
CONDITIONS = [
    # row, alarm, severity, metric, comparison, threshold
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
    ("ALM-16", "sev-1-undelivered", "SEV-1", "NumberOfNotificationsFailed", ">", 0),
    ("ALM-16", "sev-4-undelivered", "SEV-1", "NumberOfNotificationsFailed", ">", 0),
]
COMPARISONS = {
    ">": "GreaterThanThreshold",
    ">=": "GreaterThanOrEqualToThreshold",
    "<": "LessThanThreshold",
}


@pytest.mark.contract("ALM-8", "ALM-10", "ALM-11", "ALM-16")
@pytest.mark.parametrize(("row", "name", "severity", "metric", "comparison", "threshold"), CONDITIONS)
def test_an_alarm_has_the_runbooks_condition(
    prod: Recording, row: str, name: str, severity: str, metric: str, comparison: str, threshold: float
) -> None:
    alarm = _alarm(prod, name)
    assert alarm["tags"] == {"contract": row, "severity": severity}
    assert (alarm["metricName"], alarm["comparisonOperator"]) == (metric, COMPARISONS[comparison])
    assert alarm["threshold"] == threshold


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


@pytest.mark.contract("ALM-8", "ALM-10", "ALM-11")
def test_every_alarm_tells_the_topic_of_its_severity(each: Recording) -> None:
    for name, alarm in each.of(ALARM).items():
        topic = alarm.inputs["tags"]["severity"].lower()
        expected = "undelivered" if name.endswith("undelivered") else topic
        assert [arn.split(":")[-1] for arn in alarm.inputs["alarmActions"]] == [expected]
        assert alarm.inputs["okActions"] == alarm.inputs["alarmActions"]


@pytest.mark.contract("ALM-11")
def test_every_node_of_both_redis_is_watched(prod: Recording) -> None:
    nodes = {
        alarm.inputs["dimensions"]["CacheClusterId"]
        for alarm in prod.of(ALARM).values()
        if alarm.inputs["metricName"] == "DatabaseMemoryUsagePercentage"
    }
    assert nodes == {f"triangle-prod-{purpose}-00{node}" for purpose in ("cache", "queue") for node in (1, 2)}


@pytest.mark.contract("ALM-8", "ALM-10", "ALM-11", "ALM-16")
def test_dev_has_the_same_alarms_with_actions_off(dev: Recording, prod: Recording) -> None:
    # dev's Redis have one node each.
    expected = {name for name in prod.of(ALARM) if not name.startswith(("cache-2", "queue-2"))}
    assert set(dev.of(ALARM)) == expected
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
    assert pages == {"sev-1", "sev-2"}
    assert {f"sev-{number}-slack" for number in (1, 2, 3, 4)} <= set(ways)


@pytest.mark.contract("ALM-16")
def test_addresses_of_pagers_are_secrets(paged: Recording) -> None:
    subscriptions = paged.of(SUBSCRIPTION)
    secret = [s for name, s in subscriptions.items() if name.endswith(("-pagerduty", "-slack"))]
    assert len(secret) == 6
    assert all(isinstance(subscription.inputs["endpoint"], Secret) for subscription in secret)


@pytest.mark.contract("ALM-16")
def test_a_page_that_cannot_be_delivered_is_told_by_mail(paged: Recording) -> None:
    fallback = paged.one(SUBSCRIPTION, "undelivered").inputs
    watched = {
        alarm.inputs["dimensions"]["TopicName"]
        for name, alarm in paged.of(ALARM).items()
        if name.endswith("undelivered")
    }
    assert (fallback["protocol"], fallback["endpoint"]) == ("email", "platform@triangle.example")
    assert watched == {f"triangle-prod-sev-{number}" for number in (1, 2, 3, 4)}


@pytest.mark.contract("ALM-16")
def test_somebody_is_told_before_a_pager_is_set_up(prod: Recording) -> None:
    told = {s.inputs["topic"].split(":")[-1] for s in prod.of(SUBSCRIPTION).values()}
    assert {"sev-1", "sev-2", "sev-3", "sev-4", "undelivered"} == told


@pytest.mark.contract("ALM-16")
def test_cloudwatch_may_publish_to_encrypted_topics(each: Recording) -> None:
    topics = each.of("aws:sns/topic:Topic").values()
    policy = each.one("aws:kms/key:Key", "notifications").plain("policy")
    assert {topic.inputs["kmsMasterKeyId"].split(":")[-1] for topic in topics} == {"notifications"}
    assert "cloudwatch.amazonaws.com" in policy
