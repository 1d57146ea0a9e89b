"""NET-2: every connection that a pod needs passes its policies and security groups, and no other does.

What is needed is read from the system file, and from how EKS works: names, the agent for identities, AWS's
APIs. Nodes reach their own pods always (Kubernetes, "Network Policies"), so the kubelet's probes pass; and
metrics-server, the CloudWatch agent and the Secrets Store driver talk to kubelets, not to pods.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_network
from types import MappingProxyType
from typing import Any

import pytest

from infra.configuration.service import Service
from rehearsal.kubernetes.pod_templates import pod_template
from tests.support.network_policies import Peer, Pod, Policies
from tests.support.recorder import Recording
from tests.support.recordings import SYSTEMS, configuration_of, system_recording
from tests.support.security_groups import SecurityGroups

# EKS gives the cluster's DNS the tenth address of its range for services.
DNS = "172.20.0.10"
IDENTITY_AGENT = "169.254.170.23"
INSTANCE_METADATA = "169.254.169.254"
INTERNET = "203.0.113.7"
POSTGRESQL, REDIS, HTTPS = 5432, 6379, 443

STACKS = [("triangle", "dev"), ("triangle", "staging"), *((system, "prod") for system in SYSTEMS)]
EACH_STACK = pytest.mark.parametrize(("system", "environment"), STACKS)


@dataclass(frozen=True)
class Stack:
    """One system in one environment: what its file says, and what is declared."""

    recording: Recording
    services: Mapping[str, Service]
    policies: Policies
    groups: SecurityGroups
    namespace: str

    def pods(self) -> Iterator[tuple[str, Pod]]:
        """Every pod of a service, of its Jobs too, with the service's name."""
        for resource in self.recording.resources:
            template = pod_template(resource.inputs) if resource.type.startswith("kubernetes:") else None
            if template and (owner := template["metadata"]["labels"].get("app.kubernetes.io/instance")):
                yield owner, self.made_of(template)

    def serving(self, service: str) -> Pod:
        """A pod that answers requests."""
        deployment = self.recording.one("kubernetes:apps/v1:Deployment", service).inputs
        return self.made_of(deployment["spec"]["template"])

    def probed(self, service: str) -> set[int]:
        """The ports at which a kubelet asks a service's pods."""
        deployment = self.recording.one("kubernetes:apps/v1:Deployment", service).inputs
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        ports = _ports(deployment["spec"]["template"])
        kinds = ("startupProbe", "livenessProbe", "readinessProbe")
        return {ports[container[kind]["httpGet"]["port"]] for kind in kinds}

    def made_of(self, template: Mapping[str, Any]) -> Pod:
        """A pod of a template."""
        return self.pod(template["metadata"]["labels"], _ports(template))

    def pod(self, labels: Mapping[str, str], ports: Mapping[str, int] = MappingProxyType({})) -> Pod:
        """One in the services' namespace."""
        return Pod(self.namespace, labels, {"kubernetes.io/metadata.name": self.namespace}, ports)

    def addresses(self, kind: str) -> list[str]:
        """One of each subnet of a kind: `public`, `private`, `data`."""
        subnets = self.recording.of("aws:ec2/subnet:Subnet")
        found = [it.inputs["cidrBlock"] for name, it in subnets.items() if name.startswith(f"{kind}-")]
        assert found
        return [str(ip_network(block)[10]) for block in found]

    def reaches(self, pod: Pod, address: str, group: str, port: int) -> bool:
        """Whether a pod connects to a member of a security group at an address."""
        return self.policies.allow(pod, address, port) and self.groups.allow(self.groups.pods, group, port)


def _ports(template: Mapping[str, Any]) -> dict[str, int]:
    containers = template["spec"]["containers"]
    return {each["name"]: each["containerPort"] for one in containers for each in one.get("ports", ())}


@cache
def stack(system: str, environment: str) -> Stack:
    recording = system_recording(system, environment)
    services = configuration_of(system, environment).system.services
    namespace = recording.outputs["namespace"]
    return Stack(recording, services, Policies.of(recording), SecurityGroups(recording), namespace)


# Somebody else's pod in the same cluster, and one of ours that is none of the services'.
STRANGER = Pod(
    "default", {"app.kubernetes.io/part-of": "triangle"}, {"kubernetes.io/metadata.name": "default"}
)


