"""The domain: one public zone for each environment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import route53

from infra.configuration.dns_settings import TTL_SECONDS, Record
from infra.edge.dns_records import declare_record

# ACM's own name as an issuer (ACM user guide, "Configure a CAA record").
ISSUER = "amazon.com"


@dataclass(frozen=True)
class DnsArgs:
    """What a zone is made of.

    Args:
        domain: of the environment.
        contact: who hears when somebody asked another authority for a certificate.
        records: what it answers beside the platform's own records: mail, proofs, zones of others.
        protect: the zone cannot be removed by mistake: another one has other name servers.
    """

    domain: str
    contact: str
    records: Sequence[Record]
    protect: bool


class Dns(pulumi.ComponentResource):
    """A public hosted zone, who may issue certificates for it, and its other records. Keeps S3-4's names.

    Nothing below it is reached before the parent domain points to its name servers, which the stack
    tells; certificates wait for that.
    """

    zone_id: pulumi.Output[str]
    name_servers: pulumi.Output[Sequence[str]]

    def __init__(self, name: str, args: DnsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:dns:Dns", name, None, opts)
        zone = route53.Zone(
            "zone",
            name=args.domain,
            comment="Declared by groundwork",
            force_destroy=not args.protect,
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        route53.Record(
            "authorities",
            zone_id=zone.zone_id,
            name=args.domain,
            type="CAA",
            ttl=TTL_SECONDS,
            records=[
                f'0 issue "{ISSUER}"',
                f'0 issuewild "{ISSUER}"',
                f'0 iodef "mailto:{args.contact}"',
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )
        for record in args.records:
            declare_record(record, domain=args.domain, zone_id=zone.zone_id, parent=self)
        self.zone_id = zone.zone_id
        self.name_servers = zone.name_servers
        self.register_outputs({})
