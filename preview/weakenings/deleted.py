"""Resources that protect something: what is weaker when one is deleted and what it is about stays."""

from __future__ import annotations

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
    "aws:cloudwatch/logDelivery:LogDelivery": "what it delivered is not recorded any more",
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
    "aws:scheduler/schedule:Schedule": "what it started is not started any more",
    "aws:secretsmanager/secretRotation:SecretRotation": "the value stays the same for good",
    "aws:sns/topicSubscription:TopicSubscription": "its address is told nothing any more",
    "aws:wafv2/webAcl:WebAcl": "nothing is kept out any more",
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": (
        "what is kept out is not recorded any more"
    ),
    "kubernetes:policy/v1:PodDisruptionBudget": "all its pods may go at once",
    "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": "its pods do not grow in number any more",
}
