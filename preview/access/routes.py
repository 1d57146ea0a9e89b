"""Subnets that the internet reaches afterwards and did not before, by their route tables."""

from __future__ import annotations

from collections.abc import Iterator

from preview.change import Change, Inputs, Verb
from preview.risk import Kind, Risk
from preview.values import UNKNOWN

_ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
_ROUTE = "aws:ec2/route:Route"
_EVERYWHERE = ("0.0.0.0/0", "::/0")


def route_access(change: Change) -> Iterator[Risk]:
    """Subnets whose table leads to the internet gateway (VPC user guide, "Public subnets")."""
    before, after = (frozenset(_public_tables(change, side)) for side in (0, 1))
    for step in change.of(_ASSOCIATION):
        if step.verb in (Verb.SAME, Verb.UPDATED, Verb.REPLACED):
            old, new = (str(side.get("routeTableId")) for side in (step.before, step.after))
            if old not in before and new in after and UNKNOWN not in (old, new):
                what = "has its subnet reach the internet gateway: what has a public address in it is reached"
                yield Risk(Kind.ACCESS, step, what, ("routeTableId",))


def _public_tables(change: Change, side: int) -> Iterator[str]:
    for step in change.of(_ROUTE):
        inputs: Inputs = (step.before, step.after)[side]
        networks = (inputs.get("destinationCidrBlock"), inputs.get("destinationIpv6CidrBlock"))
        if inputs.get("gatewayId") and any(each in _EVERYWHERE for each in networks):
            yield str(inputs.get("routeTableId"))
