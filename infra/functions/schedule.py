"""Declares when a function is called by the clock."""

from __future__ import annotations

import json

import pulumi
from pulumi_aws import iam as aws_iam
from pulumi_aws import scheduler

from infra import iam
from infra.naming import Naming

# The event of every call. EventBridge Scheduler puts the minute that the call was meant for in its place,
# so that a function called late knows it (user guide, "Adding context attributes").
EVENT = json.dumps({"time": "<aws.scheduler.scheduled-time>"})


def declare_schedule(
    name: str,
    expression: str,
    function: pulumi.Input[str],
    naming: Naming,
    *,
    ready: pulumi.Resource,
    parent: pulumi.Resource,
) -> None:
    """A schedule of EventBridge Scheduler, and the role with which it calls the function.

    Args:
        name: the schedule's, within the environment.
        expression: `cron(…)` or `rate(…)`, in UTC.
        function: its ARN.
        ready: what has to be there before the first call.
        parent: the component that they belong to.
    """
    here = pulumi.ResourceOptions(parent=parent)
    role = aws_iam.Role(
        f"schedule-{name}",
        name=naming.named(f"schedule-{name}"),
        description=f"The clock calls {name}",
        assume_role_policy=iam.document(iam.trust_service("scheduler.amazonaws.com", account=naming.account)),
        opts=here,
    )
    policy = aws_iam.RolePolicy(
        f"schedule-{name}",
        name="call",
        role=role.name,
        policy=iam.document(iam.invoke_function(function)),
        opts=here,
    )
    scheduler.Schedule(
        name,
        name=naming.named(name),
        schedule_expression=expression,
        schedule_expression_timezone="UTC",
        flexible_time_window=scheduler.ScheduleFlexibleTimeWindowArgs(mode="OFF"),
        # The function's own retries and failure topic begin where Lambda has taken the call.
        target=scheduler.ScheduleTargetArgs(
            arn=function,
            role_arn=role.arn,
            input=EVENT,
            retry_policy=scheduler.ScheduleTargetRetryPolicyArgs(
                maximum_event_age_in_seconds=3600, maximum_retry_attempts=5
            ),
        ),
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[policy, ready]),
    )
