"""Amazon ElastiCache: Redis replication groups with their users and subnets."""

from __future__ import annotations

from typing import Any

from rehearsal.aws.mapping import Call, Context, ResourceMapping, Setting, Tags, rewritten
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


def _user(answer: dict[str, Any], context: Context) -> dict[str, Any]:
    """How it proves itself is told where the program says it in one block, and its passwords never."""
    user = dict(answer["Users"][0])
    if context.inputs.get("authenticationMode"):
        user["authenticationMode"] = {"type": user["Authentication"]["Type"]}
    return user


def _replication_group(answer: dict[str, Any], context: Context) -> dict[str, Any]:
    group = dict(answer["ReplicationGroups"][0])
    node = (group.get("NodeGroups") or [{}])[0]
    group["PrimaryEndpointAddress"] = node.get("PrimaryEndpoint", {}).get("Address")
    group["ReaderEndpointAddress"] = node.get("ReaderEndpoint", {}).get("Address")
    group["Port"] = node.get("PrimaryEndpoint", {}).get("Port")
    group["AutomaticFailoverEnabled"] = group.get("AutomaticFailover") == "enabled"
    group["MultiAZEnabled"] = group.get("MultiAZ") == "enabled"
    members = group.get("MemberClusters", [])
    group["NumCacheClusters"] = len(members)
    # AWS's provider reads these off the first node (elasticache/replication_group.go, setFromCacheCluster).
    found = context.call("describe_cache_clusters", CacheClusterId=members[0])["CacheClusters"][0]
    group["SecurityGroupIds"] = [each["SecurityGroupId"] for each in found.get("SecurityGroups", [])]
    group |= {name: found.get(name) for name in ("EngineVersion", "PreferredMaintenanceWindow")}
    return group


def _new_group(context: Context) -> dict[str, Any]:
    parameters: dict[str, Any] = {}
    logs = [_log_delivery(each) for each in context.inputs.get("logDeliveryConfigurations") or ()]
    if logs:
        parameters["LogDeliveryConfigurations"] = logs
    members = int(context.inputs.get("numCacheClusters") or 1)
    if members > 1:
        # moto makes one member whatever NumCacheClusters says, but heeds this.
        parameters["ReplicasPerNodeGroup"] = members - 1
    return parameters


def _log_deliveries(context: Context) -> dict[str, Any]:
    """Modification takes those that are wanted, and turns off the kinds of logs that are not."""
    wanted = [_log_delivery(each) for each in context.inputs.get("logDeliveryConfigurations") or ()]
    kinds = {each["LogType"] for each in wanted}
    old = context.old.get("logDeliveryConfigurations") or ()
    off = [{"LogType": each["logType"], "Enabled": False} for each in old if each["logType"] not in kinds]
    return {"ReplicationGroupId": context.id, "LogDeliveryConfigurations": wanted + off}


def _log_delivery(given: dict[str, Any]) -> dict[str, Any]:
    """AWS nests the name of the destination by its kind."""
    details = {
        "cloudwatch-logs": {"CloudWatchLogsDetails": {"LogGroup": given["destination"]}},
        "kinesis-firehose": {"KinesisFirehoseDetails": {"DeliveryStream": given["destination"]}},
    }
    return {
        "LogType": given["logType"],
        "LogFormat": given["logFormat"],
        "DestinationType": given["destinationType"],
        "DestinationDetails": details[given["destinationType"]],
    }


def _deletion(context: Context) -> dict[str, Any]:
    parameters = {"ReplicationGroupId": context.id}
    if context.inputs.get("finalSnapshotIdentifier"):
        parameters["FinalSnapshotIdentifier"] = context.inputs["finalSnapshotIdentifier"]
    return parameters


def _members(context: Context) -> dict[str, Any]:
    """Creation takes the users, modification those to add and to remove."""
    old, new = (set(each.get("userIds") or ()) for each in (context.old, context.inputs))
    change = {"UserIdsToAdd": sorted(new - old), "UserIdsToRemove": sorted(old - new)}
    return {"UserGroupId": context.id, **{name: users for name, users in change.items() if users}}


def _user_groups(context: Context) -> dict[str, Any]:
    """Creation takes the groups, modification those to add and to remove."""
    old, new = (set(each.get("userGroupIds") or ()) for each in (context.old, context.inputs))
    change = {"UserGroupIdsToAdd": sorted(new - old), "UserGroupIdsToRemove": sorted(old - new)}
    return {"ReplicationGroupId": context.id, **change}


QUESTIONS = {"elasticache": "describe_replication_groups"}
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
        update=Call("modify_cache_subnet_group", {"CacheSubnetGroupName": "{id}"}),
        delete=Call("delete_cache_subnet_group", {"CacheSubnetGroupName": "{id}"}),
        missing=("CacheSubnetGroupNotFoundFault",),
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
        found=_user,
        delete=Call("delete_user", {"UserId": "{id}"}),
        update=Call("modify_user", {"UserId": "{id}"}),
        # AWS never tells passwords.
        not_returned=("passwords", "authenticationMode.passwords", "noPasswordRequired"),
        missing=("UserNotFound",),
        read_names={"arn": "ARN"},
        tags=TAGS,
    ),
    ResourceMapping(
        token="aws:elasticache/userGroup:UserGroup",
        service="elasticache",
        create=Call("create_user_group"),
        id="{UserGroupId}",
        import_id="{userGroupId}",
        read=Call("describe_user_groups", {"UserGroupId": "{id}"}),
        found="UserGroups[0]",
        settings=(Setting("modify_user_group", ("userIds",), _members, takes=False, at_creation=False),),
        delete=Call("delete_user_group", {"UserGroupId": "{id}"}),
        missing=("UserGroupNotFound",),
        read_names={"arn": "ARN"},
        tags=TAGS,
    ),
    ResourceMapping(
        token="aws:elasticache/replicationGroup:ReplicationGroup",
        service="elasticache",
        create=Call("create_replication_group", _new_group),
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
        settings=(
            rewritten("modify_replication_group", ("userGroupIds",), _user_groups, at_creation=False),
            rewritten(
                "modify_replication_group", ("logDeliveryConfigurations",), _log_deliveries, at_creation=False
            ),
        ),
        delete=Call("delete_replication_group", _deletion, takes=False),
        names={
            "description": "ReplicationGroupDescription",
            "logDeliveryConfigurations": "-",
            "nodeType": "CacheNodeType",
            "subnetGroupName": "CacheSubnetGroupName",
            "parameterGroupName": "CacheParameterGroupName",
            "maintenanceWindow": "PreferredMaintenanceWindow",
            "preferredCacheClusterAzs": "PreferredCacheClusterAZs",
        },
        read_names={"description": "Description", "arn": "ARN"},
        local=("applyImmediately", "finalSnapshotIdentifier"),
        # Nothing changes the number of members (moto has no IncreaseReplicaCount): the state's value stands.
        not_returned=("numCacheClusters",),
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
        model="elasticache.create_cache_parameter_group",
        names={"name": "CacheParameterGroupName", "family": "CacheParameterGroupFamily"},
        outputs={"arn": _ARN + ":parametergroup:{name}"},
        autoname="name",
        defaults={"description": "Managed by Pulumi"},
    ),
)
