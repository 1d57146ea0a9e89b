"""Flow logs: who talks to whom in a network, written down for as long as other logs."""

from __future__ import annotations

import pulumi
from pulumi_aws import cloudwatch, ec2
from pulumi_aws import iam as aws_iam

from infra import iam
from infra.common import CommonArgsWithKeys

# Ten minutes is the other choice; a minute shows an incident while it lasts.
FLOW_LOG_INTERVAL_SECONDS = 60


def declare_flow_logs(
    name: str,
    common: CommonArgsWithKeys,
    vpc_id: pulumi.Input[str],
    parent: pulumi.Resource,
) -> None:
    """All traffic of a network, in a log group of its own.

    Args:
        name: of its resources in the program, and part of the group's and role's names.
        common: of the network's region.
        vpc_id: the network.
        parent: the component that it belongs to.
    """
    naming, here = common.naming, pulumi.ResourceOptions(parent=parent)
    group = cloudwatch.LogGroup(
        name,
        name=f"/groundwork/{naming.prefix}/{name}",
        retention_in_days=common.log_retention,
        kms_key_id=common.log_key,
        opts=here,
    )
    role = aws_iam.Role(
        name,
        name=naming.role(name),
        description="VPC flow logs write into their log group",
        assume_role_policy=iam.document(
            iam.trust_service(
                "vpc-flow-logs.amazonaws.com",
                account=naming.account,
                source=naming.arn("ec2", "vpc-flow-log/*"),
            )
        ),
        opts=here,
    )
    aws_iam.RolePolicy(
        name,
        name="write-logs",
        role=role.name,
        # It looks for its group first (VPC user guide, "IAM role for publishing flow logs").
        policy=iam.document(iam.write_log_streams(group.arn), *iam.find_log_groups(naming, group.arn)),
        opts=here,
    )
    ec2.FlowLog(
        name,
        vpc_id=vpc_id,
        traffic_type="ALL",
        log_destination_type="cloud-watch-logs",
        log_destination=group.arn,
        iam_role_arn=role.arn,
        max_aggregation_interval=FLOW_LOG_INTERVAL_SECONDS,
        tags={"Name": naming.named(name)},
        opts=here,
    )
