"""Permissions of who only looks, in the cluster: what the program declares beyond EKS's View policy."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.rbac.v1 import ClusterRole, ClusterRoleBinding

_NAME = "read-only"
_READ = ["get", "list", "watch"]

# EKS's View policy has neither rights nor custom resources (user guide, "Review access policy permissions"),
# and its AdminView has Kubernetes' Secrets as well. A refresh reads each kind that is declared, and one that
# it may not read ends it: a test holds that these are all of them.
RULES = (
    {
        "api_groups": ["eks.amazonaws.com"],
        "resources": ["nodeclasses", "targetgroupbindings"],
        "verbs": _READ,
    },
    {"api_groups": ["karpenter.sh"], "resources": ["nodepools"], "verbs": _READ},
    {
        "api_groups": ["rbac.authorization.k8s.io"],
        "resources": ["clusterrolebindings", "clusterroles", "rolebindings", "roles"],
        "verbs": _READ,
    },
    # Which entries a pod mounts, by name; never what is in them.
    {"api_groups": ["secrets-store.csi.x-k8s.io"], "resources": ["secretproviderclasses"], "verbs": _READ},
)


@dataclass(frozen=True)
class ReadOnlyArgs:
    """Who may look.

    Args:
        group: of Kubernetes; the access entry of their IAM role is in it.
        ready: what has to be there first: the namespace, and with it the cluster.
    """

    group: str
    ready: pulumi.Resource


class ReadOnly(pulumi.ComponentResource):
    """A ClusterRole for who only looks, CI's nightly drift among them. Keeps K8S-1.

    With EKS's View policy it reads every kind that is declared here, and no Secret of Kubernetes (contract
    SEC-6). Nodes' kinds belong to no namespace, so it is for the whole cluster.
    """

    def __init__(self, name: str, args: ReadOnlyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:kubernetes:ReadOnly", name, None, opts)
        here = pulumi.ResourceOptions(parent=self, depends_on=[args.ready])
        metadata = {"name": _NAME}
        role = ClusterRole(_NAME, metadata=metadata, rules=list(RULES), opts=here)
        ClusterRoleBinding(
            _NAME,
            metadata=metadata,
            role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": _NAME},
            subjects=[{"kind": "Group", "name": args.group, "api_group": "rbac.authorization.k8s.io"}],
            opts=pulumi.ResourceOptions.merge(here, pulumi.ResourceOptions(depends_on=[role])),
        )
        self.register_outputs({})
