"""Things that AWS takes minutes to make, and whether each is there yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jmespath
from botocore.exceptions import ClientError

from operations.console import OperationFailed
from operations.recovery.instances import FAILED


@dataclass(frozen=True)
class Status:
    """How AWS is asked how far it is.

    Args:
        service: boto3's name.
        operation: boto3's name.
        parameters: of the call; `{id}` is the resource's.
        path: JMESPath of the answer: the status.
        ready: the one in which others can build on it.
        failed: those that it does not leave by itself.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any]
    path: str
    ready: str
    failed: tuple[str, ...] = ()


# The statuses are those of the services' API references.
STATUSES: Mapping[str, Status] = {
    "aws:cloudfront/distribution:Distribution": Status(
        "cloudfront", "get_distribution", {"Id": "{id}"}, "Distribution.Status", "Deployed"
    ),
    "aws:ec2/natGateway:NatGateway": Status(
        "ec2",
        "describe_nat_gateways",
        {"NatGatewayIds": ["{id}"]},
        "NatGateways[0].State",
        "available",
        ("failed", "deleting", "deleted"),
    ),
    "aws:ec2/vpcEndpoint:VpcEndpoint": Status(
        "ec2",
        "describe_vpc_endpoints",
        {"VpcEndpointIds": ["{id}"]},
        "VpcEndpoints[0].State",
        "available",
        ("failed", "rejected", "expired"),
    ),
    "aws:eks/cluster:Cluster": Status(
        "eks", "describe_cluster", {"name": "{id}"}, "cluster.status", "ACTIVE", ("FAILED", "DELETING")
    ),
    "aws:elasticache/replicationGroup:ReplicationGroup": Status(
        "elasticache",
        "describe_replication_groups",
        {"ReplicationGroupId": "{id}"},
        "ReplicationGroups[0].Status",
        "available",
        ("create-failed", "deleting"),
    ),
    "aws:lb/loadBalancer:LoadBalancer": Status(
        "elbv2",
        "describe_load_balancers",
        {"LoadBalancerArns": ["{id}"]},
        "LoadBalancers[0].State.Code",
        "active",
        ("failed",),
    ),
    "aws:rds/instance:Instance": Status(
        "rds",
        "describe_db_instances",
        {"DBInstanceIdentifier": "{id}"},
        "DBInstances[0].DBInstanceStatus",
        "available",
        (*FAILED, "deleting"),
    ),
    "aws:rds/snapshot:Snapshot": Status(
        "rds",
        "describe_db_snapshots",
        {"DBSnapshotIdentifier": "{id}"},
        "DBSnapshots[0].Status",
        "available",
        ("failed",),
    ),
}


def missing(type: str, identifier: str, client: Any) -> str | None:
    """What AWS still does; None when it is ready, is not there, or is of a type that is there at once.

    Args:
        type: the engine's.
        identifier: the provider's id.
        client: boto3's clients in its region, by service.

    Raises:
        OperationFailed: it will never be ready.
    """
    status = STATUSES.get(type)
    if status is None:
        return None
    parameters = {name: _filled(value, identifier) for name, value in status.parameters.items()}
    try:
        answer = getattr(client(status.service), status.operation)(**parameters)
    except ClientError as error:
        code = str(error.response["Error"]["Code"])
        if "NotFound" in code or "NoSuch" in code:
            return None
        raise
    found = jmespath.search(status.path, answer)
    if found in status.failed:
        raise OperationFailed(
            f"{identifier} is {found} in AWS and stays so: delete it there ({status.service}), then the same "
            "command makes it anew."
        )
    return None if found in (status.ready, None) else f"{identifier} is {found}"


def _filled(value: Any, identifier: str) -> Any:
    return (
        [_filled(item, identifier) for item in value]
        if isinstance(value, list)
        else value.format(id=identifier)
    )
