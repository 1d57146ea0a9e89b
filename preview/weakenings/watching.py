"""Firewalls, logs, alarms, schedules: what makes them weaker."""

from __future__ import annotations

from preview.risk import Kind
from preview.schedules import often, rarer
from preview.values import (
    adds,
    differs,
    disabled,
    fewer,
    gains,
    leaves,
    lost,
    more,
    off,
    on,
    shrinks,
    stops,
    switched_off,
)
from preview.weakenings.weakening import Weakening

_RDS = "aws:rds/instance:Instance"
_EKS = "aws:eks/cluster:Cluster"
_BALANCER = "aws:lb/loadBalancer:LoadBalancer"
_CDN = "aws:cloudfront/distribution:Distribution"
_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
_COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
_TRAIL = "aws:cloudtrail/trail:Trail"
_BUDGET = "aws:budgets/budget:Budget"
_FUNCTION = "aws:lambda/function:Function"
_HEALTH = "aws:route53/healthCheck:HealthCheck"
_SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"

OF_WATCHING: tuple[Weakening, ...] = (
    Weakening(_CDN, "webAclId", lost, "has no firewall in front any more"),
    Weakening(_BALANCER, "accessLogs.enabled", off, "writes no access log any more"),
    Weakening(_BALANCER, "dropInvalidHeaderFields", off, "hands malformed headers on"),
    Weakening(_EKS, "enabledClusterLogTypes", shrinks, "does not log all that it logged"),
    Weakening(_RDS, "enabledCloudwatchLogsExports", shrinks, "does not log all that it logged"),
    Weakening(_RDS, "monitoringInterval", stops, "is not measured by the operating system any more"),
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
    # How often something is done.
    Weakening(
        "aws:cloudwatch/eventRule:EventRule",
        "scheduleExpression",
        rarer,
        "happens {after}, instead of {before}",
        said=often,
    ),
    Weakening(
        "aws:scheduler/schedule:Schedule",
        "scheduleExpression",
        rarer,
        "happens {after}, instead of {before}",
        said=often,
    ),
    Weakening("aws:scheduler/schedule:Schedule", "endDate", gains, "ends on {after}"),
    Weakening(
        "aws:scheduler/schedule:Schedule",
        "target.retryPolicy.maximumEventAgeInSeconds",
        fewer,
        "tries again for {after} s, instead of {before}",
    ),
    Weakening(
        "aws:secretsmanager/secretRotation:SecretRotation",
        "rotationRules.scheduleExpression",
        rarer,
        "happens {after}, instead of {before}",
        said=often,
    ),
    Weakening(
        "kubernetes:batch/v1:CronJob",
        "spec.schedule",
        rarer,
        "runs {after}, instead of {before}",
        said=often,
    ),
    Weakening(
        "aws:guardduty/detector:Detector",
        "findingPublishingFrequency",
        leaves("FIFTEEN_MINUTES"),
        "tells once more of what goes on after {after}, instead of {before}",
    ),
    # Whom it tells.
    Weakening("aws:cloudwatch/eventTarget:EventTarget", "arn", differs, "tells {after}, instead of {before}"),
    Weakening(_ALARM, "insufficientDataActions", shrinks, "does not tell all whom it told of silence"),
    Weakening(_COMPOSITE, "actionsSuppressor.alarm", adds, "tells nobody while {after} is on"),
    Weakening(
        _COMPOSITE,
        "actionsSuppressor.extensionPeriod",
        more,
        "tells nobody for {after} s afterwards, instead of {before}",
    ),
    Weakening(
        "aws:backup/vaultNotifications:VaultNotifications",
        "backupVaultEvents",
        shrinks,
        "tells of {after} alone, instead of {before}",
    ),
    Weakening(
        "aws:backup/vaultNotifications:VaultNotifications",
        "snsTopicArn",
        differs,
        "tells {after}, instead of {before}",
    ),
    Weakening(_SUBSCRIPTION, "filterPolicy", adds, "is told of some of it alone"),
    Weakening(_SUBSCRIPTION, "redrivePolicy", lost, "keeps nothing that could not be delivered any more"),
    # What is recorded, and where others look for it.
    Weakening(_TRAIL, "cloudWatchLogsGroupArn", lost, "is not written where its alarms look any more"),
    Weakening(_TRAIL, "s3BucketName", differs, "is written into {after}, instead of {before}"),
    Weakening(
        _FUNCTION,
        "loggingConfig.logFormat",
        leaves("JSON"),
        "writes {after} into its log, which no alarm reads",
    ),
    Weakening(
        _FUNCTION,
        "loggingConfig.applicationLogLevel",
        leaves("TRACE", "DEBUG", "INFO", None),  # Lambda's own is INFO
        "writes {after} and worse alone into its log",
    ),
    Weakening(
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        "maximumEventAgeInSeconds",
        fewer,
        "tries again for {after} s, instead of {before}",
    ),
    Weakening(
        _FUNCTION,
        "reservedConcurrentExecutions",
        switched_off,
        "may not run at all any more: nobody does its work",
        Kind.NO_SECOND_COPY,
    ),
    Weakening(_HEALTH, "type", leaves("HTTPS", "HTTPS_STR_MATCH"), "asks by {after}, instead of {before}"),
    Weakening(_HEALTH, "searchString", lost, "takes every answer for a good one"),
    Weakening(_HEALTH, "invertHealthcheck", on, "takes an answer for a failure, and a failure for an answer"),
    Weakening(_HEALTH, "regions", shrinks, "asks from fewer places"),
    Weakening(
        "aws:accessanalyzer/analyzer:Analyzer", "type", differs, "looks at {after}, instead of {before}"
    ),
    Weakening(
        "aws:s3/bucketLogging:BucketLogging",
        "targetBucket",
        differs,
        "writes who asks into {after}, not into {before}",
    ),
    Weakening("aws:ec2/flowLog:FlowLog", "logDestination", differs, "writes into {after}, not into {before}"),
    Weakening(
        "aws:cloudwatch/logDelivery:LogDelivery", "recordFields", shrinks, "records less of each request"
    ),
    Weakening(
        _FUNCTION,
        "timeout",
        fewer,
        "is stopped after {after} s, instead of {before}",
        Kind.INTERRUPTION,
    ),
    Weakening(
        _FUNCTION,
        "memorySize",
        fewer,
        "has {after} MB of memory, instead of {before}: what needs more is killed",
        Kind.INTERRUPTION,
    ),
    Weakening(
        _FUNCTION,
        "vpcConfig.subnetIds",
        lost,
        "leaves the network: it reaches nothing in it any more",
        Kind.NO_SECOND_COPY,
    ),
)
