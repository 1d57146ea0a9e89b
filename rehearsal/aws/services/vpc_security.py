"""Security groups and their rules, each rule a resource of its own."""

from __future__ import annotations

from typing import Any

from rehearsal.aws.mapping import Call, Context, ResourceMapping, Tags
from rehearsal.aws.recorded import RecordedType
from rehearsal.aws.services.ec2_tags import ec2_tags


def _adopted_default_group(context: Context) -> dict[str, Any]:
    """The default group comes with the VPC; the provider takes it over and empties it.

    Revoking comes first, so that the describing call (which gives the id) shows it closed.
    """
    found = context.call("describe_security_groups", **_default_group(context))["SecurityGroups"][0]
    if found.get("IpPermissions"):
        context.call(
            "revoke_security_group_ingress", GroupId=found["GroupId"], IpPermissions=found["IpPermissions"]
        )
    if found.get("IpPermissionsEgress"):
        context.call(
            "revoke_security_group_egress",
            GroupId=found["GroupId"],
            IpPermissions=found["IpPermissionsEgress"],
        )
    return _default_group(context)


def _default_group(context: Context) -> dict[str, Any]:
    vpc = context.inputs["vpcId"]
    return {
        "Filters": [
            {"Name": "vpc-id", "Values": [vpc]},
            {"Name": "group-name", "Values": ["default"]},
        ]
    }


def _anywhere(context: Context) -> dict[str, Any]:
    permission = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    return {"GroupId": context.id, "IpPermissions": [permission]}


def _rule(direction: str) -> ResourceMapping:
    """Ingress and egress differ in names only."""
    token = f"aws:vpc/securityGroup{direction}Rule:SecurityGroup{direction}Rule"
    return ResourceMapping(
        token=token,
        service="ec2",
        create=Call(f"authorize_security_group_{direction.lower()}", _permission, takes=False),
        made="SecurityGroupRules[0]",
        # A rule for all protocols gets ports of its own.
        known_when_made=("fromPort", "toPort"),
        id="{SecurityGroupRuleId}",
        read=Call("describe_security_group_rules", {"SecurityGroupRuleIds": ["{id}"]}),
        found="SecurityGroupRules[0]",
        update=Call("modify_security_group_rules", _changed_rule, takes=False),
        delete=Call(
            f"revoke_security_group_{direction.lower()}",
            {"GroupId": "{securityGroupId}", "SecurityGroupRuleIds": ["{id}"]},
        ),
        names={
            "securityGroupId": "GroupId",
            "cidrIpv4": "CidrIpv4",
            "referencedSecurityGroupId": "ReferencedGroupInfo.GroupId",
        },
        # moto ignores tags at creation.
        tags=_RULE_TAGS,
        computed={
            "arn": "arn:aws:ec2:{region}:{account}:security-group-rule/{id}",
            "securityGroupRuleId": "{id}",
        },
    )


def _permission(context: Context) -> dict[str, Any]:
    inputs = context.inputs
    described = {"Description": inputs["description"]} if inputs.get("description") else {}
    permission: dict[str, Any] = {"IpProtocol": str(inputs["ipProtocol"])}
    for name, member in (("fromPort", "FromPort"), ("toPort", "ToPort")):
        if inputs.get(name) is not None:
            permission[member] = int(inputs[name])
    if inputs.get("cidrIpv4"):
        permission["IpRanges"] = [{"CidrIp": inputs["cidrIpv4"], **described}]
    if inputs.get("cidrIpv6"):
        permission["Ipv6Ranges"] = [{"CidrIpv6": inputs["cidrIpv6"], **described}]
    if inputs.get("prefixListId"):
        permission["PrefixListIds"] = [{"PrefixListId": inputs["prefixListId"], **described}]
    if inputs.get("referencedSecurityGroupId"):
        permission["UserIdGroupPairs"] = [{"GroupId": inputs["referencedSecurityGroupId"], **described}]
    return {"GroupId": inputs["securityGroupId"], "IpPermissions": [permission]}


def _changed_rule(context: Context) -> dict[str, Any]:
    members = {
        "description": "Description",
        "cidrIpv4": "CidrIpv4",
        "cidrIpv6": "CidrIpv6",
        "prefixListId": "PrefixListId",
        "referencedSecurityGroupId": "ReferencedGroupId",
        "fromPort": "FromPort",
        "toPort": "ToPort",
        "ipProtocol": "IpProtocol",
    }
    rule = {member: context.inputs[name] for name, member in members.items() if name in context.inputs}
    # moto wants ports where AWS wants none: for all protocols.
    rule = {"FromPort": -1, "ToPort": -1, **rule} if str(rule["IpProtocol"]) == "-1" else rule
    return {
        "GroupId": context.inputs["securityGroupId"],
        "SecurityGroupRules": [{"SecurityGroupRuleId": context.id, "SecurityGroupRule": rule}],
    }


_RULE_TAGS = Tags(
    create=None,
    style="list",
    add=Call("create_tags", {"Resources": ["{id}"], "Tags": "<tags>"}),
    remove=Call("delete_tags", {"Resources": ["{id}"], "Tags": "<keyed>"}),
    read="Tags",
    read_call=Call("describe_tags", {"Filters": [{"Name": "resource-id", "Values": ["{id}"]}]}),
)

MAPPINGS = (
    ResourceMapping(
        token="aws:ec2/securityGroup:SecurityGroup",
        service="ec2",
        create=Call("create_security_group"),
        known_when_made=True,
        id="{GroupId}",
        # AWS lets a new group send to anywhere; its provider takes that away, so that rules say all.
        finish=(Call("revoke_security_group_egress", _anywhere, takes=False),),
        read=Call("describe_security_groups", {"GroupIds": ["{id}"]}),
        found="SecurityGroups[0]",
        delete=Call("delete_security_group", {"GroupId": "{id}"}),
        names={"name": "GroupName", "description": "Description", "ingress": "-", "egress": "-"},
        local=("revokeRulesOnDelete",),
        defaults={"description": "Managed by Pulumi"},
        autoname="name",
        tags=ec2_tags("security-group"),
        computed={"arn": "arn:aws:ec2:{region}:{account}:security-group/{id}", "ownerId": "{account}"},
    ),
    ResourceMapping(
        token="aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        service="ec2",
        create=Call("describe_security_groups", _adopted_default_group, takes=False),
        made="SecurityGroups[0]",
        known_when_made=True,
        id="{GroupId}",
        read=Call("describe_security_groups", {"GroupIds": ["{id}"]}),
        found="SecurityGroups[0]",
        # AWS never lets go of a default group; it goes with its VPC.
        delete=None,
        names={"name": "GroupName", "ingress": "-", "egress": "-"},
        tags=Tags(
            create=None,
            style="list",
            add=Call("create_tags", {"Resources": ["{id}"], "Tags": "<tags>"}),
            remove=Call("delete_tags", {"Resources": ["{id}"], "Tags": "<keyed>"}),
            read="Tags",
        ),
        computed={"arn": "arn:aws:ec2:{region}:{account}:security-group/{id}"},
    ),
    _rule("Ingress"),
    _rule("Egress"),
)
RECORDED: tuple[RecordedType, ...] = ()
