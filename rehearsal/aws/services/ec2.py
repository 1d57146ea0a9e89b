"""Amazon EC2: VPC, subnets, gateways, routes, endpoints and flow logs."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

from rehearsal.aws.mapping import Call, Context, ResourceMapping, Setting
from rehearsal.aws.recorded import RecordedType
from rehearsal.aws.services.ec2_tags import ec2_tags


def _vpc(answer: dict[str, Any], context: Context) -> dict[str, Any]:
    """DescribeVpcs leaves the DNS attributes and the VPC's own defaults out."""
    vpc = dict(answer["Vpcs"][0])
    for attribute in ("enableDnsSupport", "enableDnsHostnames"):
        found = context.call("describe_vpc_attribute", VpcId=context.id, Attribute=attribute)
        member = attribute[0].upper() + attribute[1:]
        vpc[member] = found[member]["Value"]
    own = [{"Name": "vpc-id", "Values": [context.id]}]
    tables = context.call(
        "describe_route_tables", Filters=[*own, {"Name": "association.main", "Values": ["true"]}]
    )
    groups = context.call(
        "describe_security_groups", Filters=[*own, {"Name": "group-name", "Values": ["default"]}]
    )
    vpc["MainRouteTableId"] = tables["RouteTables"][0]["RouteTableId"]
    vpc["DefaultRouteTableId"] = vpc["MainRouteTableId"]
    vpc["DefaultSecurityGroupId"] = groups["SecurityGroups"][0]["GroupId"]
    return vpc


def _boolean_attribute(operation: str, resource: str, name: str) -> Setting:
    """EC2 changes one boolean attribute at a time, as a structure with a Value."""
    member = name[0].upper() + name[1:]
    return Setting(
        operation,
        (name,),
        lambda context: {resource: context.id, member: {"Value": context.inputs[name]}},
        takes=False,
    )


def _internet_gateway(answer: dict[str, Any], context: Context) -> dict[str, Any]:
    gateway = dict(answer["InternetGateways"][0])
    attachments = gateway.get("Attachments") or [{}]
    return {**gateway, "VpcId": attachments[0].get("VpcId")}


def _detach(context: Context) -> dict[str, Any]:
    """A gateway is attached to one network at most, and deleted only when it is attached to none."""
    found = _internet_gateway(
        context.call("describe_internet_gateways", InternetGatewayIds=[context.id]), context
    )
    if found["VpcId"]:
        context.call("detach_internet_gateway", InternetGatewayId=context.id, VpcId=found["VpcId"])
    return {"InternetGatewayId": context.id}


def _alive(list_name: str, states: tuple[str, ...] = ("deleted", "deleting")) -> Any:
    """EC2 still describes what it has deleted, for a while."""

    def find(answer: dict[str, Any], _: Context) -> dict[str, Any] | None:
        found = answer[list_name]
        return found[0] if found and found[0].get("State") not in states else None

    return find


def _nat_gateway(answer: dict[str, Any], context: Context) -> dict[str, Any] | None:
    gateway = _alive("NatGateways")(answer, context)
    if gateway is None:
        return None
    (address,) = gateway["NatGatewayAddresses"][:1] or [{}]
    renamed = {
        "AllocationId": address.get("AllocationId"),
        "PrivateIp": address.get("PrivateIp"),
        "PublicIp": address.get("PublicIp"),
        "NetworkInterfaceId": address.get("NetworkInterfaceId"),
    }
    return {**gateway, **renamed}


def _route_id(context: Context) -> str:
    """A route has no id in AWS; its provider makes one of the table and a checksum of the destination."""
    checksum = zlib.crc32(str(context.inputs["destinationCidrBlock"]).encode())
    return f"r-{context.inputs['routeTableId']}{checksum}"


def _route(answer: dict[str, Any], context: Context) -> dict[str, Any] | None:
    (table,) = answer["RouteTables"]
    wanted = context.value("destinationCidrBlock")
    found = next((r for r in table["Routes"] if r.get("DestinationCidrBlock") == wanted), None)
    return None if found is None else {**found, "RouteTableId": table["RouteTableId"]}


def _association(answer: dict[str, Any], context: Context) -> dict[str, Any] | None:
    """By its id, or by the subnet: another table gives the association another id."""
    every = [dict(each) for table in answer["RouteTables"] for each in table["Associations"]]
    subnet = context.inputs.get("subnetId")
    named = (each for each in every if each["RouteTableAssociationId"] == context.id)
    of_subnet = (each for each in every if subnet is not None and each.get("SubnetId") == subnet)
    return next(named, None) or next(of_subnet, None)


