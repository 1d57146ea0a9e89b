"""Changes of the program's code that stand deep within something: a parameter, a header, a pattern, a way in."""

from __future__ import annotations

import json
from typing import Any

from tests.preview.case import GONE, Case
from tests.preview.edits import EVERYBODY_READS, one

PARAMETERS = "ParameterGroup database"
HEADERS = "ResponseHeadersPolicy services"
ORIGIN = "origins.0"
_THREATS = {"source": ["aws.guardduty"], "detail-type": ["GuardDuty Finding"]}


def parameters(**values: str) -> list[dict[str, str]]:
    """The database's, some of them with other values."""
    immediate = {"log_lock_waits": "1", "log_min_duration_statement": "500", "log_temp_files": "10240"}
    restart = {
        "max_connections": "800",
        "max_worker_processes": "8",
        "pg_stat_statements.track": "all",
        "rds.force_ssl": "1",
        "shared_preload_libraries": "pg_stat_statements",
    }
    methods = {**dict.fromkeys(immediate, "immediate"), **dict.fromkeys(restart, "pending-reboot")}
    changed = {**immediate, **restart, **values}
    return [
        {"applyMethod": methods[name], "name": name, "value": value}
        for name, value in sorted(changed.items())
    ]


def severities(*levels: Any) -> str:
    """What is told of GuardDuty's findings."""
    return json.dumps({**_THREATS, "detail": {"severity": list(levels)}})


