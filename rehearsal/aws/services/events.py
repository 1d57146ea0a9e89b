"""Amazon EventBridge: rules and whom they tell. Nothing is ever told here."""

from __future__ import annotations

from typing import Any

from rehearsal.aws.mapping import Call, Context, ResourceMapping
from rehearsal.aws.recorded import RecordedType
from rehearsal.aws.services.resource_tags import resource_tags


def _target(context: Context) -> dict[str, Any]:
    target = {"Id": context.inputs["targetId"], "Arn": context.inputs["arn"]}
    if context.inputs.get("input"):
        target["Input"] = context.inputs["input"]
    return {"Rule": context.inputs["rule"], "Targets": [target]}


QUESTIONS = {"events": "list_rules"}
MAPPINGS = (
    ResourceMapping(
        token="aws:cloudwatch/eventRule:EventRule",
        service="events",
        create=Call("put_rule"),
        id="{name}",
        import_id="{name}",
        read=Call("describe_rule", {"Name": "{id}"}),
        update=Call("put_rule", {"Name": "{id}"}),
        update_with_all=True,
        delete=Call("delete_rule", {"Name": "{id}"}),
        defaults={"state": "ENABLED", "eventBusName": "default"},
        autoname="name",
        tags=resource_tags(
            "ResourceARN", "{arn}", "list", read_call=Call("list_tags_for_resource", {"ResourceARN": "{Arn}"})
        ),
        computed={"arn": "arn:aws:events:{region}:{account}:rule/{id}"},
    ),
    ResourceMapping(
        token="aws:cloudwatch/eventTarget:EventTarget",
        service="events",
        create=Call("put_targets", _target, takes=False),
        id="{rule}-{targetId}",
        import_id="{rule}-{targetId}",
        read=Call("list_targets_by_rule", {"Rule": "{rule}"}),
        found=lambda answer, context: next(
            (each for each in answer["Targets"] if each["Id"] == context.inputs["targetId"]), None
        ),
        update=Call("put_targets", _target, takes=False),
        delete=Call("remove_targets", {"Rule": "{rule}", "Ids": ["{targetId}"]}),
        names={"targetId": "Id", "arn": "Arn", "rule": "-"},
        defaults={"eventBusName": "default"},
    ),
)
RECORDED: tuple[RecordedType, ...] = ()
