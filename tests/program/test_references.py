"""What is made for something else is made for the right one: not for a neighbour's, nor in the other place.

A name that leads to the wrong thing is as valid as one that leads to the right one: neither the SDK's types
nor an AWS that takes every name would notice.
"""

from __future__ import annotations

import pytest

from tests.support.recorder import Recording
from tests.support.recordings import prod_with_runners, recording_of, system_recording

ITS_OWN = "*"  # that of its own name

# Contract row, type of AWS, property, and the type and name of what this leads to.
REFERENCES = [
    ("ALM-13", "backup/vaultNotifications:VaultNotifications", "backupVaultName", "Vault", "backup"),
    ("ALM-13", "backup/vaultNotifications:VaultNotifications", "snsTopicArn", "TopicPolicy", "sev-3"),
    ("ALM-16", "sns/topicPolicy:TopicPolicy", "arn", "Topic", ITS_OWN),
    ("DEP-1", "codebuild/project:Project", "logsConfig", "LogGroup", ITS_OWN),
    ("DEP-1", "codebuild/project:Project", "serviceRole", "Role", ITS_OWN),
    ("DEP-1", "codebuild/webhook:Webhook", "projectName", "Project", ITS_OWN),
    ("K8S-1", "eks/accessEntry:AccessEntry", "clusterName", "Cluster", "cluster"),
    ("K8S-1", "eks/accessPolicyAssociation:AccessPolicyAssociation", "clusterName", "Cluster", "cluster"),
    ("K8S-1", "eks/cluster:Cluster", "roleArn", "Role", ITS_OWN),
    ("K8S-3", "eks/podIdentityAssociation:PodIdentityAssociation", "clusterName", "Cluster", "cluster"),
    ("NET-1", "ec2/defaultSecurityGroup:DefaultSecurityGroup", "vpcId", "Vpc", "vpc"),
    ("NET-1", "ec2/flowLog:FlowLog", "iamRoleArn", "Role", ITS_OWN),
    ("NET-1", "ec2/internetGateway:InternetGateway", "vpcId", "Vpc", "vpc"),
    ("NET-1", "ec2/routeTable:RouteTable", "vpcId", "Vpc", "vpc"),
    ("NET-1", "ec2/subnet:Subnet", "vpcId", "Vpc", "vpc"),
    ("NET-1", "ec2/vpcEndpoint:VpcEndpoint", "vpcId", "Vpc", "vpc"),
    ("NET-2", "ec2/securityGroup:SecurityGroup", "vpcId", "Vpc", "vpc"),
    ("NET-2", "elasticache/replicationGroup:ReplicationGroup", "securityGroupIds", "SecurityGroup", ITS_OWN),
    ("NET-2", "elasticache/replicationGroup:ReplicationGroup", "subnetGroupName", "SubnetGroup", ITS_OWN),
    ("NET-2", "lb/listener:Listener", "certificateArn", "CertificateValidation", "load-balancer"),
    ("NET-2", "lb/listener:Listener", "loadBalancerArn", "LoadBalancer", "load-balancer"),
    ("NET-2", "lb/listenerRule:ListenerRule", "listenerArn", "Listener", "https"),
    ("NET-2", "lb/loadBalancer:LoadBalancer", "securityGroups", "SecurityGroup", ITS_OWN),
    ("NET-2", "lb/targetGroup:TargetGroup", "vpcId", "Vpc", "vpc"),
    ("NET-2", "rds/instance:Instance", "dbSubnetGroupName", "SubnetGroup", "database"),
    ("NET-2", "rds/instance:Instance", "vpcSecurityGroupIds", "SecurityGroup", "database"),
    ("OBS-1", "cloudwatch/logDelivery:LogDelivery", "deliverySourceName", "LogDeliverySource", ITS_OWN),
    ("OBS-1", "cloudwatch/logDeliverySource:LogDeliverySource", "resourceArn", "Distribution", ITS_OWN),
    ("OBS-3", "eks/addon:Addon", "clusterName", "Cluster", "cluster"),
    ("S3-1", "s3/bucketReplicationConfig:BucketReplicationConfig", "bucket", "Bucket", ITS_OWN),
    ("S3-2", "backup/selection:Selection", "iamRoleArn", "Role", "backup"),
    ("S3-4", "acm/certificateValidation:CertificateValidation", "certificateArn", "Certificate", ITS_OWN),
    ("S3-4", "wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", "resourceArn", "WebAcl", ITS_OWN),
    ("S3-5", "ecr/lifecyclePolicy:LifecyclePolicy", "repository", "Repository", ITS_OWN),
    ("SEC-1", "secretsmanager/secretPolicy:SecretPolicy", "secretArn", "Secret", ITS_OWN),
    ("SEC-1", "secretsmanager/secretVersion:SecretVersion", "secretId", "Secret", ITS_OWN),
    (
        "SEC-2",
        "lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        "functionName",
        "Function",
        ITS_OWN,
    ),
    ("SEC-6", "accessanalyzer/archiveRule:ArchiveRule", "analyzerName", "Analyzer", "access"),
    ("SEC-6", "cloudtrail/trail:Trail", "cloudWatchLogsGroupArn", "LogGroup", ITS_OWN),
    ("SEC-6", "cloudtrail/trail:Trail", "cloudWatchLogsRoleArn", "Role", ITS_OWN),
    ("SEC-6", "cloudwatch/eventTarget:EventTarget", "rule", "EventRule", ITS_OWN),
    ("SEC-6", "guardduty/detectorFeature:DetectorFeature", "detectorId", "Detector", "threats"),
]


