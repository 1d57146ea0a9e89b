"""Amazon EC2: the network (VPC, subnets, routes, gateways, endpoints, flow logs)."""

from __future__ import annotations

from rehearsal.aws.mapping import Call, Context, ResourceMapping, Setting, Tags
from rehearsal.provider import Properties


def ec2_tags(resource: str) -> Tags:
    """EC2 takes tags at creation by resource type and changes them by id, the same for every type."""
    return Tags(
        create=resource,
        style="ec2",
        add=Call("create_tags", {"Resources": ["{id}"], "Tags": "<tags>"}),
        remove=Call("delete_tags", {"Resources": ["{id}"], "Tags": "<keyed>"}),
        read="Tags",
    )


def _vpc_attributes(context: Context) -> Properties:
    """DescribeVpcs leaves the DNS attributes out."""
    vpc = context.call("describe_vpcs", VpcIds=[context.id])["Vpcs"][0]
    for attribute in ("enableDnsSupport", "enableDnsHostnames"):
        answer = context.call("describe_vpc_attribute", VpcId=context.id, Attribute=attribute)
        member = attribute[0].upper() + attribute[1:]
        vpc[member] = answer[member]["Value"]
    return dict(vpc)


MAPPINGS = (
    ResourceMapping(
        token="aws:ec2/vpc:Vpc",
        service="ec2",
        create=Call("create_vpc"),
        made="Vpc",
        id="{VpcId}",
        read=Call("describe_vpcs", {"VpcIds": ["{id}"]}),
        found=lambda answer, context: _vpc_attributes(context),
        settings=(
            Setting("modify_vpc_attribute", ("enableDnsSupport",), lambda c: {"VpcId": c.id, "EnableDnsSupport": {"Value": c.inputs["enableDnsSupport"]}}, takes=False),
            Setting("modify_vpc_attribute", ("enableDnsHostnames",), lambda c: {"VpcId": c.id, "EnableDnsHostnames": {"Value": c.inputs["enableDnsHostnames"]}}, takes=False),
        ),
        delete=Call("delete_vpc", {"VpcId": "{id}"}, takes=False),
        tags=ec2_tags("vpc"),
        computed={"arn": "arn:aws:ec2:{region}:{account}:vpc/{id}"},
    ),
    ResourceMapping(
        token="aws:ec2/subnet:Subnet",
        service="ec2",
        create=Call("create_subnet"),
        made="Subnet",
        id="{SubnetId}",
        read=Call("describe_subnets", {"SubnetIds": ["{id}"]}),
        found="Subnets[0]",
        settings=(
            Setting("modify_subnet_attribute", ("mapPublicIpOnLaunch",), lambda c: {"SubnetId": c.id, "MapPublicIpOnLaunch": {"Value": c.inputs["mapPublicIpOnLaunch"]}}, takes=False),
        ),
        delete=Call("delete_subnet", {"SubnetId": "{id}"}, takes=False),
        tags=ec2_tags("subnet"),
    ),
)
