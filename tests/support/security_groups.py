"""Which connections security groups let through: the rules that an environment declares, and those of AWS."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any

from tests.support.recorder import Recording

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
_EVERYTHING = {"ipProtocol": "-1"}


class SecurityGroups:
    """All security groups of an environment; a connection has to be let out, and in. Answers follow."""

    def __init__(self, recording: Recording) -> None:
        cluster = recording.one("aws:eks/cluster:Cluster", "cluster")
        # The application's pods have a group of their own, nodes and the API's addresses have EKS's.
        self.pods, self.cluster = "pods-id", "sg-cluster"
        self._ingress = [rule.inputs for rule in recording.of(INGRESS).values()]
        self._egress = [rule.inputs for rule in recording.of(EGRESS).values()]
        assert cluster.inputs["vpcConfig"].get("securityGroupIds") is None
        # EKS's own group (user guide, "security group requirements for clusters"): everything among its
        # members, and to everywhere.
        own = {"securityGroupId": self.cluster, **_EVERYTHING}
        self._ingress.append({**own, "referencedSecurityGroupId": self.cluster})
        self._egress.append({**own, "cidrIpv4": "0.0.0.0/0"})

    def allow(self, source: str, destination: str, port: int, protocol: str = "tcp") -> bool:
        """Whether a connection passes; an end is a group's id, or an address that is in none of ours."""
        leaves = _is_address(source) or self._passes(self._egress, source, destination, port, protocol)
        return leaves and (
            _is_address(destination) or self._passes(self._ingress, destination, source, port, protocol)
        )

    def _passes(self, rules: list[Any], group: str, other: str, port: int, protocol: str) -> bool:
        return any(_fits(rule, other, port, protocol) for rule in rules if rule["securityGroupId"] == group)


def _fits(rule: dict[str, Any], other: str, port: int, protocol: str) -> bool:
    if rule["ipProtocol"] != "-1":
        if rule["ipProtocol"] != protocol or not rule["fromPort"] <= port <= rule["toPort"]:
            return False
    if "referencedSecurityGroupId" in rule:
        return bool(rule["referencedSecurityGroupId"] == other)
    if "cidrIpv4" in rule:
        # A member of another group has an address too: everywhere is there as well.
        return rule["cidrIpv4"] == "0.0.0.0/0" or (
            _is_address(other) and ip_address(other) in ip_network(rule["cidrIpv4"])
        )
    return False  # a prefix list: addresses of AWS's own


def _is_address(end: str) -> bool:
    return end[:1].isdigit()
