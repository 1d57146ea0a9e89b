"""Answers of AWS's provider that are others by now than the facts, for types that the program uses.

The facts (`rehearsal.aws.facts`) are answers of 5.100.0, these of the version in tools/aws-provider/go.mod,
and `make provider` holds the program's types against it. The files are below its `internal/service`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LATER: Mapping[str, Mapping[str, Any]] = {
    # eks/cluster.go: both blocks and the flag are computed where they are left out
    "aws:eks/cluster:Cluster": {
        "optional_computed": ["computeConfig", "storageConfig", "deletionProtection"],
    },
    # ec2/vpc_subnet.go: a pool of addresses may give it
    "aws:ec2/subnet:Subnet": {"optional_computed": ["cidrBlock"]},
    # route53/record.go: ForceNew
    "aws:route53/record:Record": {"replace": ["type"]},
    # secretsmanager/secret_version.go: another value is another version, none at all is looked at later
    "aws:secretsmanager/secretVersion:SecretVersion": {
        "conditional": {"secretString": {"in_place": ["unset"], "replace": ["otherwise"]}},
    },
    # ecr/repository.go, elbv2/load_balancer.go: what is in a block that is left out goes back to its defaults
    "aws:ecr/repository:Repository": {
        "given_back": ["encryptionConfigurations", "imageScanningConfiguration"],
    },
    "aws:lb/loadBalancer:LoadBalancer": {"given_back": ["accessLogs"]},
}

# The value that a property has when it is left out: to write it, or not, is no difference. Only what is said
# of these types by `Default` in the provider, or is the zero that its older types cannot tell from nothing.
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "aws:accessanalyzer/analyzer:Analyzer": {"type": "ACCOUNT"},
    "aws:backup/vault:Vault": {"forceDestroy": False},
    "aws:cloudfront/cachePolicy:CachePolicy": {"maxTtl": 31536000, "minTtl": 0},
    "aws:cloudtrail/trail:Trail": {"enableLogging": True, "includeGlobalServiceEvents": True},
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": {"actionsEnabled": True},
    "aws:cloudwatch/metricAlarm:MetricAlarm": {
        "actionsEnabled": True,
        "threshold": 0,
        "treatMissingData": "missing",
    },
    "aws:ec2/flowLog:FlowLog": {"logDestinationType": "cloud-watch-logs"},
    "aws:ec2/vpc:Vpc": {"enableDnsSupport": True},
    "aws:ec2/vpcEndpoint:VpcEndpoint": {"vpcEndpointType": "Gateway"},
    "aws:ecr/repository:Repository": {"forceDelete": False},
    "aws:eks/accessEntry:AccessEntry": {"type": "STANDARD"},
    "aws:elasticache/replicationGroup:ReplicationGroup": {
        "automaticFailoverEnabled": False,
        "engine": "redis",
        "multiAzEnabled": False,
    },
    "aws:guardduty/detector:Detector": {"enable": True},
    "aws:kms/replicaKey:ReplicaKey": {"deletionWindowInDays": 30},
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": {"maximumRetryAttempts": 2},
    "aws:lb/loadBalancer:LoadBalancer": {
        "desyncMitigationMode": "defensive",
        "enableDeletionProtection": False,
        "idleTimeout": 60,
        "loadBalancerType": "application",
    },
    "aws:rds/instance:Instance": {
        "allowMajorVersionUpgrade": False,
        "applyImmediately": False,
        "autoMinorVersionUpgrade": True,
        "deleteAutomatedBackups": True,
        "deletionProtection": False,
        "publiclyAccessible": False,
        "skipFinalSnapshot": False,
    },
    "aws:route53/zone:Zone": {"forceDestroy": False},
    "aws:s3/bucket:Bucket": {"forceDestroy": False},
    "aws:scheduler/schedule:Schedule": {"scheduleExpressionTimezone": "UTC"},
    "aws:secretsmanager/secret:Secret": {"recoveryWindowInDays": 30},
}
