"""Nodes of EKS Auto Mode for some pods alone.

EKS Auto Mode gives a security group of its own to all pods of a NodeClass (user guide, "Create a Node Class
for Amazon EKS", `podSecurityGroupSelectorTerms`). Groups for single pods it has from Kubernetes 1.36 on
("Assign security groups to individual Pods in EKS Auto Mode").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

# A node is replaced after 14 days, as in EKS's own node pools; docs/secrets.md counts on it.
NODE_LIFETIME_HOURS = 336


@dataclass(frozen=True)
class NodesArgs:
    """Where the nodes are, and what they are.

    Args:
        node_role: name of the IAM role of EKS's own nodes: it has its access entry already.
        subnet_ids: of nodes and pods alike; a pod's has to be in its node's zone.
        node_security_group_id: EKS's own, as all nodes have it.
        pod_security_group_id: of all pods on these nodes.
        ready: what has to be there first.
    """

    node_role: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    node_security_group_id: pulumi.Input[str]
    pod_security_group_id: pulumi.Input[str]
    ready: Sequence[pulumi.Resource]


def declare_nodes(
    prefix: str, nodes: str, taint: str, args: NodesArgs, parent: pulumi.Resource
) -> pulumi.Resource:
    """A NodeClass and a NodePool of one name; nodes start when a pod is for them, and go with the last one.

    Args:
        prefix: of their names in the program.
        nodes: their name in the cluster.
        taint: keeps all other pods off these nodes.
        args: where they are.
        parent: the component that they belong to.
    """
    subnets = [{"id": subnet} for subnet in args.subnet_ids]
    node_class = CustomResource(
        f"{prefix}node-class",
        api_version="eks.amazonaws.com/v1",
        kind="NodeClass",
        metadata={"name": nodes},
        spec={
            "role": args.node_role,
            "subnetSelectorTerms": subnets,
            "securityGroupSelectorTerms": [{"id": args.node_security_group_id}],
            "podSubnetSelectorTerms": subnets,
            "podSecurityGroupSelectorTerms": [{"id": args.pod_security_group_id}],
        },
        opts=pulumi.ResourceOptions(parent=parent, depends_on=list(args.ready)),
    )
    pool: pulumi.Resource = CustomResource(
        f"{prefix}node-pool",
        api_version="karpenter.sh/v1",
        kind="NodePool",
        metadata={"name": nodes},
        spec=_pool(nodes, taint),
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[node_class]),
    )
    return pool


def _pool(nodes: str, taint: str) -> dict[str, Any]:
    def wanted(key: str, operator: str, *values: str) -> dict[str, Any]:
        return {"key": key, "operator": operator, "values": list(values)}

    return {
        "disruption": {
            "budgets": [{"nodes": "10%"}],
            "consolidateAfter": "30s",
            "consolidationPolicy": "WhenEmptyOrUnderutilized",
        },
        "template": {
            "spec": {
                "expireAfter": f"{NODE_LIFETIME_HOURS}h",
                "terminationGracePeriod": "24h0m0s",
                "nodeClassRef": {
                    "group": "eks.amazonaws.com",
                    "kind": "NodeClass",
                    "name": nodes,
                },
                "taints": [{"key": taint, "effect": "NoSchedule"}],
                "requirements": [
                    wanted("karpenter.sh/capacity-type", "In", "on-demand"),
                    wanted("eks.amazonaws.com/instance-category", "In", "c", "m", "r"),
                    wanted("eks.amazonaws.com/instance-generation", "Gt", "4"),
                    wanted("kubernetes.io/arch", "In", "amd64"),
                    wanted("kubernetes.io/os", "In", "linux"),
                ],
            }
        },
    }
