"""Which connections NetworkPolicies let through, as Kubernetes documents them ("Network Policies")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any

from tests.support.recorder import Recording

POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"


@dataclass(frozen=True)
class Pod:
    """A pod: its namespace and labels, the namespace's labels, and the ports of its containers by name."""

    namespace: str
    labels: Mapping[str, str]
    namespace_labels: Mapping[str, str] = field(default_factory=dict)
    ports: Mapping[str, int] = field(default_factory=dict)


# The other end of a connection: a pod, or an address outside of the cluster's pods.
Peer = Pod | str


@dataclass(frozen=True)
class _Asked:
    """What is connected to: a port, and those that the other end has names for."""

    port: int
    protocol: str
    names: Mapping[str, int]


class Policies:
    """All policies of a cluster."""

    def __init__(self, policies: Iterable[Mapping[str, Any]]) -> None:
        self._policies = list(policies)

    @classmethod
    def of(cls, recording: Recording) -> Policies:
        """Those that an environment declares."""
        return cls(resource.inputs for resource in recording.of(POLICY).values())

    def allow(self, source: Peer, destination: Peer, port: int, protocol: str = "TCP") -> bool:
        """Whether a connection is let out where it begins and in where it ends; answers follow."""
        # A name means the port of whoever answers; no address has any.
        names = destination.ports if isinstance(destination, Pod) else {}
        asked = _Asked(port, protocol, names)
        leaves = not isinstance(source, Pod) or self._passes("Egress", source, destination, asked)
        return leaves and (
            not isinstance(destination, Pod) or self._passes("Ingress", destination, source, asked)
        )

    def _passes(self, direction: str, pod: Pod, other: Peer, asked: _Asked) -> bool:
        isolating = [it for it in self._policies if _isolates(it, direction, pod)]
        peers, rules = ("to", "egress") if direction == "Egress" else ("from", "ingress")
        return not isolating or any(
            _fits_port(rule.get("ports"), asked) and _fits_peer(rule.get(peers), policy, other)
            for policy in isolating
            for rule in policy["spec"].get(rules) or ()
        )


def _isolates(policy: Mapping[str, Any], direction: str, pod: Pod) -> bool:
    spec = policy["spec"]
    types = spec.get("policyTypes") or ["Ingress", *(["Egress"] if "egress" in spec else [])]
    here = policy["metadata"]["namespace"] == pod.namespace
    return here and direction in types and _selects(spec["podSelector"], pod.labels)


def _fits_port(ports: Sequence[Mapping[str, Any]] | None, asked: _Asked) -> bool:
    return not ports or any(
        one.get("protocol", "TCP") == asked.protocol and ("port" not in one or _is_port(one, asked))
        for one in ports
    )


def _is_port(one: Mapping[str, Any], asked: _Asked) -> bool:
    if isinstance(one["port"], str):
        return asked.names.get(one["port"]) == asked.port
    return bool(one["port"] <= asked.port <= one.get("endPort", one["port"]))


def _fits_peer(peers: Sequence[Mapping[str, Any]] | None, policy: Mapping[str, Any], other: Peer) -> bool:
    return not peers or any(_is_peer(peer, policy, other) for peer in peers)


def _is_peer(peer: Mapping[str, Any], policy: Mapping[str, Any], other: Peer) -> bool:
    if "ipBlock" in peer:
        if isinstance(other, Pod):
            return False  # Pods' addresses come and go: no rule of this program means one by its address.
        block = peer["ipBlock"]
        inside = ip_address(other) in ip_network(block["cidr"])
        return inside and not any(ip_address(other) in ip_network(one) for one in block.get("except") or ())
    if not isinstance(other, Pod):
        return False
    if "namespaceSelector" in peer:
        in_namespace = _selects(peer["namespaceSelector"], other.namespace_labels)
    else:
        in_namespace = other.namespace == policy["metadata"]["namespace"]
    return in_namespace and _selects(peer.get("podSelector") or {}, other.labels)


def _selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    wanted = selector.get("matchLabels") or {}
    return wanted.items() <= labels.items() and all(
        _expressed(one, labels) for one in selector.get("matchExpressions") or ()
    )


def _expressed(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    key, values = expression["key"], expression.get("values") or ()
    return {
        "In": labels.get(key) in values,
        "NotIn": labels.get(key) not in values,
        "Exists": key in labels,
        "DoesNotExist": key not in labels,
    }[expression["operator"]]
