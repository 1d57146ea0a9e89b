"""Calls of a refresh to AWS, by the type of what is declared.

Written after the read functions of terraform-provider-aws (`internal/service/…`), which Pulumi's provider
calls, with the tags that it reads of all types that have any; of those that the embedded AWS really makes
`make provider` looks at the very calls. No account has been asked. Left out is what nobody refuses: an answer
that a resource is not there.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from rights.graph import Declared, Graph
from rights.unread import NOT_LOOKED_AT

# By type without `aws:` and the name of the class; nothing is read of an invocation.
_READS = """
accessanalyzer/analyzer access-analyzer:GetAnalyzer access-analyzer:ListTagsForResource
accessanalyzer/archiveRule access-analyzer:GetArchiveRule
acm/certificate acm:DescribeCertificate acm:ListTagsForCertificate
acm/certificateValidation acm:DescribeCertificate
backup/plan backup:GetBackupPlan backup:ListTags
backup/selection backup:GetBackupSelection
backup/vault backup:DescribeBackupVault backup:ListTags
backup/vaultLockConfiguration backup:DescribeBackupVault
backup/vaultNotifications backup:GetBackupVaultNotifications
backup/vaultPolicy backup:GetBackupVaultAccessPolicy
budgets/budget budgets:ViewBudget budgets:ListTagsForResource
cloudfront/cachePolicy cloudfront:GetCachePolicy
cloudfront/distribution cloudfront:GetDistribution cloudfront:ListTagsForResource
cloudfront/function cloudfront:DescribeFunction cloudfront:GetFunction
cloudfront/originAccessControl cloudfront:GetOriginAccessControl
cloudfront/responseHeadersPolicy cloudfront:GetResponseHeadersPolicy
cloudtrail/trail cloudtrail:DescribeTrails cloudtrail:GetEventSelectors cloudtrail:GetInsightSelectors
 cloudtrail:GetTrailStatus cloudtrail:ListTags
cloudwatch/compositeAlarm cloudwatch:DescribeAlarms cloudwatch:ListTagsForResource
cloudwatch/dashboard cloudwatch:GetDashboard
cloudwatch/eventRule events:DescribeRule events:ListTagsForResource
cloudwatch/eventTarget events:ListTargetsByRule
cloudwatch/logDataProtectionPolicy logs:GetDataProtectionPolicy
cloudwatch/logDelivery logs:GetDelivery logs:ListTagsForResource
cloudwatch/logDeliveryDestination logs:GetDeliveryDestination logs:ListTagsForResource
cloudwatch/logDeliverySource logs:GetDeliverySource logs:ListTagsForResource
cloudwatch/logGroup logs:DescribeLogGroups logs:ListTagsForResource
cloudwatch/logMetricFilter logs:DescribeMetricFilters
cloudwatch/logResourcePolicy logs:DescribeResourcePolicies
cloudwatch/logSubscriptionFilter logs:DescribeSubscriptionFilters
cloudwatch/metricAlarm cloudwatch:DescribeAlarms cloudwatch:ListTagsForResource
cloudwatch/queryDefinition logs:DescribeQueryDefinitions
codebuild/project codebuild:BatchGetProjects
codebuild/webhook codebuild:BatchGetProjects
ec2/defaultSecurityGroup ec2:DescribeSecurityGroups
ec2/eip ec2:DescribeAddresses ec2:DescribeAddressesAttribute
ec2/flowLog ec2:DescribeFlowLogs
ec2/internetGateway ec2:DescribeInternetGateways
ec2/natGateway ec2:DescribeNatGateways
ec2/route ec2:DescribeRouteTables
ec2/routeTable ec2:DescribeRouteTables
ec2/routeTableAssociation ec2:DescribeRouteTables
ec2/securityGroup ec2:DescribeSecurityGroups
ec2/subnet ec2:DescribeSubnets
ec2/vpc ec2:DescribeNetworkAcls ec2:DescribeRouteTables ec2:DescribeSecurityGroups ec2:DescribeVpcAttribute
 ec2:DescribeVpcs
ec2/vpcEndpoint ec2:DescribeNetworkInterfaces ec2:DescribePrefixLists ec2:DescribeVpcEndpoints
ecr/lifecyclePolicy ecr:GetLifecyclePolicy
ecr/registryPolicy ecr:GetRegistryPolicy
ecr/replicationConfiguration ecr:DescribeRegistry
ecr/repository ecr:DescribeRepositories ecr:ListTagsForResource
ecr/repositoryPolicy ecr:GetRepositoryPolicy
eks/accessEntry eks:DescribeAccessEntry
eks/accessPolicyAssociation eks:ListAssociatedAccessPolicies
eks/addon eks:DescribeAddon
eks/cluster eks:DescribeCluster
eks/podIdentityAssociation eks:DescribePodIdentityAssociation
elasticache/parameterGroup elasticache:DescribeCacheParameterGroups elasticache:DescribeCacheParameters
 elasticache:ListTagsForResource
elasticache/replicationGroup elasticache:DescribeCacheClusters elasticache:DescribeReplicationGroups
 elasticache:ListTagsForResource
