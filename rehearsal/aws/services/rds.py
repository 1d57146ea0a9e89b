"""Amazon RDS: PostgreSQL instances with their subnets and parameters."""

from __future__ import annotations

from typing import Any

from rehearsal.aws.mapping import Call, Context, ResourceMapping, Tags, rewritten
from rehearsal.aws.postgres_parameters import is_default
from rehearsal.aws.recorded import RecordedType
from rehearsal.providers.provider import Properties, ProviderError

_PARAMETERS_AT_ONCE = 20  # ModifyDBParameterGroup takes no more (AWS documentation of the operation).


def _tags(arn: str, output: str = "{arn}") -> Tags:
    """RDS tags by ARN, whose member has another name in each type, as the output has in one."""
    return Tags(
        create="Tags",
        style="list",
        add=Call("add_tags_to_resource", {"ResourceName": output, "Tags": "<tags>"}),
        remove=Call("remove_tags_from_resource", {"ResourceName": output, "TagKeys": "<keys>"}),
        read="TagList",
        read_call=Call("list_tags_for_resource", {"ResourceName": arn}),
    )


def _subnet_group(answer: dict[str, Any], _: Context) -> dict[str, Any]:
    group = dict(answer["DBSubnetGroups"][0])
    return {**group, "SubnetIds": [subnet["SubnetIdentifier"] for subnet in group["Subnets"]]}


def _parameter_group(answer: dict[str, Any], context: Context) -> dict[str, Any] | None:
    if not answer["DBParameterGroups"]:
        return None
    group = dict(answer["DBParameterGroups"][0])
    set_ones = context.call("describe_db_parameters", DBParameterGroupName=context.id)["Parameters"]
    family = group["DBParameterGroupFamily"]
    group["Parameters"] = [_told(each, family) for each in set_ones if each.get("ParameterValue")]
    return group


def _told(parameter: dict[str, Any], family: str) -> dict[str, Any]:
    """A parameter as RDS tells of it."""
    name, value = parameter["ParameterName"], parameter["ParameterValue"]
    method = (
        "pending-reboot" if is_default(family, name, value) else parameter.get("ApplyMethod", "immediate")
    )
    return {"name": name, "value": value, "applyMethod": method}


def _parameters(context: Context) -> dict[str, Any]:
    """The changed parameters, in requests of twenty; the last one is this call's own.

    moto has no ResetDBParameterGroup: a parameter that leaves the program gets an empty value.
    """
    old, new = _by_name(context.old), _by_name(context.inputs)
    gone = [{**each, "ParameterValue": ""} for name, each in old.items() if name not in new]
    wanted = [each for name, each in new.items() if old.get(name) != each] + gone
    chunks = [wanted[i : i + _PARAMETERS_AT_ONCE] for i in range(0, len(wanted), _PARAMETERS_AT_ONCE)]
    for chunk in chunks[:-1]:
        context.call("modify_db_parameter_group", DBParameterGroupName=context.id, Parameters=chunk)
    return {"DBParameterGroupName": context.id, "Parameters": chunks[-1] if chunks else []}


def _by_name(inputs: Properties) -> dict[str, dict[str, Any]]:
    return {
        parameter["name"]: {
            "ParameterName": parameter["name"],
            "ParameterValue": str(parameter["value"]),
            "ApplyMethod": parameter.get("applyMethod") or "immediate",
        }
        for parameter in inputs.get("parameters") or []
    }


def _instance(answer: dict[str, Any], context: Context) -> dict[str, Any]:
    instance = dict(answer["DBInstances"][0])
    endpoint = instance.get("Endpoint") or {}
    instance["Address"] = endpoint.get("Address")
    instance["Port"] = endpoint.get("Port")
    instance["Endpoint"] = f"{endpoint.get('Address')}:{endpoint.get('Port')}"
    instance["HostedZoneId"] = endpoint.get("HostedZoneId")
    groups = instance.pop("DBParameterGroups", [])
    instance["ParameterGroupName"] = groups[0]["DBParameterGroupName"] if groups else None
    instance["DbSubnetGroupName"] = (instance.pop("DBSubnetGroup", None) or {}).get("DBSubnetGroupName")
    security = instance.pop("VpcSecurityGroups", [])
    instance["VpcSecurityGroupIds"] = [group["VpcSecurityGroupId"] for group in security]
    instance["EngineVersionActual"] = instance.get("EngineVersion")
    return instance