def _association_now(context: Context) -> dict[str, Any]:
    found = _association(context.call("describe_route_tables"), context) or {}
    return {"AssociationId": found.get("RouteTableAssociationId", context.id)}


def _other_table(context: Context) -> dict[str, Any]:
    return {**_association_now(context), "RouteTableId": context.inputs["routeTableId"]}


def _endpoint(answer: dict[str, Any], context: Context) -> dict[str, Any] | None:
    endpoint = _alive("VpcEndpoints")(answer, context)
    if endpoint is None:
        return None
    return {**endpoint, "SecurityGroupIds": [group["GroupId"] for group in endpoint.get("Groups") or []]}


def _changed_endpoint(context: Context) -> dict[str, Any]:
    """ModifyVpcEndpoint takes what comes and what goes, not what should be."""
    parameters: dict[str, Any] = {"VpcEndpointId": context.id}
    for name, members in (
        ("routeTableIds", "RouteTableIds"),
        ("subnetIds", "SubnetIds"),
        ("securityGroupIds", "SecurityGroupIds"),
    ):
        before, after = set(context.old.get(name) or ()), set(context.inputs.get(name) or ())
        if after - before:
            parameters[f"Add{members}"] = sorted(after - before)
        if before - after:
            parameters[f"Remove{members}"] = sorted(before - after)
    _move_routes(context, parameters.get("AddRouteTableIds", ()), parameters.get("RemoveRouteTableIds", ()))
    return parameters


def _move_routes(context: Context, added: Sequence[str], removed: Sequence[str]) -> None:
    """AWS keeps the routes to a gateway endpoint; moto does so only when the endpoint comes and goes."""
    if not (added or removed):
        return
    named = [{"Name": "prefix-list-name", "Values": [context.inputs["serviceName"]]}]
    (addresses,) = context.call("describe_managed_prefix_lists", Filters=named)["PrefixLists"]
    route = {"DestinationPrefixListId": addresses["PrefixListId"]}
    for table in added:
        context.call("create_route", RouteTableId=table, GatewayId=context.id, **route)
    for table in removed:
        context.call("delete_route", RouteTableId=table, **route)


def _flow_log(answer: dict[str, Any], _: Context) -> dict[str, Any] | None:
    found = answer["FlowLogs"]
    if not found:
        return None
    kinds = {"vpc-": "VpcId", "subnet-": "SubnetId", "eni-": "EniId"}
    watched = found[0]["ResourceId"]
    return {**found[0], **{name: watched for kind, name in kinds.items() if watched.startswith(kind)}}


def _flow_log_target(context: Context) -> dict[str, Any]:
    kinds = {"vpcId": "VPC", "subnetId": "Subnet", "eniId": "NetworkInterface"}
    name = next(name for name in kinds if context.inputs.get(name))
    return {"ResourceIds": [context.inputs[name]], "ResourceType": kinds[name]}


