"""Records of the domain's zone."""

from __future__ import annotations

import pulumi
from pulumi_aws import route53

# Seconds that a name's answer may be kept by others.
TTL_SECONDS = 300


def declare_alias(
    name: str,
    *,
    kind: str,
    zone_id: pulumi.Input[str],
    host: str,
    target: pulumi.Input[str],
    target_zone_id: pulumi.Input[str],
    parent: pulumi.Resource,
) -> route53.Record:
    """A name that stands for a distribution or a load balancer.

    Args:
        name: of the record in the program.
        kind: A or AAAA.
        zone_id: of the zone that it is in.
        host: fully qualified.
        target: the name that AWS gave.
        target_zone_id: of AWS's own zone that this is in.
        parent: the component that it belongs to.
    """
    return route53.Record(
        name,
        zone_id=zone_id,
        name=host,
        type=kind,
        aliases=[route53.RecordAliasArgs(name=target, zone_id=target_zone_id, evaluate_target_health=False)],
        opts=pulumi.ResourceOptions(parent=parent),
    )
