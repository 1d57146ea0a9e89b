"""NET-1, NET-2: who can reach whom."""

from __future__ import annotations

from ipaddress import IPv4Network
from itertools import combinations

import pytest

from tests.support.recorder import Recording, stack_file
from tests.support.recordings import recording_of

SUBNET = "aws:ec2/subnet:Subnet"


def _zones(recording: Recording, tier: str) -> set[str]:
    return {s.inputs["availabilityZone"] for n, s in recording.of(SUBNET).items() if n.startswith(tier)}


@pytest.mark.contract("NET-1")
@pytest.mark.parametrize(("environment", "zones"), [("dev", 2), ("staging", 3), ("prod", 3)])
@pytest.mark.parametrize("tier", ["public", "private", "data"])
def test_every_tier_has_a_subnet_in_every_zone(environment: str, zones: int, tier: str) -> None:
    assert len(_zones(recording_of(environment), tier)) == zones


@pytest.mark.contract("NET-1")
@pytest.mark.parametrize(("environment", "gateways"), [("dev", 1), ("staging", 1), ("prod", 3)])
def test_prod_has_a_nat_gateway_in_each_zone_and_the_others_have_one(environment: str, gateways: int) -> None:
    assert len(recording_of(environment).of("aws:ec2/natGateway:NatGateway")) == gateways


@pytest.mark.contract("NET-1")
def test_each_zone_of_prod_leaves_through_its_own_nat_gateway(prod: Recording) -> None:
    for zone in ("1", "2", "3"):
        table = prod.one("aws:ec2/routeTableAssociation:RouteTableAssociation", f"private-{zone}").inputs
        assert (table["subnetId"], table["routeTableId"]) == (f"private-{zone}-id",) * 2
        out = prod.one("aws:ec2/route:Route", f"private-{zone}-internet").inputs
        assert out["routeTableId"] == f"private-{zone}-id"
        assert (out["destinationCidrBlock"], out["natGatewayId"]) == ("0.0.0.0/0", f"nat-{zone}-id")
        gateway = prod.one("aws:ec2/natGateway:NatGateway", f"nat-{zone}").inputs
        assert (gateway["subnetId"], gateway["allocationId"]) == (f"public-{zone}-id", f"nat-{zone}-id")


@pytest.mark.contract("NET-1")
def test_nat_gateways_come_when_their_network_is_on_the_internet(each: Recording) -> None:
    internet = {
        each.one("aws:ec2/internetGateway:InternetGateway", "internet").urn,
        each.one("aws:ec2/route:Route", "public-internet").urn,
    }
    gateways, addresses = each.of("aws:ec2/natGateway:NatGateway"), each.of("aws:ec2/eip:Eip")
    for one in (*gateways.values(), *addresses.values()):
        assert internet <= one.depends_on, one.name


@pytest.mark.contract("NET-1")
def test_public_subnets_are_on_the_internet(each: Recording) -> None:
    out = each.one("aws:ec2/route:Route", "public-internet").inputs
    assert (out["routeTableId"], out["gatewayId"]) == ("public-id", "internet-id")
    assert out["destinationCidrBlock"] == "0.0.0.0/0"


@pytest.mark.contract("NET-1")
def test_data_subnets_have_no_way_out(each: Recording) -> None:
    tables = {
        association.inputs["routeTableId"]
        for name, association in each.of("aws:ec2/routeTableAssociation:RouteTableAssociation").items()
        if name.startswith("data")
    }
    assert tables == {"data-id"}
    assert all(route.inputs["routeTableId"] != "data-id" for route in each.of("aws:ec2/route:Route").values())


@pytest.mark.contract("NET-1")
def test_flow_logs_record_all_traffic(each: Recording) -> None:
    flow_log = each.one("aws:ec2/flowLog:FlowLog", "flow-logs")
    assert (flow_log.inputs["trafficType"], flow_log.inputs["vpcId"]) == ("ALL", "vpc-id")
    # Another destination would be a bucket's ARN, which the group's is not.
    assert flow_log.inputs["logDestinationType"] == "cloud-watch-logs"
    assert flow_log.inputs["logDestination"].endswith(":flow-logs")


