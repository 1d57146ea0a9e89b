"""Parts of the network change in place, are found by their ids, and come back from the journal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rehearsal.aws.cloud import Cloud
from rehearsal.providers.provider import Properties, ProviderError
from tests.support.aws_round_trip import ACCOUNT, REGION, Life, Made, replayed

GROUP = "aws:ec2/securityGroup:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"


@pytest.fixture(scope="module")
def vpc(life: Life) -> Made:
    return life.create("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16"})


@pytest.fixture(scope="module")
def subnets(life: Life, vpc: Made) -> list[str]:
    cidr = "10.0.{}.0/24"
    return [
        life.create("aws:ec2/subnet:Subnet", {"vpcId": vpc.id, "cidrBlock": cidr.format(n)}, name=str(n)).id
        for n in range(2)
    ]


@pytest.fixture(scope="module")
def groups(life: Life, vpc: Made) -> list[str]:
    inputs = {"vpcId": vpc.id, "description": "of a test"}
    return [life.create(GROUP, {**inputs, "name": name}, name=name).id for name in ("first", "second")]


@pytest.fixture(scope="module")
def tables(life: Life, vpc: Made) -> list[str]:
    token = "aws:ec2/routeTable:RouteTable"
    return [life.create(token, {"vpcId": vpc.id}, name=name).id for name in ("first", "second")]


def test_a_subnet_moves_to_another_table_and_leaves_it(
    life: Life, cloud: Cloud, subnets: list[str], tables: list[str]
) -> None:
    token = "aws:ec2/routeTableAssociation:RouteTableAssociation"
    made = life.create(token, {"subnetId": subnets[0], "routeTableId": tables[0]})
    made = life.changes_to(made, {"routeTableId": tables[1]})
    life.ends(made)
    found = cloud.call("ec2", REGION, "describe_route_tables", RouteTableIds=tables)["RouteTables"]
    assert [table["Associations"] for table in found] == [[], []]


def test_an_associations_id_is_enough_to_import_it(life: Life, subnets: list[str], tables: list[str]) -> None:
    token = "aws:ec2/routeTableAssociation:RouteTableAssociation"
    made = life.create(token, {"subnetId": subnets[1], "routeTableId": tables[0]})
    life.imports(made)
    life.ends(made)


def test_an_interface_endpoint_moves(
    life: Life, cloud: Cloud, vpc: Made, subnets: list[str], groups: list[str]
) -> None:
    inputs = {
        "vpcId": vpc.id,
        "vpcEndpointType": "Interface",
        "serviceName": f"com.amazonaws.{REGION}.sts",
        "subnetIds": subnets[:1],
        "securityGroupIds": groups[:1],
        "privateDnsEnabled": True,
    }
    made = life.create("aws:ec2/vpcEndpoint:VpcEndpoint", inputs)
    life.imports(made)
    made = life.changes_to(made, {"subnetIds": subnets})
    made = life.changes_to(made, {"securityGroupIds": groups[1:], "subnetIds": subnets[1:]})
    (found,) = cloud.call("ec2", REGION, "describe_vpc_endpoints", VpcEndpointIds=[made.id])["VpcEndpoints"]
    assert [group["GroupId"] for group in found["Groups"]] == groups[1:]
    assert found["SubnetIds"] == subnets[1:]
    life.ends(made)


def test_a_gateway_endpoint_serves_other_tables(life: Life, vpc: Made, tables: list[str]) -> None:
    inputs = {"vpcId": vpc.id, "serviceName": f"com.amazonaws.{REGION}.s3", "vpcEndpointType": "Gateway"}
    made = life.create("aws:ec2/vpcEndpoint:VpcEndpoint", {**inputs, "routeTableIds": tables[:1]})
    made = life.changes_to(made, {"routeTableIds": tables})
    made = life.changes_to(made, {"routeTableIds": tables[1:]})
    life.imports(made)
    life.ends(made)


CHANGES: list[tuple[str, Properties, Properties]] = [
    (
        INGRESS,
        {"cidrIpv4": "10.0.0.0/16", "ipProtocol": "tcp", "fromPort": 443, "toPort": 443},
        {"fromPort": 8443, "toPort": 8443},
    ),
    (
        INGRESS,
        {"cidrIpv4": "10.0.0.0/16", "ipProtocol": "tcp", "fromPort": 1, "toPort": 2},
        {"cidrIpv4": "10.1.0.0/16", "tags": {"Name": "moved"}},
    ),
    (EGRESS, {"cidrIpv4": "10.0.0.0/16", "ipProtocol": "-1"}, {"cidrIpv4": "10.2.0.0/16"}),
]


@pytest.mark.parametrize(("token", "inputs", "change"), CHANGES)
def test_a_rule_changes_in_place(
    life: Life, groups: list[str], token: str, inputs: Properties, change: Properties
) -> None:
    made = life.create(token, {"securityGroupId": groups[0], **inputs})
    life.imports(made)
    life.ends(life.changes_to(made, change))


def test_a_rule_follows_a_replaced_group(life: Life, groups: list[str]) -> None:
    ports = {"ipProtocol": "tcp", "fromPort": 6379, "toPort": 6379}
    inputs = {"securityGroupId": groups[0], "referencedSecurityGroupId": groups[0], **ports}
    made = life.changes_to(life.create(INGRESS, inputs), {"referencedSecurityGroupId": groups[1]})
    assert made.outputs["referencedSecurityGroupId"] == groups[1]
    life.ends(made)


def test_somebody_elses_change_of_a_rule_is_drift(life: Life, cloud: Cloud, groups: list[str]) -> None:
    inputs: dict[str, Any] = {"cidrIpv4": "10.9.0.0/16", "ipProtocol": "tcp", "fromPort": 80, "toPort": 80}
    made = life.create(INGRESS, {"securityGroupId": groups[0], **inputs})
    rule = {"CidrIpv4": "0.0.0.0/0", "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
    changed = [{"SecurityGroupRuleId": made.id, "SecurityGroupRule": rule}]
    cloud.call("ec2", REGION, "modify_security_group_rules", GroupId=groups[0], SecurityGroupRules=changed)
    found = life.provider.read(made.resource, made.inputs, made.outputs)
    assert found is not None
    assert (found.inputs["cidrIpv4"], found.inputs["fromPort"]) == ("0.0.0.0/0", 22)


def test_a_routes_gateway_changes(life: Life, vpc: Made, subnets: list[str], tables: list[str]) -> None:
    gateways = []
    for name in ("first", "second"):
        address = life.create("aws:ec2/eip:Eip", {"domain": "vpc"}, name=name)
        inputs = {"allocationId": address.id, "subnetId": subnets[0]}
        gateways.append(life.create("aws:ec2/natGateway:NatGateway", inputs, name=name).id)
    inputs = {"routeTableId": tables[0], "destinationCidrBlock": "0.0.0.0/0", "natGatewayId": gateways[0]}
    route = life.create("aws:ec2/route:Route", inputs)
    assert route.id == f"r-{tables[0]}1080289494"
    life.ends(life.changes_to(route, {"natGatewayId": gateways[1]}))


def test_a_flow_log_is_imported_with_what_it_watches(life: Life, cloud: Cloud, vpc: Made) -> None:
    cloud.call("logs", REGION, "create_log_group", logGroupName="flow")
    role = cloud.call("iam", REGION, "create_role", RoleName="flow", AssumeRolePolicyDocument="{}")["Role"]
    inputs = {
        "vpcId": vpc.id,
        "trafficType": "ALL",
        "logDestinationType": "cloud-watch-logs",
        "logDestination": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:flow",
        "iamRoleArn": role["Arn"],
        "maxAggregationInterval": 60,
    }
    life.imports(life.create("aws:ec2/flowLog:FlowLog", inputs))


def test_an_internet_gateway_moves_to_another_network_unless_addresses_are_in_use(
    life: Life,
) -> None:
    """AWS's provider detaches it first, which EC2 refuses while a NAT gateway has its address."""
    vpc = life.create("aws:ec2/vpc:Vpc", {"cidrBlock": "10.6.0.0/16"}, name="left")
    gateway = life.create("aws:ec2/internetGateway:InternetGateway", {"vpcId": vpc.id})
    subnet = life.create("aws:ec2/subnet:Subnet", {"vpcId": vpc.id, "cidrBlock": "10.6.9.0/24"}, name="nat")
    address = life.create("aws:ec2/eip:Eip", {"domain": "vpc"})
    nat = life.create("aws:ec2/natGateway:NatGateway", {"subnetId": subnet.id, "allocationId": address.id})
    other = life.create("aws:ec2/vpc:Vpc", {"cidrBlock": "10.5.0.0/16"}, name="other")

    with pytest.raises(ProviderError, match=r"DependencyViolation: Network .* mapped public address"):
        life.changes_to(gateway, {"vpcId": other.id})
    with pytest.raises(ProviderError, match=rf"DependencyViolation: The subnet .*in use by {nat.id}"):
        life.ends(subnet)
    life.ends(nat)
    life.ends(subnet)
    gateway = life.changes_to(gateway, {"vpcId": other.id})
    life.ends(gateway)


