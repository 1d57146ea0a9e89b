"""Rules of security groups: who connects to whom over TCP, by group and never by address (contract NET-2)."""

from __future__ import annotations

import pulumi
from pulumi_aws import vpc


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


def grant_egress(
    name: str,
    description: str,
    *,
    group: pulumi.Input[str],
    destination: pulumi.Input[str],
    port: int,
    parent: pulumi.Resource,
) -> None:
    """Members of a group may connect to another one's, which let them in.

    Args:
        name: of the rule in the program.
        description: why, for who reads the group in the console.
        group: the id of the group that connects.
        destination: the id of the one that it connects to.
        port: of TCP, 1 to 65535.
        parent: the component that the rule belongs to.
    """
    vpc.SecurityGroupEgressRule(
        name,
        description=description,
        security_group_id=group,
        referenced_security_group_id=destination,
        ip_protocol="tcp",
        from_port=port,
        to_port=port,
        opts=pulumi.ResourceOptions(parent=parent),
    )
