"""Rules of security groups: who connects to whom over TCP, by group and never by address (contract NET-2)."""

from __future__ import annotations

import pulumi
from pulumi_aws import vpc

from infra.foundations import ports


def grant_ingress(
    name: str,
    description: str,
    *,
    group: pulumi.Input[str],
    source: pulumi.Input[str],
    port: int,
    parent: pulumi.Resource,
) -> None:
    """Members of another group may connect.

    Args:
        name: of the rule in the program.
        description: why, for who reads the group in the console.
        group: the id of the group that they connect to.
        source: the id of theirs.
        port: of TCP, 1 to 65535.
        parent: the component that the rule belongs to.
    """
    vpc.SecurityGroupIngressRule(
        name,
        description=description,
        security_group_id=group,
        referenced_security_group_id=source,
        ip_protocol="tcp",
        from_port=port,
        to_port=port,
        opts=pulumi.ResourceOptions(parent=parent),
    )


def grant_connection(
    name: str,
    *,
    leaving: str,
    arriving: str,
    source: pulumi.Input[str],
    destination: pulumi.Input[str],
    port: int,
    parent: pulumi.Resource,
) -> None:
    """Members of a group may connect to another one's: theirs lets them out, the other one lets them in.

    Args:
        name: of both rules in the program.
        leaving: why, for who reads their group in the console.
        arriving: the same for the other group.
        source: the id of their group.
        destination: the id of the one that they connect to.
        port: of TCP, 1 to 65535.
        parent: the component that the rules belong to.
    """
    vpc.SecurityGroupEgressRule(
        name,
        description=leaving,
        security_group_id=source,
        referenced_security_group_id=destination,
        ip_protocol="tcp",
        from_port=port,
        to_port=port,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    grant_ingress(name, arriving, group=destination, source=source, port=port, parent=parent)


def grant_https(name: str, description: str, *, group: pulumi.Input[str], parent: pulumi.Resource) -> None:
    """Members of a group may connect to any address over HTTPS.

    Args:
        name: of the rule in the program.
        description: why, for who reads the group in the console.
        group: the id of the group that connects.
        parent: the component that the rule belongs to.
    """
    vpc.SecurityGroupEgressRule(
        name,
        description=description,
        security_group_id=group,
        cidr_ipv4="0.0.0.0/0",
        ip_protocol="tcp",
        from_port=ports.HTTPS,
        to_port=ports.HTTPS,
        opts=pulumi.ResourceOptions(parent=parent),
    )