CASES: tuple[Case, ...] = (
    # Parameters.
    one(
        "connections without TLS",
        PARAMETERS,
        "parameters",
        parameters(**{"rds.force_ssl": "0"}),
        "WEAKER parameter group database takes connections without TLS",
    ),
    one(
        "no slow statement is logged",
        PARAMETERS,
        "parameters",
        parameters(log_min_duration_statement="-1"),
        "WEAKER parameter group database logs statements from -1 ms on, instead of 500 (-1: none)",
    ),
    one(
        "faster statements are logged", PARAMETERS, "parameters", parameters(log_min_duration_statement="200")
    ),
    one(
        "fewer connections",
        PARAMETERS,
        "parameters",
        parameters(max_connections="400"),
        "WEAKER parameter group database takes 400 connections at most, instead of 800",
    ),
    one("more connections", PARAMETERS, "parameters", parameters(max_connections="900")),
    one(
        "Redis drops jobs when it is full",
        "ParameterGroup queue",
        "parameters.0.value",
        "allkeys-lru",
        "WEAKER parameter group queue drops keys when it is full (allkeys-lru), where it refused new ones",
    ),
    one("Redis drops other keys of its cache", "ParameterGroup cache", "parameters.0.value", "allkeys-lfu"),
    one(
        "a user of Redis may do more",
        "User cache-app",
        "accessString",
        "on ~* &* +@all",
        "ACCESS Redis user cache-app may do more: what -@admin took, what -@dangerous took",
    ),
    one(
        "a user of Redis may do less", "User cache-app", "accessString", "on ~* &* +@all -@admin -@dangerous"
    ),
    one(
        "the default user of Redis is let in",
        "User cache-default",
        "accessString",
        "on ~* +@all",
        "ACCESS Redis user cache-default may do more: on, +@all, what -@all took",
    ),
    one(
        "the database knows IAM",
        "Instance database",
        "iamDatabaseAuthenticationEnabled",
        True,
        "ACCESS RDS instance database lets in, without a password, who has rds-db:connect",
    ),
    one(
        "no performance history",
        "Instance database",
        "performanceInsightsEnabled",
        False,
        "WEAKER RDS instance database keeps no performance history any more",
    ),
    # Laws and promises about data.
    one(
        "audit logs are never removed",
        "BucketLifecycleConfiguration audit",
        "rules.0.status",
        "Disabled",
        "WEAKER lifecycle of a bucket audit keeps objects for good, instead of removing them after 730 days",
    ),
    one(
        "nothing of the audit logs is removed by its age",
        "BucketLifecycleConfiguration audit",
        "!gone",
        None,
        "WEAKER lifecycle of a bucket audit is deleted: nothing is removed by its age any more",
    ),
    one(
        "no kind of personal data is masked",
        "LogDataProtectionPolicy api",
        "policyDocument",
        json.dumps({"Name": "none", "Version": "2021-06-01", "Statement": []}),
        "WEAKER log data protection policy api does not mask Address, AwsSecretKey, CreditCardNumber… any more",
    ),
    one(
        "nobody sees who reads a bucket",
        "BucketLogging documents",
        "!gone",
        None,
        "WEAKER bucket logging documents is deleted: who asks for its objects is not recorded any more",
    ),
    one(
        "objects have access lists",
        "BucketOwnershipControls documents",
        "rule.objectOwnership",
        "ObjectWriter",
        "ACCESS bucket ownership controls documents lets access lists of objects decide, beside the policy",
    ),
    one(
        "everybody copies into the vault",
        "VaultPolicy restore",
        "policy",
        EVERYBODY_READS.replace("s3:GetObject", "backup:CopyIntoBackupVault").replace(
            "arn:aws:s3:::b/*", "*"
        ),
        "ACCESS vault policy restore may be used by everybody: backup:CopyIntoBackupVault",
    ),
    # Images.
    one(
        "a tag may move",
        "Repository backend",
        "imageTagMutability",
        "MUTABLE",
        "WEAKER repository backend lets a tag be given to another image",
    ),
    one(
        "images are not looked at",
        "Repository backend",
        "imageScanningConfiguration.scanOnPush",
        False,
        "WEAKER repository backend does not look for flaws in new images any more",
    ),
    # The edge.
    one(
        "browsers may leave TLS",
        HEADERS,
        "securityHeadersConfig.strictTransportSecurity",
        GONE,
        "WEAKER response headers policy services has Strict-Transport-Security sent no more",
    ),
    one(
        "browsers remember TLS for two years",
        HEADERS,
        "securityHeadersConfig.strictTransportSecurity.accessControlMaxAgeSec",
        63072000,
    ),
    one(
        "the CDN asks without TLS",
        "Distribution api",
        f"{ORIGIN}.customOriginConfig.originProtocolPolicy",
        "match-viewer",
        "WEAKER CDN api asks services without TLS",
    ),
    one(
        "the CDN asks by an old TLS",
        "Distribution api",
        f"{ORIGIN}.customOriginConfig.originSslProtocols",
        ["TLSv1", "TLSv1.2"],
        "WEAKER CDN api asks services by TLSv1, too",
    ),
    one("the CDN waits longer", "Distribution api", f"{ORIGIN}.customOriginConfig.originReadTimeout", 90),
    one(
        "the CDN does not say who it is",
        "Distribution api",
        f"{ORIGIN}.customHeaders",
        [],
        "WEAKER CDN api sends services no X-Origin-Verify any more: it does not know the CDN by it",
    ),
    one(
        "some paths without TLS",
        "Distribution api",
        "orderedCacheBehaviors.2.viewerProtocolPolicy",
        "allow-all",
        "WEAKER CDN api answers /_next/static/* over HTTP, without TLS",
    ),
    one(
        "the load balancer does not ask whether pods are ready",
        "TargetGroup api",
        "healthCheck.enabled",
        False,
        "WEAKER target group api sends requests to pods that do not answer, too",
    ),
    one(
        "everybody issues certificates",
        "Record authorities",
        "!gone",
        None,
        "WEAKER DNS record authorities is deleted: everybody may issue certificates for the domain",
    ),
    one(
        "one more issues certificates",
        "Record authorities",
        "records",
        ['0 issue "amazon.com"', '0 issue "letsencrypt.org"'],
        'WEAKER DNS record authorities lets others issue certificates: *0 issue "letsencrypt.org"',
    ),
    # The network.
    one(
        "calls go out by the internet",
        "VpcEndpoint secretsmanager",
        "!gone",
        None,
        "WEAKER interface endpoint secretsmanager is deleted: calls of its service leave the network",
    ),
    one(
        "the group that nothing uses admits everybody",
        "DefaultSecurityGroup default",
        "ingress",
        [{"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}],
        "ACCESS default security group admits 0.0.0.0/0",
    ),
    one(
        "addresses in the internet",
        "Subnet private-1",
        "mapPublicIpOnLaunch",
        True,
        "ACCESS subnet private-1 gives what is started in it an address in the internet",
    ),
    one(
        "refused connections are not recorded",
        "FlowLog flow-logs",
        "trafficType",
        "ACCEPT",
        "WEAKER flow log flow-logs records ACCEPT connections alone",
    ),
    # Who is told.
    one(
        "a threat is told to nobody",
        "EventTarget threats-high",
        "!gone",
        None,
        "WEAKER event target threats-high is deleted: what it was told is told to nobody",
    ),
    one(
        "other threats are told",
        "EventRule threats-high",
        "eventPattern",
        json.dumps({"source": ["nobody"]}),
        "WEAKER event rule threats-high does not tell of all that it told of",
    ),
    one(
        "a failed backup is told to nobody",
        "VaultNotifications backup",
        "!gone",
        None,
        "WEAKER vault notifications backup is deleted: nobody is told that a backup has failed",
    ),
    one(
        "an alarm of alarms hears of none",
        "CompositeAlarm service-sev-1",
        "alarmRule",
        "FALSE",
        "WEAKER composite alarm service-sev-1 does not watch triangle-prod-*",
    ),
    one(
        "the outside asks ten times",
        "HealthCheck api",
        "failureThreshold",
        10,
        "WEAKER health check api tells after 10 failures, instead of 1",
    ),
    one(
        "the outside does not ask",
        "HealthCheck api",
        "disabled",
        True,
        "WEAKER health check api asks nobody any more",
    ),
    one(
        "other findings are known ones",
        "ArchiveRule deployment",
        "filters",
        [{"criteria": "resourceType", "eqs": ["AWS::S3::Bucket"]}],
        "WEAKER archive rule deployment takes other findings for known ones: nobody is told of those",
    ),
    one(
        "a function is not tried again",
        "FunctionEventInvokeConfig rotate-database",
        "maximumRetryAttempts",
        0,
        "WEAKER function event invoke config rotate-database tries again 0 times, instead of 2",
    ),
    one(
        "a start is not tried again",
        "Schedule escalate",
        "target.retryPolicy.maximumRetryAttempts",
        0,
        "WEAKER schedule escalate tries again 0 times, instead of 5",
    ),
    one("a dashboard is removed", "Dashboard environment", "!gone", None),
    one("a saved query is removed", "QueryDefinition errors", "!gone", None),
    # Ways in.
    one(
        "who is on call is an administrator of the cluster",
        "AccessEntry on-call",
        "kubernetesGroups",
        ["system:masters"],
        "ACCESS role groundwork-on-call is in system:masters in the cluster",
    ),
    one(
        "any account has a function called",
        "Permission rotate-database-secrets-manager",
        "sourceAccount",
        GONE,
        "ACCESS permission rotate-database-secrets-manager lets secretsmanager.amazonaws.com call the function for anybody: sourceAccount is gone",
    ),
)
