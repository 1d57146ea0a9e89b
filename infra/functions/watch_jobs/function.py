"""Counts of the runs of CronJobs that have failed, asked of Kubernetes (ALM-6)."""

from __future__ import annotations

from dataclasses import replace

from infra.common import CommonArgsWithKeys
from infra.configuration import Configuration
from infra.foundations import ports
from infra.foundations.network import Network
from infra.functions.arguments import cluster_variables, plain_args
from infra.functions.function import Destination, Function, FunctionArgs, FunctionNetwork
from infra.functions.watch_jobs.job_watch import JobWatchArgs
from infra.kubernetes.cluster import Cluster
from infra.kubernetes.workloads import Workloads

# Often enough for an alarm within minutes of a failed run.
_SCHEDULE = "cron(0/5 * * * ? *)"


def watch_jobs(
    configuration: Configuration, common: CommonArgsWithKeys, network: Network, cluster: Cluster
) -> FunctionArgs | None:
    """For the function; None for a system without schedules."""
    if not configuration.system.schedules:
        return None
    description = "Counts the runs of CronJobs that have failed"
    return replace(
        # Its schedule comes with its way into the cluster, without which it is refused.
        plain_args(common, "watch_jobs", description),
        variables={
            **cluster_variables(common, cluster),
            "JOBS": ",".join(sorted(configuration.system.schedules)),
            "NAMESPACE": configuration.system.name,
        },
        # The API's private addresses: from outside only a few networks reach it.
        network=FunctionNetwork(
            network.vpc_id,
            network.private_subnet_ids,
            [Destination("cluster", cluster.security_group_id, ports.HTTPS)],
        ),
    )


def job_watch(
    configuration: Configuration, cluster: Cluster, function: Function, workloads: Workloads
) -> JobWatchArgs:
    """For its way into the cluster, and its schedule."""
    return JobWatchArgs(
        naming=configuration.naming,
        cluster_name=cluster.name,
        namespace=configuration.system.name,
        function=function.arn,
        role=function.role_arn,
        schedule=_SCHEDULE,
        ready=workloads.namespace,
    )
