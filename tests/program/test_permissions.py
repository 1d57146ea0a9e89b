"""Whether everybody who was given a role or a place in a policy can do with it what they are there for.

Each test asks as AWS would: with the action, and with what AWS says about the request; where AWS says nothing
about it, a condition must not ask for it.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.policies import allows
from tests.support.recorder import Recording, system_file
from tests.support.recordings import SYSTEMS, system_recording

KEY = "aws:kms/key:Key"
TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"


def _account(recording: Recording) -> str:
    account: str = json.loads(recording.one("pulumi:providers:aws", "aws").inputs["allowedAccountIds"])[0]
    return account


def _role_policy(recording: Recording, name: str) -> str:
    document: str = recording.one("aws:iam/rolePolicy:RolePolicy", name).plain("policy")
    return document


def _key_policy(recording: Recording, name: str) -> str:
    document: str = recording.one(KEY, name).plain("policy")
    return document


@pytest.mark.contract("ALM-17")
def test_escalation_sees_composite_alarms_which_are_the_pages(each: Recording) -> None:
    # CloudWatch leaves composite alarms out for who may not describe every alarm.
    assert allows(_role_policy(each, "function-escalate"), "cloudwatch:DescribeAlarms", "*")


@pytest.mark.contract("SEC-6")
def test_rules_of_eventbridge_reach_people_though_they_name_no_account(each: Recording) -> None:
    rules = "events.amazonaws.com"
    policy = each.one(TOPIC_POLICY, "sev-4").plain("policy")
    arn = json.loads(policy)["Statement"][0]["Resource"]
    assert allows(policy, "sns:Publish", arn, principal=rules)
    for action in ("kms:GenerateDataKey", "kms:Decrypt"):
        assert allows(_key_policy(each, "notifications"), action, principal=rules)


@pytest.mark.contract("ALM-8", "ALM-13", "ALM-16", "ALM-17")
@pytest.mark.parametrize(
    ("topic", "service"),
    [
        ("sev-1", "cloudwatch.amazonaws.com"),
        ("sev-3", "backup.amazonaws.com"),
        ("sev-4", "budgets.amazonaws.com"),
    ],
)
def test_a_service_publishes_for_this_account_and_for_no_other(
    each: Recording, topic: str, service: str
) -> None:
    policy = each.one(TOPIC_POLICY, topic).plain("policy")
    arn = json.loads(policy)["Statement"][0]["Resource"]
    for account, allowed in ((_account(each), True), ("999999999999", False)):
        keys = {
            "aws:SourceAccount": account,
            "aws:SourceArn": f"arn:aws:cloudwatch:us-west-2:{account}:alarm:service-sev-1",
        }
        assert allows(policy, "sns:Publish", arn, principal=service, keys=keys) is allowed
        key = _key_policy(each, "notifications")
        assert allows(key, "kms:GenerateDataKey", principal=service, keys=keys) is allowed


@pytest.mark.contract("ALM-8", "ALM-13", "ALM-16")
@pytest.mark.parametrize(
    ("kind", "name", "topic"),
    [
        ("aws:backup/vaultNotifications:VaultNotifications", "backup", "sev-3"),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", "sev-1-undelivered", "undelivered"),
    ],
)
def test_who_publishes_waits_for_the_permission(each: Recording, kind: str, name: str, topic: str) -> None:
    assert each.one(TOPIC_POLICY, topic).urn in each.one(kind, name).depends_on


@pytest.mark.contract("SEC-6")
def test_the_trail_may_look_at_its_key_and_encrypt_with_it(each: Recording) -> None:
    trail = f"arn:aws:cloudtrail:us-west-2:{_account(each)}:trail/triangle-{each.environment}"
    policy, cloudtrail = _key_policy(each, "audit"), "cloudtrail.amazonaws.com"
    keys = {"aws:SourceArn": trail}
    assert allows(policy, "kms:DescribeKey", principal=cloudtrail, keys=keys)
    keys["kms:EncryptionContext:aws:cloudtrail:arn"] = trail
    assert allows(policy, "kms:GenerateDataKeyWithoutPlaintext", principal=cloudtrail, keys=keys)
    assert not allows(policy, "kms:DescribeKey", principal=cloudtrail, keys={"aws:SourceArn": f"{trail}-2"})


@pytest.mark.contract("NET-1")
@pytest.mark.parametrize(
    ("name", "region"), [("flow-logs", "us-west-2"), ("recovery/flow-logs", "us-east-2")]
)
def test_flow_logs_find_their_group_and_write_into_it_alone(prod: Recording, name: str, region: str) -> None:
    policy = _role_policy(prod, name)
    groups = f"arn:aws:logs:{region}:{_account(prod)}:log-group"
    assert allows(policy, "logs:DescribeLogGroups", f"{groups}::log-stream:")
    ours = f"{prod.one('aws:ec2/flowLog:FlowLog', name).inputs['logDestination']}:log-stream:eni-1"
    assert allows(policy, "logs:PutLogEvents", ours)
    assert not allows(policy, "logs:PutLogEvents", f"{groups}:/aws/eks/triangle-prod/cluster:log-stream:1")


@pytest.mark.contract("SEC-1", "ENV-2")
def test_a_copy_of_a_secret_in_the_recovery_region_is_as_closed_as_the_secret(prod: Recording) -> None:
    policies = prod.of("aws:secretsmanager/secretPolicy:SecretPolicy")
    account = _account(prod)
    for name, policy in policies.items():
        (statement,) = json.loads(policy.plain("policy"))["Statement"]
        # A policy comes to the copy as it is: an ARN in it would be the one of the other region.
        assert statement["Resource"] == "*", name
        for role, refused in (("triangle-prod-service-stranger", True), ("groundwork-deploy", False)):
            allowed = json.dumps(
                {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}, statement]}
            )
            keys = {"aws:PrincipalArn": f"arn:aws:iam::{account}:role/{role}"}
            copy = f"arn:aws:secretsmanager:us-east-2:{account}:secret:triangle/prod/{name}-a1b2c3"
            assert allows(allowed, "secretsmanager:GetSecretValue", copy, keys=keys) is not refused


@pytest.mark.contract("K8S-3", "S3-1")
@pytest.mark.parametrize("system", SYSTEMS)
def test_pods_read_and_write_the_buckets_that_their_service_names(system: str) -> None:
    recording, services = system_recording(system, "prod"), _services(system)
    for name in (name for name, service in services.items() if service.get("buckets")):
        policy = _role_policy(recording, f"service-{name}")
        for bucket in services[name]["buckets"]:
            physical = recording.one("aws:s3/bucket:Bucket", bucket).inputs["bucket"]
            for action in ("s3:GetObject", "s3:PutObject", "s3:DeleteObject"):
                assert allows(policy, action, f"arn:aws:s3:::{physical}/invoices/1.pdf")
            assert allows(policy, "s3:ListBucket", f"arn:aws:s3:::{physical}")
            encryption = recording.one(
                "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
                bucket,
            ).inputs["rules"][0]["applyServerSideEncryptionByDefault"]
            via = {"kms:ViaService": "s3.us-west-2.amazonaws.com"}
            # S3 asks for both when an object is written in parts.
            for action in ("kms:Decrypt", "kms:GenerateDataKey"):
                assert allows(policy, action, encryption["kmsMasterKeyId"], keys=via)
                assert not allows(policy, action, encryption["kmsMasterKeyId"])


@pytest.mark.contract("SEC-1", "K8S-3")
@pytest.mark.parametrize("system", SYSTEMS)
def test_pods_read_the_secrets_that_their_service_names_and_no_others(system: str) -> None:
    recording = system_recording(system, "prod")
    secrets = recording.of("aws:secretsmanager/secret:Secret")
    via = {"kms:ViaService": "secretsmanager.us-west-2.amazonaws.com"}
    for name, service in _services(system).items():
        policy = _role_policy(recording, f"service-{name}")
        named = set(service.get("secrets", {}).values())
        named |= {"database"} if service.get("database") else set()
        named |= {"redis-cache", "redis-queue"} if service.get("redis") else set()
        for secret, entry in secrets.items():
            arn = f"arn:aws:secretsmanager:us-west-2:123456789012:{secret}"
            # The Secrets Store CSI driver's provider asks for both.
            for action in ("secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"):
                assert allows(policy, action, arn) is (secret in named), (name, secret)
            if secret in named:
                assert allows(policy, "kms:Decrypt", entry.inputs["kmsKeyId"], keys=via)


@pytest.mark.contract("SEC-2")
@pytest.mark.parametrize("system", SYSTEMS)
def test_every_rotation_may_change_its_secret_and_encrypt_it(system: str) -> None:
    recording = system_recording(system, "prod")
    via = {"kms:ViaService": "secretsmanager.us-west-2.amazonaws.com"}
    for name, rotation in recording.of("aws:secretsmanager/secretRotation:SecretRotation").items():
        policy = _role_policy(recording, f"function-{rotation.inputs['rotationLambdaArn'].split(':')[-1]}")
        for action in ("DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"):
            assert allows(policy, f"secretsmanager:{action}", rotation.inputs["secretId"]), name
        key = recording.one("aws:secretsmanager/secret:Secret", name).inputs["kmsKeyId"]
        for action in ("kms:Decrypt", "kms:GenerateDataKey"):
            assert allows(policy, action, key, keys=via)


def _services(system: str) -> dict[str, Any]:
    services: dict[str, Any] = system_file(f"examples/systems/{system}.yaml")["services"]
    return services
