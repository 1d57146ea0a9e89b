"""Declares what is counted in a log, the same way in every log."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_aws import cloudwatch

from infra.monitoring.log_metrics import NAMESPACE, LogMetric


def declare_metric_filter(
    name: str,
    metric: LogMetric,
    group: pulumi.Input[str],
    parent: pulumi.Resource,
    after: Sequence[pulumi.Resource] = (),
) -> None:
    """A metric of the lines of a log group.

    Args:
        name: of the filter in the program.
        metric: what is counted.
        group: the log group's name.
        parent: the component that it belongs to.
        after: what else changes the group: CloudWatch Logs refuses two changes of one group at once
            (OperationAbortedException), and the provider takes turns among metric filters alone.
    """
    cloudwatch.LogMetricFilter(
        name,
        name=metric.name,
        log_group_name=group,
        pattern=metric.pattern,
        metric_transformation=cloudwatch.LogMetricFilterMetricTransformationArgs(
            namespace=NAMESPACE,
            name=metric.metric,
            value="1",
            unit="Count",
            # AWS refuses a default where there are dimensions.
            default_value=None if metric.dimensions else "0",
            dimensions=dict(metric.dimensions) or None,
        ),
        opts=pulumi.ResourceOptions(parent=parent, depends_on=list(after)),
    )