def _modification(context: Context) -> dict[str, Any]:
    parameters: dict[str, Any] = {
        "DBInstanceIdentifier": context.id,
        "ApplyImmediately": bool(context.inputs.get("applyImmediately")),
        "AllowMajorVersionUpgrade": bool(context.inputs.get("allowMajorVersionUpgrade")),
    }
    if context.old.get("maxAllocatedStorage") and not context.inputs.get("maxAllocatedStorage"):
        # What turns storage scaling off (botocore's documentation of ModifyDBInstance).
        parameters["MaxAllocatedStorage"] = context.inputs["allocatedStorage"]
    return parameters


def _logs(context: Context) -> dict[str, Any]:
    """Creation takes the logs to write, modification those to add and to leave out."""
    old, new = (set(each.get("enabledCloudwatchLogsExports") or ()) for each in (context.old, context.inputs))
    change = {"EnableLogTypes": sorted(new - old), "DisableLogTypes": sorted(old - new)}
    return {"DBInstanceIdentifier": context.id, "CloudwatchLogsExportConfiguration": change}


def _deletion(context: Context) -> dict[str, Any]:
    """The provider deletes as the *state's* inputs say: with a final snapshot unless told not to."""
    inputs = context.inputs
    parameters: dict[str, Any] = {
        "DBInstanceIdentifier": context.inputs.get("identifier", context.id),
        "DeleteAutomatedBackups": bool(inputs.get("deleteAutomatedBackups", True)),
        "SkipFinalSnapshot": bool(inputs.get("skipFinalSnapshot", False)),
    }
    if not parameters["SkipFinalSnapshot"]:
        # moto would delete without any snapshot.
        if not inputs.get("finalSnapshotIdentifier"):
            raise ProviderError(
                f"DeleteDBInstance: {context.id}: finalSnapshotIdentifier is required when skipFinalSnapshot "
                "is false; set one of the two and deploy that first"
            )
        parameters["FinalDBSnapshotIdentifier"] = inputs["finalSnapshotIdentifier"]
    return parameters


