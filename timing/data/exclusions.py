"""Operations that AWS does not do at once on one object, and those that have to come before others.

Errors are those that botocore's service models document for the calls (1.44.5; 2026-11-29), and what the
provider does about them is what its source does (terraform-provider-aws, internal/service).
Looked at and without a documented conflict between the calls that a deployment makes: IAM's policies, SNS,
ECR's replication, GuardDuty's features, rules of load balancers, policies and values of secrets, AWS Backup's
vaults (lock, notifications, selections). CloudTrail and Scheduler know conflicts, but each has one call here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from timing.operations import Kind

_EVERY = frozenset(Kind)
_CREATE_OR_UPDATE = frozenset({Kind.CREATE, Kind.UPDATE})


class Outcome(StrEnum):
    """What becomes of the second one while the first one is under way."""

    REFUSED = "refused: the deployment fails"
    WAITS = "waits for the first one's end"
    TRIED_AGAIN = "tried again by AWS's SDK or the provider: a moment, which does no harm"


@dataclass(frozen=True)
class Member:
    """Operations that work on the object: a type's, and the input that names the object (None: itself)."""

    type: str
    property: str | None
    kinds: frozenset[Kind] = _EVERY


@dataclass(frozen=True)
class Exclusion:
    """Operations that exclude each other on one object.

    Args:
        object: what it is.
        roots: types of the object itself.
        members: which operations work on it.
        outcome: what becomes of the second one.
        why: with the source.
        excludes: whether two members exclude each other; all do, when left out.
    """

    object: str
    roots: frozenset[str]
    members: tuple[Member, ...]
    outcome: Outcome
    why: str
    excludes: Callable[[Member, Member], bool] = lambda one, other: True


@dataclass(frozen=True)
class Requirement:
    """A type that needs another one to be in place, where AWS knows no such dependency itself."""

    type: str
    needs: str
    why: str


def _one_is_the_object(one: Member, other: Member) -> bool:
    return one.property is None or other.property is None


_INSTANCE = "aws:rds/instance:Instance"
_BACKUPS = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"
_GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
_USER_GROUP = "aws:elasticache/userGroup:UserGroup"
_CLUSTER = "aws:eks/cluster:Cluster"
_FUNCTION = "aws:lambda/function:Function"
_LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
_BUCKET = "aws:s3/bucket:Bucket"
_ZONE = "aws:route53/zone:Zone"
_KEYS = ("aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey")
_DELIVERY = "aws:cloudwatch/logDelivery:LogDelivery"
_DELIVERY_WHY = (
    "CreateDelivery answers ConflictException while another delivery of the same source or destination is "
    "made (terraform-provider-aws#42194)."
)
_BUCKET_PARTS = """
BucketLifecycleConfiguration BucketLogging BucketObjectLockConfiguration BucketOwnershipControls BucketPolicy
BucketPublicAccessBlock BucketReplicationConfig BucketServerSideEncryptionConfiguration BucketVersioning
""".split()

