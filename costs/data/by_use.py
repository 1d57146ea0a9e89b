"""Types that cost by use alone, and types that cost nothing. Every other one has items, or is missing."""

from __future__ import annotations

from collections.abc import Mapping

# What is paid for: not counted, because nobody knows it before it is used.
BY_USE: Mapping[str, str] = {
    "aws:backup/vault:Vault": "recovery points, by the gigabyte",
    "aws:cloudfront/distribution:Distribution": "requests and traffic of the CDN",
    "aws:cloudfront/function:Function": "calls of the CDN's functions",
    "aws:cloudtrail/trail:Trail": "data events",
    "aws:cloudwatch/logDelivery:LogDelivery": "delivered logs",
    "aws:cloudwatch/logGroup:LogGroup": "logs, by the gigabyte",
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": "metrics of our own",
    "aws:ec2/flowLog:FlowLog": "flow logs, by the gigabyte",
    "aws:ecr/repository:Repository": "images, by the gigabyte",
    "aws:guardduty/detector:Detector": "events that GuardDuty looks at",
    "aws:lambda/function:Function": "calls of functions",
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": "copies of backups",
    "aws:rds/snapshot:Snapshot": "snapshots, by the gigabyte",
    "aws:s3/bucket:Bucket": "objects, by the gigabyte",
    # 1.5 cents a gigabyte for Replication Time Control, beside transfer, requests and what is stored there
    # (infra/data/replication.py); also for the frontend, of each release. To the backup account, in the same
    # region, requests and what is stored there.
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": "copies to another region and account",
    "aws:scheduler/schedule:Schedule": "calls by the clock",
    "aws:sns/topic:Topic": "messages",
    "kubernetes:karpenter.sh/v1:NodePool": "nodes: their instances, Auto Mode's fee for them, their volumes",
}

# Settings, names and rights: nothing is paid for them by themselves.
FREE: frozenset[str] = frozenset(
    """
    aws:accessanalyzer/analyzer:Analyzer aws:accessanalyzer/archiveRule:ArchiveRule
    aws:acm/certificate:Certificate aws:acm/certificateValidation:CertificateValidation
    aws:backup/plan:Plan aws:backup/selection:Selection
    aws:backup/vaultLockConfiguration:VaultLockConfiguration
    aws:backup/vaultNotifications:VaultNotifications aws:backup/vaultPolicy:VaultPolicy
    aws:budgets/budget:Budget
    aws:cloudfront/cachePolicy:CachePolicy aws:cloudfront/originAccessControl:OriginAccessControl
    aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy
    aws:cloudwatch/eventRule:EventRule aws:cloudwatch/eventTarget:EventTarget
    aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy
    aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination
    aws:cloudwatch/logDeliverySource:LogDeliverySource
    aws:cloudwatch/logResourcePolicy:LogResourcePolicy
    aws:cloudwatch/queryDefinition:QueryDefinition
    aws:ec2/defaultSecurityGroup:DefaultSecurityGroup aws:ec2/internetGateway:InternetGateway
    aws:ec2/route:Route aws:ec2/routeTable:RouteTable aws:ec2/routeTableAssociation:RouteTableAssociation
    aws:ec2/securityGroup:SecurityGroup aws:ec2/subnet:Subnet aws:ec2/vpc:Vpc
    aws:ecr/lifecyclePolicy:LifecyclePolicy aws:ecr/registryPolicy:RegistryPolicy
    aws:ecr/replicationConfiguration:ReplicationConfiguration aws:ecr/repositoryPolicy:RepositoryPolicy
    aws:eks/accessEntry:AccessEntry aws:eks/accessPolicyAssociation:AccessPolicyAssociation
    aws:eks/addon:Addon aws:eks/podIdentityAssociation:PodIdentityAssociation
    aws:elasticache/parameterGroup:ParameterGroup aws:elasticache/subnetGroup:SubnetGroup
    aws:elasticache/user:User aws:elasticache/userGroup:UserGroup
    aws:guardduty/detectorFeature:DetectorFeature
    aws:iam/openIdConnectProvider:OpenIdConnectProvider aws:iam/policy:Policy aws:iam/role:Role
    aws:iam/rolePolicy:RolePolicy aws:iam/rolePolicyAttachment:RolePolicyAttachment
    aws:kms/alias:Alias
    aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig aws:lambda/invocation:Invocation
    aws:lambda/permission:Permission
    aws:lb/listener:Listener aws:lb/listenerRule:ListenerRule aws:lb/targetGroup:TargetGroup
    aws:rds/parameterGroup:ParameterGroup aws:rds/subnetGroup:SubnetGroup aws:route53/record:Record
    aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration aws:s3/bucketLogging:BucketLogging
    aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration
    aws:s3/bucketOwnershipControls:BucketOwnershipControls aws:s3/bucketPolicy:BucketPolicy
    aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock
    aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration
    aws:s3/bucketVersioning:BucketVersioning
    aws:secretsmanager/secretPolicy:SecretPolicy aws:secretsmanager/secretRotation:SecretRotation
    aws:secretsmanager/secretVersion:SecretVersion
    aws:sns/topicPolicy:TopicPolicy aws:sns/topicSubscription:TopicSubscription
    aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule
    aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule
    aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration
    """.split()
)
