"""NET-2 inside the cluster: who may talk to whom."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest

from tests.support.recorder import Recording

POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"


def _spec(recording: Recording, name: str) -> dict[str, Any]:
    spec: dict[str, Any] = recording.one(POLICY, name).inputs["spec"]
    return spec


def _reaches(spec: dict[str, Any], port: int) -> list[str]:
    """The networks that pods may connect to on a port."""
    return [
        to["ipBlock"]["cidr"]
        for rule in spec["egress"]
        if port in [each["port"] for each in rule["ports"]]
        for to in rule.get("to", ())
        if "ipBlock" in to
    ]


@pytest.mark.contract("NET-2")
def test_what_no_policy_allows_is_refused(each: Recording) -> None:
    assert _spec(each, "deny-all") == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


@pytest.mark.contract("NET-2")
def test_auto_mode_is_told_to_enforce_network_policies(each: Recording) -> None:
    switch = each.one("kubernetes:core/v1:ConfigMap", "amazon-vpc-cni").inputs
    assert switch["metadata"]["namespace"] == "kube-system"
    assert switch["data"] == {"enable-network-policy-controller": "true"}


@pytest.mark.contract("NET-2")
@pytest.mark.parametrize("port", [5432, 6379])
def test_only_services_that_use_them_reach_the_database_and_redis(each: Recording, port: int) -> None:
    data = {
        subnet.inputs["cidrBlock"]
        for name, subnet in each.of("aws:ec2/subnet:Subnet").items()
        if name.startswith("data-")
    }
    assert set(_reaches(_spec(each, "api"), port)) == data
    assert _reaches(_spec(each, "admin"), port) == []


@pytest.mark.contract("K8S-3")
@pytest.mark.parametrize("service", ["api", "worker", "admin"])
def test_every_pod_finds_names_and_the_credentials_of_its_identity(each: Recording, service: str) -> None:
    spec = _spec(each, service)
    # EKS user guide, "How EKS Pod Identity works": the agent on the node, over HTTP.
    assert _reaches(spec, 80) == ["169.254.170.23/32"]
    anywhere = [rule["ports"] for rule in spec["egress"] if "to" not in rule]
    assert anywhere == [[{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]]


@pytest.mark.contract("NET-2")
def test_the_internet_is_reached_by_https_alone(each: Recording) -> None:
    for name in ("api", "worker", "admin"):
        for rule in _spec(each, name)["egress"]:
            if any(to.get("ipBlock", {}).get("cidr") == "0.0.0.0/0" for to in rule.get("to", ())):
                assert [port["port"] for port in rule["ports"]] == [443]


@pytest.mark.contract("NET-2")
def test_a_service_is_called_by_the_load_balancer_and_its_own_system(each: Recording) -> None:
    (rule,) = _spec(each, "api-callers")["ingress"]
    blocks = [ip_network(one["ipBlock"]["cidr"]) for one in rule["from"] if "ipBlock" in one]
    public = [
        ip_network(subnet.inputs["cidrBlock"])
        for name, subnet in each.of("aws:ec2/subnet:Subnet").items()
        if "public" in name and not subnet.in_recovery
    ]
    assert blocks == public
    assert [one["podSelector"]["matchLabels"] for one in rule["from"] if "podSelector" in one] == [
        {"app.kubernetes.io/part-of": "triangle"}
    ]
    assert rule["ports"] == [{"port": "http", "protocol": "TCP"}]


@pytest.mark.contract("NET-2")
def test_a_worker_is_called_by_nobody(each: Recording) -> None:
    assert "worker-callers" not in each.of(POLICY)


def test_the_policies_are_there_before_the_pods(each: Recording) -> None:
    policies = {
        policy.urn
        for policy in each.of(POLICY).values()
        if policy.inputs["metadata"]["namespace"] == "triangle"
    } - {each.one(POLICY, "reloader").urn}
    deployments = each.of("kubernetes:apps/v1:Deployment")
    for name, deployment in deployments.items():
        assert policies <= deployment.depends_on or name == "reloader"
    assert each.one(POLICY, "reloader").urn in deployments["reloader"].depends_on


@pytest.mark.contract("NET-2")
@pytest.mark.parametrize("namespace", ["amazon-cloudwatch", "aws-secrets-manager", "default", "kube-system"])
def test_pods_of_other_namespaces_reach_everything_but_the_data(each: Recording, namespace: str) -> None:
    policy = each.one(POLICY, f"{namespace}-away-from-data").inputs
    assert (policy["metadata"]["namespace"], policy["spec"]["podSelector"]) == (namespace, {})
    (rule,) = policy["spec"]["egress"]
    assert "ports" not in rule
    (everywhere,) = rule["to"]
    assert everywhere["ipBlock"]["cidr"] == "0.0.0.0/0"
    data = {
        subnet.inputs["cidrBlock"]
        for name, subnet in each.of("aws:ec2/subnet:Subnet").items()
        if name.startswith("data-")
    }
    assert set(everywhere["ipBlock"]["except"]) == data
