"""Amazon EventBridge Scheduler: what is called by the clock. Nothing is ever called here."""

from __future__ import annotations

from typing import Any

from rehearsal.aws.mapping import Call, Context, ResourceMapping
from rehearsal.aws.recorded import RecordedType


def _named(context: Context) -> dict[str, Any]:
    group, _, name = context.id.partition("/")
    return {"GroupName": group, "Name": name}


QUESTIONS = {"scheduler": "list_schedules"}
MAPPINGS = (
    ResourceMapping(
        token="aws:scheduler/schedule:Schedule",
        service="scheduler",
        create=Call("create_schedule"),
        id=lambda context: f"{context.inputs.get('groupName') or 'default'}/{context.inputs['name']}",
        import_id="{groupName}/{name}",
        read=Call("get_schedule", _named),
        update=Call("update_schedule", _named),
        update_with_all=True,
        delete=Call("delete_schedule", _named),
        defaults={"groupName": "default", "scheduleExpressionTimezone": "UTC", "state": "ENABLED"},
        not_returned=("actionAfterCompletion",),
        autoname="name",
    ),
)
RECORDED: tuple[RecordedType, ...] = ()
