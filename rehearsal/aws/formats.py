"""Values that AWS refuses although its service models say no more than "string" or "integer".

`limits` checks what botocore's models carry. What only AWS's documentation says, or AWS's own
provider checks, is here, by type and property; the comments name the source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.aws.combinations import combination_failures
from rehearsal.aws.enumerations import enumerations
from rehearsal.aws.policy_documents import BUCKET, IDENTITY, KEY, MANAGED, REGISTRY, RESOURCE, TRUST, policy
from rehearsal.aws.schedules import schedule
from rehearsal.aws.schema import BlockType, PropertyType, resource_type
from rehearsal.aws.value_rules import (
    Rule,
    arn,
    between,
    daily_window,
    ipv4_network,
    json_object,
    json_text,
    machine,
    one_of,
    password,
    text_like,
    weekly_window,
)
from rehearsal.providers.provider import UNKNOWN, CheckFailure, Properties

# botocore's documentation of CreateDBInstance (parameter Engine); `pulumi_aws.rds.EngineType` has a
# part of these only.
_DATABASE_ENGINES = one_of(
    "postgres", "mysql", "mariadb", "aurora-mysql", "aurora-postgresql",
    "oracle-ee", "oracle-ee-cdb", "oracle-se2", "oracle-se2-cdb",
    "sqlserver-dev-ee", "sqlserver-ee", "sqlserver-se", "sqlserver-ex", "sqlserver-web",
    "db2-ae", "db2-ce", "db2-se",
    "custom-oracle-ee", "custom-oracle-ee-cdb", "custom-oracle-se2", "custom-oracle-se2-cdb",
    "custom-sqlserver-ee", "custom-sqlserver-se", "custom-sqlserver-web", "custom-sqlserver-dev",
)  # fmt: skip

# `retentionInDays` in the documentation of pulumi_aws.cloudwatch.LogGroup; 0 keeps forever.
_LOG_RETENTION = one_of(
    0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
)  # fmt: skip

# AWS's provider: rds.validIdentifier, validParamGroupName and validSubnetGroupName.
_NAME = r"(?!.*--)[a-z]([0-9a-z-]*[0-9a-z])?"
_DATABASE_NAME = text_like(
    rf"(?=.{{1,63}}\Z){_NAME}",
    "1 to 63 small letters, digits and single hyphens, with a letter first and no hyphen last",
)
_DATABASE_GROUP = text_like(
    r"(?=.{1,255}\Z)(?!.*--)[a-z]([0-9a-z.-]*[0-9a-z.])?",
    "1 to 255 small letters, digits, periods and single hyphens, with a letter first and no hyphen last",
)
_SUBNET_GROUP = text_like(
    r"(?!(?i:default)\Z)[0-9a-z_ .-]{1,255}",
    "1 to 255 small letters, digits, hyphens, underscores, periods and blanks, but not default",
)
_FINAL_SNAPSHOT = text_like(
    r"(?=.{1,255}\Z)(?!.*--)[A-Za-z]([0-9A-Za-z-]*[0-9A-Za-z])?",
    "1 to 255 letters, digits and single hyphens, with a letter first and no hyphen last",
)

# botocore's documentation of CreateSecurityGroup and IpRange; an apostrophe is none of them.
_GROUP_TEXT = text_like(
    r"[A-Za-z0-9 ._:/()#,@\[\]+=&;{}!$*-]{0,255}",
    "up to 255 letters, digits, blanks and ._-:/()#,@[]+=&;{}!$*",
)
# botocore's documentation of IpPermission, IpProtocol; the provider has `all` for -1 and any case.
_PROTOCOL = text_like(
    r"(?i:-1|all|tcp|udp|icmp|icmpv6)|25[0-5]|2[0-4]\d|1?\d?\d",
    "tcp, udp, icmp, icmpv6, -1 for all, or a number from 0 to 255",
)
_GROUP_NAME = text_like(
    r"(?!sg-)[A-Za-z0-9 ._:/()#,@\[\]+=&;{}!$*-]{1,255}",
    "1 to 255 letters, digits, blanks and ._-:/()#,@[]+=&;{}!$*, not beginning with sg-",
)

# botocore's documentation of CreateDBInstance, parameter by parameter.
_DATABASE: Mapping[str, Rule] = {
    "identifier": _DATABASE_NAME,
    "engine": _DATABASE_ENGINES,
    "engineVersion": text_like(r"\d+(\.[\w.-]+)?", "a version such as 17 or 17.6"),
    "instanceClass": machine("db."),
    "storageType": one_of("gp2", "gp3", "io1", "io2", "standard"),
    "username": text_like(r"[A-Za-z]\w{0,62}", "letters, digits and underscores, with a letter first"),
    "dbName": text_like(r"[A-Za-z]\w{0,63}", "letters, digits and underscores, with a letter first"),
    "port": between(1150, 65535),
    "backupRetentionPeriod": between(0, 35),
    "backupWindow": daily_window(30),
    "maintenanceWindow": weekly_window(30),
    "monitoringInterval": one_of(0, 1, 5, 10, 15, 30, 60),
    # Seven days, two years, or whole months of 31 days.
    "performanceInsightsRetentionPeriod": one_of(7, *(31 * month for month in range(1, 24)), 731),
    "finalSnapshotIdentifier": _FINAL_SNAPSHOT,
    "enabledCloudwatchLogsExports": one_of(
        "agent", "alert", "audit", "diag.log", "error", "general", "iam-db-auth-error", "listener",
        "notify.log", "oemagent", "postgresql", "slowquery", "trace", "upgrade",
    ),
    # Validated as ARNs by AWS's provider (rds/instance.go): a key's id or alias is refused.
    "kmsKeyId": arn,
    "performanceInsightsKmsKeyId": arn,
}  # fmt: skip

# botocore's documentation of CreateReplicationGroup, and elasticache/replication_group.go and
# engine_version.go in AWS's provider.
_REPLICATION_GROUP: Mapping[str, Rule] = {
    "replicationGroupId": text_like(
        r"(?=.{1,40}\Z)(?!.*--)[A-Za-z]([0-9A-Za-z-]*[0-9A-Za-z])?",
        "1 to 40 letters, digits and single hyphens, with a letter first and no hyphen last",
    ),
    "engine": one_of("redis", "valkey"),
    "engineVersion": text_like(
        r"[1-5]\.\d+\.\d+|6\.[0-9x]|([7-9]|[1-9]\d)\.\d+", "a version such as 7.1, 6.x or 5.0.6"
    ),
    "nodeType": machine("cache."),
    "numCacheClusters": between(1, 6),
    "port": between(1, 65535),
    "snapshotRetentionLimit": between(0, 35),
    "snapshotWindow": daily_window(60),
    "maintenanceWindow": weekly_window(60),
    # "16 to 128 alphanumeric characters or symbols (excluding @, ", and /)": validReplicationGroupAuthToken.
    "authToken": password(16, 128, '@"/'),
}

# "Authenticating with role-based access control" in the ElastiCache user guide: 16 to 128 characters.
_CACHE_PASSWORD = password(16, 128, "")
_CACHE_USER: Mapping[str, Rule] = {
    "engine": one_of("redis", "valkey"),
    "passwords": _CACHE_PASSWORD,
    "authenticationMode.passwords": _CACHE_PASSWORD,
}


def _alarm_action(value: Any) -> str | None:
    """An ARN; EC2's own actions have a service where others have an account."""
    return None if re.fullmatch(r"arn:aws[a-z-]*:automate:[a-z0-9-]+:ec2:\w+", str(value)) else arn(value)


