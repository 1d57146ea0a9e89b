"""Permissions of people on call in the cluster: what they change; what they see is EKS's own View policy."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.rbac.v1 import Role, RoleBinding

_NAME = "on-call"

# Who may change a Deployment or make a pod (a Job, a CronJob, exec) has the pods' secrets as well: a pod of
# their own shows them. So pods start anew by being removed, and another version comes by a deployment.
RULES = (
    {"api_groups": [""], "resources": ["pods"], "verbs": ["delete"]},
    {"api_groups": [""], "resources": ["pods/eviction"], "verbs": ["create"]},
    {"api_groups": ["apps"], "resources": ["deployments/scale"], "verbs": ["get", "patch", "update"]},
    {"api_groups": ["autoscaling"], "resources": ["horizontalpodautoscalers"], "verbs": ["patch", "update"]},
    {"api_groups": ["batch"], "resources": ["jobs"], "verbs": ["delete"]},
)


@dataclass(frozen=True)
class OnCallArgs:
    """Who may, and where.

    Args:
        group: of Kubernetes; the access entry of their IAM role is in it.
        namespace: the only one in which they may change anything.
        ready: what has to be there first: the namespace.
    """

    group: str
    namespace: str
    ready: pulumi.Resource


class OnCall(pulumi.ComponentResource):
    """A Role for people on call: pods start anew, more or fewer of them run, a stuck job ends. Keeps K8S-1.

    None of it leads to a secret, which nobody reads but the roles that its entry names (contract SEC-6).
    """

    def __init__(self, name: str, args: OnCallArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:kubernetes:OnCall", name, None, opts)
        metadata = {"name": _NAME, "namespace": args.namespace}
        here = pulumi.ResourceOptions(parent=self, depends_on=[args.ready])
        role = Role(_NAME, metadata=metadata, rules=list(RULES), opts=here)
        RoleBinding(
            _NAME,
            metadata=metadata,
            role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "Role", "name": _NAME},
            subjects=[{"kind": "Group", "name": args.group, "api_group": "rbac.authorization.k8s.io"}],
            opts=pulumi.ResourceOptions.merge(here, pulumi.ResourceOptions(depends_on=[role])),
        )
        self.register_outputs({})
