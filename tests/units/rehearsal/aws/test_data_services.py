"""Databases, Redis, buckets, secrets, topics and alarms are really made."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rehearsal.aws.cloud import Cloud
from tests.support.aws_round_trip import ACCOUNT, REGION, Life, Made

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"


@pytest.fixture(scope="module")
def subnets(life: Life) -> list[str]:
    vpc = life.create("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16"})
    made = [
        life.create(
            "aws:ec2/subnet:Subnet",
            {"vpcId": vpc.id, "cidrBlock": f"10.0.{n}.0/24", "availabilityZone": f"{REGION}{zone}"},
            name=zone,
        )
        for n, zone in enumerate("ab")
    ]
    return [subnet.id for subnet in made]


@pytest.fixture(scope="module")
def bucket(life: Life) -> Made:
    return life.create(
        "aws:s3/bucket:Bucket",
        {"bucket": f"documents-{ACCOUNT}", "objectLockEnabled": True},
        name="documents",
    )


def test_a_database_lives(life: Life, cloud: Cloud, subnets: list[str]) -> None:
    group = life.create("aws:rds/subnetGroup:SubnetGroup", {"name": "data", "subnetIds": subnets})
    parameters = life.create(
        "aws:rds/parameterGroup:ParameterGroup",
        {
            "name": "postgres17",
            "family": "postgres17",
            "parameters": [{"name": "rds.force_ssl", "value": "1", "applyMethod": "immediate"}],
        },
    )
    database = life.create(
        "aws:rds/instance:Instance",
        {
            "identifier": "main",
            "engine": "postgres",
            "engineVersion": "17",
            "instanceClass": "db.m7g.large",
            "allocatedStorage": 100,
            "maxAllocatedStorage": 400,
            "storageType": "gp3",
            "storageEncrypted": True,
            "kmsKeyId": KEY,
            "dbName": "app",
            "username": "app_admin",
            "password": "not-a-real-password",
            "multiAz": True,
            "dbSubnetGroupName": group.id,
            "parameterGroupName": parameters.id,
            "backupRetentionPeriod": 30,
            "backupWindow": "02:00-02:30",
            "maintenanceWindow": "sun:04:00-sun:04:30",
            "copyTagsToSnapshot": True,
            "deletionProtection": True,
            "skipFinalSnapshot": False,
            "finalSnapshotIdentifier": "main-final",
            "applyImmediately": True,
        },
    )
    assert database.outputs["endpoint"].startswith("main.")
    assert database.outputs["address"] == database.outputs["endpoint"].split(":")[0]
    assert database.outputs["port"] == 5432
    database = life.changes_to(database, {"instanceClass": "db.m7g.xlarge", "backupRetentionPeriod": 35})
    database = life.changes_to(database, {"deletionProtection": False})
    life.imports(database, but=("password", "engineVersion", "maxAllocatedStorage", *LOCAL_TO_DATABASES))
    life.ends(database)
    snapshots = cloud.call("rds", REGION, "describe_db_snapshots")["DBSnapshots"]
    assert "main-final" in [snapshot["DBSnapshotIdentifier"] for snapshot in snapshots]
    life.ends(parameters)
    life.ends(group)


LOCAL_TO_DATABASES = ("skipFinalSnapshot", "finalSnapshotIdentifier", "applyImmediately")


def test_redis_lives(life: Life, subnets: list[str]) -> None:
    group = life.create("aws:elasticache/subnetGroup:SubnetGroup", {"name": "redis", "subnetIds": subnets})
    user = life.create(
        "aws:elasticache/user:User",
        {
            "userId": "cache-app",
            "userName": "app",
            "engine": "redis",
            "accessString": "on ~* +@all",
            "authenticationMode": {"type": "password", "passwords": ["a-password-of-16-letters"]},
        },
    )
    redis = life.create(
        "aws:elasticache/replicationGroup:ReplicationGroup",
        {
            "replicationGroupId": "cache",
            "description": "evicting cache",
            "engine": "redis",
            "engineVersion": "7.1",
            "nodeType": "cache.t4g.small",
            "numCacheClusters": 2,
            "automaticFailoverEnabled": True,
            "multiAzEnabled": True,
            "subnetGroupName": group.id,
            "atRestEncryptionEnabled": True,
            "transitEncryptionEnabled": True,
            "userGroupIds": ["cache"],
            "snapshotRetentionLimit": 7,
            "snapshotWindow": "03:00-04:00",
        },
    )
    assert "cache" in redis.outputs["primaryEndpointAddress"]
    redis = life.changes_to(redis, {"nodeType": "cache.t4g.medium", "snapshotRetentionLimit": 14})
    redis = life.changes_to(redis, {"tags": {"owner": "somebody"}})
    life.ends(redis)
    life.ends(user)


def test_a_subnet_group_that_moto_cannot_delete_is_taken_over(life: Life, subnets: list[str]) -> None:
    inputs = {"name": "twice", "subnetIds": subnets}
    first = life.create("aws:elasticache/subnetGroup:SubnetGroup", inputs, name="twice")
    life.provider.delete(first.resource, first.inputs, first.outputs)
    again = life.create(
        "aws:elasticache/subnetGroup:SubnetGroup", inputs, name="twice", sent_as_written=False
    )
    assert again.id == first.id


SETTINGS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "bucketVersioning:BucketVersioning": (
        {"versioningConfiguration": {"status": "Enabled"}},
        {},
    ),
    "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        {
            "rules": [
                {
                    "applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": KEY},
                    "bucketKeyEnabled": True,
                }
            ]
        },
        {},
    ),
    "bucketPublicAccessBlock:BucketPublicAccessBlock": (
        {"blockPublicAcls": True, "blockPublicPolicy": True},
        {"ignorePublicAcls": True},
    ),
    "bucketOwnershipControls:BucketOwnershipControls": (
        {"rule": {"objectOwnership": "BucketOwnerEnforced"}},
        {"rule": {"objectOwnership": "BucketOwnerPreferred"}},
    ),
    "bucketLifecycleConfiguration:BucketLifecycleConfiguration": (
        {
            "rules": [
                {
                    "id": "old-versions",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "noncurrentVersionTransitions": [{"noncurrentDays": 30, "storageClass": "GLACIER"}],
                    "noncurrentVersionExpiration": {"noncurrentDays": 365},
                    "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
                }
            ]
        },
        {"rules": [{"id": "old-versions", "status": "Disabled", "filter": {}, "expiration": {"days": 30}}]},
    ),
    "bucketObjectLockConfiguration:BucketObjectLockConfiguration": (
        {"rule": {"defaultRetention": {"mode": "GOVERNANCE", "days": 30}}},
        {"rule": {"defaultRetention": {"mode": "GOVERNANCE", "days": 60}}},
    ),
}


@pytest.mark.parametrize("kind", SETTINGS)
def test_a_buckets_setting_lives(life: Life, bucket: Made, kind: str) -> None:
    inputs, change = SETTINGS[kind]
    setting = life.create(f"aws:s3/{kind}", {"bucket": bucket.id, **inputs})
    assert setting.id == bucket.id
    if change:
        setting = life.changes_to(setting, change)
    life.provider.delete(setting.resource, setting.inputs, setting.outputs)
    life.reads_back(bucket)


def test_a_tls_only_policy_does_not_lock_the_embedded_aws_out(life: Life, cloud: Cloud, bucket: Made) -> None:
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket.outputs["arn"], f"{bucket.outputs['arn']}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    made = life.create(
        "aws:s3/bucketPolicy:BucketPolicy", {"bucket": bucket.id, "policy": policy}, sent_as_written=False
    )
    cloud.call("s3", REGION, "put_object", Bucket=bucket.id, Key="a", Body=b"content")
    assert made.outputs["policy"] == policy


def test_access_logs_go_to_a_bucket_that_lets_the_logging_service_in(life: Life, bucket: Made) -> None:
    logs = life.create("aws:s3/bucket:Bucket", {"bucket": f"access-logs-{ACCOUNT}"}, name="access-logs")
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"{logs.outputs['arn']}/*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    life.create("aws:s3/bucketPolicy:BucketPolicy", {"bucket": logs.id, "policy": policy}, name="access-logs")
    inputs = {"bucket": bucket.id, "targetBucket": logs.id, "targetPrefix": "documents/"}
    logging = life.create("aws:s3/bucketLogging:BucketLogging", inputs)
    logging = life.changes_to(logging, {"targetPrefix": "access/"})
    life.ends(logging)


def test_a_bucket_with_tags_lives(life: Life) -> None:
    made = life.create(
        "aws:s3/bucket:Bucket", {"bucket": f"photos-{ACCOUNT}", "tags": {"a": "b"}}, name="photos"
    )
    assert made.outputs["arn"] == f"arn:aws:s3:::photos-{ACCOUNT}"
    made = life.changes_to(made, {"tags": {"a": "c"}})
    life.ends(made)


def test_a_secret_with_value_and_policy_lives(life: Life) -> None:
    secret = life.create(
        "aws:secretsmanager/secret:Secret", {"name": "app/database", "recoveryWindowInDays": 7}
    )
    assert secret.id.startswith(f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:app/database-")
    for value in ("one", "two"):
        version = {"secretId": secret.id, "secretString": value}
        life.create("aws:secretsmanager/secretVersion:SecretVersion", version)
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    guarded = life.create(
        "aws:secretsmanager/secretPolicy:SecretPolicy", {"secretArn": secret.id, "policy": policy}
    )
    life.ends(guarded)
    secret = life.changes_to(secret, {"description": "the database", "tags": {"owner": "somebody"}})
    life.ends(secret)


def test_a_topic_with_policy_and_subscription_lives(life: Life) -> None:
    topic = life.create("aws:sns/topic:Topic", {"name": "sev-1", "displayName": "SEV-1"})
    topic = life.changes_to(topic, {"displayName": "Severity 1", "tags": {"severity": "1"}})
    publish = {"Sid": "alarms", "Effect": "Allow", "Principal": {"Service": "cloudwatch.amazonaws.com"}}
    publish |= {"Action": "sns:Publish", "Resource": topic.id}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [publish]})
    allowed = life.create("aws:sns/topicPolicy:TopicPolicy", {"arn": topic.id, "policy": policy})
    life.provider.delete(allowed.resource, allowed.inputs, allowed.outputs)
    told = life.create(
        "aws:sns/topicSubscription:TopicSubscription",
        {"topic": topic.id, "protocol": "email", "endpoint": "on-call@example.org"},
    )
    life.ends(told)
    life.ends(topic)


def test_an_alarm_lives(life: Life) -> None:
    alarm = life.create(
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        {
            "name": "database-cpu",
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
            "alarmActions": [f"arn:aws:sns:{REGION}:{ACCOUNT}:sev-3"],
        },
    )
    assert alarm.outputs["arn"] == f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:database-cpu"
    alarm = life.changes_to(alarm, {"threshold": 85, "tags": {"severity": "2"}})
    life.imports(alarm)
    life.ends(alarm)