def _period(value: Any) -> str | None:
    fine = value in (10, 20, 30) or (int(value) % 60 == 0 and 0 < int(value) <= 86_400)
    return None if fine else f"is {value}; allowed: 10, 20, 30 or a multiple of 60 up to 86400"


_ALARM_ACTIONS = dict.fromkeys(("alarmActions", "okActions", "insufficientDataActions"), _alarm_action)

# botocore's documentation of PutMetricAlarm.
_ALARM: Mapping[str, Rule] = {
    **_ALARM_ACTIONS,
    "treatMissingData": one_of("breaching", "notBreaching", "ignore", "missing"),
    "evaluateLowSampleCountPercentiles": one_of("evaluate", "ignore"),
    "period": _period,
    # cloudwatch/metric_alarm.go, after "CloudWatch statistics definitions" in the user guide.
    "metricQueries.metric.stat": text_like(
        r"SampleCount|Average|Sum|Minimum|Maximum|IQM|(p|tm|wm|tc|ts)(\d{1,2}(\.\d{1,2})?|100)"
        r"|(TM|WM|PR|TC|TS)\((\d+(\.\d+)?%?)?:(\d+(\.\d+)?%?)?\)",
        "SampleCount, Average, Sum, Minimum, Maximum, IQM, or a percentile such as p99 or tm95",
    ),
}

