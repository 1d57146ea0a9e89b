"""Amazon CloudWatch: alarms and dashboards."""

from __future__ import annotations

from typing import Any

from rehearsal.aws.mapping import Call, Context, ResourceMapping, Tags
from rehearsal.aws.recorded import RecordedType

ALARM_TAGS = Tags(
    create="Tags",
    style="list",
    add=Call("tag_resource", {"ResourceARN": "{arn}", "Tags": "<tags>"}),
    remove=Call("untag_resource", {"ResourceARN": "{arn}", "TagKeys": "<keys>"}),
    read="Tags",
    read_call=Call("list_tags_for_resource", {"ResourceARN": "{AlarmArn}"}),
)


def _dimensions(context: Context) -> dict[str, Any]:
    """Pulumi has a map where AWS has a list of names and values."""
    given = context.inputs.get("dimensions") or {}
    return {"Dimensions": [{"Name": name, "Value": value} for name, value in given.items()]}


def _alarm(answer: dict[str, Any], _: Context) -> dict[str, Any] | None:
    if not answer["MetricAlarms"]:
        return None
    alarm = dict(answer["MetricAlarms"][0])
    alarm["Dimensions"] = {item["Name"]: item["Value"] for item in alarm.get("Dimensions", [])}
    return alarm


MAPPINGS = (
    ResourceMapping(
        token="aws:cloudwatch/metricAlarm:MetricAlarm",
        service="cloudwatch",
        create=Call(
            "put_metric_alarm",
            _dimensions,
        ),
        id="{name}",
        import_id="{name}",
        read=Call("describe_alarms", {"AlarmNames": ["{id}"]}),
        found=_alarm,
        update=Call(
            "put_metric_alarm",
            _dimensions,
        ),
        update_with_all=True,
        delete=Call("delete_alarms", {"AlarmNames": ["{id}"]}),
        names={"name": "AlarmName", "arn": "AlarmArn"},
        # Percentile alarms only; AWS has no default for it.
        defaults={"actionsEnabled": True, "treatMissingData": "missing"},
        autoname="name",
        tags=ALARM_TAGS,
    ),
    ResourceMapping(
        token="aws:cloudwatch/dashboard:Dashboard",
        service="cloudwatch",
        create=Call("put_dashboard"),
        id="{dashboardName}",
        import_id="{dashboardName}",
        read=Call("get_dashboard", {"DashboardName": "{id}"}),
        update=Call("put_dashboard"),
        update_with_all=True,
        delete=Call("delete_dashboards", {"DashboardNames": ["{id}"]}),
        missing=("ResourceNotFound",),
    ),
)

RECORDED = (
    RecordedType(
        token="aws:cloudwatch/compositeAlarm:CompositeAlarm",
        id="{alarmName}",
        why="moto has no PutCompositeAlarm",
        outputs={"arn": "arn:aws:cloudwatch:{region}:{account}:alarm:{alarmName}"},
        defaults={"actionsEnabled": True},
    ),
)
