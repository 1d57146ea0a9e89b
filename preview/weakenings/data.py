"""Data, copies, encryption: what makes them weaker."""

from __future__ import annotations

from preview.risk import Kind
from preview.values import (
    adds,
    barred,
    differs,
    fewer,
    grows,
    is_aws_key,
    is_default,
    leaves,
    lost,
    more,
    of_others,
    off,
    on,
    shrinks,
)
from preview.weakenings.weakening import Weakening

_RDS = "aws:rds/instance:Instance"
_REDIS = "aws:elasticache/replicationGroup:ReplicationGroup"
_KEY = "aws:kms/key:Key"
_LOG = "aws:cloudwatch/logGroup:LogGroup"
_SECRET = "aws:secretsmanager/secret:Secret"  # noqa: S105  # the name of a type
_EKS = "aws:eks/cluster:Cluster"
_BALANCER = "aws:lb/loadBalancer:LoadBalancer"
_CDN = "aws:cloudfront/distribution:Distribution"
_TRAIL = "aws:cloudtrail/trail:Trail"

# What is encrypted with a key of ours, by the property that names it.
_KEYS = (
    (_LOG, "kmsKeyId"),
    (_SECRET, "kmsKeyId"),
    (_TRAIL, "kmsKeyId"),
    ("aws:sns/topic:Topic", "kmsMasterKeyId"),
    (
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "rules.applyServerSideEncryptionByDefault.kmsMasterKeyId",
    ),
)

OF_DATA: tuple[Weakening, ...] = (
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
    Weakening(_KEY, "isEnabled", barred, "is switched off: what it encrypts cannot be read meanwhile"),
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
    # PostgreSQL and Redis.
    Weakening(_RDS, "maxAllocatedStorage", fewer, "grows by itself up to {after} GB, instead of {before}"),
    Weakening(_RDS, "autoMinorVersionUpgrade", off, "gets no corrections by itself any more"),
    Weakening(
        _RDS,
        "parameterGroupName",
        is_default,
        "has AWS's own parameters: ours do not hold (TLS, logs, connections)",
    ),
    Weakening(_RDS, "vpcSecurityGroupIds", grows, "is in one more security group", Kind.ACCESS),
    Weakening(_RDS, "caCertIdentifier", differs, "restarts with a certificate of {after}", Kind.INTERRUPTION),
    Weakening(_REDIS, "autoMinorVersionUpgrade", off, "gets no corrections by itself any more"),
    Weakening(_REDIS, "securityGroupIds", grows, "is in one more security group", Kind.ACCESS),
    # ElastiCache user guide, "Role-Based Access Control": without a group of users nobody is asked.
    Weakening(
        _REDIS, "userGroupIds", lost, "asks nobody for a password: whoever reaches it reads it", Kind.ACCESS
    ),
    Weakening(
        _REDIS, "authToken", lost, "asks nobody for a password: whoever reaches it reads it", Kind.ACCESS
    ),
    Weakening(
        _REDIS, "transitEncryptionMode", leaves("required", None), "takes connections without TLS, too"
    ),
    # Backups.
    Weakening(
        "aws:backup/vault:Vault",
        "forceDestroy",
        on,
        "is deleted with its recovery points where it would refuse",
    ),
    Weakening(
        "aws:kms/replicaKey:ReplicaKey",
        "deletionWindowInDays",
        fewer,
        "is gone {after} days after its deletion, instead of {before}",
    ),
    Weakening(
        "aws:secretsmanager/secretPolicy:SecretPolicy",
        "blockPublicPolicy",
        off,
        "may let everybody read the secret: AWS does not refuse that any more",
    ),
    # Keys that are not ours.
    *(
        Weakening(kind, path, weaker, what)
        for kind, path in _KEYS
        for weaker, what in (
            (is_aws_key, "is encrypted with AWS's own key, of which nobody here says who uses it"),
            (of_others, "is encrypted with a key of another account, which may take it away ({after})"),
        )
    ),
    Weakening(
        "aws:kms/alias:Alias",
        "targetKeyId",
        differs,
        "is another key's name: rights and copies that go by the name follow it",
    ),
    Weakening(
        "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        "maxRetentionDays",
        adds,
        "refuses backups that are to be kept for more than {after} days",
    ),
    Weakening(_RDS, "storageType", leaves("gp3", "io1", "io2"), "is on slower storage ({after})"),
)
