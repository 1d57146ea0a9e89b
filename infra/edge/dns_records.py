"""Records of the domain's zone."""

from __future__ import annotations

import pulumi
from pulumi_aws import route53

from infra.configuration.dns_settings import Record, full_name, strings


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


def declare_record(
    record: Record, *, domain: str, zone_id: pulumi.Input[str], parent: pulumi.Resource
) -> route53.Record:
    """A record that the stack file has.

    Args:
        record: the record.
        domain: of the zone.
        zone_id: of the zone.
        parent: the component that it belongs to.
    """
    return route53.Record(
        f"{record.name or 'domain'}-{record.type.lower()}",
        zone_id=zone_id,
        name=full_name(record.name, domain),
        type=record.type,
        ttl=record.ttl,
        records=[_quoted(value) if record.type == "TXT" else value for value in record.values],
        opts=pulumi.ResourceOptions(parent=parent),
    )


def _quoted(text: str) -> str:
    """A text as AWS's provider takes it: it adds the quotes at both ends, and those between are ours."""
    return '" "'.join(piece.replace("\\", "\\\\").replace('"', '\\"') for piece in strings(text))