# "General purpose bucket naming rules" in the S3 user guide.
_BUCKET_NAME = text_like(
    r"(?!xn--|sthree-|amzn-s3-demo-)(?!.*(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)\Z)"
    r"(?!\d+\.\d+\.\d+\.\d+\Z)(?!.*\.\.)(?=.{3,63}\Z)[a-z0-9][a-z0-9.-]*[a-z0-9]",
    "3 to 63 small letters, digits, hyphens and single periods, with a letter or digit first and last",
)

_EVENTS = schedule("cron", "rate")

# AWS's provider: eks.validClusterName, events.validateRuleName, elbv2.validName and validTargetGroupName.
_CLUSTER_NAME = text_like(
    r"[0-9A-Za-z][0-9A-Za-z_-]{0,99}", "1 to 100 letters, digits, hyphens and underscores, a hyphen not first"
)
_RULE_NAME = text_like(r"[0-9A-Za-z_.-]{1,64}", "1 to 64 letters, digits, periods, hyphens and underscores")
_BALANCER_NAME = text_like(
    r"(?!internal-)(?=.{1,32}\Z)[0-9A-Za-z]([0-9A-Za-z-]*[0-9A-Za-z])?",
    "1 to 32 letters, digits and hyphens, with a hyphen neither first nor last, not beginning with internal-",
)

