"""Amazon ElastiCache: Redis replication groups with their users and subnets."""

from __future__ import annotations

from typing import Any

from rehearsal.aws.mapping import Call, Context, ResourceMapping, Tags
from rehearsal.aws.recorded import RecordedType

# moto takes tags at creation and answers with them; changing them works by ARN, as in AWS.
TAGS = Tags(
    create="Tags",
    style="list",
    add=Call("add_tags_to_resource", {"ResourceName": "{arn}", "Tags": "<tags>"}),
    remove=Call("remove_tags_from_resource", {"ResourceName": "{arn}", "TagKeys": "<keys>"}),
    read="TagList",
    read_call=Call("list_tags_for_resource", {"ResourceName": "{ARN}"}),
)

_ARN = "arn:aws:elasticache:{region}:{account}"


def _subnet_group(answer: dict[str, Any], _: Context) -> dict[str, Any]:
    group = dict(answer["CacheSubnetGroups"][0])
    return {**group, "SubnetIds": [subnet["SubnetIdentifier"] for subnet in group["Subnets"]]}


def _replication_group(answer: dict[str, Any], context: Context) -> dict[str, Any] | None:
    group = dict(answer["ReplicationGroups"][0])
    if group["Status"] == "deleting":
        return None
    node = (group.get("NodeGroups") or [{}])[0]
    group["AutomaticFailoverEnabled"] = group.get("AutomaticFailover") == "enabled"
    group["MultiAZEnabled"] = group.get("MultiAZ") == "enabled"
    group["PrimaryEndpointAddress"] = node.get("PrimaryEndpoint", {}).get("Address")
    group["ReaderEndpointAddress"] = node.get("ReaderEndpoint", {}).get("Address")
    group["NumCacheClusters"] = len(group.get("MemberClusters", []))
    return group


MAPPINGS = (
    ResourceMapping(
        token="aws:elasticache/subnetGroup:SubnetGroup",
        service="elasticache",
        create=Call("create_cache_subnet_group"),
        made="CacheSubnetGroup",
        id="{CacheSubnetGroupName}",
        import_id="{name}",
        read=Call("describe_cache_subnet_groups", {"CacheSubnetGroupName": "{id}"}),
        found=_subnet_group,
        # moto has neither DeleteCacheSubnetGroup nor ModifyCacheSubnetGroup.
        leftover="CacheSubnetGroupAlreadyExists",
        not_returned=("subnetIds", "description"),
        names={"name": "CacheSubnetGroupName", "description": "CacheSubnetGroupDescription"},
        defaults={"description": "Managed by Pulumi"},
        autoname="name",
        tags=TAGS,
    ),
    ResourceMapping(
        token="aws:elasticache/user:User",
        service="elasticache",
        create=Call("create_user"),
        id="{UserId}",
        import_id="{userId}",
        read=Call("describe_users", {"UserId": "{id}"}),
        found=lambda answer, _: next((u for u in answer["Users"] if u["Status"] != "deleting"), None),
        delete=Call("delete_user", {"UserId": "{id}"}),
        # AWS never tells passwords, and moto has no ModifyUser.
        not_returned=("passwords", "authenticationMode", "noPasswordRequired", "accessString", "engine"),
        missing=("UserNotFound",),
        read_names={"arn": "ARN"},
        tags=TAGS,
    ),
    ResourceMapping(
        token="aws:elasticache/replicationGroup:ReplicationGroup",
        service="elasticache",
        create=Call("create_replication_group"),
        made="ReplicationGroup",
        id="{ReplicationGroupId}",
        import_id="{replicationGroupId}",
        read=Call("describe_replication_groups", {"ReplicationGroupId": "{id}"}),
        found=_replication_group,
        update=Call(
            "modify_replication_group",
            lambda context: {
                "ReplicationGroupId": context.id,
                "ApplyImmediately": bool(context.inputs.get("applyImmediately")),
            },
        ),
        delete=Call("delete_replication_group", {"ReplicationGroupId": "{id}"}),
        names={
            "description": "ReplicationGroupDescription",
            "nodeType": "CacheNodeType",
            "subnetGroupName": "CacheSubnetGroupName",
            "parameterGroupName": "CacheParameterGroupName",
            "maintenanceWindow": "PreferredMaintenanceWindow",
            "preferredCacheClusterAzs": "PreferredCacheClusterAZs",
        },
        read_names={"description": "Description", "arn": "ARN"},
        local=("applyImmediately",),
        # moto answers with a part of the members only (and no engine version or windows).
        not_returned=(
            "autoMinorVersionUpgrade",
            "engine",
            "engineVersion",
            "finalSnapshotIdentifier",
            "kmsKeyId",
            "logDeliveryConfigurations",
            "maintenanceWindow",
            "numCacheClusters",
            "parameterGroupName",
            "port",
            "securityGroupIds",
            "snapshotWindow",
            "subnetGroupName",
            "transitEncryptionMode",
            "userGroupIds",
        ),
        defaults={"port": 6379},
        missing=("ReplicationGroupNotFoundFault",),
        tags=TAGS,
    ),
)

RECORDED = (
    RecordedType(
        token="aws:elasticache/parameterGroup:ParameterGroup",
        id="{name}",
        why="moto has no CreateCacheParameterGroup",
        outputs={"arn": _ARN + ":parametergroup:{name}"},
        autoname="name",
        defaults={"description": "Managed by Pulumi"},
    ),
    RecordedType(
        token="aws:elasticache/userGroup:UserGroup",
        id="{userGroupId}",
        why="moto has no CreateUserGroup",
        outputs={"arn": _ARN + ":usergroup:{userGroupId}"},
    ),
)
