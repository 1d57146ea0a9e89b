"""The network is really made: every resource reads back, changes in place and goes away."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.aws.cloud import Cloud
from rehearsal.providers.provider import ProviderError
from tests.support.aws_round_trip import REGION, Life, Made

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
TABLE = "aws:ec2/routeTable:RouteTable"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"


@pytest.fixture(scope="module")
def vpc(life: Life) -> Made:
    return life.create(VPC, {"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": True, "tags": {"Name": "a"}})


@pytest.fixture(scope="module")
def subnet(life: Life, vpc: Made) -> Made:
    inputs = {"vpcId": vpc.id, "cidrBlock": "10.0.0.0/24", "availabilityZone": f"{REGION}a"}
    return life.create(SUBNET, inputs)


@pytest.fixture(scope="module")
def group(life: Life, vpc: Made) -> Made:
    return life.create(GROUP, {"name": "database", "description": "PostgreSQL", "vpcId": vpc.id})


@pytest.fixture(scope="module")
def gateway(life: Life, vpc: Made) -> Made:
    return life.create("aws:ec2/internetGateway:InternetGateway", {"vpcId": vpc.id})


def test_a_vpc_lives(life: Life) -> None:
    vpc = life.create(VPC, {"cidrBlock": "10.1.0.0/16", "enableDnsSupport": True}, name="short")
    vpc = life.changes_to(vpc, {"enableDnsHostnames": True, "tags": {"Name": "renamed"}})
    vpc = life.changes_to(vpc, {"tags": {}})
    life.imports(vpc)
    life.ends(vpc)


def test_a_vpc_tells_its_own_defaults(vpc: Made) -> None:
    assert vpc.outputs["defaultSecurityGroupId"].startswith("sg-")
    assert vpc.outputs["mainRouteTableId"].startswith("rtb-")
    assert vpc.outputs["arn"] == f"arn:aws:ec2:{REGION}:111122223333:vpc/{vpc.id}"


def test_a_subnet_lives(life: Life, vpc: Made) -> None:
    subnet = life.create(SUBNET, {"vpcId": vpc.id, "cidrBlock": "10.0.9.0/24"}, name="short")
    subnet = life.changes_to(subnet, {"mapPublicIpOnLaunch": True})
    life.imports(subnet)
    life.ends(subnet)


def test_a_nat_gateway_with_its_route_lives_and_gives_its_address_back(
    life: Life, vpc: Made, subnet: Made, gateway: Made
) -> None:
    address = life.create("aws:ec2/eip:Eip", {"domain": "vpc"})
    nat = life.create(
        "aws:ec2/natGateway:NatGateway", {"allocationId": address.id, "subnetId": subnet.id}, name="nat"
    )
    table = life.create(TABLE, {"vpcId": vpc.id}, name="private")
    route = life.create(
        "aws:ec2/route:Route",
        {"routeTableId": table.id, "destinationCidrBlock": "0.0.0.0/0", "natGatewayId": nat.id},
    )
    association = life.create(
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        {"routeTableId": table.id, "subnetId": subnet.id},
    )
    life.reads_back(address)
    life.reads_back(table)
    life.imports(route, by=f"{table.id}_0.0.0.0/0")
    with pytest.raises(ProviderError, match="unexpected format for ID"):
        life.imports(route, by=route.id)
    for made in (association, route, table, nat):
        life.ends(made)
    again = life.create(
        "aws:ec2/natGateway:NatGateway", {"allocationId": address.id, "subnetId": subnet.id}, name="again"
    )
    for made in (again, address):
        life.ends(made)


def test_rules_are_resources_of_their_own(life: Life, group: Made) -> None:
    inputs = {
        "securityGroupId": group.id,
        "referencedSecurityGroupId": group.id,
        "ipProtocol": "tcp",
        "fromPort": 5432,
        "toPort": 5432,
        "description": "from the pods",
    }
    rule = life.create(INGRESS, inputs)
    rule = life.changes_to(rule, {"description": "from the nodes"})
    life.reads_back(group)
    everything = {"securityGroupId": group.id, "cidrIpv4": "0.0.0.0/0", "ipProtocol": "-1"}
    outgoing = life.create(EGRESS, everything)
    life.ends(outgoing)
    life.ends(rule)


def test_the_default_group_is_closed(life: Life, cloud: Cloud) -> None:
    vpc = life.create(VPC, {"cidrBlock": "10.2.0.0/16"}, name="with default")
    default = life.create("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", {"vpcId": vpc.id})
    found = cloud.call("ec2", REGION, "describe_security_groups", GroupIds=[default.id])["SecurityGroups"][0]
    assert (found["IpPermissions"], found["IpPermissionsEgress"]) == ([], [])
    assert found["GroupName"] == "default"


@pytest.mark.parametrize("kind", ["Gateway", "Interface"])
def test_an_endpoint_lives(life: Life, vpc: Made, subnet: Made, group: Made, kind: str) -> None:
    table = life.create(TABLE, {"vpcId": vpc.id}, name=f"of {kind}")
    inputs: dict[str, Any] = {
        "vpcId": vpc.id,
        "vpcEndpointType": kind,
        "serviceName": f"com.amazonaws.{REGION}.{'s3' if kind == 'Gateway' else 'ecr.api'}",
    }
    if kind == "Gateway":
        inputs["routeTableIds"] = [table.id]
    else:
        inputs |= {"subnetIds": [subnet.id], "securityGroupIds": [group.id], "privateDnsEnabled": True}
    endpoint = life.create(ENDPOINT, inputs, name=kind)
    endpoint = life.changes_to(endpoint, {"tags": {"Name": "changed"}})
    life.ends(endpoint)


def test_flow_logs_live(life: Life, vpc: Made, cloud: Cloud) -> None:
    cloud.call("logs", REGION, "create_log_group", logGroupName="flow")
    role = cloud.call("iam", REGION, "create_role", RoleName="flow", AssumeRolePolicyDocument="{}")["Role"]
    inputs = {
        "vpcId": vpc.id,
        "trafficType": "ALL",
        "logDestinationType": "cloud-watch-logs",
        "logDestination": f"arn:aws:logs:{REGION}:111122223333:log-group:flow",
        "iamRoleArn": role["Arn"],
        "maxAggregationInterval": 60,
    }
    life.ends(life.create("aws:ec2/flowLog:FlowLog", inputs))


@pytest.mark.parametrize(
    ("token", "inputs"),
    [
        ("aws:ec2/internetGateway:InternetGateway", {"tags": {"Name": "gateway"}}),
        (GROUP, {"name": "orphan", "description": "made by a killed session"}),
    ],
)
def test_what_a_killed_session_made_is_taken_over(
    life: Life, cloud: Cloud, token: str, inputs: dict[str, Any]
) -> None:
    vpc = life.create(VPC, {"cidrBlock": "10.3.0.0/16"}, name=f"orphans of {token}")
    first = life.create(token, {**inputs, "vpcId": vpc.id}, name="orphan")
    cloud.expect_orphans({})
    wanted = {**inputs, "vpcId": vpc.id, "tags": {"Name": "changed"}}
    again = life.create(token, wanted, name="orphan", sent_as_written=False)
    assert again.id == first.id
    assert again.outputs["tagsAll"] == {"owner": "platform", "Name": "changed"}


def test_a_creation_after_a_good_end_makes_a_new_resource(life: Life, cloud: Cloud) -> None:
    first = life.create(VPC, {"cidrBlock": "10.4.0.0/16"}, name="replaced")
    cloud.expect_orphans({first.resource.urn: first.id})
    assert life.create(VPC, {"cidrBlock": "10.4.0.0/16"}, name="replaced").id != first.id
