"""Permissions of people on call in the cluster: what they change, and see beside EKS's own View policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes.rbac.v1 import Role, RoleBinding

# Who may change a Deployment or make a pod (a Job, a CronJob, exec) has the pods' secrets as well: a pod of
# their own shows them. So pods start anew by being removed, and another version comes by a deployment.
RULES = (
    {"api_groups": [""], "resources": ["pods"], "verbs": ["delete"]},
    {"api_groups": [""], "resources": ["pods/eviction"], "verbs": ["create"]},
    {"api_groups": ["apps"], "resources": ["deployments/scale"], "verbs": ["get", "patch", "update"]},
    {"api_groups": ["autoscaling"], "resources": ["horizontalpodautoscalers"], "verbs": ["patch", "update"]},
    {"api_groups": ["batch"], "resources": ["jobs"], "verbs": ["delete"]},
)

# Of the Job of the weekly restore test: how far it is, why no pod starts, and what it says. A Role, and not
# EKS's View policy for one more namespace: it goes with that namespace, and shows no more than this. The
# Job's only secret, the address of the restored database with its password, is not among it.
SEEN = (
    {"api_groups": [""], "resources": ["events", "pods"], "verbs": ["get", "list", "watch"]},
    {"api_groups": [""], "resources": ["pods/log"], "verbs": ["get"]},
    {"api_groups": ["batch"], "resources": ["jobs"], "verbs": ["get", "list", "watch"]},
)


@dataclass(frozen=True)
class OnCallArgs:
    """Who may, and where.

    Args:
        group: of Kubernetes; the access entry of their IAM role is in it.
        namespace: the only one in which these rights hold.
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
        _bind(name, args, RULES, self)
        self.register_outputs({})


class OnCallView(pulumi.ComponentResource):
    """A Role with which people on call look at the restore test's Job, and change nothing. Keeps K8S-1."""

    def __init__(self, name: str, args: OnCallArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:kubernetes:OnCallView", name, None, opts)
        _bind(name, args, SEEN, self)
        self.register_outputs({})


def _bind(name: str, args: OnCallArgs, rules: Sequence[Mapping[str, Any]], parent: pulumi.Resource) -> None:
    metadata = {"name": name, "namespace": args.namespace}
    here = pulumi.ResourceOptions(parent=parent, depends_on=[args.ready])
    role = Role(name, metadata=metadata, rules=list(rules), opts=here)
    RoleBinding(
        name,
        metadata=metadata,
        role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
        subjects=[{"kind": "Group", "name": args.group, "api_group": "rbac.authorization.k8s.io"}],
        opts=pulumi.ResourceOptions.merge(here, pulumi.ResourceOptions(depends_on=[role])),
    )
