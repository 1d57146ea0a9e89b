"""The network in the recovery region: for data alone, until everything else is built around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

import pulumi
from pulumi_aws import ec2

from infra.configuration.addresses import subnets
from infra.foundations.flow_logs import declare_flow_logs
from infra.foundations.replacement import delete_before_replace
from infra.naming import Naming


@dataclass(frozen=True)
class StandbyNetworkArgs:
    """What the network is made of.

    Args:
        naming: names and ARNs, of the recovery region.
        cidr: its addresses.
        zones: its Availability Zones, in the order of their subnets.
        log_retention: days that flow logs are kept.
        log_key: the key that encrypts them.
        protect: the network and its subnets cannot be removed by mistake: no data moves to others.
    """

    naming: Naming
    cidr: IPv4Network
    zones: Sequence[str]
    log_retention: int
    log_key: pulumi.Input[str]
    protect: bool


class StandbyNetwork(pulumi.ComponentResource):
    """A VPC with isolated data subnets that has no way in or out. Keeps DB-2 and DR-3.

    Its addresses follow the same plan as the primary's (infra/configuration/addresses.py): the ranges of
    public and private subnets are free, so that pods and load balancers come to the data when the region
    is needed.
    Produces the VPC, its data subnets, flow logs, and a default security group that lets nothing through.
    """

    vpc_id: pulumi.Output[str]
    data_subnet_ids: list[pulumi.Output[str]]

    def __init__(
        self, name: str, args: StandbyNetworkArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("groundwork:recovery:Network", name, None, opts)
        naming, here = args.naming, pulumi.ResourceOptions(parent=self)

        def tags(part: str) -> dict[str, str]:
            return {"Name": naming.named(part)}

        self.vpc_id = ec2.Vpc(
            "recovery-vpc",
            cidr_block=str(args.cidr),
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags=tags("vpc"),
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        ).id
        ec2.DefaultSecurityGroup(
            "recovery-default", vpc_id=self.vpc_id, tags=tags("default-closed"), opts=here
        )
        # Without routes of its own: whoever is in the network is reached, and nobody else.
        table = ec2.RouteTable("recovery-data", vpc_id=self.vpc_id, tags=tags("data"), opts=here)
        self.data_subnet_ids = []
        ranges = subnets(args.cidr, len(args.zones))
        for number, (zone, zone_ranges) in enumerate(zip(args.zones, ranges, strict=True), start=1):
            subnet = ec2.Subnet(
                f"recovery-data-{number}",
                vpc_id=self.vpc_id,
                availability_zone=zone,
                cidr_block=str(zone_ranges.data),
                tags=tags(f"data-{number}"),
                # EC2 refuses a second one with the same addresses.
                opts=delete_before_replace(self, protect=args.protect),
            )
            ec2.RouteTableAssociation(
                f"recovery-data-{number}", subnet_id=subnet.id, route_table_id=table.id, opts=here
            )
            self.data_subnet_ids.append(subnet.id)
        declare_flow_logs("recovery-flow-logs", naming, self.vpc_id, args.log_retention, args.log_key, self)
        self.register_outputs({})
