"""Network policies: nobody in the cluster talks to anybody, but for what is listed here (contract NET-2).

Auto Mode enforces network policies once its controller is switched on by a ConfigMap (EKS user guide,
"Use Network Policies with EKS Auto Mode"). A node always reaches its own pods, so probes need no rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra.configuration.add_ons import ADD_ON_NAMESPACES
from infra.configuration.platform_names import DENY_ALL, callers_policy
from infra.configuration.service import Service
from infra.foundations import ports
from infra.labels import labels, owner_label

# By its name each pod is reached at the port that it has, also while a service moves to another one. With the
# number EKS would leave the Service's own address out meanwhile (amazon-network-policy-controller-k8s,
# pkg/resolvers/endpoints.go, hasTargetPortBypass).
CONTAINER_PORT = "http"

CONTROLLER_CONFIG_MAP = "amazon-vpc-cni"
CONTROLLER_SWITCH = {"enable-network-policy-controller": "true"}

# Where pods fetch their identity's credentials (EKS user guide, "EKS Pod Identity").
POD_IDENTITY_ADDRESS = "169.254.170.23/32"


@dataclass(frozen=True)
class Addresses:
    """Address ranges of the network: where load balancers are, and where the data services are."""

    load_balancers: Sequence[str]
    data: Sequence[str]


# Where else there are pods: EKS's own and those of add-ons. Some of these run on every node, and so with the
# security group that the database and Redis let in.
OTHER_NAMESPACES = (*ADD_ON_NAMESPACES.values(), "default", "kube-system")
AWAY_FROM_DATA = "away-from-data"


def away_from_data(addresses: Addresses) -> dict[str, Any]:
    """The specification of a policy for another namespace: everywhere but to the data services."""
    everywhere = {"ip_block": {"cidr": "0.0.0.0/0", "except": list(addresses.data)}}
    return {"pod_selector": {}, "policy_types": ["Egress"], "egress": [{"to": [everywhere]}]}


def network_policies(
    system: str, services: Mapping[str, Service], addresses: Addresses
) -> dict[str, dict[str, Any]]:
    """The specifications of all policies of the namespace, by name."""
    policies: dict[str, dict[str, Any]] = {
        DENY_ALL: {"pod_selector": {}, "policy_types": ["Ingress", "Egress"]},
    }
    for name, service in services.items():
        policies[name] = {
            "pod_selector": {"match_labels": owner_label(name)},
            "policy_types": ["Egress"],
            "egress": _egress(system, services, service, addresses),
        }
        if ingress := _ingress(system, service, addresses):
            policies[callers_policy(name)] = {
                "pod_selector": {"match_labels": labels(system, name)},
                "policy_types": ["Ingress"],
                "ingress": ingress,
            }
    return policies


def _ingress(system: str, service: Service, addresses: Addresses) -> list[dict[str, Any]]:
    callers: list[dict[str, Any]] = []
    if service.route:
        callers += [_block(addresses_of_zone) for addresses_of_zone in addresses.load_balancers]
    if service.exposed:
        callers.append(_pods_of(system))
    return [{"from": callers, "ports": [_port(CONTAINER_PORT)]}] if callers else []


def _egress(
    system: str, services: Mapping[str, Service], service: Service, addresses: Addresses
) -> list[dict[str, Any]]:
    # Names are asked of the node itself, whose address is not known beforehand.
    rules: list[dict[str, Any]] = [{"ports": [_port(53, "UDP"), _port(53)]}]
    rules.append({"to": [_block(POD_IDENTITY_ADDRESS)], "ports": [_port(80)]})
    if any(other.exposed for other in services.values()):
        rules.append({"to": [_pods_of(system)], "ports": [_port(CONTAINER_PORT)]})
    data_ports = [ports.POSTGRESQL] * service.database + [ports.REDIS] * service.redis
    if data_ports:
        to = [_block(addresses_of_zone) for addresses_of_zone in addresses.data]
        rules.append({"to": to, "ports": [_port(port) for port in data_ports]})
    # AWS and the services that the system works with, whose addresses change: by port alone.
    ports_anywhere = [_port(port) for port in (ports.HTTPS, *service.egress)]
    rules.append({"to": [_block("0.0.0.0/0")], "ports": ports_anywhere})
    return rules


def _pods_of(system: str) -> dict[str, Any]:
    return {"pod_selector": {"match_labels": {"app.kubernetes.io/part-of": system}}}


def _block(cidr: str) -> dict[str, Any]:
    return {"ip_block": {"cidr": cidr}}


def _port(port: int | str, protocol: str = "TCP") -> dict[str, Any]:
    return {"port": port, "protocol": protocol}
