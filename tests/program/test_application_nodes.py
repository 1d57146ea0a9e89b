"""NET-2: the application's pods have nodes and a security group that no other pod has."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.kubernetes.node_pool import NODE_LIFETIME_HOURS
from tests.support.recorder import Recording

NODE_CLASS = "kubernetes:eks.amazonaws.com/v1:NodeClass"
NODE_POOL = "kubernetes:karpenter.sh/v1:NodePool"


def _pods(recording: Recording) -> dict[str, dict[str, Any]]:
    """The specifications of all pods that the program declares."""
    found = {}
    for kind in ("apps/v1:Deployment", "batch/v1:Job", "batch/v1:CronJob"):
        for name, declared in recording.perhaps(f"kubernetes:{kind}").items():
            spec = declared.inputs["spec"]
            found[f"{kind} {name}"] = spec.get("jobTemplate", {"spec": spec})["spec"]["template"]["spec"]
    return found


@pytest.mark.contract("NET-2")
def test_all_pods_of_the_application_are_on_its_nodes_and_tolerate_them(each: Recording) -> None:
    pool = each.one(NODE_POOL, "node-pool").inputs
    (taint,) = pool["spec"]["template"]["spec"]["taints"]
    pods = _pods(each)
    assert {name.split()[-1] for name in pods} >= {"api", "worker", "admin", "reloader"}
    for name, spec in pods.items():
        assert spec["nodeSelector"] == {"karpenter.sh/nodepool": pool["metadata"]["name"]}, name
        (toleration,) = spec["tolerations"]
        assert (toleration["key"], toleration["effect"]) == (taint["key"], taint["effect"])


@pytest.mark.contract("NET-2")
def test_pods_on_these_nodes_have_the_group_that_the_data_lets_in(each: Recording) -> None:
    pool = each.one(NODE_POOL, "node-pool").inputs["spec"]["template"]["spec"]
    declared = each.one(NODE_CLASS, "node-class").inputs
    assert pool["nodeClassRef"]["name"] == declared["metadata"]["name"]
    spec = declared["spec"]
    assert spec["podSecurityGroupSelectorTerms"] == [{"id": "pods-id"}]
    # EKS asks for the pods' subnets with their group; a pod's has to be in its node's zone.
    assert spec["podSubnetSelectorTerms"] == spec["subnetSelectorTerms"]
    # Another role would need an access entry of its own.
    assert spec["role"] == each.one("aws:iam/role:Role", "node").inputs["name"]


@pytest.mark.contract("NET-2")
def test_pods_come_after_their_nodes_can(each: Recording) -> None:
    namespace = each.one("kubernetes:core/v1:Namespace", "triangle")
    assert each.one(NODE_POOL, "node-pool").urn in namespace.depends_on


def test_nodes_live_as_long_as_the_promise_about_passwords_counts_on(each: Recording) -> None:
    pool = each.one(NODE_POOL, "node-pool").inputs["spec"]["template"]["spec"]
    assert pool["expireAfter"] == f"{NODE_LIFETIME_HOURS}h"
    assert NODE_LIFETIME_HOURS == 14 * 24  # docs/secrets.md


@pytest.mark.contract("NET-2", "SEC-1")
def test_what_brings_secrets_into_pods_is_on_their_nodes_too(each: Recording) -> None:
    """Of the add-ons that have a pod on every node it alone tolerates nothing unless told so
    (aws/secrets-store-csi-driver-provider-aws#267, and the values of its chart)."""
    add_ons = each.of("aws:eks/addon:Addon")
    settings = add_ons["aws-secrets-store-csi-driver-provider"].inputs["configurationValues"]
    assert json.loads(settings)["tolerations"] == [{"operator": "Exists"}]


@pytest.mark.contract("K8S-2")
def test_nodes_are_as_those_of_eks_own_pool_for_everything(each: Recording) -> None:
    """The user guide has it ("Review built-in node pools"): what ran there runs here, and as long."""
    pool = each.one(NODE_POOL, "node-pool").inputs["spec"]
    assert pool["disruption"] == {
        "budgets": [{"nodes": "10%"}],
        "consolidateAfter": "30s",
        "consolidationPolicy": "WhenEmptyOrUnderutilized",
    }
    spec = pool["template"]["spec"]
    assert (spec["nodeClassRef"]["group"], spec["nodeClassRef"]["kind"]) == ("eks.amazonaws.com", "NodeClass")
    # A pod that does not go keeps a node for a day at most.
    assert spec["terminationGracePeriod"] == "24h0m0s"
    wanted = {one["key"]: (one["operator"], one["values"]) for one in spec["requirements"]}
    assert wanted == {
        # AWS takes no node back while pods serve.
        "karpenter.sh/capacity-type": ("In", ["on-demand"]),
        "eks.amazonaws.com/instance-category": ("In", ["c", "m", "r"]),
        "eks.amazonaws.com/instance-generation": ("Gt", ["4"]),
        "kubernetes.io/arch": ("In", ["amd64"]),
        "kubernetes.io/os": ("In", ["linux"]),
    }
