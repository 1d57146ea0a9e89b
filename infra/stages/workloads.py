"""Workloads of the cluster, and what people may do there."""

from __future__ import annotations

import pulumi

from infra import wiring
from infra.edge.load_balancer import LoadBalancer
from infra.functions.function import Function
from infra.functions.watch_jobs.job_watch import WATCH_JOBS, JobWatch
from infra.kubernetes.application_nodes import ApplicationNodes
from infra.kubernetes.on_call import OnCall, OnCallView
from infra.kubernetes.read_only import ReadOnly
from infra.kubernetes.reloader import Reloader
from infra.kubernetes.workloads import Workloads
from infra.providers import in_cluster
from infra.recovery.restored_application import RestoredApplication
from infra.stages.data import Data
from infra.stages.foundations import Foundations
from infra.stages.functions import Functions


def declare_workloads(
    base: Foundations, data: Data, functions: Functions, load_balancer: LoadBalancer
) -> tuple[Workloads, list[Function]]:
    """Declares services, jobs and nodes for them.

    Returns the workloads, and the function that looks at their jobs where there is one.
    """
    configuration = base.configuration
    inside = in_cluster(base.regions, base.cluster.kubeconfig, configuration.naming)
    placed = wiring.application_nodes(base.network, base.cluster, base.pod_group)
    nodes = ApplicationNodes("nodes", placed, inside)
    ready = wiring.PodsReady(functions.rotation.prepared, data.database.backup, nodes.pool)
    run = wiring.workloads(
        configuration,
        base.common,
        base.cluster,
        data.storage,
        data.entries,
        ready,
        data.release,
        load_balancer,
    )
    workloads = Workloads("workloads", run, inside)
    Reloader("reloader", wiring.reloader(configuration, workloads), inside)
    # What people on call, and who only looks, may do in the cluster beside EKS's own policies.
    OnCall("on-call", wiring.on_call(configuration, workloads), inside)
    ReadOnly("read-only", wiring.read_only(workloads), inside)
    _restored_application(base, data, functions, workloads, inside)
    return workloads, _job_watch(base, workloads, inside)


def _restored_application(
    base: Foundations,
    data: Data,
    functions: Functions,
    workloads: Workloads,
    inside: pulumi.ResourceOptions,
) -> None:
    """Where the application is asked about a restored database, and who is on call looks on."""
    asked = wiring.restored_application(
        base.configuration,
        base.common,
        base.network,
        data.storage,
        base.cluster,
        functions.restore_test,
        workloads,
    )
    if asked is not None:
        restored = RestoredApplication("restored-application", asked, inside)
        OnCallView("on-call-restore-test", wiring.on_call_view(restored), inside)


def _job_watch(base: Foundations, workloads: Workloads, inside: pulumi.ResourceOptions) -> list[Function]:
    """The function that looks at the jobs' runs; none where no job runs by the clock."""
    watched = wiring.watch_jobs(base.configuration, base.common, base.network, base.cluster)
    if watched is None:
        return []
    watcher = Function(WATCH_JOBS, watched, base.home)
    JobWatch("job-watch", wiring.job_watch(base.configuration, base.cluster, watcher, workloads), inside)
    return [watcher]
