"""Amazon CloudWatch Logs: log groups, their retention, metric filters."""

from __future__ import annotations

from typing import Any

from rehearsal.aws.mapping import Call, Context, ResourceMapping, Setting
from rehearsal.aws.recorded import RecordedType
from rehearsal.aws.services.resource_tags import resource_tags

GROUP_TAGS = resource_tags(
    "resourceArn", "{arn}", "map", read_call=Call("list_tags_log_group", {"logGroupName": "{id}"})
)


def _group(answer: dict[str, Any], context: Context) -> dict[str, Any] | None:
    """AWS finds groups by prefix."""
    found = next((g for g in answer["logGroups"] if g["logGroupName"] == context.id), None)
    if found is None:
        return None
    # A key that was taken away is told by nothing; the provider's ARN has no trailing wildcard.
    without = {"kmsKeyId": ""} if context.inputs.get("kmsKeyId") else {}
    return {**without, **found, "arn": found["arn"].removesuffix(":*")}


def _filter(answer: dict[str, Any], context: Context) -> dict[str, Any] | None:
    """AWS finds filters by prefix too. The one transformation is told as the program writes it."""
    found = next((each for each in answer["metricFilters"] if each["filterName"] == context.id), None)
    if found is None:
        return None
    (made,) = found["metricTransformations"]
    return {**found, "metricTransformations": _transformation(made)}


def _transformation(made: dict[str, Any]) -> dict[str, Any]:
    names = {"name": "metricName", "namespace": "metricNamespace", "value": "metricValue"}
    names |= {"dimensions": "dimensions", "unit": "unit"}
    told = {name: made[member] for name, member in names.items() if made.get(member)}
    default = made.get("defaultValue")
    return told if default is None else {**told, "defaultValue": f"{default:g}"}


def _after_deletion(context: Context) -> dict[str, Any]:
    """PutMetricFilter replaces the filter of that name; moto would keep both."""
    name, group = context.inputs["name"], context.inputs["logGroupName"]
    context.call("delete_metric_filter", filterName=name, logGroupName=group)
    return {}


QUESTIONS = {"logs": "describe_log_groups"}
MAPPINGS = (
    ResourceMapping(
        token="aws:cloudwatch/logGroup:LogGroup",
        service="logs",
        create=Call("create_log_group"),
        known_when_made=True,
        id="{name}",
        import_id="{name}",
        read=Call("describe_log_groups", {"logGroupNamePrefix": "{id}"}),
        found=_group,
        settings=(
            Setting(
                "put_retention_policy",
                ("retentionInDays",),
                {"logGroupName": "{id}"},
                unset=Call("delete_retention_policy", {"logGroupName": "{id}"}, takes=False),
            ),
            Setting(
                "associate_kms_key",
                ("kmsKeyId",),
                {"logGroupName": "{id}"},
                at_creation=False,
                unset=Call("disassociate_kms_key", {"logGroupName": "{id}"}, takes=False),
            ),
        ),
        delete=Call("delete_log_group", {"logGroupName": "{id}"}),
        names={"name": "logGroupName"},
        local=("skipDestroy",),
        defaults={"retentionInDays": 0, "logGroupClass": "STANDARD"},
        computed={"arn": "arn:aws:logs:{region}:{account}:log-group:{name}"},
        autoname="name",
        tags=GROUP_TAGS,
    ),
    ResourceMapping(
        token="aws:cloudwatch/logMetricFilter:LogMetricFilter",
        service="logs",
        create=Call("put_metric_filter"),
        known_when_made=True,
        id="{name}",
        import_id="{logGroupName}:{name}",
        read=Call(
            "describe_metric_filters", {"logGroupName": "{logGroupName}", "filterNamePrefix": "{name}"}
        ),
        found=_filter,
        update=Call("put_metric_filter", _after_deletion),
        update_with_all=True,
        delete=Call("delete_metric_filter", {"logGroupName": "{logGroupName}", "filterName": "{name}"}),
        names={
            "name": "filterName",
            "pattern": "filterPattern",
            "metricTransformation": "metricTransformations",
            "metricTransformation.name": "metricName",
            "metricTransformation.namespace": "metricNamespace",
            "metricTransformation.value": "metricValue",
        },
        autoname="name",
    ),
    ResourceMapping(
        token="aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
        service="logs",
        create=Call("put_resource_policy"),
        id="{policyName}",
        import_id="{policyName}",
        read=Call("describe_resource_policies"),
        found=lambda answer, context: next(
            (policy for policy in answer["resourcePolicies"] if policy["policyName"] == context.id), None
        ),
        update=Call("put_resource_policy"),
        update_with_all=True,
        delete=Call("delete_resource_policy", {"policyName": "{id}"}),
    ),
)
RECORDED = (
    RecordedType(
        token="aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy",
        id="{logGroupName}",
        why="moto has no PutDataProtectionPolicy",
        model="logs.put_data_protection_policy",
        names={"logGroupName": "logGroupIdentifier"},
    ),
    RecordedType(
        token="aws:cloudwatch/queryDefinition:QueryDefinition",
        id="{hash}",
        why="moto has no PutQueryDefinition",
        model="logs.put_query_definition",
        outputs={"queryDefinitionId": "{hash}"},
    ),
)
