"""Each rule of the table: a change that AWS's provider does not see, and a near one that it does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from rehearsal.aws.difference_table import PLAIN_TEXT, RULES, WITHOUT_RULE
from rehearsal.aws.schema import BlockType, PropertyType, resource_type
from rehearsal.aws.suppressed import without_suppressed
from rehearsal.providers.provider import UNKNOWN
from tests.support.difference_row import Row, cases, ignored
from tests.support.load_balancer_rows import BALANCER
from tests.support.load_balancer_rows import ROWS as OF_LOAD_BALANCERS
from tests.support.recorder import Recording
from tests.support.recordings import SYSTEMS, recording_of, system_recording

ACCOUNT = "111122223333"
KEY = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY_ARN = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/{KEY}"


def _policy(action: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action}})


def _policies(token: str, *paths: str) -> list[Row]:
    return [Row(token, path, _policy("a:B"), _policy(["a:B"]), _policy("a:C")) for path in paths]


def _documents(token: str, *paths: str) -> list[Row]:
    return [
        Row(token, path, '{"a":1,"b":[1,2]}', '{"b": [1, 2], "a": 1}', '{"a":1,"b":[2,1]}') for path in paths
    ]


ROWS = [
    *_policies("aws:backup/vaultPolicy:VaultPolicy", "policy"),
    Row("aws:budgets/budget:Budget", "limitAmount", "400.0", "400", "401"),
    Row("aws:budgets/budget:Budget", "plannedLimits[].amount", "400.0", "400", "401"),
    *_documents("aws:cloudwatch/dashboard:Dashboard", "dashboardBody"),
    *_documents("aws:cloudwatch/eventRule:EventRule", "eventPattern"),
    Row("aws:cloudwatch/eventRule:EventRule", "state", "DISABLED", None, "ENABLED"),
    Row("aws:cloudwatch/eventRule:EventRule", "isEnabled", False, None, True),
    *_documents("aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy", "policyDocument"),
    *ignored(
        "aws:cloudwatch/logGroup:LogGroup", "retentionInDays", (1, 7), "logGroupClass", "DELIVERY", "STANDARD"
    ),
    Row("aws:cloudwatch/logMetricFilter:LogMetricFilter", "pattern", "{ $.a }", " { $.a }\n", "{ $.b }"),
    *_policies("aws:cloudwatch/logResourcePolicy:LogResourcePolicy", "policyDocument"),
    *(
        Row(f"aws:ec2/{token}", f"{way}[].protocol", before, same, other)
        for token in ("securityGroup:SecurityGroup", "defaultSecurityGroup:DefaultSecurityGroup")
        for way in ("ingress", "egress")
        for before, same, other in (
            ("tcp", "6", "udp"),
            ("-1", "ALL", "tcp"),
            ("58", "icmpv6", "icmp"),
            ("UDP", "17", "18"),
        )
    ),
    Row(
        "aws:ec2/flowLog:FlowLog",
        "destinationOptions",
        {"fileFormat": "plain-text", "perHourPartition": False},
        None,
        {"fileFormat": "parquet"},
    ),
    *(
        Row(f"aws:ec2/{token}", f"{way}[].{name}", ["a", "b"], ["b", "a"], ["a", "c"])
        for token in ("securityGroup:SecurityGroup", "defaultSecurityGroup:DefaultSecurityGroup")
        for way in ("ingress", "egress")
        for name in ("cidrBlocks", "ipv6CidrBlocks", "prefixListIds")
    ),
    Row("aws:ec2/routeTable:RouteTable", "routes[].ipv6CidrBlock", "::/0", "0::0/0", "2001:db8::/32"),
    Row("aws:ec2/route:Route", "destinationIpv6CidrBlock", "::/0", "0::0/0", "2001:db8::/32"),
    *_policies("aws:ec2/vpcEndpoint:VpcEndpoint", "policy"),
    Row(
        "aws:ecr/lifecyclePolicy:LifecyclePolicy",
        "policy",
        '{"rules":[{"rulePriority":1},{"rulePriority":2}]}',
        '{"rules":[{"rulePriority":2},{"rulePriority":1}]}',
        '{"rules":[{"rulePriority":3},{"rulePriority":1}]}',
    ),
    Row(
        "aws:ecr/repository:Repository",
        "encryptionConfigurations",
        [{"encryptionType": "AES256"}],
        None,
        [{"encryptionType": "KMS"}],
    ),
    Row(
        "aws:ecr/repository:Repository",
        "imageScanningConfiguration",
        {"scanOnPush": False},
        None,
        {"scanOnPush": True},
    ),
    *cases("aws:elasticache/parameterGroup:ParameterGroup", "name"),
    *cases("aws:elasticache/replicationGroup:ReplicationGroup", "maintenanceWindow", "replicationGroupId"),
    Row("aws:elasticache/replicationGroup:ReplicationGroup", "port", 6379, None, 6380),
    Row(
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "automaticFailoverEnabled",
        True,
        False,
        properties={"globalReplicationGroupId": "a"},
        elsewhere={"globalReplicationGroupId": None},
    ),
    *cases("aws:elasticache/subnetGroup:SubnetGroup", "name"),
    *cases("aws:elasticache/user:User", "engine", "userId"),
    *cases("aws:elasticache/userGroup:UserGroup", "engine", "userGroupId"),
    Row(
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        "url",
        "a.example.com",
        "https://a.example.com",
        "https://b.example.com",
    ),
    *_policies("aws:iam/policy:Policy", "policy"),
    *_policies("aws:iam/role:Role", "assumeRolePolicy", "inlinePolicies[].policy"),
    *_policies("aws:iam/rolePolicy:RolePolicy", "policy"),
    Row("aws:kms/alias:Alias", "targetKeyId", KEY_ARN, KEY, KEY_ARN.replace("eu-west-1", "us-east-1")),
    Row("aws:kms/alias:Alias", "targetKeyId", KEY, KEY_ARN, KEY.replace("1", "2")),
    *_policies("aws:kms/key:Key", "policy"),
    *_policies("aws:kms/replicaKey:ReplicaKey", "policy"),
    Row("aws:lambda/function:Function", "environment", None, {"variables": {}}, {"variables": {"A": "b"}}),
    Row("aws:lambda/function:Function", "environment", {"variables": {}}, None),
    Row("aws:lambda/function:Function", "imageConfig", None, {"commands": []}, {"commands": ["a"]}),
    Row("aws:lambda/function:Function", "vpcConfig", None, {"subnetIds": []}, {"subnetIds": ["subnet-1"]}),
    *(
        Row(
            "aws:lambda/function:Function",
            f"loggingConfig.{level}",
            "INFO",
            None,
            "DEBUG",
            block={"logFormat": "JSON"},
        )
        for level in ("applicationLogLevel", "systemLogLevel")
    ),
    *OF_LOAD_BALANCERS,
    Row(
        "aws:rds/instance:Instance",
        "allocatedStorage",
        120,
        100,
        130,
        properties={"maxAllocatedStorage": 500},
        elsewhere={"maxAllocatedStorage": 0},
    ),
    Row("aws:rds/instance:Instance", "maxAllocatedStorage", 0, 20, 30, properties={"allocatedStorage": 20}),
    *cases("aws:rds/instance:Instance", "engine", "maintenanceWindow"),
    *(
        Row("aws:rds/instance:Instance", "replicateSourceDb", before, same, other)
        for before, same, other in (
            ("a", f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:a", f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:b"),
            (f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:a", "a", f"arn:aws:rds:us-east-1:{ACCOUNT}:db:a"),
        )
    ),
    *cases("aws:rds/parameterGroup:ParameterGroup", "parameters[].name", "parameters[].applyMethod"),
    *cases("aws:route53/healthCheck:HealthCheck", "type"),
    Row("aws:route53/healthCheck:HealthCheck", "ipAddress", "2001:db8::1", "2001:0db8:0:0::1", "2001:db8::2"),
    Row("aws:route53/healthCheck:HealthCheck", "triggers", {"a": "b"}, None, {"a": "c"}),
    Row(
        "aws:route53/record:Record",
        "aliases[].name",
        "*.a.example.com",
        "\\052.A.example.com.",
        "b.example.com",
    ),
    Row("aws:route53/record:Record", "name", "a.example.com", "A.example.com.", "\\141.example.com"),
    Row("aws:route53/zone:Zone", "name", "example.com", "Example.com.", "example.org"),
    Row("aws:route53/zone:Zone", "vpcs[].vpcRegion", "eu-west-1", "us-east-1", block={"vpcId": "vpc-1"}),
    *_policies("aws:s3/bucket:Bucket", "policy"),
    *_documents("aws:s3/bucket:Bucket", "website.routingRules"),
    *(
        Row(
            "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
            "rules[].filter",
            before,
            same,
            {"prefix": "a"},
        )
        for before, same in (({"prefix": ""}, {}), ({}, {"prefix": ""}))
    ),
    *_policies("aws:s3/bucketPolicy:BucketPolicy", "policy"),
    Row(
        "aws:scheduler/schedule:Schedule",
        "target.retryPolicy",
        {"maximumRetryAttempts": 185},
        None,
        {"maximumRetryAttempts": 1},
    ),
    *cases("aws:scheduler/schedule:Schedule", "target.ecsParameters.placementStrategies[].field"),
    *_policies("aws:secretsmanager/secret:Secret", "policy"),
    *_policies("aws:secretsmanager/secretPolicy:SecretPolicy", "policy"),
    *_policies("aws:sns/topic:Topic", "policy"),
    *_documents("aws:sns/topic:Topic", "deliveryPolicy", "archivePolicy"),
    *_policies("aws:sns/topicPolicy:TopicPolicy", "policy"),
    *_documents(
        "aws:sns/topicSubscription:TopicSubscription",
        "deliveryPolicy",
        "filterPolicy",
        "redrivePolicy",
        "replayPolicy",
    ),
    *_documents("aws:wafv2/webAcl:WebAcl", "ruleJson"),
    Row(
        "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
        "redactedFields",
        [{"singleHeader": {"name": "a"}}, {"method": {}}],
        [{"method": {}}, {"singleHeader": {"name": "a"}}],
        [{"method": {}}, {"singleHeader": {"name": "b"}}],
    ),
]


def _named(row: Row) -> str:
    return f"{row.token.rpartition(':')[2]}.{row.path}"


@pytest.mark.parametrize("row", ROWS, ids=_named)
def test_what_the_provider_does_not_see_stays_as_it_is(row: Row) -> None:
    old = row.written(row.before)
    assert without_suppressed(row.token, old, row.written(row.same)) == old


@pytest.mark.parametrize("row", [row for row in ROWS if row.other is not None], ids=_named)
def test_a_near_change_is_one(row: Row) -> None:
    new = row.written(row.other)
    assert without_suppressed(row.token, row.written(row.before), new) == new


@pytest.mark.parametrize("row", [row for row in ROWS if row.elsewhere is not None], ids=_named)
def test_the_same_change_is_one_elsewhere(row: Row) -> None:
    old, new = (
        {name: value for name, value in row.written(value, row.elsewhere).items() if value is not None}
        for value in (row.before, row.same)
    )
    assert without_suppressed(row.token, old, new) == new


def test_every_rule_has_a_row_with_a_change_that_is_seen() -> None:
    seen = {row.rule for row in ROWS if row.other is not None or row.elsewhere is not None}
    seen.add(("aws:route53/zone:Zone", "vpcs.vpcRegion"))  # the next test
    assert {row.rule for row in ROWS} == RULES.keys()
    assert seen == RULES.keys()


def test_another_vpc_of_a_zone_is_a_change() -> None:
    zone, old, new = (
        "aws:route53/zone:Zone",
        {"vpcs": [{"vpcId": "vpc-1"}]},
        {"vpcs": [{"vpcId": "vpc-2"}]},
    )
    assert without_suppressed(zone, old, new) == new


def test_a_balancer_whose_kind_is_not_known_shows_its_changes() -> None:
    old, new = ({"loadBalancerType": UNKNOWN, "idleTimeout": seconds} for seconds in (60, 90))
    assert without_suppressed(BALANCER, old, new) == new


@pytest.mark.parametrize(("token", "path"), sorted(RULES.keys() | PLAIN_TEXT))
def test_a_rule_names_a_property_that_the_type_has(token: str, path: str) -> None:
    block: BlockType | None = resource_type(token).inputs
    for name in path.split("."):
        if block is None:  # inside of a plain map or of any value
            return
        assert name in block.properties, f"{token} has no {path}"
        block = _block_in(block.properties[name])


def _block_in(declared: PropertyType) -> BlockType | None:
    return _block_in(declared.item) if declared.item is not None else declared.block


def _recordings() -> Iterator[Recording]:
    yield from map(recording_of, ("dev", "staging"))
    yield from (system_recording(system, "prod") for system in SYSTEMS)


def test_every_type_that_the_program_declares_is_looked_up() -> None:
    """A new type is looked up in the provider's source: into `_BY_TYPE`, or into `WITHOUT_RULE`."""
    declared = {
        each.type
        for recording in _recordings()
        for each in recording.resources
        if each.type.startswith("aws:")
    }
    with_rules = {token for token, _ in RULES}
    assert declared - with_rules - WITHOUT_RULE == set()
    assert (with_rules | WITHOUT_RULE) - declared == set()
    assert with_rules & WITHOUT_RULE == set()