@pytest.mark.contract("K8S-3")
@EACH_STACK
def test_every_pod_finds_names_its_identity_and_aws(system: str, environment: str) -> None:
    it = stack(system, environment)
    owners = set()
    for owner, pod in it.pods():
        owners.add(owner)
        assert it.policies.allow(pod, DNS, 53, "UDP") and it.policies.allow(pod, DNS, 53)
        assert it.policies.allow(pod, IDENTITY_AGENT, 80)
        # By the public address, or by an interface of ours.
        assert it.reaches(pod, INTERNET, INTERNET, HTTPS)
        if "endpoints" in it.recording.of("aws:ec2/securityGroup:SecurityGroup"):
            for address in it.addresses("private"):
                assert it.reaches(pod, address, "endpoints-id", HTTPS)
    assert owners == it.services.keys()


@pytest.mark.contract("NET-2")
@EACH_STACK
def test_pods_reach_the_database_and_redis_when_their_service_uses_them_and_only_then(
    system: str, environment: str
) -> None:
    it = stack(system, environment)
    for owner, pod in it.pods():
        service = it.services[owner]
        for address in it.addresses("data"):
            assert it.reaches(pod, address, "database-id", POSTGRESQL) is service.database
            for group in ("cache-id", "queue-id"):
                assert it.reaches(pod, address, group, REDIS) is service.redis
            # Neither answers on the other's port, nor on any other.
            assert not it.reaches(pod, address, "database-id", REDIS)
            assert not it.reaches(pod, address, "cache-id", POSTGRESQL)
            assert not it.policies.allow(pod, address, 22)


@pytest.mark.contract("NET-2")
@EACH_STACK
def test_pods_reach_the_internet_by_the_ports_that_their_service_names_and_no_others(
    system: str, environment: str
) -> None:
    it = stack(system, environment)
    for owner, pod in it.pods():
        allowed = {HTTPS, *it.services[owner].egress}
        for port in (22, 25, 80, HTTPS, 587, POSTGRESQL, REDIS, 8080):
            assert it.policies.allow(pod, INTERNET, port) is (port in allowed), (owner, port)


@pytest.mark.contract("NET-2")
@EACH_STACK
def test_no_pod_reaches_the_credentials_of_its_node(system: str, environment: str) -> None:
    it = stack(system, environment)
    for _, pod in it.pods():
        assert not it.policies.allow(pod, INSTANCE_METADATA, 80)


@pytest.mark.contract("NET-2")
@EACH_STACK
def test_services_are_called_by_their_system_and_by_nobody_else(system: str, environment: str) -> None:
    it = stack(system, environment)
    callers: list[Peer] = [pod for _, pod in it.pods()]
    for name, service in it.services.items():
        called = it.serving(name)
        for caller in callers:
            assert it.policies.allow(caller, called, service.port) is service.exposed
            assert not it.policies.allow(caller, called, 9090)
        strangers: list[Peer] = [STRANGER, it.pod({"app.kubernetes.io/name": "reloader"}), INTERNET]
        strangers += [*it.addresses("data"), *it.addresses("private")]
        for stranger in strangers:
            assert not it.policies.allow(stranger, called, service.port)


@pytest.mark.contract("NET-2", "K8S-5")
@EACH_STACK
def test_the_load_balancer_calls_what_has_a_route_and_asks_how_it_is(system: str, environment: str) -> None:
    it = stack(system, environment)
    for name, service in it.services.items():
        called = it.serving(name)
        routed = service.route is not None
        for address in it.addresses("public"):
            # Requests and health checks come from the same place, to the same port.
            assert it.policies.allow(address, called, service.port) is routed
        if routed:
            assert it.groups.allow("load-balancer-id", it.groups.pods, service.port)
    for port in (22, POSTGRESQL, 9090, 10250):
        assert not it.groups.allow("load-balancer-id", it.groups.pods, port)
        assert not it.groups.allow("load-balancer-id", "database-id", port)


@pytest.mark.contract("NET-2", "K8S-4")
@EACH_STACK
def test_kubelets_reach_the_pods_that_they_ask_how_they_are(system: str, environment: str) -> None:
    """From their node's group to the pods' one; policies let a node reach its own pods always."""
    it = stack(system, environment)
    node_class = it.recording.one("kubernetes:eks.amazonaws.com/v1:NodeClass", "node-class").inputs["spec"]
    (node,) = (term["id"] for term in node_class["securityGroupSelectorTerms"])
    (pods,) = (term["id"] for term in node_class["podSecurityGroupSelectorTerms"])
    for name, service in it.services.items():
        ports = it.probed(name)
        assert ports == {service.port}
        for port in ports:
            assert it.groups.allow(node, pods, port), (name, port)


@pytest.mark.contract("NET-2")
@EACH_STACK
def test_jobs_are_called_by_nobody(system: str, environment: str) -> None:
    it = stack(system, environment)
    serving: list[Peer] = [it.serving(name) for name in it.services]
    for owner, pod in it.pods():
        if pod not in serving:
            for source in [*serving, *it.addresses("public"), INTERNET]:
                assert not it.policies.allow(source, pod, it.services[owner].port)


