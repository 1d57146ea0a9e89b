"""Amazon CloudWatch: alarms and dashboards."""

from __future__ import annotations

from typing import Any

from rehearsal.aws.mapping import Call, Context, ResourceMapping
from rehearsal.aws.recorded import RecordedType
from rehearsal.aws.services.resource_tags import resource_tags

ALARM_TAGS = resource_tags(
    "ResourceARN", "{arn}", "list", read_call=Call("list_tags_for_resource", {"ResourceARN": "{AlarmArn}"})
)


def _named(dimensions: dict[str, str] | None) -> list[dict[str, str]]:
    """Pulumi has a map where AWS has a list of names and values."""
    return [{"Name": name, "Value": value} for name, value in (dimensions or {}).items()]


def _blocks(context: Context) -> dict[str, Any]:
    parameters: dict[str, Any] = {"Dimensions": _named(context.inputs.get("dimensions"))}
    queries = context.inputs.get("metricQueries")
    if queries:
        parameters["Metrics"] = [_query(each) for each in queries]
        # An alarm on queries has no metric of its own, hence no dimensions.
        parameters["Dimensions"] = []
    return parameters


_QUERY = {
    "id": "Id",
    "expression": "Expression",
    "label": "Label",
    "returnData": "ReturnData",
    "accountId": "AccountId",
    "period": "Period",
}


def _query(given: dict[str, Any]) -> dict[str, Any]:
    """AWS has metric and statistic apart where Pulumi has one block."""
    query = {_QUERY[name]: value for name, value in given.items() if name in _QUERY and value is not None}
    metric = given.get("metric")
    if metric:
        named = {"MetricName": metric["metricName"], "Dimensions": _named(metric.get("dimensions"))}
        if metric.get("namespace"):
            named["Namespace"] = metric["namespace"]
        query["MetricStat"] = {"Metric": named, "Period": int(metric["period"]), "Stat": metric["stat"]}
        if metric.get("unit"):
            query["MetricStat"]["Unit"] = metric["unit"]
    return query


def _query_found(found: dict[str, Any]) -> dict[str, Any]:
    query = {name: found[member] for name, member in _QUERY.items() if found.get(member) is not None}
    if found.get("MetricStat"):
        stat = found["MetricStat"]
        metric = {
            "metricName": stat["Metric"].get("MetricName"),
            "namespace": stat["Metric"].get("Namespace"),
            "dimensions": _mapped(stat["Metric"].get("Dimensions")),
            "period": stat.get("Period"),
            "stat": stat.get("Stat"),
            "unit": stat.get("Unit"),
        }
        query["metric"] = {name: value for name, value in metric.items() if value not in (None, {})}
    return query


def _mapped(dimensions: list[dict[str, str]] | None) -> dict[str, str]:
    return {item["Name"]: item["Value"] for item in dimensions or []}


def _alarm(answer: dict[str, Any], _: Context) -> dict[str, Any] | None:
    if not answer["MetricAlarms"]:
        return None
    alarm = dict(answer["MetricAlarms"][0])
    alarm["Dimensions"] = _mapped(alarm.get("Dimensions"))
    alarm["MetricQueries"] = [_query_found(each) for each in alarm.get("Metrics") or []]
    return alarm


QUESTIONS = {"cloudwatch": "describe_alarms"}
MAPPINGS = (
    ResourceMapping(
        token="aws:cloudwatch/metricAlarm:MetricAlarm",
        service="cloudwatch",
        create=Call("put_metric_alarm", _blocks),
        known_when_made=True,
        id="{name}",
        import_id="{name}",
        read=Call("describe_alarms", {"AlarmNames": ["{id}"]}),
        found=_alarm,
        update=Call("put_metric_alarm", _blocks),
        update_with_all=True,
        delete=Call("delete_alarms", {"AlarmNames": ["{id}"]}),
        names={"name": "AlarmName"},
        computed={"arn": "arn:aws:cloudwatch:{region}:{account}:alarm:{name}"},
        defaults={
            "actionsEnabled": True,
            "alarmActions": [],
            "dimensions": {},
            "insufficientDataActions": [],
            "metricQueries": [],
            "okActions": [],
            "treatMissingData": "missing",
        },
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
        model="cloudwatch.put_composite_alarm",
        outputs={"arn": "arn:aws:cloudwatch:{region}:{account}:alarm:{alarmName}"},
        defaults={"actionsEnabled": True},
    ),
)