@pytest.mark.contract("NET-1")
def test_what_pods_use_of_aws_is_inside_the_network(like_prod: Recording) -> None:
    services = {
        endpoint.inputs["serviceName"].removeprefix("com.amazonaws.us-west-2.")
        for endpoint in like_prod.of("aws:ec2/vpcEndpoint:VpcEndpoint").values()
    }
    needed = {"s3", "ecr.api", "ecr.dkr", "sts", "secretsmanager", "kms", "logs", "monitoring", "eks-auth"}
    assert needed <= services


@pytest.mark.contract("NET-1")
def test_the_usual_names_of_aws_lead_to_the_endpoints_and_nodes_may_call_them(like_prod: Recording) -> None:
    endpoints = like_prod.of("aws:ec2/vpcEndpoint:VpcEndpoint").values()
    interfaces = [each.inputs for each in endpoints if each.inputs["vpcEndpointType"] == "Interface"]
    # Without these names every call would leave through a NAT gateway as if there were no endpoint.
    assert interfaces
    assert all(interface["privateDnsEnabled"] for interface in interfaces)
    assert {group for interface in interfaces for group in interface["securityGroupIds"]} == {"endpoints-id"}
    rule = like_prod.one("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "endpoints").inputs
    assert (rule["securityGroupId"], rule["referencedSecurityGroupId"]) == ("endpoints-id", "sg-cluster")
    assert (rule["fromPort"], rule["toPort"]) == (443, 443)


@pytest.mark.contract("NET-1", "K8S-1")
def test_names_are_found_inside_the_network(each: Recording) -> None:
    # Both are what private names of endpoints need (PrivateLink guide, "Private DNS"), and EKS's nodes.
    for vpc in each.of("aws:ec2/vpc:Vpc").values():
        assert vpc.inputs["enableDnsSupport"] is True
        assert vpc.inputs["enableDnsHostnames"] is True


@pytest.mark.contract("NET-1", "ENV-1")
@pytest.mark.parametrize(("environment", "zones"), [("staging", 1), ("prod", 3)])
def test_prods_way_to_aws_outlives_a_zone_and_staging_pays_a_third_of_it(
    environment: str, zones: int
) -> None:
    endpoints = recording_of(environment).of("aws:ec2/vpcEndpoint:VpcEndpoint").values()
    interfaces = [each.inputs for each in endpoints if each.inputs["vpcEndpointType"] == "Interface"]
    assert {tuple(each["subnetIds"]) for each in interfaces} == {
        tuple(f"private-{number}-id" for number in range(1, zones + 1))
    }


@pytest.mark.contract("NET-1")
def test_s3_is_reached_without_a_nat_gateway(each: Recording) -> None:
    endpoint = each.one("aws:ec2/vpcEndpoint:VpcEndpoint", "s3")
    tables = each.of("aws:ec2/routeTable:RouteTable")
    tables = {name: table for name, table in tables.items() if table.provider == "aws"}
    assert endpoint.inputs["vpcEndpointType"] == "Gateway"
    assert set(endpoint.inputs["routeTableIds"]) == {f"{name}-id" for name in tables}


@pytest.mark.contract("NET-1")
def test_the_default_security_group_lets_nothing_through(each: Recording) -> None:
    group = each.one("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "default")
    assert not group.inputs.get("ingress")
    assert not group.inputs.get("egress")


@pytest.mark.contract("NET-1")
def test_no_networks_of_any_environment_or_region_overlap() -> None:
    networks = [
        IPv4Network(stack_file(environment)["network"][key])
        for environment in ("dev", "staging", "prod")
        for key in ("cidr", "recoveryCidr")
    ]
    assert not [pair for pair in combinations(networks, 2) if pair[0].overlaps(pair[1])]


@pytest.mark.contract("NET-2")
@pytest.mark.parametrize(("name", "port"), [("database", 5432), ("cache", 6379), ("queue", 6379)])
def test_only_pods_and_their_own_functions_reach_the_data(each: Recording, name: str, port: int) -> None:
    rules = [
        rule
        for rule in each.of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").values()
        if rule.inputs["securityGroupId"] == f"{name}-id"
    ]
    allowed = [
        (r.inputs["referencedSecurityGroupId"], r.inputs["fromPort"], r.inputs["toPort"]) for r in rules
    ]
    functions = ["rotate-database"] if name == "database" else ["rotate-redis"]
    if name == "database" and each.environment != "dev":
        functions.append("restore-test")
    assert sorted(allowed) == sorted((f"{who}-id", port, port) for who in [*functions, "pods"])


@pytest.mark.contract("DR-4", "NET-2")
def test_where_no_application_is_asked_only_the_function_reaches_a_restored_database(
    dev: Recording, staging: Recording, prod: Recording
) -> None:
    assert "restored" not in dev.of("aws:ec2/securityGroup:SecurityGroup")
    for each in (staging, prod):
        rules = each.of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").values()
        sources = [
            rule.inputs["referencedSecurityGroupId"]
            for rule in rules
            if rule.inputs["securityGroupId"] == "restored-id"
        ]
        assert sources == ["restore-test-id"]


@pytest.mark.contract("NET-2")
def test_no_security_group_is_open_to_addresses(each: Recording) -> None:
    rules = each.of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").values()
    groups = each.of("aws:ec2/securityGroup:SecurityGroup").values()
    assert not [rule.name for rule in rules if {"cidrIpv4", "cidrIpv6"} & rule.inputs.keys()]
    assert not [group.name for group in groups if group.inputs.get("ingress")]


@pytest.mark.contract("NET-2")
def test_database_and_redis_are_in_the_isolated_subnets(each: Recording) -> None:
    groups = [
        *each.of("aws:rds/subnetGroup:SubnetGroup").values(),
        *each.of("aws:elasticache/subnetGroup:SubnetGroup").values(),
    ]
    used = {subnet for group in groups for subnet in group.inputs["subnetIds"]}
    assert used == {subnet.id for name, subnet in each.of(SUBNET).items() if "data-" in name}
    assert each.one("aws:rds/instance:Instance", "database").inputs["publiclyAccessible"] is False


def test_nothing_is_declared_before_what_is_fixed_was_compared(each: Recording) -> None:
    """Only what has no provider of its own, the components, comes without one that waits."""
    stash = each.one("pulumi:index:Stash", "first-day")
    assert (
        stash.inputs["input"]["network.availabilityZones"]
        == stack_file(each.environment)["network"]["availabilityZones"]
    )
    waiting = {
        name
        for kind in ("aws", "random")
        for name, provider in each.of(f"pulumi:providers:{kind}").items()
        if stash.urn in provider.depends_on
    }
    others = {"kubernetes"}  # it is told the cluster's address
    found = {resource.provider for resource in each.resources if resource.custom and resource is not stash}
    assert found - {""} - others <= waiting
    assert {
        resource.type.split(":")[1]
        for resource in each.resources
        if resource.custom and not resource.provider
    } <= {"providers", "index"}


def test_the_network_of_data_is_not_moved_by_mistake(like_prod: Recording) -> None:
    """A preview that replaces or removes it is refused: RDS, ElastiCache and EKS could not follow."""
    assert all(vpc.protect for vpc in like_prod.of("aws:ec2/vpc:Vpc").values())
    assert all(subnet.protect for subnet in like_prod.of(SUBNET).values())


def test_subnets_leave_before_others_take_their_addresses(each: Recording) -> None:
    """Otherwise EC2 refuses a subnet's new self, and when the change is taken back its old self too."""
    assert all(subnet.delete_before_replace for subnet in each.of(SUBNET).values())
