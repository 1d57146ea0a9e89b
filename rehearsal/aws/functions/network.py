"""Functions that find what is in a network: VPCs, subnets, security groups, machine images."""

from __future__ import annotations

import re
from typing import Any

from rehearsal.aws.functions.asked import Asked, only_one
from rehearsal.providers.provider import Properties, ProviderError

_VPC = "aws:ec2/vpc:Vpc"
_SUBNET = "aws:ec2/subnet:Subnet"
_SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"

# Arguments of a look-up that are filters of EC2.
_OF_VPC = {"id": "vpc-id", "cidrBlock": "cidr", "state": "state", "dhcpOptionsId": "dhcp-options-id"}
_OF_SUBNET = {
    "id": "subnet-id",
    "vpcId": "vpc-id",
    "cidrBlock": "cidrBlock",
    "availabilityZone": "availabilityZone",
    "availabilityZoneId": "availabilityZoneId",
    "state": "state",
}
_OF_GROUP = {"id": "group-id", "name": "group-name", "vpcId": "vpc-id"}


def vpc(asked: Asked) -> Properties:
    """The one VPC that everything in the call is true of."""
    filters = _filters(asked, _OF_VPC)
    if asked.arguments.get("default"):
        filters.append({"Name": "isDefault", "Values": ["true"]})
    found = only_one(asked.call("ec2", "describe_vpcs", Filters=filters)["Vpcs"], "EC2 VPC")
    return {
        **asked.read(_VPC, found["VpcId"]),
        "state": found["State"],
        "default": found.get("IsDefault", False),
        "dhcpOptionsId": found.get("DhcpOptionsId", ""),
    }


def subnet(asked: Asked) -> Properties:
    """The one subnet that everything in the call is true of."""
    found = only_one(_subnets(asked), "EC2 Subnet")
    return {
        **asked.read(_SUBNET, found["SubnetId"]),
        "state": found["State"],
        "availableIpAddressCount": found["AvailableIpAddressCount"],
        "defaultForAz": found.get("DefaultForAz", False),
    }


def subnets(asked: Asked) -> Properties:
    """All subnets that everything in the call is true of."""
    return {"id": asked.region, "ids": sorted(each["SubnetId"] for each in _subnets(asked))}


def _subnets(asked: Asked) -> list[dict[str, Any]]:
    answer = asked.call("ec2", "describe_subnets", Filters=_filters(asked, _OF_SUBNET))
    return list(answer["Subnets"])


def security_group(asked: Asked) -> Properties:
    """The one security group that everything in the call is true of."""
    answer = asked.call("ec2", "describe_security_groups", Filters=_filters(asked, _OF_GROUP))
    found = only_one(answer["SecurityGroups"], "EC2 Security Group")
    return asked.read(_SECURITY_GROUP, found["GroupId"])


def _filters(asked: Asked, of: dict[str, str]) -> list[dict[str, Any]]:
    own = [
        {"Name": name, "Values": [str(asked.arguments[argument])]}
        for argument, name in of.items()
        if asked.arguments.get(argument)
    ]
    return [*asked.filters, *own]


def image(asked: Asked) -> Properties:
    """The embedded AWS is made without machine images (nobody starts machines): only its own are found."""
    parameters: dict[str, Any] = {"Filters": asked.filters}
    if asked.arguments.get("owners"):
        parameters["Owners"] = list(asked.arguments["owners"])
    pattern = re.compile(asked.arguments.get("nameRegex") or "")
    images = asked.call("ec2", "describe_images", **parameters)["Images"]
    found = [each for each in images if pattern.search(each.get("Name", ""))]
    if not found:
        raise ProviderError(
            "your query returned no results. The embedded AWS has no machine images but those that were "
            "registered in it: name the image's id (`ami-…`), or take it from the configuration"
        )
    if len(found) > 1 and not asked.arguments.get("mostRecent"):
        raise ProviderError(
            "your query returned more than one result. Please try a more specific search criteria, "
            "or set `most_recent` attribute to true."
        )
    newest = max(found, key=lambda each: str(each.get("CreationDate", "")))
    tags = {tag["Key"]: tag["Value"] for tag in newest.get("Tags", [])}
    return {
        "id": newest["ImageId"],
        "imageId": newest["ImageId"],
        "arn": f"arn:aws:ec2:{asked.region}::image/{newest['ImageId']}",
        "name": newest.get("Name", ""),
        "description": newest.get("Description", ""),
        "architecture": newest.get("Architecture", ""),
        "creationDate": newest.get("CreationDate", ""),
        "ownerId": newest.get("OwnerId", ""),
        "rootDeviceName": newest.get("RootDeviceName", ""),
        "rootDeviceType": newest.get("RootDeviceType", ""),
        "virtualizationType": newest.get("VirtualizationType", ""),
        "state": newest.get("State", ""),
        "public": newest.get("Public", False),
        "tags": tags,
    }
