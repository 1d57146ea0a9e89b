"""Access through security groups that is there afterwards and was not before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from preview.change import Change, Step, Verb
from preview.risk import Kind, Risk
from preview.values import UNKNOWN

GROUP = "aws:ec2/securityGroup:SecurityGroup"
RULES: Mapping[str, str] = {
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "admits",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "reaches",
}
_EVERYWHERE = ("0.0.0.0/0", "::/0")
_ALL = "-1"  # EC2's word for all protocols
_PORTS = (0, 65535)


@dataclass(frozen=True)
class Reach:
    """Whom a rule is about, and on which ports.

    Args:
        peer: a network, a security group or a prefix list.
        protocol: `tcp`…, `-1` for all.
        ports: first and last.
    """

    peer: str
    protocol: str
    ports: tuple[int, int]

    def within(self, other: Reach) -> bool:
        """Whether the other one is as wide or wider."""
        protocol = other.protocol in (_ALL, self.protocol)
        ports = other.protocol == _ALL or (
            other.ports[0] <= self.ports[0] and self.ports[1] <= other.ports[1]
        )
        return protocol and ports and _peer_within(self.peer, other.peer)


def network_access(change: Change) -> Iterator[Risk]:
    """Rules that let in, or out, what none let before."""
    groups = {
        str(step.record[0].get("id") or step.outputs.get("id") or step.urn): step for step in change.of(GROUP)
    }
    for rule_type, verb in RULES.items():
        rules = change.by_type.get(rule_type, ())
        for step in rules:
            if step.verb in (Verb.SAME, Verb.DELETED, Verb.FORGOTTEN):
                continue
            owner = groups.get(str(step.after.get("securityGroupId")))
            new = reach_of(step.after)
            before = [reach_of(each.before) for each in rules if _same_group(each, step)]
            public = new.peer in _EVERYWHERE and verb == "admits"
            known_group = owner is not None and bool(owner.before)
            if not (known_group or public) or any(new.within(old) for old in before):
                continue
            what = f"{verb} {_peer(change, new.peer, groups)} on {_ports(new)}"
            yield Risk(Kind.ACCESS, step, what, tuple(step.changed), owner or step)


def _same_group(each: Step, step: Step) -> bool:
    return bool(each.before) and each.before.get("securityGroupId") == step.after.get("securityGroupId")


def reach_of(inputs: Mapping[str, Any]) -> Reach:
    """What a rule is about."""
    peer = next(
        (
            str(inputs[key])
            for key in ("cidrIpv4", "cidrIpv6", "referencedSecurityGroupId", "prefixListId")
            if inputs.get(key)
        ),
        "",
    )
    first, last = inputs.get("fromPort"), inputs.get("toPort")
    ports = _PORTS if first is None or last is None else (int(first), int(last))
    return Reach(peer, str(inputs.get("ipProtocol", _ALL)), ports)


def _peer_within(peer: str, other: str) -> bool:
    if peer == other:
        return True
    try:
        inner, outer = ip_network(peer), ip_network(other)
    except ValueError:
        return False
    return inner.version == outer.version and inner.subnet_of(outer)  # type: ignore[arg-type]  # alike by then


def _peer(change: Change, peer: str, groups: Mapping[str, Step]) -> str:
    if peer in _EVERYWHERE:
        return "everybody"
    if peer == UNKNOWN:
        return "a new security group"
    return groups[peer].noun if peer in groups else peer


def _ports(reach: Reach) -> str:
    if reach.protocol == _ALL or reach.ports == _PORTS:
        return "all ports"
    first, last = reach.ports
    return f"port {first}" if first == last else f"ports {first} to {last}"
