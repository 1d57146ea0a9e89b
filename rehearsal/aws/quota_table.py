"""AWS's and Kubernetes' quotas, as far as this program comes near to any: figures with their source."""

from __future__ import annotations

from rehearsal.aws import quota_measures as measures
from rehearsal.aws.quotas import Quota, as_text, by, each, in_region, length, one, size

_IAM = "IAM user guide, IAM and AWS STS quotas"
_VPC = "VPC user guide, Amazon VPC quotas"
_ELB = "ELB user guide, Quotas for your Application Load Balancers"
_CLOUDFRONT = "CloudFront developer guide, Quotas"
_CLOUDWATCH = "CloudWatch user guide, CloudWatch service quotas"
_LOGS = "CloudWatch Logs user guide, quotas"
_ROUTE53 = "Route 53 developer guide, Quotas"
_RDS = "RDS user guide, Quotas and constraints"
_KUBERNETES = "Kubernetes documentation"

_ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
_ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
_INGRESS = ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",)
_EGRESS = ("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",)
_LISTENER_RULE = "aws:lb/listenerRule:ListenerRule"
_TARGET_GROUP = "aws:lb/targetGroup:TargetGroup"
_DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
_DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"
_COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
_FUNCTION = "aws:lambda/function:Function"
_KMS_POLICIES = ("aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey")
_BEHAVIORS = ("orderedCacheBehaviors",)

