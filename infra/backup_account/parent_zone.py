"""The zone above the environment's domain, and who may change the one record of it that leads there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import iam as aws_iam
from pulumi_aws import route53

from infra import iam
from infra.common import CommonArgs
from infra.configuration.backup_account import DELEGATION_ROLE
from infra.configuration.dns_settings import Record
from infra.edge.dns_records import declare_record


@dataclass(frozen=True)
class ParentZoneArgs:
    """What the zone is made of.

    Args:
        common: names and rules, of the backup account; with `protect` it cannot be removed by mistake.
        name: the zone's.
        domain: the environment's, which is below it.
        records: what it answers, the delegations among it.
    """

    common: CommonArgs
    name: str
    domain: str
    records: Sequence[Record]


class ParentZone(pulumi.ComponentResource):
    """A public hosted zone, and a role of this account that points the environment's domain elsewhere.

    Nobody of the environment's account takes it: who has emptied that must not lead people back to it.
    """

    name_servers: pulumi.Output[Sequence[str]]

    def __init__(self, name: str, args: ParentZoneArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:backup:ParentZone", name, None, opts)
        here, naming = pulumi.ResourceOptions(parent=self), args.common.naming
        zone = route53.Zone(
            "parent",
            name=args.name,
            comment="Declared by groundwork",
            force_destroy=not args.common.protect,
            opts=pulumi.ResourceOptions(parent=self, protect=args.common.protect),
        )
        for record in args.records:
            declare_record(record, domain=args.name, zone_id=zone.zone_id, parent=self)
        role = aws_iam.Role(
            DELEGATION_ROLE,
            name=naming.named(DELEGATION_ROLE),
            description=f"Points {args.domain} to other name servers",
            assume_role_policy=iam.document(iam.trust_account(naming.root_arn)),
            opts=here,
        )
        arn = pulumi.Output.concat("arn:aws:route53:::hostedzone/", zone.zone_id)
        aws_iam.RolePolicy(
            DELEGATION_ROLE,
            name=DELEGATION_ROLE,
            role=role.name,
            policy=iam.document(*iam.delegate_domain(arn, args.domain)),
            opts=here,
        )
        self.name_servers = zone.name_servers
        self.register_outputs({})