RULES: Mapping[str, Mapping[str, Rule]] = {
    "aws:rds/instance:Instance": _DATABASE,
    "aws:rds/subnetGroup:SubnetGroup": {"name": _SUBNET_GROUP},
    "aws:rds/parameterGroup:ParameterGroup": {
        "name": _DATABASE_GROUP,
        "family": text_like(r"[a-z][a-z0-9-]*\d[a-z0-9.-]*", "an engine and its version, such as postgres17"),
        "parameters.applyMethod": one_of("immediate", "pending-reboot"),
    },
    "aws:elasticache/replicationGroup:ReplicationGroup": _REPLICATION_GROUP,
    "aws:elasticache/user:User": _CACHE_USER,
    "aws:elasticache/userGroup:UserGroup": {"engine": one_of("redis", "valkey")},
    # botocore's documentation of CreateCacheParameterGroup; newer families follow the same form.
    "aws:elasticache/parameterGroup:ParameterGroup": {
        "family": text_like(
            r"valkey\d+|redis(2\.6|2\.8|3\.2|4\.0|5\.0|6\.x|[7-9])|memcached1\.[456]",
            "a family such as redis7, redis6.x or valkey8",
        )
    },
    "aws:ecr/registryPolicy:RegistryPolicy": {"policy": policy(REGISTRY)},
    "aws:ecr/repositoryPolicy:RepositoryPolicy": {"policy": policy(RESOURCE)},
    "aws:secretsmanager/secret:Secret": {
        "name": text_like(r"[0-9A-Za-z/_+=.@-]{1,512}", "1 to 512 letters, digits and /_+=.@-"),
        "recoveryWindowInDays": between(7, 30, 0),  # botocore: DeleteSecret; 0 deletes at once
        "policy": policy(RESOURCE),
    },
    "aws:secretsmanager/secretPolicy:SecretPolicy": {"policy": policy(RESOURCE)},
    "aws:kms/key:Key": {
        "deletionWindowInDays": between(7, 30),  # botocore: ScheduleKeyDeletion
        "policy": policy(KEY),
    },
    "aws:kms/replicaKey:ReplicaKey": {"deletionWindowInDays": between(7, 30), "policy": policy(KEY)},
    "aws:cloudwatch/logGroup:LogGroup": {"retentionInDays": _LOG_RETENTION, "kmsKeyId": arn},
    "aws:cloudwatch/metricAlarm:MetricAlarm": _ALARM,
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": _ALARM_ACTIONS,
    "aws:cloudwatch/dashboard:Dashboard": {
        "dashboardBody": json_object,
        "dashboardName": text_like(r"[0-9A-Za-z_-]{1,255}", "1 to 255 letters, digits, hyphens, underscores"),
    },
    "aws:cloudwatch/eventTarget:EventTarget": {
        "input": json_text,
        "rule": _RULE_NAME,
        "targetId": _RULE_NAME,
    },
    "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy": {"policyDocument": json_object},
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": {
        "metricTransformation.defaultValue": text_like(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", "a number")
    },
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": {"policyDocument": policy(RESOURCE)},
    "aws:cloudtrail/trail:Trail": {"kmsKeyId": arn},
    "aws:cloudwatch/eventRule:EventRule": {"scheduleExpression": _EVENTS, "eventPattern": json_object},
    "aws:scheduler/schedule:Schedule": {"scheduleExpression": schedule("cron", "rate", "at")},
    # "Cron expressions" in the Backup developer guide.
    "aws:backup/plan:Plan": {"rules.schedule": schedule("cron")},
    "aws:backup/vaultPolicy:VaultPolicy": {"policy": policy(RESOURCE)},
    # CreateTopic and Subscribe in botocore's documentation.
    "aws:sns/topic:Topic": {
        "name": text_like(
            r"[A-Za-z0-9_-]{1,256}|[A-Za-z0-9_-]{1,251}\.fifo",
            "1 to 256 letters, digits, underscores and hyphens",
        ),
        "policy": policy(RESOURCE),
        "deliveryPolicy": json_object,
    },
    "aws:sns/topicPolicy:TopicPolicy": {"policy": policy(RESOURCE)},
    "aws:sns/topicSubscription:TopicSubscription": {
        "topic": arn,
        "protocol": one_of(
            "application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs"
        ),
        "filterPolicy": json_object,
        "deliveryPolicy": json_object,
        "redrivePolicy": json_object,
    },
    "aws:sqs/queue:Queue": {"policy": policy(RESOURCE), "redrivePolicy": json_object},
    "aws:s3/bucket:Bucket": {"bucket": _BUCKET_NAME},
    "aws:s3/bucketPolicy:BucketPolicy": {"policy": policy(BUCKET)},
    # s3/bucket_replication_configuration.go in AWS's provider.
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": {
        "role": arn,
        "rules.destination.bucket": arn,
        "rules.destination.encryptionConfiguration.replicaKmsKeyId": arn,
    },
    "aws:iam/role:Role": {"assumeRolePolicy": policy(TRUST), "inlinePolicies.policy": policy(IDENTITY)},
    "aws:iam/rolePolicy:RolePolicy": {"policy": policy(IDENTITY)},
    "aws:iam/policy:Policy": {"policy": policy(MANAGED)},
    # ec2/vpc_.go and ec2/vpc_subnet.go in AWS's provider: /16 to /28.
    "aws:ec2/vpc:Vpc": {"cidrBlock": ipv4_network(28, 16)},
    "aws:ec2/subnet:Subnet": {"cidrBlock": ipv4_network(28, 16)},
    "aws:ec2/route:Route": {"destinationCidrBlock": ipv4_network()},
    "aws:ec2/flowLog:FlowLog": {"logDestination": arn},
    "aws:ec2/vpcEndpoint:VpcEndpoint": {"policy": policy(RESOURCE)},
    "aws:ec2/securityGroup:SecurityGroup": {"name": _GROUP_NAME, "description": _GROUP_TEXT},
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
        "ipProtocol": _PROTOCOL,
        "cidrIpv4": ipv4_network(),
        "description": _GROUP_TEXT,
    },
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": {
        "ipProtocol": _PROTOCOL,
        "cidrIpv4": ipv4_network(),
        "description": _GROUP_TEXT,
    },
    "aws:eks/accessEntry:AccessEntry": {"clusterName": _CLUSTER_NAME},
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": {"clusterName": _CLUSTER_NAME},
    "aws:eks/addon:Addon": {
        "addonVersion": text_like(
            r"v\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?", "a version such as v1.19.0-eksbuild.2"
        )
    },
    "aws:eks/cluster:Cluster": {
        # "Kubernetes release calendar" in the EKS user guide: minor versions only.
        "version": text_like(r"1\.\d{2}", "a minor version such as 1.33"),
        "kubernetesNetworkConfig.serviceIpv4Cidr": ipv4_network(24, 12),
        "vpcConfig.publicAccessCidrs": ipv4_network(),
    },
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {
        "url": text_like(r"https://[^/\s]+\S*", "an address such as https://token.actions.example")
    },
    "aws:lambda/invocation:Invocation": {"input": json_text},
    "aws:lb/loadBalancer:LoadBalancer": {"name": _BALANCER_NAME},
    "aws:lb/targetGroup:TargetGroup": {
        "name": _BALANCER_NAME,
        # elbv2/target_group.go; a target group of functions or of UDP has none.
        "healthCheck.path": text_like(r"|/\S{0,1023}", "a path such as /healthz"),
    },
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": {"kmsKeyId": arn},
}


