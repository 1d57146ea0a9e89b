"""Types that take seconds, whatever is done with them."""

from __future__ import annotations

from datetime import date

from timing.facts import Duration, Source, Times

SECONDS = Times(1, 5)
_SOURCE = Source(
    "apply logs: one call of the API or two, answered at once (0-5 s); the longest is in the slow case",
    date(2026, 11, 29),
)

# Without the package's name: the module and the type's own name follow from it (`aws:kms/alias:Alias`).
_AWS = """
accessanalyzer/analyzer accessanalyzer/archiveRule
backup/plan backup/selection backup/vault backup/vaultLockConfiguration backup/vaultNotifications
backup/vaultPolicy
budgets/budget
cloudfront/cachePolicy cloudfront/function cloudfront/originAccessControl cloudfront/responseHeadersPolicy
cloudtrail/trail
cloudwatch/compositeAlarm cloudwatch/dashboard cloudwatch/eventRule cloudwatch/eventTarget
cloudwatch/logDataProtectionPolicy cloudwatch/logDelivery cloudwatch/logDeliveryDestination
cloudwatch/logDeliverySource cloudwatch/logGroup cloudwatch/logMetricFilter cloudwatch/logResourcePolicy
cloudwatch/metricAlarm cloudwatch/queryDefinition
ec2/defaultSecurityGroup ec2/eip ec2/flowLog ec2/route ec2/routeTable ec2/routeTableAssociation
ecr/lifecyclePolicy ecr/registryPolicy ecr/replicationConfiguration ecr/repository ecr/repositoryPolicy
eks/accessEntry
elasticache/parameterGroup elasticache/subnetGroup
guardduty/detector guardduty/detectorFeature
iam/openIdConnectProvider iam/policy iam/role iam/rolePolicy iam/rolePolicyAttachment
kms/alias
lambda/functionEventInvokeConfig lambda/permission
lb/listener lb/listenerRule lb/targetGroup
rds/subnetGroup
route53/healthCheck
s3/bucket s3/bucketLogging s3/bucketObjectLockConfiguration s3/bucketOwnershipControls s3/bucketPolicy
s3/bucketPublicAccessBlock s3/bucketReplicationConfig s3/bucketServerSideEncryptionConfiguration
s3/bucketVersioning
scheduler/schedule
secretsmanager/secret secretsmanager/secretPolicy secretsmanager/secretRotation secretsmanager/secretVersion
sns/topic sns/topicPolicy sns/topicSubscription
vpc/securityGroupEgressRule vpc/securityGroupIngressRule
wafv2/webAclLoggingConfiguration
"""

_KUBERNETES = """
autoscaling/v2:HorizontalPodAutoscaler batch/v1:CronJob core/v1:ConfigMap core/v1:Service
core/v1:ServiceAccount eks.amazonaws.com/v1:NodeClass eks.amazonaws.com/v1:TargetGroupBinding
karpenter.sh/v1:NodePool networking.k8s.io/v1:NetworkPolicy
policy/v1:PodDisruptionBudget rbac.authorization.k8s.io/v1:ClusterRole
rbac.authorization.k8s.io/v1:ClusterRoleBinding rbac.authorization.k8s.io/v1:Role
rbac.authorization.k8s.io/v1:RoleBinding
secrets-store.csi.x-k8s.io/v1:SecretProviderClass
"""


def _type(path: str) -> str:
    name = path.rsplit("/", maxsplit=1)[-1]
    return f"aws:{path}:{name[0].upper()}{name[1:]}"


def _quick(type: str) -> Duration:
    return Duration(_words(type.rsplit(":", maxsplit=1)[-1]), SECONDS, SECONDS, SECONDS, _SOURCE)


def _words(name: str) -> str:
    """`RolePolicyAttachment` as `role policy attachment`."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()


DURATIONS = {
    type: _quick(type)
    for type in (*map(_type, _AWS.split()), *(f"kubernetes:{kind}" for kind in _KUBERNETES.split()))
}
