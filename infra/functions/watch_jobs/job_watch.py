"""The way of the function that watches CronJobs into the cluster."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_aws import eks
from pulumi_kubernetes.rbac.v1 import Role, RoleBinding

from infra.functions.schedule import declare_schedule
from infra.naming import Naming

WATCH_JOBS = "watch-jobs"

# All that it may do, in one namespace. EKS's View policy would show it everything but secrets.
RULES = ({"api_groups": ["batch"], "resources": ["jobs"], "verbs": ["list"]},)


@dataclass(frozen=True)
class JobWatchArgs:
    """Who looks, where, and how often.

    Args:
        cluster_name: the cluster.
        namespace: whose Jobs.
        function: its ARN.
        role: ARN of the function's role.
        schedule: when it is called.
        ready: what has to be there first: the namespace.
    """

    naming: Naming
    cluster_name: pulumi.Input[str]
    namespace: str
    function: pulumi.Input[str]
    role: pulumi.Input[str]
    schedule: str
    ready: pulumi.Resource


class JobWatch(pulumi.ComponentResource):
    """An access entry for the function's role, the right to list Jobs, and its schedule. Keeps ALM-6.

    The schedule comes last: calls that are refused would be a false alarm of the first hour.
    """

    def __init__(self, name: str, args: JobWatchArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:function:JobWatch", name, None, opts)
        entry = eks.AccessEntry(
            WATCH_JOBS,
            cluster_name=args.cluster_name,
            principal_arn=args.role,
            type="STANDARD",
            kubernetes_groups=[WATCH_JOBS],
            opts=pulumi.ResourceOptions(parent=self),
        )
        metadata = {"name": WATCH_JOBS, "namespace": args.namespace}
        here = pulumi.ResourceOptions(parent=self, depends_on=[args.ready])
        role = Role(WATCH_JOBS, metadata=metadata, rules=list(RULES), opts=here)
        binding = RoleBinding(
            WATCH_JOBS,
            metadata=metadata,
            role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "Role", "name": WATCH_JOBS},
            subjects=[{"kind": "Group", "name": WATCH_JOBS, "api_group": "rbac.authorization.k8s.io"}],
            opts=pulumi.ResourceOptions.merge(here, pulumi.ResourceOptions(depends_on=[role, entry])),
        )
        declare_schedule(WATCH_JOBS, args.schedule, args.function, args.naming, ready=binding, parent=self)
        self.register_outputs({})
