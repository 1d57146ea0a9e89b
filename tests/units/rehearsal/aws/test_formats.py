"""Values that AWS refuses though its models do not say so: one accepted and one refused of each."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rehearsal.aws.formats import RULES, format_failures
from rehearsal.providers.provider import UNKNOWN

INSTANCE = "aws:rds/instance:Instance"
REDIS = "aws:elasticache/replicationGroup:ReplicationGroup"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
RECORD = "aws:route53/record:Record"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
RULE = "aws:cloudwatch/eventRule:EventRule"
KEY = "arn:aws:kms:eu-central-1:111122223333:key/1234"
TOPIC = "arn:aws:sns:eu-central-1:111122223333:sev-1"

# Type, property, an accepted value, a refused one, what the message says is allowed.
VALUES: list[tuple[str, str, Any, Any, str]] = [
    (INSTANCE, "identifier", "groundwork-prod-main", "Groundwork--main", "1 to 63 small letters"),
    (INSTANCE, "engine", "postgres", "postgresql", "postgres"),
    (INSTANCE, "engineVersion", "17.6", "seventeen", "a version such as 17"),
    (INSTANCE, "instanceClass", "db.m7g.large", "db.m7g.larg", "near: db.m7g.large"),
    (INSTANCE, "instanceClass", "db.r5.4xlarge.tpc2.mem2x", "m7g.large", "db.<family>.<size>"),
    (INSTANCE, "storageType", "gp3", "ssd", "gp2, gp3, io1, io2, standard"),
    (INSTANCE, "username", "app_admin", "1admin", "with a letter first"),
    (INSTANCE, "dbName", "app", "my-app", "letters, digits and underscores"),
    (INSTANCE, "port", 5432, 80, "1150 to 65535"),
    (INSTANCE, "backupRetentionPeriod", 35, 36, "0 to 35"),
    (INSTANCE, "backupWindow", "23:45-00:15", "02:00-02:20", "at least 30 minutes"),
    (INSTANCE, "backupWindow", "02:00-02:30", "2:00-2:30", "hh24:mi-hh24:mi"),
    (INSTANCE, "maintenanceWindow", "sat:23:30-sun:00:30", "sunday:04:00-05:00", "ddd:hh24:mi-ddd:hh24:mi"),
    (INSTANCE, "maintenanceWindow", "Sun:04:00-Sun:04:30", "sun:04:00-mon:05:00", "30 to 1440"),
    (INSTANCE, "monitoringInterval", 0, 20, "0, 1, 5, 10, 15, 30, 60"),
    (INSTANCE, "performanceInsightsRetentionPeriod", 93, 94, "93"),
    (INSTANCE, "finalSnapshotIdentifier", "main-final", "main-final-", "no hyphen last"),
    (INSTANCE, "kmsKeyId", KEY, "alias/database", "an ARN"),
    (INSTANCE, "monitoringRoleArn", "arn:aws:iam::111122223333:role/monitor", "monitor", "an ARN"),
    ("aws:rds/subnetGroup:SubnetGroup", "name", "data", "Data", "small letters"),
    ("aws:rds/parameterGroup:ParameterGroup", "name", "postgres17", "Postgres17", "small letters"),
    ("aws:rds/parameterGroup:ParameterGroup", "family", "postgres17", "Postgres 17", "postgres17"),
    (REDIS, "replicationGroupId", "cache", "c" * 41, "1 to 40 letters"),
    (REDIS, "engine", "valkey", "memcached", "redis, valkey"),
    (REDIS, "engineVersion", "7.1", "7", "7.1"),
    (REDIS, "nodeType", "cache.t4g.small", "cache.t4g.smol", "cache.<family>.<size>"),
    (REDIS, "numCacheClusters", 6, 7, "1 to 6"),
    (REDIS, "snapshotRetentionLimit", 35, 36, "0 to 35"),
    (REDIS, "snapshotWindow", "03:00-04:00", "03:00-03:30", "at least 60 minutes"),
    (REDIS, "maintenanceWindow", "sun:05:00-sun:06:00", "sun:05:00-sun:05:30", "at least 60 minutes"),
    ("aws:elasticache/user:User", "passwords", ["p" * 16], ["p" * 15], "16 to 128"),
    ("aws:elasticache/parameterGroup:ParameterGroup", "family", "redis7", "redis7.1", "redis7"),
    ("aws:secretsmanager/secret:Secret", "recoveryWindowInDays", 0, 6, "0, 7 to 30"),
    ("aws:kms/key:Key", "deletionWindowInDays", 7, 31, "7 to 30"),
    ("aws:cloudwatch/logGroup:LogGroup", "retentionInDays", 90, 91, "23 values"),
    ("aws:cloudwatch/dashboard:Dashboard", "dashboardBody", "{}", "{", "a JSON object"),
    (ALARM, "period", 60, 45, "10, 20, 30"),
    (ALARM, "treatMissingData", "notBreaching", "ok", "breaching, notBreaching, ignore, missing"),
    (ALARM, "alarmActions", [TOPIC], ["sev-1"], "an ARN"),
    (ALARM, "okActions", ["arn:aws:automate:eu-central-1:ec2:stop"], ["arn:aws:sns"], "an ARN"),
    ("aws:sns/topic:Topic", "name", "sev-1", "sev 1", "letters, digits, underscores and hyphens"),
    (SUBSCRIPTION, "protocol", "email", "mail", "email"),
    ("aws:s3/bucket:Bucket", "bucket", "documents-1111", "Documents", "3 to 63 small letters"),
    ("aws:s3/bucket:Bucket", "bucket", "a.b.c", "10.0.0.1", "3 to 63 small letters"),
    ("aws:ec2/vpc:Vpc", "cidrBlock", "10.0.0.0/16", "10.0.0.0/8", "/16 to /28"),
    ("aws:ec2/subnet:Subnet", "cidrBlock", "10.0.1.0/24", "10.0.1.7/24", "did you mean '10.0.1.0/24'"),
    ("aws:ec2/flowLog:FlowLog", "logDestination", TOPIC, "logs", "an ARN"),
    (GROUP, "description", "Redis (cache), for pods", "PostgreSQL's replica", "up to 255 letters"),
    (GROUP, "name", "database", "sg-database", "not beginning with sg-"),
    ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "description", "", "what's in", "digits"),
    (
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        "description",
        "APIs",
        "AWS's APIs",
        "digits",
    ),
    ("aws:eks/cluster:Cluster", "version", "1.33", "1.33.2", "a minor version"),
    (RULE, "scheduleExpression", "cron(0 2 * * ? *)", "cron(0 2 * * * *)", "must be ?"),
    (RULE, "scheduleExpression", "cron(0/15 8-17 ? JAN-MAR MON#1 2030)", "cron(*/60 * * * ? *)", "0 to 59"),
    (RULE, "scheduleExpression", "cron(0 6 L * ? *)", "cron(0 6 * * ?)", "5 fields"),
    (RULE, "scheduleExpression", "rate(5 minutes)", "rate(5 minute)", "minutes"),
    (RULE, "scheduleExpression", "rate(1 day)", "at(2030-01-01T00:00:00)", "cron(…), rate(…)"),
    (
        "aws:scheduler/schedule:Schedule",
        "scheduleExpression",
        "at(2030-01-01T00:00:00)",
        "at(2030-01-01)",
        "at(yyyy-mm-ddThh:mm:ss)",
    ),
]


@pytest.mark.parametrize(("token", "name", "accepted", "refused", "allowed"), VALUES)
def test_one_value_is_accepted_and_another_one_refused(
    token: str, name: str, accepted: Any, refused: Any, allowed: str
) -> None:
    assert format_failures(token, {name: accepted}) == []
    (failure,) = format_failures(token, {name: refused})
    assert failure.property.startswith(name)
    assert allowed in failure.reason


# Type, inputs that go together, what makes them not, the property that is named, what is allowed.
TOGETHER: list[tuple[str, dict[str, Any], dict[str, Any], str, str]] = [
    (
        INSTANCE,
        {"backupWindow": "02:00-02:30", "maintenanceWindow": "sun:04:00-sun:05:00"},
        {"backupWindow": "04:30-05:30"},
        "backupWindow",
        "overlaps",
    ),
    (
        INSTANCE,
        {"backupWindow": "22:00-23:00", "maintenanceWindow": "sat:23:00-sun:00:30"},
        {"backupWindow": "23:45-00:15"},
        "backupWindow",
        "overlaps",
    ),
    (
        REDIS,
        {"snapshotWindow": "03:00-04:00", "maintenanceWindow": "sun:04:00-sun:05:00"},
        {"snapshotWindow": "03:30-04:30"},
        "snapshotWindow",
        "overlaps",
    ),
    (INSTANCE, {"allocatedStorage": 20}, {"allocatedStorage": 19}, "allocatedStorage", "at least 20"),
    (
        INSTANCE,
        {"allocatedStorage": 100, "storageType": "io2"},
        {"allocatedStorage": 50},
        "allocatedStorage",
        "at least 100",
    ),
    (
        INSTANCE,
        {"allocatedStorage": 100, "maxAllocatedStorage": 110},
        {"maxAllocatedStorage": 109},
        "maxAllocatedStorage",
        "(110)",
    ),
    (INSTANCE, {"password": "p" * 8}, {"password": "p" * 7}, "password", "8 to 128"),
    (INSTANCE, {"password": "pass word"}, {"password": "pass@word"}, "password", '/ " @'),
    (
        INSTANCE,
        {"engine": "postgres", "username": "app_admin"},
        {"username": "admin"},
        "username",
        "reserves",
    ),
    (
        INSTANCE,
        {"engine": "postgres", "enabledCloudwatchLogsExports": ["postgresql"]},
        {"enabledCloudwatchLogsExports": ["slowquery"]},
        "enabledCloudwatchLogsExports",
        "postgresql, upgrade",
    ),
    (
        INSTANCE,
        {"monitoringInterval": 60, "monitoringRoleArn": UNKNOWN},
        {"monitoringRoleArn": None},
        "monitoringRoleArn",
        "needed",
    ),
    (
        REDIS,
        {"automaticFailoverEnabled": True, "numCacheClusters": 2},
        {"numCacheClusters": 1},
        "numCacheClusters",
        "2 to 6",
    ),
    (
        REDIS,
        {"automaticFailoverEnabled": True, "multiAzEnabled": True},
        {"automaticFailoverEnabled": False},
        "multiAzEnabled",
        "automaticFailoverEnabled",
    ),
    (
        REDIS,
        {"transitEncryptionEnabled": True, "userGroupIds": ["cache"]},
        {"transitEncryptionEnabled": False},
        "userGroupIds",
        "transitEncryptionEnabled",
    ),
    (
        ALARM,
        {"evaluationPeriods": 5, "datapointsToAlarm": 5},
        {"datapointsToAlarm": 6},
        "datapointsToAlarm",
        "at most evaluationPeriods (5)",
    ),
    (
        ALARM,
        {"evaluationPeriods": 24, "period": 3600},
        {"evaluationPeriods": 200},
        "evaluationPeriods",
        "604800",
    ),
    (
        SUBSCRIPTION,
        {"protocol": "email", "endpoint": "on-call@example.org"},
        {"protocol": "https"},
        "endpoint",
        "https",
    ),
    (
        LIFECYCLE,
        {
            "rules": [
                {
                    "id": "old",
                    "transitions": [{"days": 30, "storageClass": "STANDARD_IA"}],
                    "expiration": {"days": 31},
                }
            ]
        },
        {"rules": [{"id": "old", "transitions": [{"days": 29, "storageClass": "STANDARD_IA"}]}]},
        "rules[0].transitions[0].days",
        "at least 30",
    ),
    (
        LIFECYCLE,
        {"rules": [{"id": "old", "transitions": [{"days": 0, "storageClass": "GLACIER"}]}]},
        {
            "rules": [
                {
                    "id": "old",
                    "transitions": [{"days": 60, "storageClass": "GLACIER"}],
                    "expiration": {"days": 60},
                }
            ]
        },
        "rules[0].transitions[0].days",
        "less than expiration.days (60)",
    ),
    *(
        (RECORD, {"type": kind, "ttl": 300, "records": [fine]}, {"records": wrong}, "records", allowed)
        for kind, fine, wrong, allowed in (
            ("TXT", "a" * 255 + '" "b', ["a" * 256], "allowed in a pair of quotes: 255"),
            ("TXT", 'rua=\\"x\\"', ['rua="x'], "allowed after a backslash"),
            ("MX", "10 mail.example.net", ["mail.example.net"], "no value of type MX"),
            ("SRV", "1 1 1 sip.example.net", ["1 1 sip.example.net"], "no value of type SRV"),
            ("CNAME", "a.example.net", ["a.example.net", "b.example.net"], "allowed for CNAME: 1"),
        )
    ),
    (
        RECORD,
        {"type": "A", "ttl": 300, "records": ["192.0.2.1"]},
        {"ttl": None},
        "ttl",
        "needed where there are no aliases",
    ),
]


@pytest.mark.parametrize(("token", "fine", "change", "name", "allowed"), TOGETHER)
def test_values_are_refused_together(
    token: str, fine: dict[str, Any], change: dict[str, Any], name: str, allowed: str
) -> None:
    assert format_failures(token, fine) == []
    (failure,) = format_failures(token, {**fine, **change})
    assert failure.property == name
    assert allowed in failure.reason


def _policy(**changes: Any) -> str:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::documents/*"}
    merged = {**statement, **changes}
    return json.dumps({"Version": "2012-10-17", "Statement": [{k: v for k, v in merged.items() if v}]})


SERVICE = {"Service": "pods.eks.amazonaws.com"}
POLICIES: list[tuple[str, str, str, str, str]] = [
    ("aws:iam/rolePolicy:RolePolicy", "policy", _policy(), _policy(Effect="allow"), "Allow, Deny"),
    ("aws:iam/rolePolicy:RolePolicy", "policy", _policy(), _policy(Principal="*"), "Principal"),
    ("aws:iam/rolePolicy:RolePolicy", "policy", _policy(), _policy(Resource="documents/*"), "an ARN or *"),
    ("aws:iam/rolePolicy:RolePolicy", "policy", _policy(), _policy(Action="GetObject"), "service:Action"),
    (
        "aws:iam/rolePolicy:RolePolicy",
        "policy",
        _policy(Sid="read1"),
        _policy(Sid="a b"),
        "letters and digits",
    ),
    ("aws:iam/rolePolicy:RolePolicy", "policy", _policy(), _policy(Resources="*"), "has Resources"),
    ("aws:iam/rolePolicy:RolePolicy", "policy", _policy(), "{'Version'}", "not JSON"),
    ("aws:iam/rolePolicy:RolePolicy", "policy", _policy(), '["Statement"]', "a JSON object"),
    ("aws:iam/rolePolicy:RolePolicy", "policy", _policy(), '{"Version": "2024-01-01"}', "2012-10-17"),
    ("aws:iam/policy:Policy", "policy", _policy(), _policy(Sid="s" * 6_144), "at most 6144"),
    (
        "aws:iam/role:Role",
        "assumeRolePolicy",
        _policy(Action="sts:AssumeRole", Principal=SERVICE, Resource=None),
        _policy(Action="sts:AssumeRole", Principal=SERVICE),
        "has Resource",
    ),
    (
        "aws:s3/bucketPolicy:BucketPolicy",
        "policy",
        _policy(Principal="*"),
        _policy(),
        "one of Principal, NotPrincipal",
    ),
    ("aws:kms/key:Key", "policy", _policy(Principal="*"), _policy(Principal="*", Resource=None), "Resource"),
]


@pytest.mark.parametrize(("token", "name", "accepted", "refused", "allowed"), POLICIES)
def test_a_malformed_policy_is_refused(
    token: str, name: str, accepted: str, refused: str, allowed: str
) -> None:
    assert format_failures(token, {name: accepted}) == []
    (failure,) = format_failures(token, {name: refused})
    assert allowed in failure.reason


def test_a_password_is_never_repeated() -> None:
    for token, name in (
        (INSTANCE, "password"),
        (REDIS, "authToken"),
        ("aws:elasticache/user:User", "passwords"),
    ):
        value = "tiny@/"
        (failure,) = format_failures(token, {name: [value] if name == "passwords" else value})
        assert "tiny" not in failure.reason


def test_what_is_not_known_yet_is_not_judged() -> None:
    inputs = {"kmsKeyId": UNKNOWN, "backupWindow": UNKNOWN, "maintenanceWindow": "sun:04:00-sun:05:00"}
    assert format_failures(INSTANCE, {**inputs, "monitoringRoleArn": UNKNOWN, "tags": {"anArn": "x"}}) == []


def test_every_mistake_is_reported_at_once() -> None:
    failures = format_failures(INSTANCE, {"engine": "pg", "backupRetentionPeriod": 40, "port": 1})
    assert [failure.property for failure in failures] == ["engine", "backupRetentionPeriod", "port"]


def test_every_rule_is_for_a_property_that_the_sdk_has() -> None:
    from rehearsal.aws.schema import resource_type

    for token, rules in RULES.items():
        for path in rules:
            block: Any = resource_type(token).inputs
            for part in path.split("."):
                declared = block.properties[part]
                block = declared.block or (declared.item.block if declared.item else None)