EXCLUSIONS = (
    Exclusion(
        "RDS instance",
        frozenset({_INSTANCE}),
        (
            Member(_INSTANCE, None),
            Member("aws:rds/snapshot:Snapshot", "dbInstanceIdentifier", frozenset({Kind.CREATE})),
            Member(_INSTANCE, "replicateSourceDb", frozenset({Kind.CREATE})),
            Member(_BACKUPS, "sourceDbInstanceArn", frozenset({Kind.CREATE, Kind.DELETE})),
        ),
        Outcome.REFUSED,
        "InvalidDBInstanceState: CreateDBSnapshot, CreateDBInstanceReadReplica, ModifyDBInstance, and Start- "
        "and StopDBInstanceAutomatedBackupsReplication want an instance that is available, each of them "
        "makes it something else meanwhile, and the provider asks once.",
    ),
    Exclusion(
        "EKS cluster",
        frozenset({_CLUSTER}),
        (
            Member(_CLUSTER, None),
            Member("aws:eks/addon:Addon", "clusterName"),
            Member("aws:eks/accessEntry:AccessEntry", "clusterName"),
            Member("aws:eks/accessPolicyAssociation:AccessPolicyAssociation", "clusterName"),
            Member("aws:eks/podIdentityAssociation:PodIdentityAssociation", "clusterName"),
        ),
        Outcome.REFUSED,
        "ResourceInUseException or InvalidRequestException while the cluster itself is created, updated or "
        "deleted (one update at a time: aws-cdk#33452); add-ons and entries go side by side.",
        _one_is_the_object,
    ),
    Exclusion(
        "Redis group",
        frozenset({_GROUP, _USER_GROUP}),
        (
            Member(_USER_GROUP, None),
            Member(_GROUP, "userGroupIds"),
        ),
        Outcome.REFUSED,
        "InvalidUserGroupState, InvalidReplicationGroupState: a replication group takes an active user group "
        "alone, and both are modifying while one of them is changed.",
    ),
    Exclusion(
        "Redis user",
        frozenset({"aws:elasticache/user:User"}),
        (
            Member("aws:elasticache/user:User", None),
            Member(_USER_GROUP, "userIds"),
        ),
        Outcome.REFUSED,
        "InvalidUserState: CreateUserGroup, ModifyUserGroup and ModifyUser want users that are active.",
        _one_is_the_object,
    ),
    Exclusion(
        "log group",
        frozenset({_LOG_GROUP}),
        (
            Member(_LOG_GROUP, None),
            Member("aws:cloudwatch/logMetricFilter:LogMetricFilter", "logGroupName"),
            Member("aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy", "logGroupName"),
        ),
        Outcome.REFUSED,
        "OperationAbortedException: several requests changed one log group at once. The provider takes turns "
        "among metric filters (its mutex log-group-…), and not with anything else.",
        lambda one, other: one.type != other.type,
    ),
    Exclusion(
        "log group's metric filters",
        frozenset({_LOG_GROUP}),
        (Member("aws:cloudwatch/logMetricFilter:LogMetricFilter", "logGroupName"),),
        Outcome.WAITS,
        "The provider's mutex log-group-… (internal/service/logs/metric_filter.go).",
    ),
    Exclusion(
        "destination of log deliveries",
        frozenset({"aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination"}),
        (Member(_DELIVERY, "deliveryDestinationArn"),),
        Outcome.REFUSED,
        _DELIVERY_WHY,
    ),
    Exclusion(
        "source of log deliveries",
        frozenset({"aws:cloudwatch/logDeliverySource:LogDeliverySource"}),
        (Member(_DELIVERY, "deliverySourceName"),),
        Outcome.REFUSED,
        _DELIVERY_WHY,
    ),
    Exclusion(
        "CDN",
        frozenset({"aws:cloudfront/distribution:Distribution"}),
        (
            Member("aws:cloudfront/distribution:Distribution", None),
            Member("aws:cloudwatch/logDeliverySource:LogDeliverySource", "resourceArn"),
        ),
        Outcome.REFUSED,
        "PreconditionFailed: UpdateDistribution wants the ETag of the last change.",
    ),
    Exclusion(
        "function",
        frozenset({_FUNCTION}),
        (
            Member(_FUNCTION, None),
            Member("aws:lambda/permission:Permission", "function"),
            Member("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", "functionName"),
            Member("aws:lambda/invocation:Invocation", "functionName", _CREATE_OR_UPDATE),
        ),
        Outcome.REFUSED,
        "ResourceConflictException: another operation on the function is in progress.",
        _one_is_the_object,
    ),
    Exclusion(
        "KMS key",
        frozenset(_KEYS),
        (
            *(Member(type, None) for type in _KEYS),
            Member("aws:kms/replicaKey:ReplicaKey", "primaryKeyArn"),
            Member("aws:kms/alias:Alias", "targetKeyId"),
        ),
        Outcome.REFUSED,
        "KMSInvalidStateException: not while a key is Creating or Updating.",
        _one_is_the_object,
    ),
    Exclusion(
        "web ACL",
        frozenset({"aws:wafv2/webAcl:WebAcl"}),
        (
            Member("aws:wafv2/webAcl:WebAcl", None),
            Member("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", "resourceArn"),
        ),
        Outcome.REFUSED,
        "WAFOptimisticLockException: the ACL has changed since it was read.",
    ),
    Exclusion(
        "rule of EventBridge",
        frozenset({"aws:cloudwatch/eventRule:EventRule"}),
        (
            Member("aws:cloudwatch/eventRule:EventRule", None),
            Member("aws:cloudwatch/eventTarget:EventTarget", "rule"),
        ),
        Outcome.REFUSED,
        "ConcurrentModificationException: PutRule and PutTargets of one rule.",
    ),
    Exclusion(
        "bucket",
        frozenset({_BUCKET}),
        (
            Member(_BUCKET, None),
            *(Member(f"aws:s3/{part[0].lower()}{part[1:]}:{part}", "bucket") for part in _BUCKET_PARTS),
        ),
        Outcome.TRIED_AGAIN,
        "OperationAborted (409), which the provider tries again 25 times "
        "(internal/service/s3/service_package.go).",
    ),
    Exclusion(
        "DNS zone",
        frozenset({_ZONE}),
        (Member("aws:route53/record:Record", "zoneId"),),
        Outcome.TRIED_AGAIN,
        "PriorRequestNotComplete: one batch at a time, which AWS's SDKs try again; a record's spreading to "
        "all servers, which is what takes its time, goes side by side.",
    ),
)

REQUIREMENTS = (
    Requirement(
        "aws:ec2/natGateway:NatGateway",
        "aws:ec2/internetGateway:InternetGateway",
        "in a network without one it ends as failed, Gateway.NotAttached (VPC user guide, NAT gateways).",
    ),
)
