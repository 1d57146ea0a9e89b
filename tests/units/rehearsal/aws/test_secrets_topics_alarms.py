"""Secrets, topics and alarms: the whole life of each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rehearsal.aws.cloud import Cloud
from tests.support.aws_round_trip import ACCOUNT, REGION, Life, Made, replayed

TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:sev-3"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"


def _policy(action: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _lives(life: Life, token: str, inputs: dict[str, Any], changes: list[dict[str, Any]]) -> Made:
    made = life.create(token, inputs, name=str(inputs.get("name", "it")))
    for change in changes:
        made = life.changes_to(made, change)
    return made


def test_a_secret_with_value_and_policy_lives(life: Life) -> None:
    secret = _lives(
        life,
        "aws:secretsmanager/secret:Secret",
        {"name": "app/database", "recoveryWindowInDays": 7, "replicas": [{"region": "eu-west-1"}]},
        [
            {"description": "the database", "tags": {"owner": "somebody"}},
            {"kmsKeyId": "alias/secrets"},
            {"replicas": [{"region": "eu-central-1", "kmsKeyId": "alias/copies"}]},
            {"recoveryWindowInDays": 30},
        ],
    )
    assert secret.id.startswith(f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:app/database-")
    for value in ("one", "two"):
        inputs = {"secretId": secret.id, "secretString": value}
        version = life.create("aws:secretsmanager/secretVersion:SecretVersion", inputs)
        assert version.id == f"{secret.id}|{version.outputs['versionId']}"
        life.imports(version)
    guarded = _lives(
        life,
        "aws:secretsmanager/secretPolicy:SecretPolicy",
        {"secretArn": secret.id, "policy": _policy("secretsmanager:GetSecretValue")},
        [{"policy": _policy("secretsmanager:DescribeSecret")}],
    )
    life.imports(guarded, but=("policy",))
    life.ends(guarded)
    life.ends(secret)


def test_the_name_of_a_secret_without_recovery_is_free_at_once(life: Life) -> None:
    for _ in range(2):
        inputs = {"name": "app/short-lived", "recoveryWindowInDays": 0}
        life.ends(life.create("aws:secretsmanager/secret:Secret", inputs, name="short-lived"))


def test_a_topic_with_policy_and_subscriptions_lives(life: Life, cloud: Cloud) -> None:
    topic = _lives(
        life,
        "aws:sns/topic:Topic",
        {"name": "sev-1", "displayName": "SEV-1", "kmsMasterKeyId": "alias/aws/sns"},
        [{"displayName": "Severity 1"}, {"displayName": None}, {"tags": {"severity": "1"}}],
    )
    inputs = {"arn": topic.id, "policy": _policy("sns:Publish")}
    allowed = _lives(life, "aws:sns/topicPolicy:TopicPolicy", inputs, [{"policy": _policy("sns:Subscribe")}])
    life.provider.delete(allowed.resource, allowed.inputs, allowed.outputs)
    left = cloud.call("sns", REGION, "get_topic_attributes", TopicArn=topic.id)["Attributes"]["Policy"]
    assert "__default_statement_ID" in left
    email = {"topic": topic.id, "protocol": "email", "endpoint": "on-call@example.org"}
    life.ends(life.create("aws:sns/topicSubscription:TopicSubscription", email))
    told = _lives(
        life,
        "aws:sns/topicSubscription:TopicSubscription",
        {
            "topic": topic.id,
            "protocol": "https",
            "endpoint": "https://pages.example.org/sev-1",
            "endpointAutoConfirms": True,
            "rawMessageDelivery": True,
            "filterPolicyScope": "MessageBody",
            "filterPolicy": '{"kind": ["alarm"]}',
        },
        [
            {"rawMessageDelivery": False},
            {"filterPolicy": '{"kind": ["ok"]}'},
            {"filterPolicy": None, "filterPolicyScope": None},
        ],
    )
    life.ends(told)
    life.ends(topic)


THRESHOLD: dict[str, Any] = {
    "name": "database-cpu",
    "alarmDescription": "the database is busy",
    "namespace": "AWS/RDS",
    "metricName": "CPUUtilization",
    "dimensions": {"DBInstanceIdentifier": "main"},
    "statistic": "Average",
    "period": 60,
    "evaluationPeriods": 5,
    "datapointsToAlarm": 5,
    "threshold": 70,
    "comparisonOperator": "GreaterThanThreshold",
    "treatMissingData": "breaching",
    "actionsEnabled": False,
    "alarmActions": [TOPIC],
    "okActions": [TOPIC],
    "insufficientDataActions": [TOPIC],
}


def test_an_alarm_lives_and_lives_again(life: Life) -> None:
    for _ in range(2):
        alarm = _lives(
            life,
            ALARM,
            THRESHOLD,
            [
                {"threshold": 85.5, "tags": {"severity": "2"}},
                {"dimensions": {"DBInstanceIdentifier": "main", "Role": "writer"}},
                {"okActions": None},
                {"treatMissingData": None, "actionsEnabled": None},
            ],
        )
        assert alarm.outputs["arn"] == f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:database-cpu"
        assert (alarm.outputs["treatMissingData"], alarm.outputs["actionsEnabled"]) == ("missing", True)
        life.imports(alarm)
        life.ends(alarm)


def test_tags_do_not_outlive_a_log_group(life: Life) -> None:
    for tags in ({"team": "data"}, {}):
        inputs = {"name": "/app/logs", "tags": tags}
        life.ends(life.create("aws:cloudwatch/logGroup:LogGroup", inputs, name="logs"))


def test_an_alarm_on_metric_math_lives(life: Life) -> None:
    def metric(name: str) -> dict[str, Any]:
        where = {"namespace": "AWS/ApplicationELB", "dimensions": {"LoadBalancer": "app/web"}}
        return {"id": name.lower(), "metric": {"metricName": name, "period": 60, "stat": "Sum", **where}}

    ratio = {"id": "ratio", "expression": "errors/requests*100", "label": "errors", "returnData": True}
    rest = {"evaluationPeriods": 5, "threshold": 1, "comparisonOperator": "GreaterThanThreshold"}
    queries = [ratio, metric("Errors"), metric("Requests")]
    alarm = _lives(life, ALARM, {"name": "errors", "metricQueries": queries, **rest}, [{"threshold": 2}])
    life.ends(alarm)


def test_a_percentile_alarm_lives(life: Life) -> None:
    inputs = {name: value for name, value in THRESHOLD.items() if name != "statistic"}
    inputs |= {"name": "latency", "extendedStatistic": "p99", "evaluateLowSampleCountPercentiles": "ignore"}
    life.ends(_lives(life, ALARM, inputs, [{"extendedStatistic": "p95"}]))


def test_a_dashboard_lives(life: Life) -> None:
    inputs = {"dashboardName": "main", "dashboardBody": '{"widgets": []}'}
    changes = [{"dashboardBody": '{"widgets": [], "periodOverride": "auto"}'}]
    life.ends(_lives(life, "aws:cloudwatch/dashboard:Dashboard", inputs, changes))


def test_a_composite_alarm_is_recorded(life: Life) -> None:
    inputs = {"alarmName": "any", "alarmRule": "ALARM(database-cpu)"}
    made = life.create("aws:cloudwatch/compositeAlarm:CompositeAlarm", inputs)
    assert made.outputs["arn"] == f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:any"


def test_a_replayed_journal_gives_the_same_things(life: Life, cloud: Cloud, journal: Path) -> None:
    made = [
        life.create(ALARM, {**THRESHOLD, "name": "kept"}, name="kept"),
        life.create("aws:sns/topic:Topic", {"name": "kept"}, name="kept"),
        life.create("aws:secretsmanager/secret:Secret", {"name": "kept"}, name="kept"),
    ]
    before = {
        each.resource.urn: life.provider.read(each.resource, each.inputs, each.outputs) for each in made
    }
    assert replayed(cloud, journal, made) == before