def test_security_groups_and_subnets_of_a_load_balancer_stay(
    life: Life, vpc: Made, subnets: list[str]
) -> None:
    group = life.create(GROUP, {"vpcId": vpc.id, "description": "of a test", "name": "in-use"}, name="in-use")
    balancer = life.create(
        "aws:lb/loadBalancer:LoadBalancer",
        {
            "name": "in-use",
            "subnets": subnets,
            "securityGroups": [group.id],
            "loadBalancerType": "application",
        },
    )
    with pytest.raises(ProviderError, match=r"DependencyViolation: .*in use by load balancer in-use"):
        life.ends(group)
    life.ends(balancer)
    life.ends(group)


def test_a_replayed_journal_gives_the_same_network(
    life: Life, cloud: Cloud, journal: Path, vpc: Made, groups: list[str]
) -> None:
    ports = {"ipProtocol": "tcp", "fromPort": 5432, "toPort": 5432}
    rule = {"securityGroupId": groups[0], "referencedSecurityGroupId": groups[1], **ports}
    made = [vpc, life.create(INGRESS, rule, name="kept"), life.create("aws:ec2/eip:Eip", {}, name="kept")]
    before = {
        each.resource.urn: life.provider.read(each.resource, each.inputs, each.outputs) for each in made
    }
    assert replayed(cloud, journal, made) == before