QUESTIONS = {"rds": "describe_db_instances"}
MAPPINGS = (
    ResourceMapping(
        token="aws:rds/subnetGroup:SubnetGroup",
        service="rds",
        create=Call("create_db_subnet_group"),
        made="DBSubnetGroup",
        id="{DBSubnetGroupName}",
        import_id="{name}",
        read=Call("describe_db_subnet_groups", {"DBSubnetGroupName": "{id}"}),
        found=_subnet_group,
        update=Call("modify_db_subnet_group", {"DBSubnetGroupName": "{id}", "SubnetIds": "{subnetIds}"}),
        delete=Call("delete_db_subnet_group", {"DBSubnetGroupName": "{id}"}),
        names={"name": "DBSubnetGroupName", "description": "DBSubnetGroupDescription"},
        missing=("DBSubnetGroupNotFoundFault",),
        defaults={"description": "Managed by Pulumi"},
        autoname="name",
        tags=_tags("{DBSubnetGroupArn}"),
    ),
    ResourceMapping(
        token="aws:rds/parameterGroup:ParameterGroup",
        service="rds",
        create=Call("create_db_parameter_group"),
        made="DBParameterGroup",
        id="{DBParameterGroupName}",
        import_id="{name}",
        read=Call("describe_db_parameter_groups", {"DBParameterGroupName": "{id}"}),
        found=_parameter_group,
        settings=(rewritten("modify_db_parameter_group", ("parameters",), _parameters),),
        delete=Call("delete_db_parameter_group", {"DBParameterGroupName": "{id}"}),
        names={"name": "DBParameterGroupName", "family": "DBParameterGroupFamily"},
        missing=("DBParameterGroupNotFound", "DBParameterGroupNotFoundFault"),
        defaults={"description": "Managed by Pulumi"},
        autoname="name",
        tags=_tags("{DBParameterGroupArn}"),
    ),
    ResourceMapping(
        token="aws:rds/instance:Instance",
        service="rds",
        create=Call("create_db_instance"),
        create_from={"replicateSourceDb": Call("create_db_instance_read_replica")},
        made="DBInstance",
        # pulumi-aws 7 takes the resource id (db-…), which survives a rename; moto gives one id to
        # all instances of a region, so here it is the identifier.
        id="{DBInstanceIdentifier}",
        import_id="{identifier}",
        read=Call("describe_db_instances", {"DBInstanceIdentifier": "{id}"}),
        found=_instance,
        update=Call("modify_db_instance", _modification),
        settings=(
            rewritten("modify_db_instance", ("enabledCloudwatchLogsExports",), _logs, at_creation=False),
        ),
        delete=Call("delete_db_instance", _deletion, takes=False),
        names={
            "identifier": "DBInstanceIdentifier",
            "instanceClass": "DBInstanceClass",
            "username": "MasterUsername",
            "password": "MasterUserPassword",
            "dbName": "DBName",
            "replicateSourceDb": "SourceDBInstanceIdentifier",
            "parameterGroupName": "DBParameterGroupName",
            "maintenanceWindow": "PreferredMaintenanceWindow",
            "backupWindow": "PreferredBackupWindow",
            "caCertIdentifier": "CACertificateIdentifier",
            "enabledCloudwatchLogsExports": "EnableCloudwatchLogsExports",
            "performanceInsightsEnabled": "EnablePerformanceInsights",
            "performanceInsightsKmsKeyId": "PerformanceInsightsKMSKeyId",
            "iamDatabaseAuthenticationEnabled": "EnableIAMDatabaseAuthentication",
        },
        read_names={
            "parameterGroupName": "ParameterGroupName",
            "dbSubnetGroupName": "DbSubnetGroupName",
            "enabledCloudwatchLogsExports": "EnabledCloudwatchLogsExports",
            "performanceInsightsEnabled": "PerformanceInsightsEnabled",
            "iamDatabaseAuthenticationEnabled": "IAMDatabaseAuthenticationEnabled",
            "replicateSourceDb": "ReadReplicaSourceDBInstanceIdentifier",
            "resourceId": "DbiResourceId",
            "status": "DBInstanceStatus",
        },
        local=(
            "allowMajorVersionUpgrade",
            "applyImmediately",
            "deleteAutomatedBackups",
            "finalSnapshotIdentifier",
            "skipFinalSnapshot",
        ),
        defaults={
            "autoMinorVersionUpgrade": True,
            "copyTagsToSnapshot": False,
            "deleteAutomatedBackups": True,
            "deletionProtection": False,
            "monitoringInterval": 0,
            "performanceInsightsEnabled": False,
            "publiclyAccessible": False,
            "skipFinalSnapshot": False,
        },
        missing=("DBInstanceNotFound", "DBInstanceNotFoundFault"),
        autoname="identifier",
        tags=_tags("{DBInstanceArn}"),
    ),
    ResourceMapping(
        token="aws:rds/snapshot:Snapshot",
        service="rds",
        create=Call("create_db_snapshot"),
        made="DBSnapshot",
        known_when_made=True,
        id="{DBSnapshotIdentifier}",
        import_id="{dbSnapshotIdentifier}",
        read=Call("describe_db_snapshots", {"DBSnapshotIdentifier": "{id}"}),
        found="DBSnapshots[0]",
        delete=Call("delete_db_snapshot", {"DBSnapshotIdentifier": "{id}"}),
        names={
            "dbInstanceIdentifier": "DBInstanceIdentifier",
            "dbSnapshotIdentifier": "DBSnapshotIdentifier",
        },
        missing=("DBSnapshotNotFound", "DBSnapshotNotFoundFault"),
        tags=_tags("{DBSnapshotArn}", "{dbSnapshotArn}"),
    ),
)
RECORDED = (
    RecordedType(
        "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
        id="arn:aws:rds:{region}:{account}:auto-backup:ab-{hash}",
        why="moto has no StartDBInstanceAutomatedBackupsReplication",
        model="rds.start_db_instance_automated_backups_replication",
        defaults={"retentionPeriod": 7},
    ),
)