@pytest.mark.contract("NET-2")
@EACH_STACK
def test_reloader_reaches_the_kubernetes_api_and_no_data(system: str, environment: str) -> None:
    it = stack(system, environment)
    reloader = it.pod({"app.kubernetes.io/name": "reloader"})
    assert it.policies.allow(reloader, DNS, 53, "UDP")
    for address in it.addresses("private"):
        assert it.reaches(reloader, address, it.groups.cluster, HTTPS)
    for address in it.addresses("data"):
        assert not it.policies.allow(reloader, address, POSTGRESQL)
        assert not it.policies.allow(reloader, address, REDIS)


@pytest.mark.contract("NET-2")
@EACH_STACK
def test_nothing_outside_reaches_data_past_the_pods(system: str, environment: str) -> None:
    it = stack(system, environment)
    for group, port in (("database-id", POSTGRESQL), ("cache-id", REDIS), ("queue-id", REDIS)):
        for source in (INTERNET, *it.addresses("public"), "load-balancer-id"):
            assert not it.groups.allow(source, group, port)
    assert it.groups.allow("rotate-database-id", "database-id", POSTGRESQL)
    assert not it.groups.allow("rotate-redis-id", "database-id", POSTGRESQL)


@EACH_STACK
def test_a_budget_lets_one_pod_go_and_is_the_only_one_of_its_pods(system: str, environment: str) -> None:
    # Two budgets for one pod, or one that allows nothing, and no node of it can be drained (Eviction API).
    it = stack(system, environment)
    budgets = [
        it.inputs["spec"] for it in it.recording.of("kubernetes:policy/v1:PodDisruptionBudget").values()
    ]
    for name in it.services:
        labels = it.serving(name).labels
        selecting = [one for one in budgets if one["selector"]["matchLabels"].items() <= labels.items()]
        assert [one["maxUnavailable"] for one in selecting] == [1]


def policy(namespace: str = "shop", **spec: Any) -> dict[str, Any]:
    return {"metadata": {"namespace": namespace}, "spec": {"podSelector": {}, **spec}}


WEB, OTHER = Pod("shop", {"app": "web"}, ports={"http": 8080}), Pod("bank", {"app": "web"}, {"team": "blue"})


@pytest.mark.parametrize(
    ("policies", "allowed"),
    [
        pytest.param([], True, id="nothing isolates the pod"),
        pytest.param([policy("bank")], True, id="a policy of another namespace"),
        pytest.param([policy()], False, id="isolated, and no rule"),
        pytest.param([policy(egress=[{}], policyTypes=["Egress"])], True, id="isolated the other way alone"),
        pytest.param([policy(ingress=[{}])], True, id="a rule without peers and ports"),
        pytest.param([policy(), policy(ingress=[{}])], True, id="what one allows another cannot take"),
        pytest.param(
            [policy(ingress=[{"from": [{"podSelector": {}}]}])], False, id="pods of its own namespace"
        ),
        pytest.param(
            [policy(ingress=[{"from": [{"namespaceSelector": {"matchLabels": {"team": "blue"}}}]}])],
            True,
            id="pods of a namespace with a label",
        ),
        pytest.param(
            [
                policy(
                    ingress=[
                        {"from": [{"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "x"}}}]}
                    ]
                )
            ],
            False,
            id="both selectors of one peer have to fit",
        ),
        pytest.param(
            [policy(ingress=[{"ports": [{"port": 80, "endPort": 8080}]}])], True, id="a range of ports"
        ),
        pytest.param(
            [policy(ingress=[{"ports": [{"port": 8080, "protocol": "UDP"}]}])], False, id="a protocol"
        ),
        pytest.param([policy(ingress=[{"ports": [{"port": "http"}]}])], True, id="the pod's name of a port"),
        pytest.param([policy(ingress=[{"ports": [{"port": "web"}]}])], False, id="a name that it has not"),
        pytest.param(
            [policy(podSelector={"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]})],
            True,
            id="other pods",
        ),
    ],
)
def test_policies_mean_what_kubernetes_documents(policies: list[dict[str, Any]], allowed: bool) -> None:
    assert Policies(policies).allow(OTHER, WEB, 8080) is allowed


def test_blocks_of_addresses_have_exceptions_and_mean_no_pods() -> None:
    block = {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}
    policies = Policies([policy(ingress=[{"from": [block]}])])
    assert policies.allow("10.2.0.1", WEB, 80)
    assert not policies.allow("10.1.0.1", WEB, 80)
    assert not policies.allow(OTHER, WEB, 80)