def _everything() -> tuple[Recording, ...]:
    """All that there can be: machines for CI, both places, a static site."""
    return prod_with_runners(), recording_of("staging"), system_recording("node", "prod")


@pytest.mark.parametrize(
    ("kind", "name", "of", "target"),
    [pytest.param(*reference, marks=pytest.mark.contract(row)) for row, *reference in REFERENCES],
)
def test_it_belongs_to_what_it_is_for(kind: str, name: str, of: str, target: str) -> None:
    seen = 0
    for recording in _everything():
        for each in recording.perhaps(f"aws:{kind}").values():
            led = [recording.by_urn(urn) for urn in each.references[name]]
            found = [(one.name, one.in_recovery) for one in led if one.type.endswith(f":{of}")]
            expected = (each.name if target == ITS_OWN else target, each.in_recovery)
            assert found == [expected], each.urn
            seen += 1
    assert seen, "there is one to look at"


@pytest.mark.contract("RED-1", "RED-2")
@pytest.mark.parametrize("purpose", ["cache", "queue"])
def test_a_redis_knows_its_own_two_users_and_no_others(each: Recording, purpose: str) -> None:
    group = each.one("aws:elasticache/userGroup:UserGroup", purpose)
    users = {each.by_urn(urn).name for urn in group.references["userIds"]}
    assert users == {f"{purpose}-app", f"{purpose}-default"}
    assert len(group.inputs["userIds"]) == 2
    # ElastiCache takes a group only with a user of this name ("Role-Based Access Control").
    named = {name: each.one("aws:elasticache/user:User", name).inputs["userName"] for name in users}
    assert named == {f"{purpose}-app": "app", f"{purpose}-default": "default"}


@pytest.mark.contract("SEC-2", "SEC-4", "DR-4")
def test_a_function_works_with_its_own_role(each: Recording) -> None:
    for function in each.of("aws:lambda/function:Function").values():
        led = {each.by_urn(urn).name for urn in function.references["role"]}
        assert led == {f"function-{function.name}"}


@pytest.mark.contract("ALM-16")
def test_whoever_was_paged_hears_that_it_is_over(each: Recording) -> None:
    pages = each.of("aws:cloudwatch/compositeAlarm:CompositeAlarm").values()
    paging = [page for page in pages if page.inputs.get("alarmActions")]
    assert paging
    assert all(page.inputs["okActions"] == page.inputs["alarmActions"] for page in paging)
