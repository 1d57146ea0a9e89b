"""Of each type that the program declares: how it is found what AWS called one that was being made.

The forms of ids are those of the Terraform AWS provider ("Import" of each resource's page) and of pulumi-aws.
operations/recovery/identities.py says what the three kinds of rules are for.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Inputs = Mapping[str, Any]

# Put…, Attach…, Associate… of the services' API references: a second one of the same name is the first one.
AGAIN = frozenset(
    {
        "aws:acm/certificateValidation:CertificateValidation",  # asks AWS for nothing, but waits
        "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        "aws:backup/vaultNotifications:VaultNotifications",
        "aws:backup/vaultPolicy:VaultPolicy",
        "aws:cloudwatch/compositeAlarm:CompositeAlarm",
        "aws:cloudwatch/dashboard:Dashboard",
        "aws:cloudwatch/eventRule:EventRule",
        "aws:cloudwatch/eventTarget:EventTarget",
        "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy",
        "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination",
        "aws:cloudwatch/logDeliverySource:LogDeliverySource",
        "aws:cloudwatch/logMetricFilter:LogMetricFilter",
        "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",  # the provider takes over the one that there is
        "aws:ecr/lifecyclePolicy:LifecyclePolicy",
        "aws:ecr/replicationConfiguration:ReplicationConfiguration",
        "aws:guardduty/detectorFeature:DetectorFeature",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        "aws:lambda/invocation:Invocation",  # the functions of the program may be called again
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "aws:s3/bucketLogging:BucketLogging",
        "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        "aws:s3/bucketPolicy:BucketPolicy",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "aws:s3/bucketVersioning:BucketVersioning",
        "aws:secretsmanager/secretPolicy:SecretPolicy",
        "aws:secretsmanager/secretRotation:SecretRotation",
        "aws:secretsmanager/secretVersion:SecretVersion",
        "aws:sns/topicPolicy:TopicPolicy",
        "aws:sns/topicSubscription:TopicSubscription",  # Subscribe answers the one that there is
        "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
    }
)
# `{name}` is an input; {region} and {account} are of the provider.
FROM_INPUTS: Mapping[str, str] = {
    "aws:accessanalyzer/analyzer:Analyzer": "{analyzerName}",
    "aws:accessanalyzer/archiveRule:ArchiveRule": "{analyzerName}/{ruleName}",
    "aws:backup/vault:Vault": "{name}",
    "aws:budgets/budget:Budget": "{account}:{name}",
    "aws:cloudtrail/trail:Trail": "arn:aws:cloudtrail:{region}:{account}:trail/{name}",
    "aws:cloudwatch/logGroup:LogGroup": "{name}",
    "aws:ecr/repository:Repository": "{name}",
    "aws:eks/accessEntry:AccessEntry": "{clusterName}:{principalArn}",
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": "{clusterName}#{principalArn}#{policyArn}",
    "aws:eks/addon:Addon": "{clusterName}:{addonName}",
    "aws:eks/cluster:Cluster": "{name}",
    "aws:elasticache/parameterGroup:ParameterGroup": "{name}",
    "aws:elasticache/replicationGroup:ReplicationGroup": "{replicationGroupId}",
    "aws:elasticache/subnetGroup:SubnetGroup": "{name}",
    "aws:elasticache/user:User": "{userId}",
    "aws:elasticache/userGroup:UserGroup": "{userGroupId}",
    "aws:iam/policy:Policy": "arn:aws:iam::{account}:policy/{name}",
    "aws:iam/role:Role": "{name}",
    "aws:kms/alias:Alias": "{name}",
    "aws:lambda/function:Function": "{name}",
    "aws:lambda/permission:Permission": "{statementId}",
    "aws:rds/eventSubscription:EventSubscription": "{name}",
    "aws:rds/instance:Instance": "{identifier}",
    "aws:rds/parameterGroup:ParameterGroup": "{name}",
    "aws:rds/snapshot:Snapshot": "{dbSnapshotIdentifier}",
    "aws:rds/subnetGroup:SubnetGroup": "{name}",
    "aws:route53/record:Record": "{zoneId}_{name}_{type}",
    "aws:s3/bucket:Bucket": "{bucket}",
    "aws:sns/topic:Topic": "arn:aws:sns:{region}:{account}:{name}",
}


def _route(inputs: Inputs) -> str:
    # terraform-provider-aws, internal/service/ec2/id.go: routeCreateID.
    return f"r-{inputs['routeTableId']}{zlib.crc32(str(inputs['destinationCidrBlock']).encode())}"


# What a template cannot say.
COMPUTED: Mapping[str, Callable[[Inputs], str]] = {
    "aws:ec2/route:Route": _route,
    # A replica has the id of its primary.
    "aws:kms/replicaKey:ReplicaKey": lambda inputs: str(inputs["primaryKeyArn"]).rpartition("/")[2],
    "aws:scheduler/schedule:Schedule": lambda inputs: (
        f"{inputs.get('groupName') or 'default'}/{inputs['name']}"
    ),
}


@dataclass(frozen=True)
class Asked:
    """How AWS is asked for what it may have made.

    Args:
        service: boto3's name.
        operation: boto3's name.
        items: JMESPath of the answer: the list of them.
        id: JMESPath of one: its id.
        equal: JMESPath of one, and that of the inputs which has to say the same.
        parameters: of the call, as JMESPath of the inputs.
        each: an operation that tells more of one, and the parameter that its id is.
    """

    service: str
    operation: str
    items: str
    id: str
    equal: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    each: tuple[str, str] | None = None


_NAMED = {"Tags[?Key=='Name']|[0].Value": "tags.Name"}


def _rule(*, egress: bool) -> Asked:
    return Asked(
        "ec2",
        "describe_security_group_rules",
        "SecurityGroupRules",
        "SecurityGroupRuleId",
        {
            "IsEgress": "`true`" if egress else "`false`",
            "GroupId": "securityGroupId",
            "IpProtocol": "ipProtocol",
            "FromPort": "fromPort",
            "ToPort": "toPort",
            "CidrIpv4": "cidrIpv4",
            "CidrIpv6": "cidrIpv6",
            "ReferencedGroupInfo.GroupId": "referencedSecurityGroupId",
        },
        {"Filters": "[{Name: 'group-id', Values: [securityGroupId]}]"},
    )


ASKED: Mapping[str, Asked] = {
    "aws:acm/certificate:Certificate": Asked(
        "acm", "list_certificates", "CertificateSummaryList", "CertificateArn", {"DomainName": "domainName"}
    ),
    "aws:backup/plan:Plan": Asked(
        "backup", "list_backup_plans", "BackupPlansList", "BackupPlanId", {"BackupPlanName": "name"}
    ),
    "aws:backup/selection:Selection": Asked(
        "backup",
        "list_backup_selections",
        "BackupSelectionsList",
        "SelectionId",
        {"SelectionName": "name"},
        {"BackupPlanId": "planId"},
    ),
    "aws:cloudfront/cachePolicy:CachePolicy": Asked(
        "cloudfront",
        "list_cache_policies",
        "CachePolicyList.Items[].CachePolicy",
        "Id",
        {"CachePolicyConfig.Name": "name"},
        {"Type": "'custom'"},
    ),
    "aws:cloudfront/distribution:Distribution": Asked(
        "cloudfront", "list_distributions", "DistributionList.Items", "Id", {"Comment": "comment"}
    ),
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": Asked(
        "cloudfront",
        "list_response_headers_policies",
        "ResponseHeadersPolicyList.Items[].ResponseHeadersPolicy",
        "Id",
        {"ResponseHeadersPolicyConfig.Name": "name"},
        {"Type": "'custom'"},
    ),
    "aws:cloudwatch/logDelivery:LogDelivery": Asked(
        "logs",
        "describe_deliveries",
        "deliveries",
        "id",
        {"deliverySourceName": "deliverySourceName", "deliveryDestinationArn": "deliveryDestinationArn"},
    ),
    "aws:cloudwatch/queryDefinition:QueryDefinition": Asked(
        "logs", "describe_query_definitions", "queryDefinitions", "queryDefinitionId", {"name": "name"}
    ),
    "aws:ec2/eip:Eip": Asked("ec2", "describe_addresses", "Addresses", "AllocationId", _NAMED),
    "aws:ec2/flowLog:FlowLog": Asked(
        "ec2", "describe_flow_logs", "FlowLogs", "FlowLogId", {"ResourceId": "vpcId"}
    ),
    "aws:ec2/internetGateway:InternetGateway": Asked(
        "ec2", "describe_internet_gateways", "InternetGateways", "InternetGatewayId", _NAMED
    ),
    "aws:ec2/natGateway:NatGateway": Asked(
        "ec2",
        "describe_nat_gateways",
        "NatGateways[?State!='deleted' && State!='deleting']",
        "NatGatewayId",
        {"SubnetId": "subnetId"},
    ),
    "aws:ec2/routeTable:RouteTable": Asked(
        "ec2", "describe_route_tables", "RouteTables", "RouteTableId", {"VpcId": "vpcId", **_NAMED}
    ),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": Asked(
        "ec2",
        "describe_route_tables",
        "RouteTables[].Associations[]",
        "RouteTableAssociationId",
        {"SubnetId": "subnetId", "RouteTableId": "routeTableId"},
    ),
    "aws:ec2/securityGroup:SecurityGroup": Asked(
        "ec2",
        "describe_security_groups",
        "SecurityGroups",
        "GroupId",
        {"GroupName": "name", "VpcId": "vpcId"},
    ),
    "aws:ec2/subnet:Subnet": Asked(
        "ec2", "describe_subnets", "Subnets", "SubnetId", {"VpcId": "vpcId", "CidrBlock": "cidrBlock"}
    ),
    "aws:ec2/vpc:Vpc": Asked("ec2", "describe_vpcs", "Vpcs", "VpcId", {"CidrBlock": "cidrBlock", **_NAMED}),
    "aws:ec2/vpcEndpoint:VpcEndpoint": Asked(
        "ec2",
        "describe_vpc_endpoints",
        "VpcEndpoints[?State!='deleted' && State!='deleting']",
        "VpcEndpointId",
        {"VpcId": "vpcId", "ServiceName": "serviceName"},
    ),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": Asked(
        "eks",
        "list_pod_identity_associations",
        "associations",
        "associationId",
        {"serviceAccount": "serviceAccount", "namespace": "namespace"},
        {"clusterName": "clusterName"},
    ),
    "aws:guardduty/detector:Detector": Asked("guardduty", "list_detectors", "DetectorIds", "@"),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": Asked(
        "iam",
        "list_open_id_connect_providers",
        "OpenIDConnectProviderList",
        "Arn",
        {"Url": "url"},
        each=("get_open_id_connect_provider", "OpenIDConnectProviderArn"),
    ),
    "aws:kms/key:Key": Asked(
        "kms",
        "list_keys",
        "Keys",
        "KeyId",
        {"KeyMetadata.Description": "description"},
        each=("describe_key", "KeyId"),
    ),
    "aws:lb/listener:Listener": Asked(
        "elbv2",
        "describe_listeners",
        "Listeners",
        "ListenerArn",
        {"Port": "port"},
        {"LoadBalancerArn": "loadBalancerArn"},
    ),
    "aws:lb/listenerRule:ListenerRule": Asked(
        "elbv2",
        "describe_rules",
        "Rules",
        "RuleArn",
        {"Priority": "priority"},
        {"ListenerArn": "listenerArn"},
    ),
    "aws:lb/loadBalancer:LoadBalancer": Asked(
        "elbv2", "describe_load_balancers", "LoadBalancers", "LoadBalancerArn", {"LoadBalancerName": "name"}
    ),
    "aws:lb/targetGroup:TargetGroup": Asked(
        "elbv2", "describe_target_groups", "TargetGroups", "TargetGroupArn", {"TargetGroupName": "name"}
    ),
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": Asked(
        "rds",
        "describe_db_instance_automated_backups",
        "DBInstanceAutomatedBackups",
        "DBInstanceAutomatedBackupsArn",
        {"DBInstanceArn": "sourceDbInstanceArn"},
    ),
    "aws:route53/healthCheck:HealthCheck": Asked(
        "route53",
        "list_health_checks",
        "HealthChecks",
        "Id",
        {
            "HealthCheckConfig.FullyQualifiedDomainName": "fqdn",
            "HealthCheckConfig.ResourcePath": "resourcePath",
        },
    ),
    "aws:route53/zone:Zone": Asked(
        "route53", "list_hosted_zones", "HostedZones", "Id", {"Name": "join('', [name, '.'])"}
    ),
    "aws:secretsmanager/secret:Secret": Asked(
        "secretsmanager", "list_secrets", "SecretList", "ARN", {"Name": "name"}
    ),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _rule(egress=True),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _rule(egress=False),
    "aws:wafv2/webAcl:WebAcl": Asked(
        "wafv2", "list_web_acls", "WebACLs", "Id", {"Name": "name"}, {"Scope": "scope"}
    ),
}
