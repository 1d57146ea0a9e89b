"""A refresh reads what AWS's provider reads (`make provider`): what somebody else has changed is found."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.aws.cloud import Cloud
from tests.support.aws_round_trip import ACCOUNT, REGION, Life, Made

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
TRANSFORMATION = {"name": "Errors", "namespace": "App", "value": "1", "unit": "Count", "defaultValue": "0"}


@pytest.fixture(scope="module")
def network(life: Life) -> dict[str, str]:
    vpc = life.create("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": True})
    subnet = life.create("aws:ec2/subnet:Subnet", {"vpcId": vpc.id, "cidrBlock": "10.0.0.0/24"})
    other = life.create("aws:ec2/subnet:Subnet", {"vpcId": vpc.id, "cidrBlock": "10.0.1.0/24"})
    groups = [
        life.create(
            "aws:ec2/securityGroup:SecurityGroup",
            {"vpcId": vpc.id, "name": name, "description": "a group"},
            name=name,
            sent_as_written=False,
        )
        for name in ("one", "two")
    ]
    return {
        "vpc": vpc.id,
        "subnet": subnet.id,
        "other": other.id,
        "one": groups[0].id,
        "two": groups[1].id,
    }


def found(life: Life, made: Made) -> dict[str, Any]:
    """What a refresh takes its inputs for."""
    read = life.provider.read(made.resource, made.inputs, made.outputs)
    assert read is not None
    return read.inputs


def test_a_clusters_version_and_its_support(life: Life, cloud: Cloud, network: dict[str, str]) -> None:
    cluster = life.create(
        "aws:eks/cluster:Cluster",
        {
            "name": "raised",
            "version": "1.34",
            "roleArn": f"arn:aws:iam::{ACCOUNT}:role/cluster",
            "vpcConfig": {"subnetIds": [network["subnet"]]},
            "upgradePolicy": {"supportType": "STANDARD"},
        },
    )
    cloud.call("eks", REGION, "update_cluster_version", name="raised", version="1.35")
    cloud.call(
        "eks", REGION, "update_cluster_config", name="raised", upgradePolicy={"supportType": "EXTENDED"}
    )
    inputs = found(life, cluster)
    assert (inputs["version"], inputs["upgradePolicy"]) == ("1.35", {"supportType": "EXTENDED"})
    life.changes_to(Made(cluster.resource, inputs, cluster.outputs), {"version": "1.36"})


def test_how_often_a_key_turns(life: Life, cloud: Cloud) -> None:
    key = life.create(
        "aws:kms/key:Key", {"description": "turns", "enableKeyRotation": True, "rotationPeriodInDays": 365}
    )
    cloud.call("kms", REGION, "enable_key_rotation", KeyId=key.id, RotationPeriodInDays=90)
    assert found(life, key)["rotationPeriodInDays"] == 90


def test_a_log_groups_key_and_what_a_filter_counts(life: Life, cloud: Cloud) -> None:
    group = life.create("aws:cloudwatch/logGroup:LogGroup", {"name": "/app", "kmsKeyId": KEY})
    group = life.changes_to(group, {"kmsKeyId": f"{KEY}2"})
    counted = life.create(
        "aws:cloudwatch/logMetricFilter:LogMetricFilter",
        {
            "name": "errors",
            "logGroupName": group.id,
            "pattern": "ERROR",
            "metricTransformation": TRANSFORMATION,
        },
    )
    cloud.call("logs", REGION, "disassociate_kms_key", logGroupName="/app")
    assert not found(life, group).get("kmsKeyId")
    cloud.call("logs", REGION, "delete_metric_filter", logGroupName="/app", filterName="errors")
    other = {"metricName": "Other", "metricNamespace": "App", "metricValue": "1"}
    cloud.call(
        "logs",
        REGION,
        "put_metric_filter",
        logGroupName="/app",
        filterName="errors",
        filterPattern="ERROR",
        metricTransformations=[other],
    )
    assert found(life, counted)["metricTransformation"]["name"] == "Other"
    # One whose name only begins alike is another filter.
    cloud.call("logs", REGION, "delete_metric_filter", logGroupName="/app", filterName="errors")
    cloud.call(
        "logs",
        REGION,
        "put_metric_filter",
        logGroupName="/app",
        filterName="errors-too",
        filterPattern="ERROR",
        metricTransformations=[other],
    )
    assert life.provider.read(counted.resource, counted.inputs, counted.outputs) is None


def test_where_a_secret_is_copied_to(life: Life, cloud: Cloud) -> None:
    secret = life.create(
        "aws:secretsmanager/secret:Secret",
        {"name": "copied", "replicas": [{"region": "us-east-2", "kmsKeyId": "alias/copies"}]},
        sent_as_written=False,
    )
    cloud.call(
        "secretsmanager",
        REGION,
        "remove_regions_from_replication",
        SecretId=secret.id,
        RemoveReplicaRegions=["us-east-2"],
    )
    assert found(life, secret)["replicas"] == []


def test_what_a_rule_of_a_security_group_is_about(life: Life, cloud: Cloud, network: dict[str, str]) -> None:
    rule = life.create(
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        {
            "securityGroupId": network["one"],
            "referencedSecurityGroupId": network["one"],
            "ipProtocol": "tcp",
            "fromPort": 443,
            "toPort": 443,
            "description": "HTTPS",
        },
        sent_as_written=False,
    )
    wanted = {
        "IpProtocol": "tcp",
        "FromPort": 443,
        "ToPort": 443,
        "ReferencedGroupId": network["two"],
        "Description": "more",
    }
    cloud.call(
        "ec2",
        REGION,
        "modify_security_group_rules",
        GroupId=network["one"],
        SecurityGroupRules=[{"SecurityGroupRuleId": rule.id, "SecurityGroupRule": wanted}],
    )
    inputs = found(life, rule)
    assert (inputs["referencedSecurityGroupId"], inputs["description"]) == (network["two"], "more")


def test_whether_an_endpoint_answers_the_services_own_name(
    life: Life, cloud: Cloud, network: dict[str, str]
) -> None:
    endpoint = life.create(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        {
            "vpcId": network["vpc"],
            "serviceName": f"com.amazonaws.{REGION}.ecr.api",
            "vpcEndpointType": "Interface",
            "subnetIds": [network["subnet"]],
            "securityGroupIds": [network["one"]],
            "privateDnsEnabled": True,
        },
        sent_as_written=False,
    )
    cloud.call("ec2", REGION, "modify_vpc_endpoint", VpcEndpointId=endpoint.id, PrivateDnsEnabled=False)
    assert found(life, endpoint)["privateDnsEnabled"] is False


def test_what_redis_is_and_where(life: Life, cloud: Cloud, network: dict[str, str]) -> None:
    subnets = life.create(
        "aws:elasticache/subnetGroup:SubnetGroup", {"name": "redis", "subnetIds": [network["subnet"]]}
    )
    subnets = life.changes_to(subnets, {"subnetIds": [network["subnet"], network["other"]]})
    group = life.create(
        "aws:elasticache/replicationGroup:ReplicationGroup",
        {
            "replicationGroupId": "cache",
            "description": "Redis",
            "nodeType": "cache.t4g.micro",
            "engineVersion": "7.1",
            "numCacheClusters": 2,
            "automaticFailoverEnabled": True,
            "maintenanceWindow": "sun:05:00-sun:06:00",
            "snapshotWindow": "02:00-03:00",
            "subnetGroupName": subnets.id,
            "securityGroupIds": [network["one"]],
        },
    )
    change = {"SnapshotWindow": "04:00-05:00", "SecurityGroupIds": [network["two"]], "EngineVersion": "7.2"}
    cloud.call("elasticache", REGION, "modify_replication_group", ReplicationGroupId="cache", **change)
    cloud.call(
        "elasticache",
        REGION,
        "modify_cache_subnet_group",
        CacheSubnetGroupName="redis",
        SubnetIds=[network["other"]],
    )
    inputs = found(life, group)
    assert (inputs["snapshotWindow"], inputs["engineVersion"]) == ("04:00-05:00", "7.2")
    assert inputs["securityGroupIds"] == [network["two"]]
    assert found(life, subnets)["subnetIds"] == [network["other"]]


def test_whether_performance_insights_look_on(life: Life, cloud: Cloud) -> None:
    database = life.create(
        "aws:rds/instance:Instance",
        {
            "identifier": "watched",
            "engine": "postgres",
            "engineVersion": "17.6",
            "instanceClass": "db.t4g.micro",
            "allocatedStorage": 20,
            "username": "administrator",
            "password": "of-the-database",
            "performanceInsightsEnabled": True,
            "performanceInsightsKmsKeyId": KEY,
            "performanceInsightsRetentionPeriod": 7,
            "skipFinalSnapshot": True,
        },
    )
    cloud.call(
        "rds",
        REGION,
        "modify_db_instance",
        DBInstanceIdentifier="watched",
        EnablePerformanceInsights=False,
        ApplyImmediately=True,
    )
    assert found(life, database)["performanceInsightsEnabled"] is False
    address = cloud.call("rds", REGION, "describe_db_instances")["DBInstances"][0]["Endpoint"]
    assert address["HostedZoneId"] == database.outputs["hostedZoneId"]


def test_what_a_trail_writes_down(life: Life, cloud: Cloud) -> None:
    life.create("aws:s3/bucket:Bucket", {"bucket": "of-the-trail"})
    selector = {"name": "all", "fieldSelectors": [{"field": "eventCategory", "equals": ["Management"]}]}
    trail = life.create(
        "aws:cloudtrail/trail:Trail",
        {"name": "trail", "s3BucketName": "of-the-trail", "advancedEventSelectors": [selector]},
        sent_as_written=False,
    )
    other = {"Name": "data", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}]}
    cloud.call(
        "cloudtrail", REGION, "put_event_selectors", TrailName=trail.id, AdvancedEventSelectors=[other]
    )
    [read] = found(life, trail)["advancedEventSelectors"]
    assert read == {"name": "data", "fieldSelectors": [{"field": "eventCategory", "equals": ["Data"]}]}
