"""The table of differences that AWS's provider does not see (`rehearsal.aws.suppressed` applies it).

Source: the `DiffSuppressFunc`, `StateFunc` or `CustomizeDiff` of each property in terraform-provider-aws, as
of `LOOKED_UP`; beside each rule are the file below internal/service and the function. pulumi-aws 7.51.1 wraps
a later 6.x, whose source was not at hand. Rules of every kind were also asked of the provider itself, the
binary of 5.100.0, one plan for each change; those that it does not have yet say "newer than 5.100".

What looks like a rule and is none:

- `SuppressMissingOptionalConfigurationBlock` hides a block that AWS has and the program never wrote: AWS's
  values are not compared here. A block that the program stops writing is a difference by what is in it, so
  the rules for that (`rule.gone`) name the provider's defaults.
- Semantic equality of the plugin framework (`ip_protocol` of rules of security groups, dates of S3's
  lifecycle rules, `policy` of an EKS pod identity) compares what AWS answers with what was asked for. Another
  spelling in the program is planned as an update.
- Tags are compared as they are; `tags_all` follows from them (`verify.SetTagsDiff`).
- `suffixPath` of a log delivery is put right when it is read, not when it is planned.

The order in a set and what AWS fills in are facts (`rehearsal.aws.facts`). Left out is what the program
cannot meet: members of Outposts (eks/cluster.go), addresses of a regional NAT gateway
(ec2/vpc_nat_gateway.go) and groups of nodes that are named one by one (elasticache/replication_group.go).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from rehearsal.aws import difference_rules as rule
from rehearsal.aws import equivalence as same
from rehearsal.aws.difference_load_balancers import LOAD_BALANCING

LOOKED_UP = "terraform-provider-aws v6.58.0"

_ANY_CASE = rule.alone(same.SAME_IN_ANY_CASE)
_POLICY = rule.alone(same.SAME_POLICY)
_DOCUMENT = rule.alone(same.SAME_DOCUMENT)

# ec2/vpc_security_group.go: protocolStateFunc, and securityGroupRuleHash, by which two rules are one
_FIREWALL: Mapping[str, rule.Rule] = {
    f"{way}.{name}": known
    for way in ("ingress", "egress")
    for name, known in (
        ("protocol", rule.alone(same.SAME_PROTOCOL)),
        ("cidrBlocks", rule.in_any_order),
        ("ipv6CidrBlocks", rule.in_any_order),
        ("prefixListIds", rule.in_any_order),
    )
}

_BY_TYPE: Mapping[str, Mapping[str, rule.Rule]] = {
    "aws:budgets/budget:Budget": {
        # budgets/budget.go: suppressEquivalentBudgetLimitAmount
        "limitAmount": rule.alone(same.SAME_AMOUNT),
        "plannedLimits.amount": rule.alone(same.SAME_AMOUNT),
    },
    "aws:cloudwatch/dashboard:Dashboard": {
        # cloudwatch/dashboard.go: JSONDocumentSchemaRequired; the order of lists matters here and below
        "dashboardBody": _DOCUMENT,
    },
    # backup/vault_policy.go: IAMPolicyDocumentSchemaRequired
    "aws:backup/vaultPolicy:VaultPolicy": {"policy": _POLICY},
    "aws:cloudwatch/eventRule:EventRule": {
        # events/rule.go: a StateFunc that writes the pattern anew (ruleEventPatternJSONDecoder)
        "eventPattern": _DOCUMENT,
        # the same: no difference when the new value is empty
        "state": rule.left_out,
        "isEnabled": rule.left_out,
    },
    "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy": {
        # logs/data_protection_policy.go: JSONDocumentSchemaRequired
        "policyDocument": _DOCUMENT,
    },
    "aws:cloudwatch/logGroup:LogGroup": {
        # logs/group.go, newer than 5.100: none in the class DELIVERY, unless the class changes
        "retentionInDays": rule.group_for_delivery,
    },
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": {
        # logs/metric_filter.go: TrimSpaceSchemaStateFunc
        "pattern": rule.alone(same.SAME_BUT_FOR_SPACE),
    },
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": {
        # logs/resource_policy.go: IAMPolicyDocumentSchemaRequired
        "policyDocument": _POLICY,
    },
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": _FIREWALL,
    "aws:ec2/flowLog:FlowLog": {
        # ec2/vpc_flow_log.go: SuppressMissingOptionalConfigurationBlock, and the defaults in it
        "destinationOptions": rule.gone(
            fileFormat="plain-text", hiveCompatiblePartitions=False, perHourPartition=False
        ),
    },
    "aws:ec2/route:Route": {
        # ec2/vpc_route.go: suppressEqualCIDRBlockDiffs
        "destinationIpv6CidrBlock": rule.alone(same.SAME_NETWORK),
    },
    "aws:ec2/routeTable:RouteTable": {
        # ec2/vpc_route_table.go: resourceRouteTableHash, by which two routes are one
        "routes.ipv6CidrBlock": rule.alone(same.SAME_NETWORK),
    },
    "aws:ec2/securityGroup:SecurityGroup": _FIREWALL,
    "aws:ec2/vpcEndpoint:VpcEndpoint": {
        # ec2/vpc_endpoint.go: IAMPolicyDocumentSchemaOptionalComputed (`ipAddressType` takes no other case)
        "policy": _POLICY,
    },
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": {
        # ecr/lifecycle_policy.go: equivalentLifecyclePolicyJSON
        "policy": rule.alone(same.SAME_LIFECYCLE_POLICY),
    },
    "aws:ecr/repository:Repository": {
        # ecr/repository.go: SuppressMissingOptionalConfigurationBlock, and the defaults in it
        "encryptionConfigurations": rule.gone(encryptionType="AES256"),
        "imageScanningConfiguration": rule.gone(scanOnPush=False),
    },
    "aws:elasticache/parameterGroup:ParameterGroup": {
        # elasticache/parameter_group.go: a StateFunc that lowers
        "name": _ANY_CASE,
    },
    "aws:elasticache/replicationGroup:ReplicationGroup": {
        # elasticache/replication_group.go: StateFuncs that lower
        "maintenanceWindow": _ANY_CASE,
        "replicationGroupId": _ANY_CASE,
        # the same: the default port, and members of a global group
        "port": rule.default_port_left_out,
        "automaticFailoverEnabled": rule.in_global_group,
    },
    "aws:elasticache/subnetGroup:SubnetGroup": {
        # elasticache/subnet_group.go: a StateFunc that lowers
        "name": _ANY_CASE,
    },
    "aws:elasticache/user:User": {
        # elasticache/user.go: SuppressEquivalentStringCaseInsensitive
        "engine": _ANY_CASE,
        # the same, newer than 5.100: ToLowerSchemaStateFunc
        "userId": _ANY_CASE,
    },
    "aws:elasticache/userGroup:UserGroup": {
        # elasticache/user_group.go: as of a user, the name's newer than 5.100
        "engine": _ANY_CASE,
        "userGroupId": _ANY_CASE,
    },
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {
        # iam/suppress.go: suppressOpenIDURL
        "url": rule.alone(same.SAME_ISSUER),
    },
    # iam/policy.go, iam/role.go, iam/role_policy.go: SuppressEquivalentPolicyDiffs
    "aws:iam/policy:Policy": {"policy": _POLICY},
    "aws:iam/role:Role": {"assumeRolePolicy": _POLICY, "inlinePolicies.policy": _POLICY},
    "aws:iam/rolePolicy:RolePolicy": {"policy": _POLICY},
    "aws:kms/alias:Alias": {
        # kms/diff.go: suppressEquivalentKeyARNOrID
        "targetKeyId": rule.alone(same.SAME_KEY),
    },
    # kms/key.go, kms/replica_key.go: IAMPolicyDocumentSchemaOptionalComputed
    "aws:kms/key:Key": {"policy": _POLICY},
    "aws:kms/replicaKey:ReplicaKey": {"policy": _POLICY},
    "aws:lambda/function:Function": {
        # lambda/function.go: blocks that are empty
        "environment": rule.nothing_in_it,
        "imageConfig": rule.nothing_new,  # newer than 5.100
        "vpcConfig": rule.nothing_new,
        # the same: suppressLoggingConfigUnspecifiedLogLevels
        "loggingConfig.applicationLogLevel": rule.level_left_out,
        "loggingConfig.systemLogLevel": rule.level_left_out,
    },
    **LOAD_BALANCING,
    "aws:rds/instance:Instance": {
        # rds/instance.go
        "allocatedStorage": rule.grown_by_rds,
        "maxAllocatedStorage": rule.no_scaling,
        # the same: a StateFunc that lowers
        "engine": _ANY_CASE,
        "maintenanceWindow": _ANY_CASE,
        # the same: instanceReplicateSourceDBSuppressDiff
        "replicateSourceDb": rule.alone(same.SAME_DATABASE),
    },
    "aws:rds/parameterGroup:ParameterGroup": {
        # rds/parameter_group.go: parameterHash, by which two parameters are one
        "parameters.name": _ANY_CASE,
        "parameters.applyMethod": _ANY_CASE,
    },
    "aws:route53/healthCheck:HealthCheck": {
        # route53/health_check.go: a StateFunc that raises; addresses are compared as such
        "type": _ANY_CASE,
        "ipAddress": rule.alone(same.SAME_ADDRESS),
        # the same: triggersCustomizeDiff
        "triggers": rule.left_out,
    },
    "aws:route53/record:Record": {
        # route53/record.go: normalizeAliasDomainName; a StateFunc that lowers
        "aliases.name": rule.alone(same.SAME_ESCAPED_DOMAIN_NAME),
        "name": rule.alone(same.SAME_DOMAIN_NAME),
    },
    "aws:route53/zone:Zone": {
        # route53/zone.go: normalizeDomainName
        "name": rule.alone(same.SAME_ESCAPED_DOMAIN_NAME),
        # the same: SimpleSchemaSetFunc, by which a VPC is its ID
        "vpcs.vpcRegion": rule.anything,
    },
    "aws:s3/bucket:Bucket": {
        # s3/bucket.go: SuppressEquivalentPolicyDiffs; a StateFunc that writes the rules anew
        "policy": _POLICY,
        "website.routingRules": _DOCUMENT,
    },
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
        # s3/bucket_lifecycle_configuration.go: emptyFilterPlanModifier
        "rules.filter": rule.same_filter,
    },
    # s3/bucket_policy.go: IAMPolicyDocumentSchemaRequired
    "aws:s3/bucketPolicy:BucketPolicy": {"policy": _POLICY},
    "aws:scheduler/schedule:Schedule": {
        # scheduler/schedule.go: SuppressMissingOptionalConfigurationBlock, and the defaults in it
        "target.retryPolicy": rule.gone(maximumEventAgeInSeconds=86400, maximumRetryAttempts=185),
        # the same: SuppressEquivalentStringCaseInsensitive
        "target.ecsParameters.placementStrategies.field": _ANY_CASE,
    },
    # secretsmanager/secret.go: IAMPolicyDocumentSchemaOptionalComputed
    "aws:secretsmanager/secret:Secret": {"policy": _POLICY},
    # secretsmanager/secret_policy.go: SuppressEquivalentPolicyDiffs
    "aws:secretsmanager/secretPolicy:SecretPolicy": {"policy": _POLICY},
    "aws:sns/topic:Topic": {
        # sns/topic.go: IAMPolicyDocumentSchemaOptionalComputed, JSONDocument…SchemaOptional
        "policy": _POLICY,
        "deliveryPolicy": _DOCUMENT,
        "archivePolicy": _DOCUMENT,
    },
    # sns/topic_policy.go: IAMPolicyDocumentSchemaRequired
    "aws:sns/topicPolicy:TopicPolicy": {"policy": _POLICY},
    "aws:sns/topicSubscription:TopicSubscription": {
        # sns/topic_subscription.go: JSONDocumentSchemaOptional
        "filterPolicy": _DOCUMENT,
        "redrivePolicy": _DOCUMENT,
        "replayPolicy": _DOCUMENT,
        # the same: SuppressEquivalentTopicSubscriptionDeliveryPolicy, but for what SNS does not know
        "deliveryPolicy": _DOCUMENT,
    },
    "aws:wafv2/webAcl:WebAcl": {
        # wafv2/web_acl.go: SuppressEquivalentJSONDiffs
        "ruleJson": _DOCUMENT,
    },
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": {
        # wafv2/web_acl_logging_configuration.go: suppressRedactedFieldsDiff
        "redactedFields": rule.same_redaction,
    },
}

# By type and path without indexes.
RULES: Mapping[tuple[str, str], rule.Rule] = MappingProxyType(
    {(token, path): known for token, paths in _BY_TYPE.items() for path, known in paths.items()}
)

# Types that were looked up, at `LOOKED_UP`, and have no rule.
WITHOUT_RULE = frozenset(
    {
        "aws:accessanalyzer/analyzer:Analyzer",
        "aws:accessanalyzer/archiveRule:ArchiveRule",
        "aws:acm/certificate:Certificate",
        "aws:acm/certificateValidation:CertificateValidation",
        "aws:backup/plan:Plan",
        "aws:backup/selection:Selection",
        "aws:backup/vault:Vault",
        "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        "aws:backup/vaultNotifications:VaultNotifications",
        "aws:cloudfront/cachePolicy:CachePolicy",
        "aws:cloudfront/distribution:Distribution",
        "aws:cloudfront/function:Function",
        "aws:cloudfront/originAccessControl:OriginAccessControl",
        "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy",
        "aws:cloudtrail/trail:Trail",
        "aws:cloudwatch/compositeAlarm:CompositeAlarm",
        "aws:cloudwatch/eventTarget:EventTarget",
        "aws:cloudwatch/logDelivery:LogDelivery",
        "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination",
        "aws:cloudwatch/logDeliverySource:LogDeliverySource",
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "aws:cloudwatch/queryDefinition:QueryDefinition",
        "aws:ec2/eip:Eip",
        "aws:ec2/internetGateway:InternetGateway",
        "aws:ec2/natGateway:NatGateway",
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        "aws:ec2/subnet:Subnet",
        "aws:ec2/vpc:Vpc",
        "aws:ecr/replicationConfiguration:ReplicationConfiguration",
        "aws:eks/accessEntry:AccessEntry",
        "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        "aws:eks/addon:Addon",
        "aws:eks/cluster:Cluster",
        "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        "aws:guardduty/detector:Detector",
        "aws:guardduty/detectorFeature:DetectorFeature",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        "aws:lambda/invocation:Invocation",
        "aws:lambda/permission:Permission",
        "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
        "aws:rds/snapshot:Snapshot",
        "aws:rds/subnetGroup:SubnetGroup",
        "aws:s3/bucketLogging:BucketLogging",
        "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "aws:s3/bucketVersioning:BucketVersioning",
        "aws:secretsmanager/secretRotation:SecretRotation",
        "aws:secretsmanager/secretVersion:SecretVersion",
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    }
)

# Here another layout is a difference, as a text that holds JSON is a text to the provider.
# - lambda/invocation.go: another `input` calls the function again (a new resource)
# - eks/addon.go: another text in `configuration_values` is an update of the add-on
# - lambda/function.go: `variables` of the environment is a map of plain texts
# - scheduler/schedule.go and events/target.go: another text is another input
PLAIN_TEXT = frozenset(
    {
        ("aws:lambda/invocation:Invocation", "input"),
        ("aws:lambda/function:Function", "environment.variables"),
        ("aws:eks/addon:Addon", "configurationValues"),
        ("aws:scheduler/schedule:Schedule", "target.input"),
        ("aws:cloudwatch/eventTarget:EventTarget", "input"),
    }
)
