"""AWS CloudTrail. Nothing is ever written into a trail."""

from __future__ import annotations

from typing import Any

from rehearsal.aws.mapping import Call, Context, ResourceMapping, Setting, Tags
from rehearsal.aws.recorded import RecordedType


def _trail(answer: dict[str, Any], context: Context) -> dict[str, Any]:
    trail = dict(answer["Trail"])
    trail["EnableLogging"] = context.call("get_trail_status", Name=context.id)["IsLogging"]
    trail["HomeRegion"] = context.region
    selectors = context.call("get_event_selectors", TrailName=context.id).get("AdvancedEventSelectors")
    trail["advancedEventSelectors"] = [
        {
            "name": selector["Name"],
            "fieldSelectors": [
                {
                    "field": field["Field"],
                    **{name: field[member] for name, member in _CONDITIONS.items() if field.get(member)},
                }
                for field in selector["FieldSelectors"]
            ],
        }
        for selector in selectors or ()
    ]
    return trail


_CONDITIONS = {
    "equals": "Equals",
    "notEquals": "NotEquals",
    "startsWiths": "StartsWith",
    "notStartsWiths": "NotStartsWith",
    "endsWiths": "EndsWith",
    "notEndsWiths": "NotEndsWith",
}


def _selectors(context: Context) -> dict[str, Any]:
    return {
        "TrailName": context.id,
        "AdvancedEventSelectors": [
            {
                "Name": selector["name"],
                "FieldSelectors": [
                    {
                        "Field": field["field"],
                        **{_CONDITIONS[name]: field[name] for name in _CONDITIONS if field.get(name)},
                    }
                    for field in selector["fieldSelectors"]
                ],
            }
            for selector in context.inputs["advancedEventSelectors"]
        ],
    }


QUESTIONS = {"cloudtrail": "describe_trails"}
MAPPINGS = (
    ResourceMapping(
        token="aws:cloudtrail/trail:Trail",
        service="cloudtrail",
        create=Call("create_trail"),
        id="{TrailARN}",
        read=Call("get_trail", {"Name": "{id}"}),
        found=_trail,
        update=Call("update_trail", {"Name": "{id}"}),
        settings=(
            Setting(
                "start_logging",
                ("enableLogging",),
                {"Name": "{id}"},
                takes=False,
                switch=True,
                unset=Call("stop_logging", {"Name": "{id}"}, takes=False),
            ),
            Setting("put_event_selectors", ("advancedEventSelectors",), _selectors, takes=False),
        ),
        delete=Call("delete_trail", {"Name": "{name}"}),  # moto does not find it by its ARN
        names={"cloudWatchLogsGroupArn": "CloudWatchLogsLogGroupArn", "arn": "TrailARN"},
        read_names={"enableLogFileValidation": "LogFileValidationEnabled", "enableLogging": "EnableLogging"},
        missing=("TrailNotFoundException",),
        defaults={"enableLogging": True, "includeGlobalServiceEvents": True},
        autoname="name",
        tags=Tags(
            create="TagsList",
            style="list",
            add=Call("add_tags", {"ResourceId": "{id}", "TagsList": "<tags>"}),
            remove=Call("remove_tags", {"ResourceId": "{id}", "TagsList": "<keyed>"}),
            read="ResourceTagList[0].TagsList",
            read_call=Call("list_tags", {"ResourceIdList": ["{id}"]}),
        ),
    ),
)
RECORDED: tuple[RecordedType, ...] = ()
