"""Network: how long EC2 takes."""

from __future__ import annotations

from datetime import date

from timing.facts import Duration, Form, Interruption, Source, Times

_LOGS = date(2026, 11, 29)

DURATIONS = {
    "aws:ec2/vpc:Vpc": Duration(
        "VPC",
        create=Times(12, 20),
        change=Times(2, 15),
        delete=Times(1, 5),
        source=Source("apply logs of aws_vpc: 1-15 s, 11-15 s with DNS host names", _LOGS),
    ),
    "aws:ec2/subnet:Subnet": Duration(
        "subnet",
        create=Times(2, 12),
        change=Times(2, 12),
        delete=Times(1, 30),
        source=Source("apply logs of aws_subnet: 1 s, 11 s with public addresses", _LOGS),
    ),
    "aws:ec2/natGateway:NatGateway": Duration(
        "NAT gateway",
        create=Times(108, 125),
        change=Times(2, 60),
        delete=Times(60, 90),
        source=Source("apply logs of aws_nat_gateway: made in 1:25-2:05 (8), gone in 0:20-1:01 (5)", _LOGS),
        replaced=Interruption("connections to the internet break once", Times(5, 60)),
    ),
    "aws:ec2/internetGateway:InternetGateway": Duration(
        "internet gateway",
        create=Times(1, 5),
        change=Times(1, 5),
        delete=Times(11, 45),
        source=Source("apply logs of aws_internet_gateway: made in 1 s, gone in 0-45 s", _LOGS),
    ),
    "aws:ec2/vpcEndpoint:VpcEndpoint": Duration(
        "gateway endpoint",
        create=Times(6, 15),
        change=Times(6, 15),
        delete=Times(6, 30),
        source=Source("apply logs of aws_vpc_endpoint, type Gateway: 5-7 s", _LOGS),
        forms=(
            Form(
                "interface endpoint",
                lambda inputs: inputs.get("vpcEndpointType") == "Interface",
                create=Times(75, 180),
                delete=Times(60, 180),
                source=Source(
                    "estimated: the provider asks until it is available, ten minutes at most "
                    "(aws_vpc_endpoint, timeouts)",
                    _LOGS,
                ),
            ),
        ),
    ),
    "aws:ec2/securityGroup:SecurityGroup": Duration(
        "security group",
        create=Times(2, 5),
        change=Times(2, 5),
        delete=Times(1, 10),
        source=Source("apply logs of aws_security_group: made in 2-3 s, gone in 1 s", _LOGS),
    ),
}