QUESTIONS = {"ec2": "describe_vpcs"}
MAPPINGS = (
    ResourceMapping(
        token="aws:ec2/vpc:Vpc",
        service="ec2",
        create=Call("create_vpc"),
        made="Vpc",
        id="{VpcId}",
        read=Call("describe_vpcs", {"VpcIds": ["{id}"]}),
        found=_vpc,
        settings=(
            _boolean_attribute("modify_vpc_attribute", "VpcId", "enableDnsSupport"),
            _boolean_attribute("modify_vpc_attribute", "VpcId", "enableDnsHostnames"),
        ),
        delete=Call("delete_vpc", {"VpcId": "{id}"}),
        tags=ec2_tags("vpc"),
        computed={"arn": "arn:aws:ec2:{region}:{account}:vpc/{id}"},
    ),
    ResourceMapping(
        token="aws:ec2/subnet:Subnet",
        service="ec2",
        create=Call("create_subnet"),
        made="Subnet",
        known_when_made=True,
        id="{SubnetId}",
        read=Call("describe_subnets", {"SubnetIds": ["{id}"]}),
        found="Subnets[0]",
        settings=(_boolean_attribute("modify_subnet_attribute", "SubnetId", "mapPublicIpOnLaunch"),),
        delete=Call("delete_subnet", {"SubnetId": "{id}"}),
        tags=ec2_tags("subnet"),
    ),
    ResourceMapping(
        token="aws:ec2/internetGateway:InternetGateway",
        service="ec2",
        create=Call("create_internet_gateway"),
        made="InternetGateway",
        id="{InternetGatewayId}",
        read=Call("describe_internet_gateways", {"InternetGatewayIds": ["{id}"]}),
        found=_internet_gateway,
        # To another network as AWS's provider does it: out of the one, into the other.
        settings=(Setting("attach_internet_gateway", ("vpcId",), _detach),),
        delete=Call("delete_internet_gateway", _detach, takes=False),
        tags=ec2_tags("internet-gateway"),
        computed={
            "arn": "arn:aws:ec2:{region}:{account}:internet-gateway/{id}",
            "ownerId": "{account}",
        },
    ),
    ResourceMapping(
        token="aws:ec2/eip:Eip",
        service="ec2",
        create=Call("allocate_address"),
        id="{AllocationId}",
        read=Call("describe_addresses", {"AllocationIds": ["{id}"]}),
        found="Addresses[0]",
        delete=Call("release_address", {"AllocationId": "{id}"}),
        # Which gateway uses the address is that gateway's business; it changes behind this resource.
        names={"associationId": "-", "instance": "-", "networkInterface": "-"},
        tags=ec2_tags("elastic-ip"),
        computed={"arn": "arn:aws:ec2:{region}:{account}:elastic-ip/{id}"},
    ),
    ResourceMapping(
        token="aws:ec2/natGateway:NatGateway",
        service="ec2",
        create=Call("create_nat_gateway"),
        made="NatGateway",
        id="{NatGatewayId}",
        read=Call("describe_nat_gateways", {"NatGatewayIds": ["{id}"]}),
        found=_nat_gateway,
        delete=Call("delete_nat_gateway", {"NatGatewayId": "{id}"}),
        tags=ec2_tags("natgateway"),
    ),
    ResourceMapping(
        token="aws:ec2/routeTable:RouteTable",
        service="ec2",
        create=Call("create_route_table"),
        made="RouteTable",
        known_when_made=True,
        id="{RouteTableId}",
        read=Call("describe_route_tables", {"RouteTableIds": ["{id}"]}),
        found="RouteTables[0]",
        delete=Call("delete_route_table", {"RouteTableId": "{id}"}),
        # Routes are resources of their own; listing them here too would show them as drift.
        names={"routes": "-"},
        tags=ec2_tags("route-table"),
        computed={"arn": "arn:aws:ec2:{region}:{account}:route-table/{id}"},
    ),
    ResourceMapping(
        token="aws:ec2/route:Route",
        service="ec2",
        create=Call("create_route"),
        id=_route_id,
        import_id="{routeTableId}_{destinationCidrBlock}",
        read=Call("describe_route_tables", {"RouteTableIds": ["{routeTableId}"]}),
        found=_route,
        update=Call("replace_route"),
        update_with_all=True,
        delete=Call(
            "delete_route",
            {"RouteTableId": "{routeTableId}", "DestinationCidrBlock": "{destinationCidrBlock}"},
        ),
        missing=("InvalidRoute.NotFound", "InvalidRouteTableID.NotFound"),
    ),
    ResourceMapping(
        token="aws:ec2/routeTableAssociation:RouteTableAssociation",
        service="ec2",
        create=Call("associate_route_table"),
        known_when_made=True,
        id="{AssociationId}",
        read=Call("describe_route_tables"),
        found=_association,
        update=Call("replace_route_table_association", _other_table, takes=False),
        delete=Call("disassociate_route_table", _association_now, takes=False),
    ),
    ResourceMapping(
        token="aws:ec2/vpcEndpoint:VpcEndpoint",
        service="ec2",
        create=Call("create_vpc_endpoint"),
        made="VpcEndpoint",
        known_when_made=("securityGroupIds",),
        id="{VpcEndpointId}",
        read=Call("describe_vpc_endpoints", {"VpcEndpointIds": ["{id}"]}),
        found=_endpoint,
        update=Call("modify_vpc_endpoint", _changed_endpoint),
        delete=Call("delete_vpc_endpoints", {"VpcEndpointIds": ["{id}"]}),
        names={"policy": "PolicyDocument"},
        local=("autoAccept",),
        tags=ec2_tags("vpc-endpoint"),
        computed={"arn": "arn:aws:ec2:{region}:{account}:vpc-endpoint/{id}"},
    ),
    ResourceMapping(
        token="aws:ec2/flowLog:FlowLog",
        service="ec2",
        create=Call("create_flow_logs", _flow_log_target),
        id="{FlowLogIds[0]}",
        read=Call("describe_flow_logs", {"FlowLogIds": ["{id}"]}),
        found=_flow_log,
        delete=Call("delete_flow_logs", {"FlowLogIds": ["{id}"]}),
        names={"iamRoleArn": "DeliverLogsPermissionArn"},
        tags=ec2_tags("vpc-flow-log"),
        computed={"arn": "arn:aws:ec2:{region}:{account}:vpc-flow-log/{id}"},
    ),
)
RECORDED: tuple[RecordedType, ...] = ()
