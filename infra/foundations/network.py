"""The network: who can reach whom, and how pods reach AWS."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network

import pulumi
from pulumi_aws import ec2

from infra.common import CommonArgsWithKeys
from infra.configuration.addresses import subnets
from infra.foundations.flow_logs import declare_flow_logs
from infra.foundations.replacement import delete_before_replace

# What pods and nodes call; everything else goes through a NAT gateway.
INTERFACE_ENDPOINTS = (
    "ec2",
    "ecr.api",
    "ecr.dkr",
    "eks",
    "eks-auth",  # Pod Identity
    "kms",
    "logs",
    "monitoring",
    "secretsmanager",
    "sts",
)


class Tier(StrEnum):
    """Subnets by who reaches them, one in each zone."""

    PUBLIC = "public"  # load balancers: the internet reaches them
    PRIVATE = "private"  # pods: they reach the internet
    DATA = "data"  # neither


@dataclass(frozen=True)
class NetworkArgs:
    """What a network is made of.

    Args:
        common: names, rules and keys of its place;
            `protect` is for network and subnets: no data moves to others.
        cidr: its addresses; each tier has its ranges of them, whether it is there or not.
        tiers: its subnets. Without private ones it has no way in or out.
        zones: its Availability Zones, in the order of their subnets.
        nat_gateways: how many zones have one of their own; the others share them. With 0 nothing that is in
            the network reaches the internet.
        endpoint_zones: how many of the zones have endpoints of AWS's APIs; with 0 the network has none.
    """

    common: CommonArgsWithKeys
    cidr: IPv4Network
    tiers: Collection[Tier]
    zones: Sequence[str]
    nat_gateways: int
    endpoint_zones: int


class Network(pulumi.ComponentResource):
    """A VPC with public, private and isolated data subnets in every zone. Keeps NET-1 and NET-2.

    Produces the VPC and its subnets, NAT gateways, an S3 gateway endpoint, interface endpoints where
    asked for, flow logs, and a default security group that lets nothing through.
    Where copies wait for the day of a recovery (contract DB-2, DR-3) it has no NAT gateways: no pod runs
    there that would call anybody, and they are there within two minutes.
    """

    vpc_id: pulumi.Output[str]
    public_subnet_ids: list[pulumi.Output[str]]
    private_subnet_ids: list[pulumi.Output[str]]
    data_subnet_ids: list[pulumi.Output[str]]
    endpoint_security_group_id: pulumi.Output[str] | None

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:network:Network", name, None, opts)
        self._args = args
        self._here = pulumi.ResourceOptions(parent=self)
        self.vpc_id = ec2.Vpc(
            "vpc",
            cidr_block=str(args.cidr),
            enable_dns_support=True,
            enable_dns_hostnames=True,  # interface endpoints have private names
            tags=self._tags("vpc"),
            opts=pulumi.ResourceOptions(parent=self, protect=args.common.protect),
        ).id
        ec2.DefaultSecurityGroup(
            "default", vpc_id=self.vpc_id, tags=self._tags("default-closed"), opts=self._here
        )
        # The data subnets have no way out: their table has the route within the network only.
        self.data_subnet_ids = self._subnets(Tier.DATA)
        data = self._route_table("data", self.data_subnet_ids)
        self.public_subnet_ids = self._subnets(Tier.PUBLIC)
        self.private_subnet_ids = self._subnets(Tier.PRIVATE)
        if self.private_subnet_ids:
            self._routes(data)
        declare_flow_logs("flow-logs", args.common, self.vpc_id, self)
        self.endpoint_security_group_id = self._interface_endpoints() if args.endpoint_zones else None
        self.register_outputs({})

    def _tags(self, part: str) -> dict[str, str]:
        return {"Name": self._args.common.naming.named(part)}

    def _subnets(self, tier: Tier) -> list[pulumi.Output[str]]:
        if tier not in self._args.tiers:
            return []
        # EKS Auto Mode finds the subnets for load balancers by these tags.
        tags = {
            Tier.PUBLIC: {"kubernetes.io/role/elb": "1"},
            Tier.PRIVATE: {"kubernetes.io/role/internal-elb": "1"},
        }.get(tier, {})
        ranges = [
            {Tier.PUBLIC: zone.public, Tier.PRIVATE: zone.private, Tier.DATA: zone.data}[tier]
            for zone in subnets(self._args.cidr, len(self._args.zones))
        ]
        return [
            self._subnet(f"{tier}-{number}", zone, addresses, tags)
            for number, (zone, addresses) in enumerate(zip(self._args.zones, ranges, strict=True), start=1)
        ]

    def _subnet(
        self, name: str, zone: str, addresses: IPv4Network, tags: dict[str, str]
    ) -> pulumi.Output[str]:
        return ec2.Subnet(
            name,
            vpc_id=self.vpc_id,
            availability_zone=zone,
            cidr_block=str(addresses),
            tags={**self._tags(name), **tags},
            # EC2 refuses a second one with the same addresses.
            opts=delete_before_replace(self, protect=self._args.common.protect),
        ).id

    def _routes(self, data: pulumi.Output[str]) -> None:
        gateway = ec2.InternetGateway(
            "internet", vpc_id=self.vpc_id, tags=self._tags("internet"), opts=self._here
        )
        public = self._route_table("public", self.public_subnet_ids)
        way_out = ec2.Route(
            "public-internet",
            route_table_id=public,
            destination_cidr_block="0.0.0.0/0",
            gateway_id=gateway.id,
            opts=self._here,
        )
        tables = [public, data]
        nat_gateways = [
            self._nat_gateway(number, subnet, [gateway, way_out])
            for number, subnet in enumerate(self.public_subnet_ids[: self._args.nat_gateways], start=1)
        ]
        for number, subnet in enumerate(self.private_subnet_ids, start=1):
            table = self._route_table(f"private-{number}", [subnet])
            tables.append(table)
            if nat_gateways:
                ec2.Route(
                    f"private-{number}-internet",
                    route_table_id=table,
                    destination_cidr_block="0.0.0.0/0",
                    nat_gateway_id=nat_gateways[(number - 1) % len(nat_gateways)],
                    opts=self._here,
                )
        ec2.VpcEndpoint(
            "s3",
            vpc_id=self.vpc_id,
            service_name=f"com.amazonaws.{self._args.common.naming.region}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=tables,
            tags=self._tags("s3"),
            opts=self._here,
        )

    def _route_table(self, name: str, subnet_ids: Sequence[pulumi.Output[str]]) -> pulumi.Output[str]:
        table = ec2.RouteTable(name, vpc_id=self.vpc_id, tags=self._tags(name), opts=self._here)
        for number, subnet in enumerate(subnet_ids, start=1):
            ec2.RouteTableAssociation(
                f"{name}-{number}" if len(subnet_ids) > 1 else name,
                subnet_id=subnet,
                route_table_id=table.id,
                opts=self._here,
            )
        return table.id

    def _nat_gateway(
        self, number: int, subnet: pulumi.Output[str], internet: Sequence[pulumi.Resource]
    ) -> pulumi.Output[str]:
        name = f"nat-{number}"
        # EC2 refuses a NAT gateway whose network has no attached internet gateway (Gateway.NotAttached), and
        # detaching one while public addresses are in use (DependencyViolation).
        opts = pulumi.ResourceOptions(parent=self, depends_on=list(internet))
        address = ec2.Eip(name, domain="vpc", tags=self._tags(name), opts=opts)
        return ec2.NatGateway(
            name, subnet_id=subnet, allocation_id=address.id, tags=self._tags(name), opts=opts
        ).id

    def _interface_endpoints(self) -> pulumi.Output[str]:
        group = ec2.SecurityGroup(
            "endpoints",
            name=self._args.common.naming.named("endpoints"),
            description="AWS APIs inside the network",
            vpc_id=self.vpc_id,
            tags=self._tags("endpoints"),
            opts=self._here,
        )
        for service in INTERFACE_ENDPOINTS:
            ec2.VpcEndpoint(
                service,
                vpc_id=self.vpc_id,
                service_name=f"com.amazonaws.{self._args.common.naming.region}.{service}",
                vpc_endpoint_type="Interface",
                subnet_ids=self.private_subnet_ids[: self._args.endpoint_zones],
                security_group_ids=[group.id],
                private_dns_enabled=True,
                tags=self._tags(service),
                opts=self._here,
            )
        return group.id