QUOTAS: tuple[Quota, ...] = (
    Quota(
        "characters of inline policies of one role, without blanks",
        10_240,
        by(
            "role",
            "role",
            lambda rule: measures.without_blanks(as_text(rule.inputs.get("policy"))),
            _ROLE_POLICY,
        ),
        _IAM,
    ),
    Quota("managed policies of one role", 10, by("role", "role", one, _ATTACHMENT), _IAM, adjustable=True),
    Quota(
        "characters of a trust policy, without blanks",
        2048,
        each(
            lambda inputs: measures.without_blanks(as_text(inputs.get("assumeRolePolicy"))),
            "aws:iam/role:Role",
        ),
        _IAM,
        adjustable=True,
    ),
    Quota("roles", 1000, in_region("aws:iam/role:Role"), _IAM, adjustable=True),
    Quota(
        "inbound rules of a security group",
        60,
        by("securityGroupId", "security group", measures.security_rule, *_INGRESS),
        _VPC,
        adjustable=True,
    ),
    Quota(
        "outbound rules of a security group",
        60,
        by("securityGroupId", "security group", measures.security_rule, *_EGRESS),
        _VPC,
        adjustable=True,
    ),
    Quota(
        "security groups of one network interface",
        5,
        each(
            measures.most_security_groups,
            "aws:rds/instance:Instance",
            "aws:eks/cluster:Cluster",
            "aws:lb/loadBalancer:LoadBalancer",
            "aws:elasticache/replicationGroup:ReplicationGroup",
            _FUNCTION,
            "aws:ec2/vpcEndpoint:VpcEndpoint",
        ),
        _VPC,
        adjustable=True,
    ),
    Quota("networks in a region", 5, in_region("aws:ec2/vpc:Vpc"), _VPC, adjustable=True),
    Quota("Elastic IP addresses in a region", 5, in_region("aws:ec2/eip:Eip"), _VPC, adjustable=True),
    Quota(
        "NAT gateways in a zone",
        5,
        by("subnetId", "subnet", one, "aws:ec2/natGateway:NatGateway"),
        _VPC,
        adjustable=True,
    ),
    Quota(
        "endpoints of one network",
        50,
        by("vpcId", "network", one, "aws:ec2/vpcEndpoint:VpcEndpoint"),
        _VPC,
        adjustable=True,
    ),
    Quota(
        "characters of an endpoint's policy",
        20_480,
        each(size("policy"), "aws:ec2/vpcEndpoint:VpcEndpoint"),
        _VPC,
    ),
    Quota(
        "rules of one load balancer",
        100,
        by("listenerArn", "listener", one, _LISTENER_RULE),
        _ELB,
        adjustable=True,
    ),
    Quota("values in the conditions of a rule", 5, each(measures.condition_values, _LISTENER_RULE), _ELB),
    Quota(
        "wildcards in the conditions of a rule", 5, each(measures.condition_wildcards, _LISTENER_RULE), _ELB
    ),
    Quota("target groups of one load balancer", 100, in_region(_TARGET_GROUP), _ELB),
    Quota(
        "cache behaviors of a distribution, the default one not counted",
        74,
        each(length(*_BEHAVIORS), _DISTRIBUTION),
        _CLOUDFRONT,
        adjustable=True,
    ),
    Quota(
        "names of a distribution", 100, each(length("aliases"), _DISTRIBUTION), _CLOUDFRONT, adjustable=True
    ),
    Quota(
        "origins of a distribution", 100, each(length("origins"), _DISTRIBUTION), _CLOUDFRONT, adjustable=True
    ),
    Quota("distributions", 500, in_region(_DISTRIBUTION), _CLOUDFRONT, adjustable=True),
    Quota(
        "cache policies of an account",
        20,
        in_region("aws:cloudfront/cachePolicy:CachePolicy"),
        _CLOUDFRONT,
        adjustable=True,
    ),
    Quota(
        "policies of response headers of an account",
        20,
        in_region("aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"),
        _CLOUDFRONT,
        adjustable=True,
    ),
    Quota(
        "capacity units of a firewall",
        5000,
        each(measures.firewall_capacity, "aws:wafv2/webAcl:WebAcl"),
        "WAF developer guide, AWS WAF quotas",
    ),
    Quota(
        "bytes of the answers that a firewall gives itself",
        50 * 1024,
        each(size("customResponseBodies"), "aws:wafv2/webAcl:WebAcl"),
        "WAF developer guide, AWS WAF quotas",
    ),
    Quota(
        "log destinations of a firewall",
        1,
        by("resourceArn", "firewall", one, "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"),
        "WAF developer guide, Logging destinations",
    ),
    Quota(
        "metrics of a dashboard",
        2500,
        each(lambda inputs: sum(measures.widgets(inputs)), _DASHBOARD),
        _CLOUDWATCH,
    ),
    Quota("metrics of a dashboard's widget", 500, each(measures.largest_widget, _DASHBOARD), _CLOUDWATCH),
    Quota("alarms in the rule of a composite one", 100, each(measures.children, _COMPOSITE), _CLOUDWATCH),
    Quota("characters of a composite alarm's rule", 10_240, each(size("alarmRule"), _COMPOSITE), _CLOUDWATCH),
    Quota(
        "alarms in a region",
        5000,
        in_region("aws:cloudwatch/metricAlarm:MetricAlarm", _COMPOSITE),
        _CLOUDWATCH,
        adjustable=True,
    ),
    Quota(
        "metric filters of one log",
        100,
        by("logGroupName", "log", one, "aws:cloudwatch/logMetricFilter:LogMetricFilter"),
        _LOGS,
    ),
    Quota(
        "regular expressions in the metric filters of one log",
        5,
        by("logGroupName", "log", measures.expressions, "aws:cloudwatch/logMetricFilter:LogMetricFilter"),
        _LOGS,
    ),
    Quota(
        "subscriptions of one log",
        2,
        by("logGroup", "log", one, "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter"),
        _LOGS,
    ),
    Quota(
        "saved queries in a region",
        1000,
        in_region("aws:cloudwatch/queryDefinition:QueryDefinition"),
        _LOGS,
        adjustable=True,
    ),
    Quota(
        "characters of a log's data protection policy",
        30_720,
        each(size("policyDocument"), "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy"),
        _LOGS,
    ),
    Quota(
        "bytes of a function's environment",
        4096,
        each(measures.bytes_of_environment, _FUNCTION),
        "Lambda developer guide, Lambda quotas",
    ),
    Quota(
        "layers of a function", 5, each(length("layers"), _FUNCTION), "Lambda developer guide, Lambda quotas"
    ),
    Quota(
        "rules of an event bus",
        300,
        in_region("aws:cloudwatch/eventRule:EventRule"),
        "EventBridge user guide, quotas",
        adjustable=True,
    ),
    Quota(
        "targets of a rule",
        5,
        by("rule", "rule", one, "aws:cloudwatch/eventTarget:EventTarget"),
        "EventBridge user guide, quotas",
        adjustable=True,
    ),
    Quota(
        "bytes of a key's policy", 32_768, each(size("policy"), *_KMS_POLICIES), "KMS developer guide, Quotas"
    ),
    Quota(
        "rules of a bucket's lifecycle",
        1000,
        each(length("rules"), "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"),
        "S3 user guide, Managing your storage lifecycle",
    ),
    Quota(
        "bytes of a bucket's policy",
        20_480,
        each(size("policy"), "aws:s3/bucketPolicy:BucketPolicy"),
        "S3 user guide, Bucket policies",
    ),
    Quota(
        "characters of a secret's policy",
        20_480,
        each(size("policy"), "aws:secretsmanager/secretPolicy:SecretPolicy"),
        "Secrets Manager user guide, quotas",
    ),
    Quota(
        "bytes of a secret",
        65_536,
        each(size("secretString"), "aws:secretsmanager/secretVersion:SecretVersion"),
        "Secrets Manager user guide, quotas",
    ),
    Quota(
        "bytes of a topic's policy",
        30_720,
        each(size("policy"), "aws:sns/topicPolicy:TopicPolicy"),
        "SNS endpoints and quotas, AWS General Reference",
    ),
    Quota(
        "rules of a repository's lifecycle",
        50,
        each(measures.rules_of_lifecycle, "aws:ecr/lifecyclePolicy:LifecyclePolicy"),
        "ECR user guide, Amazon ECR service quotas",
    ),
    Quota(
        "prefixes of tags in a rule of a repository's lifecycle",
        100,
        each(measures.prefixes, "aws:ecr/lifecyclePolicy:LifecyclePolicy"),
        "ECR user guide, Lifecycle policy properties",
    ),
    Quota(
        "networks that reach a cluster's public endpoint",
        40,
        each(length("vpcConfig", "publicAccessCidrs"), "aws:eks/cluster:Cluster"),
        "EKS user guide, service quotas",
    ),
    Quota(
        "access entries of one role",
        1,
        by("principalArn", "role", one, "aws:eks/accessEntry:AccessEntry"),
        "EKS API reference, CreateAccessEntry",
    ),
    Quota(
        "replicas of one database",
        15,
        by(
            "replicateSourceDb",
            "database",
            lambda it: int(bool(it.inputs.get("replicateSourceDb"))),
            "aws:rds/instance:Instance",
        ),
        _RDS,
    ),
    Quota(
        "subscriptions to the events of databases",
        20,
        in_region("aws:rds/eventSubscription:EventSubscription"),
        _RDS,
        adjustable=True,
    ),
    Quota(
        "users of a group",
        100,
        each(length("userIds"), "aws:elasticache/userGroup:UserGroup"),
        "ElastiCache user guide, Quotas",
    ),
    Quota("health checks", 200, in_region("aws:route53/healthCheck:HealthCheck"), _ROUTE53, adjustable=True),
    Quota(
        "records of a zone",
        10_000,
        by("zoneId", "zone", one, "aws:route53/record:Record"),
        _ROUTE53,
        adjustable=True,
    ),
    Quota(
        "names of a certificate",
        10,
        each(measures.validated_names, "aws:acm/certificate:Certificate"),
        "ACM user guide, Quotas",
        adjustable=True,
    ),
    Quota(
        "trails in a region",
        5,
        in_region("aws:cloudtrail/trail:Trail"),
        "CloudTrail user guide, Quotas",
    ),
    Quota(
        "bytes of a ConfigMap",
        1024 * 1024,
        each(size("data"), "kubernetes:core/v1:ConfigMap"),
        f"{_KUBERNETES}, ConfigMaps",
    ),
    Quota(
        "bytes of a Secret",
        1024 * 1024,
        each(size("data"), "kubernetes:core/v1:Secret"),
        f"{_KUBERNETES}, Secrets",
    ),
    Quota(
        "characters of a CronJob's name",
        52,
        each(measures.length_of_name, "kubernetes:batch/v1:CronJob"),
        f"{_KUBERNETES}, CronJob",
    ),
    Quota(
        "characters of a name that is a label as well",
        63,
        each(
            measures.length_of_name,
            "kubernetes:core/v1:Service",
            "kubernetes:apps/v1:Deployment",
            "kubernetes:batch/v1:Job",
        ),
        f"{_KUBERNETES}, Object Names and IDs",
    ),
    Quota(
        "bytes of annotations",
        256 * 1024,
        each(
            measures.bytes_of_annotations,
            "kubernetes:core/v1:Service",
            "kubernetes:apps/v1:Deployment",
            "kubernetes:core/v1:ServiceAccount",
        ),
        f"{_KUBERNETES}, Annotations",
    ),
)