def format_failures(token: str, inputs: Properties) -> list[CheckFailure]:
    """What AWS would refuse in `inputs` of the type `token`, all of it.

    The inputs must have passed `check_inputs`. What is not known yet is not judged.
    """
    rules = {**enumerations(token), **RULES.get(token, {})}
    failures = []
    for shown, path, value in _values(resource_type(token).inputs, inputs):
        rule = rules.get(path) or _by_name(path)
        reason = rule(value) if rule is not None else None
        if reason is not None:
            failures.append(CheckFailure(shown, f"'{shown}' {reason}"))
    return failures or combination_failures(token, inputs)


def _by_name(path: str) -> Rule | None:
    """AWS's provider takes nothing but ARNs in properties that are named so."""
    name = path.rsplit(".", 1)[-1]
    return arn if name == "arn" or name.endswith(("Arn", "Arns")) else None


def _values(
    block: BlockType, inputs: Properties, shown: str = "", path: str = ""
) -> Iterator[tuple[str, str, Any]]:
    """Every known value in `inputs`: its path with indices, its path without, the value."""
    for name, value in inputs.items():
        declared = block.properties.get(name)
        if declared is not None and name not in ("tags", "region"):
            yield from _inside(declared, value, f"{shown}{name}", f"{path}{name}")


def _inside(declared: PropertyType, value: Any, shown: str, path: str) -> Iterator[tuple[str, str, Any]]:
    if value is None or value is UNKNOWN or declared.kind == "map":
        return
    if declared.kind == "list" and isinstance(value, list) and declared.item is not None:
        for number, item in enumerate(value):
            yield from _inside(declared.item, item, f"{shown}[{number}]", path)
    elif declared.kind == "block" and isinstance(value, dict) and declared.block is not None:
        yield from _values(declared.block, value, f"{shown}.", f"{path}.")
    else:
        yield shown, path, value
