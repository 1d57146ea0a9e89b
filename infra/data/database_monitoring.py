"""Monitoring of PostgreSQL and its replica: exported logs, and the operating system's metrics."""

from __future__ import annotations

import pulumi
from pulumi_aws import cloudwatch
from pulumi_aws import iam as aws_iam

from infra import iam
from infra.common import CommonArgsWithKeys
from infra.configuration.data_settings import EXPORTED_LOGS
from infra.naming import Naming

MONITORING_INTERVAL_SECONDS = 60


def log_group(identifier: str, log: str = "postgresql") -> str:
    """The log group that RDS writes one of an instance's logs to."""
    return f"/aws/rds/instance/{identifier}/{log}"


def declare_log_groups(
    identifier: str, common: CommonArgsWithKeys, parent: pulumi.Resource, prefix: str = ""
) -> list[pulumi.Resource]:
    """A group for each exported log; made before the instance, or RDS makes them without key and end.

    Args:
        identifier: the instance's.
        common: of the instance's place.
        parent: the component that they belong to.
        prefix: of their names in the program.
    """
    return [
        cloudwatch.LogGroup(
            f"{prefix}{log}",
            name=log_group(identifier, log),
            retention_in_days=common.log_retention,
            kms_key_id=common.log_key,
            opts=pulumi.ResourceOptions(parent=parent),
        )
        for log in EXPORTED_LOGS
    ]


def declare_monitoring_role(
    name: str, physical_name: str, naming: Naming, identifier: str, parent: pulumi.Resource
) -> pulumi.Output[str]:
    """The role with which RDS sends one instance's metrics; answers its ARN."""
    here = pulumi.ResourceOptions(parent=parent)
    role = aws_iam.Role(
        name,
        name=naming.role(physical_name),
        description="RDS sends the operating system's metrics",
        assume_role_policy=iam.document(
            iam.trust_service(
                "monitoring.rds.amazonaws.com",
                account=naming.account,
                source=naming.arn("rds", f"db:{identifier}"),
            )
        ),
        opts=here,
    )
    aws_iam.RolePolicyAttachment(
        name,
        role=role.name,
        policy_arn="arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
        opts=here,
    )
    return role.arn