elasticache/subnetGroup elasticache:DescribeCacheSubnetGroups elasticache:ListTagsForResource
elasticache/user elasticache:DescribeUsers elasticache:ListTagsForResource
elasticache/userGroup elasticache:DescribeUserGroups elasticache:ListTagsForResource
guardduty/detector guardduty:GetDetector
guardduty/detectorFeature guardduty:GetDetector
iam/openIdConnectProvider iam:GetOpenIDConnectProvider
iam/policy iam:GetPolicy iam:GetPolicyVersion
iam/role iam:GetRole iam:GetRolePolicy iam:ListAttachedRolePolicies iam:ListRolePolicies
iam/rolePolicy iam:GetRolePolicy
iam/rolePolicyAttachment iam:ListAttachedRolePolicies
kms/alias kms:ListAliases
kms/key kms:DescribeKey kms:GetKeyPolicy kms:GetKeyRotationStatus kms:ListResourceTags
kms/replicaKey kms:DescribeKey kms:GetKeyPolicy kms:GetKeyRotationStatus kms:ListResourceTags
lambda/function lambda:GetFunction lambda:GetFunctionCodeSigningConfig lambda:ListVersionsByFunction
lambda/functionEventInvokeConfig lambda:GetFunctionEventInvokeConfig
lambda/invocation
lambda/permission lambda:GetPolicy
lb/listener elasticloadbalancing:DescribeListenerAttributes elasticloadbalancing:DescribeListeners
 elasticloadbalancing:DescribeTags
lb/listenerRule elasticloadbalancing:DescribeRules elasticloadbalancing:DescribeTags
lb/loadBalancer elasticloadbalancing:DescribeCapacityReservation
 elasticloadbalancing:DescribeLoadBalancerAttributes elasticloadbalancing:DescribeLoadBalancers
 elasticloadbalancing:DescribeTags
lb/targetGroup elasticloadbalancing:DescribeTags elasticloadbalancing:DescribeTargetGroupAttributes
 elasticloadbalancing:DescribeTargetGroups
rds/instance rds:DescribeDBInstances rds:ListTagsForResource
rds/instanceAutomatedBackupsReplication rds:DescribeDBInstanceAutomatedBackups
rds/parameterGroup rds:DescribeDBParameterGroups rds:DescribeDBParameters rds:ListTagsForResource
rds/snapshot rds:DescribeDBSnapshotAttributes rds:DescribeDBSnapshots rds:ListTagsForResource
rds/subnetGroup rds:DescribeDBSubnetGroups rds:ListTagsForResource
route53/healthCheck route53:GetHealthCheck route53:ListTagsForResource
route53/record route53:GetHostedZone route53:ListResourceRecordSets
route53/zone route53:GetHostedZone route53:ListResourceRecordSets route53:ListTagsForResource
s3/bucket s3:GetAccelerateConfiguration s3:GetBucketAcl s3:GetBucketCORS s3:GetBucketLogging
 s3:GetBucketObjectLockConfiguration s3:GetBucketPolicy s3:GetBucketRequestPayment s3:GetBucketTagging
 s3:GetBucketVersioning s3:GetBucketWebsite s3:GetEncryptionConfiguration s3:GetLifecycleConfiguration
 s3:GetReplicationConfiguration s3:ListBucket
s3/bucketLifecycleConfiguration s3:GetLifecycleConfiguration
s3/bucketLogging s3:GetBucketLogging
s3/bucketObjectLockConfiguration s3:GetBucketObjectLockConfiguration
s3/bucketOwnershipControls s3:GetBucketOwnershipControls
s3/bucketPolicy s3:GetBucketPolicy
s3/bucketPublicAccessBlock s3:GetBucketPublicAccessBlock
s3/bucketReplicationConfig s3:GetReplicationConfiguration
s3/bucketServerSideEncryptionConfiguration s3:GetEncryptionConfiguration
s3/bucketVersioning s3:GetBucketVersioning
scheduler/schedule scheduler:GetSchedule
secretsmanager/secret secretsmanager:DescribeSecret secretsmanager:GetResourcePolicy
secretsmanager/secretPolicy secretsmanager:GetResourcePolicy
secretsmanager/secretRotation secretsmanager:DescribeSecret
secretsmanager/secretVersion secretsmanager:GetSecretValue
sns/topic sns:GetTopicAttributes sns:ListTagsForResource
sns/topicPolicy sns:GetTopicAttributes
sns/topicSubscription sns:GetSubscriptionAttributes
vpc/securityGroupEgressRule ec2:DescribeSecurityGroupRules
vpc/securityGroupIngressRule ec2:DescribeSecurityGroupRules
wafv2/webAcl wafv2:GetWebACL wafv2:ListTagsForResource
wafv2/webAclAssociation wafv2:GetWebACLForResource
wafv2/webAclLoggingConfiguration wafv2:GetLoggingConfiguration
"""


def _table() -> dict[str, tuple[str, ...]]:
    found = {}
    for line in _READS.replace("\n ", " ").strip().splitlines():
        path, *actions = line.split()
        name = path.rpartition("/")[2]
        found[f"aws:{path}:{name[0].upper()}{name[1:]}"] = tuple(actions)
    return found


READS = MappingProxyType(_table())
# Which resource a policy is of that decides about the reading, where it is not the type's own.
_OF_ANOTHER = ("bucket", "secretId", "secretArn", "topic")


def reads(graph: Graph) -> Iterator[tuple[str, str]]:
    """Each action of a refresh, and what it is about."""
    for kind in sorted({each.type for each in graph.of_aws} - {NOT_LOOKED_AT}):
        assert kind in READS, f"{kind}: write down in {__name__} what a refresh of it reads"
        for each in graph.of(kind):
            for action in READS[kind]:
                yield action, _about(graph, each)


def _about(graph: Graph, resource: Declared) -> str:
    """Its ARN, or that of the resource whose policy it or its configuration is."""
    for key in _OF_ANOTHER:
        if reference := resource.inputs.get(key):
            for kind in ("aws:s3/bucket:Bucket", "aws:secretsmanager/secret:Secret", "aws:sns/topic:Topic"):
                if (found := graph.find(kind, str(reference))) is not None:
                    return found.arn
    return resource.arn if resource.arn.startswith("arn:") else "*"
