"""A database that lets nobody in any more, but what is named."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from operations.environments import Connection


def close_database(
    connection: Connection, instance: Mapping[str, Any], but: Collection[str] | None = None
) -> None:
    """Takes the rules out of a database's security groups that let somebody in.

    Args:
        connection: to its account, in its region.
        instance: as RDS tells of it.
        but: security groups whose members still may connect, where it goes on being copied: then rules of
            addresses stay as well, since RDS adds entries for a replica in another region (RDS user guide,
            "Working with DB instance read replicas"). None for a database that nothing follows.
    """
    ec2 = connection.client("ec2")
    for group in (each["VpcSecurityGroupId"] for each in instance.get("VpcSecurityGroups", ())):
        answer = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])
        rules = [
            each["SecurityGroupRuleId"]
            for each in answer["SecurityGroupRules"]
            if not each["IsEgress"] and (but is None or _of_group(each) not in (None, *but))
        ]
        if rules:
            ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=rules)


def _of_group(rule: Mapping[str, Any]) -> str | None:
    """The group that a rule lets in; None where it lets addresses in."""
    group: str | None = rule.get("ReferencedGroupInfo", {}).get("GroupId")
    return group
