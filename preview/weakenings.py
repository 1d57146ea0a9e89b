"""Properties that protect, keep, encrypt or watch, and the direction in which each becomes weaker: data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from preview.values import allowed, differs, disabled, fewer, grows, leaves, lost, more, off, on, shrinks


@dataclass(frozen=True)
class Weakening:
    """A property whose change makes something weaker.

    Args:
        type: of the resource.
        path: of the property, without indexes.
        weaker: whether it is so, from the value before and after.
        what: in words; `{before}` and `{after}` are the values.
    """

    type: str
    path: str
    weaker: Callable[[Any, Any], bool]
    what: str


_RDS = "aws:rds/instance:Instance"
_REDIS = "aws:elasticache/replicationGroup:ReplicationGroup"
_KEY = "aws:kms/key:Key"
_LOG = "aws:cloudwatch/logGroup:LogGroup"
_SECRET = "aws:secretsmanager/secret:Secret"  # noqa: S105  # the name of a type
_EKS = "aws:eks/cluster:Cluster"
_BALANCER = "aws:lb/loadBalancer:LoadBalancer"
_CDN = "aws:cloudfront/distribution:Distribution"
_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
_COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
_TRAIL = "aws:cloudtrail/trail:Trail"
_DEPLOYMENT = "kubernetes:apps/v1:Deployment"
_BUDGET = "aws:budgets/budget:Budget"

WEAKENINGS: tuple[Weakening, ...] = (
    # Protection against deletion.
    Weakening(_RDS, "deletionProtection", off, "can be deleted: its deletion protection is switched off"),
    Weakening(_EKS, "deletionProtection", off, "can be deleted: its deletion protection is switched off"),
    Weakening(
        _BALANCER, "enableDeletionProtection", off, "can be deleted: its deletion protection is switched off"
    ),
    Weakening(_RDS, "skipFinalSnapshot", on, "leaves no last snapshot when it is deleted"),
    Weakening(_RDS, "deleteAutomatedBackups", on, "takes its automated backups along when it is deleted"),
    Weakening(_REDIS, "finalSnapshotIdentifier", lost, "leaves no last snapshot when it is deleted"),
    Weakening(
        "aws:s3/bucket:Bucket", "forceDestroy", on, "is deleted with its objects where it would refuse"
    ),
    Weakening(
        "aws:ecr/repository:Repository", "forceDelete", on, "is deleted with its images where it would refuse"
    ),
    Weakening(
        "aws:route53/zone:Zone", "forceDestroy", on, "is deleted with its records where it would refuse"
    ),
    Weakening(
        _KEY, "deletionWindowInDays", fewer, "is gone {after} days after its deletion, instead of {before}"
    ),
    Weakening(
        _SECRET,
        "recoveryWindowInDays",
        fewer,
        "can be restored for {after} days after its deletion, instead of {before}",
    ),
    # Retention.
    Weakening(_RDS, "backupRetentionPeriod", fewer, "can go back {after} days in time, instead of {before}"),
    Weakening(
        _RDS,
        "performanceInsightsRetentionPeriod",
        fewer,
        "keeps its performance history {after} days, instead of {before}",
    ),
    Weakening(_REDIS, "snapshotRetentionLimit", fewer, "keeps {after} snapshots, instead of {before}"),
    Weakening(
        _LOG, "retentionInDays", fewer, "keeps {after} days, instead of {before}: the older is deleted"
    ),
    Weakening(
        "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
        "retentionPeriod",
        fewer,
        "keeps copies of backups {after} days, instead of {before}",
    ),
    Weakening(
        "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        "minRetentionDays",
        fewer,
        "protects recovery points {after} days, instead of {before}",
    ),
    Weakening(
        "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
        "rule.defaultRetention.days",
        fewer,
        "locks new objects {after} days, instead of {before}",
    ),
    Weakening(
        "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
        "rule.defaultRetention.mode",
        leaves("COMPLIANCE"),
        "lets who may bypass it remove locked objects",
    ),
    Weakening(
        "aws:s3/bucketVersioning:BucketVersioning",
        "versioningConfiguration.status",
        off,
        "is switched off: what is overwritten or deleted is lost",
    ),
    # A second copy.
    Weakening(_RDS, "multiAz", off, "has no standby in another zone any more"),
    Weakening(_REDIS, "multiAzEnabled", off, "has no node in another zone any more"),
    Weakening(_REDIS, "automaticFailoverEnabled", off, "does not fail over by itself any more"),
    Weakening(_REDIS, "numCacheClusters", fewer, "has {after} nodes, instead of {before}"),
    Weakening(_SECRET, "replicas", shrinks, "has no copy in the recovery region any more"),
    Weakening(
        "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
        "spec.minReplicas",
        fewer,
        "keeps {after} pods at least, instead of {before}",
    ),
    Weakening(
        "kubernetes:policy/v1:PodDisruptionBudget",
        "spec.maxUnavailable",
        more,
        "lets {after} pods go at once, instead of {before}",
    ),
    # Encryption.
    Weakening(_RDS, "storageEncrypted", off, "is not encrypted any more"),
    Weakening(_REDIS, "atRestEncryptionEnabled", off, "is not encrypted on disk any more"),
    Weakening(_REDIS, "transitEncryptionEnabled", off, "is not encrypted on the way any more"),
    Weakening(_LOG, "kmsKeyId", lost, "is not encrypted with a key of ours any more"),
    Weakening(_TRAIL, "kmsKeyId", lost, "is not encrypted with a key of ours any more"),
    Weakening("aws:sns/topic:Topic", "kmsMasterKeyId", lost, "is not encrypted with a key of ours any more"),
    Weakening(_EKS, "encryptionConfig", lost, "does not encrypt its secrets with a key of ours any more"),
    Weakening(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "rules.applyServerSideEncryptionByDefault.sseAlgorithm",
        leaves("aws:kms", "aws:kms:dsse"),
        "encrypts new objects with {after}, not with a key of ours any more",
    ),
    Weakening(_KEY, "enableKeyRotation", off, "is not rotated any more"),
    Weakening(_KEY, "isEnabled", off, "is switched off: what it encrypts cannot be read meanwhile"),
    Weakening(_KEY, "rotationPeriodInDays", more, "is rotated every {after} days, instead of {before}"),
    Weakening(
        "aws:secretsmanager/secretRotation:SecretRotation",
        "rotationRules.automaticallyAfterDays",
        more,
        "happens every {after} days, instead of {before}",
    ),
    Weakening("aws:lb/listener:Listener", "sslPolicy", differs, "takes TLS by {after}, instead of {before}"),
    Weakening("aws:lb/listener:Listener", "protocol", leaves("HTTPS"), "speaks {after}, without TLS"),
    Weakening(
        _CDN,
        "viewerCertificate.minimumProtocolVersion",
        differs,
        "takes TLS from {after} on, instead of {before}",
    ),
    Weakening(
        _CDN,
        "defaultCacheBehavior.viewerProtocolPolicy",
        leaves("redirect-to-https", "https-only"),
        "answers over HTTP, without TLS",
    ),
    # What keeps out, and what watches.
    Weakening(_CDN, "webAclId", lost, "has no firewall in front any more"),
    Weakening(_BALANCER, "accessLogs.enabled", off, "writes no access log any more"),
    Weakening(_BALANCER, "dropInvalidHeaderFields", off, "hands malformed headers on"),
    Weakening(_EKS, "enabledClusterLogTypes", shrinks, "does not log all that it logged"),
    Weakening(_RDS, "enabledCloudwatchLogsExports", shrinks, "does not log all that it logged"),
    Weakening(_RDS, "monitoringInterval", off, "is not measured by the operating system any more"),
    Weakening(_TRAIL, "enableLogging", off, "records nothing any more"),
    Weakening(_TRAIL, "isMultiRegionTrail", off, "records its own region alone"),
    Weakening(_TRAIL, "enableLogFileValidation", off, "cannot prove any more that nobody changed it"),
    Weakening(_TRAIL, "includeGlobalServiceEvents", off, "does not record IAM and other global services"),
    Weakening("aws:guardduty/detector:Detector", "enable", off, "looks for no attacks any more"),
    Weakening("aws:guardduty/detectorFeature:DetectorFeature", "status", off, "is not looked at any more"),
    Weakening(_ALARM, "actionsEnabled", off, "tells nobody any more"),
    Weakening(_COMPOSITE, "actionsEnabled", off, "tells nobody any more"),
    Weakening(_ALARM, "alarmActions", shrinks, "does not tell all whom it told"),
    Weakening(_COMPOSITE, "alarmActions", shrinks, "does not tell all whom it told"),
    Weakening(
        _ALARM,
        "treatMissingData",
        leaves("breaching"),
        "takes silence for {after}, where it was an alarm",
    ),
    Weakening(_ALARM, "evaluationPeriods", more, "waits {after} periods, instead of {before}"),
    Weakening(_ALARM, "datapointsToAlarm", more, "waits for {after} values, instead of {before}"),
    Weakening("aws:cloudwatch/eventRule:EventRule", "state", disabled, "tells of nothing any more"),
    Weakening("aws:scheduler/schedule:Schedule", "state", disabled, "does not start anything any more"),
    Weakening(_BUDGET, "limitAmount", more, "tells from {after} US$ a month on, instead of {before}"),
    Weakening(_ALARM, "period", more, "looks at {after} s at a time, instead of {before}"),
    Weakening(_RDS, "performanceInsightsEnabled", off, "keeps no performance history any more"),
    Weakening(
        "aws:accessanalyzer/archiveRule:ArchiveRule",
        "filters",
        differs,
        "takes other findings for known ones: nobody is told of those",
    ),
    Weakening("aws:ec2/flowLog:FlowLog", "trafficType", leaves("ALL"), "records {after} connections alone"),
    Weakening(
        "aws:ecr/repository:Repository",
        "imageTagMutability",
        leaves("IMMUTABLE"),
        "lets a tag be given to another image",
    ),
    Weakening(
        "aws:ecr/repository:Repository",
        "imageScanningConfiguration.scanOnPush",
        off,
        "does not look for flaws in new images any more",
    ),
    Weakening(
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        "maximumRetryAttempts",
        fewer,
        "tries again {after} times, instead of {before}",
    ),
    Weakening(
        "aws:scheduler/schedule:Schedule",
        "target.retryPolicy.maximumRetryAttempts",
        fewer,
        "tries again {after} times, instead of {before}",
    ),
    Weakening(
        "aws:lb/targetGroup:TargetGroup",
        "healthCheck.enabled",
        off,
        "sends requests to pods that do not answer, too",
    ),
    Weakening(
        "aws:route53/healthCheck:HealthCheck",
        "failureThreshold",
        more,
        "tells after {after} failures, instead of {before}",
    ),
    Weakening("aws:route53/healthCheck:HealthCheck", "disabled", on, "asks nobody any more"),
    *(
        Weakening(
            "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy",
            f"securityHeadersConfig.{name}",
            lost,
            f"has {header} sent no more",
        )
        for name, header in (
            ("contentSecurityPolicy", "Content-Security-Policy"),
            ("contentTypeOptions", "X-Content-Type-Options"),
            ("frameOptions", "X-Frame-Options"),
            ("referrerPolicy", "Referrer-Policy"),
            ("strictTransportSecurity", "Strict-Transport-Security"),
        )
    ),
    Weakening("aws:iam/role:Role", "permissionsBoundary", lost, "has no boundary any more"),
    # Pods.
    Weakening(
        "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
        "spec.maxReplicas",
        fewer,
        "grows to {after} pods at most, instead of {before}",
    ),
    Weakening("kubernetes:batch/v1:CronJob", "spec.suspend", on, "does not run any more"),
    Weakening(
        _DEPLOYMENT,
        "spec.progressDeadlineSeconds",
        more,
        "fails a release that does not start after {after} s, instead of {before}",
    ),
    Weakening(_DEPLOYMENT, "spec.strategy.type", leaves("RollingUpdate"), "has no pod while it is released"),
    Weakening(
        _DEPLOYMENT,
        "spec.strategy.rollingUpdate.maxUnavailable",
        more,
        "lacks {after} pods while it is released, instead of {before}",
    ),
    Weakening(
        _DEPLOYMENT,
        "spec.template.spec.topologySpreadConstraints",
        shrinks,
        "may have its pods in one zone, or on one node",
    ),
    Weakening(
        _DEPLOYMENT,
        "spec.template.spec.securityContext.seccompProfile.type",
        leaves("RuntimeDefault", "Localhost"),
        "may make every call of the kernel",
    ),
    Weakening(
        _DEPLOYMENT,
        "spec.template.spec.containers.securityContext.allowPrivilegeEscalation",
        allowed,
        "may get more rights than it was started with",
    ),
    Weakening(
        _DEPLOYMENT,
        "spec.template.spec.containers.securityContext.capabilities.drop",
        shrinks,
        "keeps capabilities of the kernel that it gave away",
    ),
    Weakening(
        _DEPLOYMENT,
        "spec.template.spec.containers.securityContext.capabilities.add",
        grows,
        "has {after} on its node",
    ),
    Weakening(
        _DEPLOYMENT,
        "spec.template.spec.containers.resources.limits.memory",
        lost,
        "may take all memory of its node",
    ),
    Weakening(
        _DEPLOYMENT,
        "spec.template.spec.securityContext.runAsNonRoot",
        off,
        "may run as root",
    ),
    Weakening(
        _DEPLOYMENT,
        "spec.template.spec.containers.securityContext.runAsNonRoot",
        off,
        "may run as root",
    ),
    Weakening(
        _DEPLOYMENT,
        "spec.template.spec.containers.securityContext.readOnlyRootFilesystem",
        off,
        "may write to its own files",
    ),
    Weakening(
        _DEPLOYMENT,
        "spec.template.spec.containers.securityContext.privileged",
        on,
        "has its node as a whole",
    ),
    Weakening(
        _DEPLOYMENT,
        "spec.template.spec.containers.readinessProbe",
        lost,
        "gets requests before it is ready: it is not asked any more",
    ),
    Weakening(
        _DEPLOYMENT,
        "spec.template.spec.containers.livenessProbe",
        lost,
        "is not restarted any more when it hangs",
    ),
)

# What is weaker when such a resource is deleted and what it is about stays.
PROTECTS: dict[str, str] = {
    "aws:accessanalyzer/analyzer:Analyzer": "nobody is told any more what is open to the outside",
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": (
        "recovery points can be removed before their time"
    ),
    "aws:budgets/budget:Budget": "nobody is told of costs any more",
    "aws:cloudtrail/trail:Trail": "nothing is recorded any more",
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": "nobody is told of it any more",
    "aws:cloudwatch/eventRule:EventRule": "nobody is told of it any more",
    "aws:cloudwatch/eventTarget:EventTarget": "what it was told is told to nobody",
    "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy": (
        "personal data stands in the log unmasked"
    ),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": "what it counts is not seen any more",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "nobody is told of it any more",
    "aws:backup/vaultNotifications:VaultNotifications": "nobody is told that a backup has failed",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "calls of its service leave the network",
    "aws:ec2/flowLog:FlowLog": "the network's connections are not recorded any more",
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": "images have no copy elsewhere any more",
    "aws:guardduty/detector:Detector": "nobody looks for attacks any more",
    "aws:guardduty/detectorFeature:DetectorFeature": "nobody looks for attacks there any more",
    "aws:route53/healthCheck:HealthCheck": "nobody asks from outside any more whether it answers",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": (
        "nothing is removed by its age any more"
    ),
    "aws:s3/bucketLogging:BucketLogging": "who asks for its objects is not recorded any more",
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": (
        "new objects are not locked any more"
    ),
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": "its objects have no copy elsewhere any more",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        "new objects are not encrypted with a key of ours any more"
    ),
    "aws:s3/bucketVersioning:BucketVersioning": "what is overwritten or deleted is lost",
    "aws:secretsmanager/secretRotation:SecretRotation": "the value stays the same for good",
    "aws:sns/topicSubscription:TopicSubscription": "its address is told nothing any more",
    "aws:wafv2/webAcl:WebAcl": "nothing is kept out any more",
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": (
        "what is kept out is not recorded any more"
    ),
    "kubernetes:policy/v1:PodDisruptionBudget": "all its pods may go at once",
    "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": "its pods do not grow in number any more",
}
