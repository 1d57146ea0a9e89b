"""Amazon RDS: subscriptions to events."""

from __future__ import annotations

from typing import Any

from rehearsal.aws.mapping import Call, Context, ResourceMapping, Tags
from rehearsal.aws.recorded import RecordedType

ARN = "arn:aws:rds:{region}:{account}:es:{id}"


def _subscription(context: Context) -> dict[str, Any]:
    given = context.inputs
    names = {
        "name": "SubscriptionName",
        "snsTopic": "SnsTopicArn",
        "sourceType": "SourceType",
        "sourceIds": "SourceIds",
        "eventCategories": "EventCategories",
    }
    parameters = {member: given[name] for name, member in names.items() if given.get(name)}
    return {**parameters, "Enabled": given.get("enabled", True)}


def _again(context: Context) -> dict[str, Any]:
    """moto has no ModifyEventSubscription."""
    tags = context.call("list_tags_for_resource", ResourceName=context.text(ARN))["TagList"]
    context.call("delete_event_subscription", SubscriptionName=context.id)
    return {**_subscription(context), "Tags": tags}


def _found(answer: dict[str, Any], _: Context) -> dict[str, Any] | None:
    found = answer["EventSubscriptionsList"]
    if not found:
        return None
    names = {
        "CustSubscriptionId": "Name",
        "SnsTopicArn": "SnsTopic",
        "SourceType": "SourceType",
        "SourceIdsList": "SourceIds",
        "EventCategoriesList": "EventCategories",
        "Enabled": "Enabled",
    }
    return {
        name: found[0][member] for member, name in names.items() if found[0].get(member) not in (None, [])
    }


MAPPINGS = (
    ResourceMapping(
        token="aws:rds/eventSubscription:EventSubscription",
        service="rds",
        create=Call("create_event_subscription", _subscription, takes=False),
        id="{name}",
        import_id="{name}",
        read=Call("describe_event_subscriptions", {"SubscriptionName": "{id}"}),
        found=_found,
        missing=("SubscriptionNotFound",),
        update=Call("create_event_subscription", _again, takes=False),
        update_with_all=True,
        delete=Call("delete_event_subscription", {"SubscriptionName": "{id}"}),
        defaults={"enabled": True},
        computed={
            "arn": ARN,
            "customerAwsId": "{account}",
        },
        autoname="name",
        tags=Tags(
            create="Tags",
            style="list",
            add=Call("add_tags_to_resource", {"ResourceName": ARN, "Tags": "<tags>"}),
            remove=Call("remove_tags_from_resource", {"ResourceName": ARN, "TagKeys": "<keys>"}),
            read="TagList",
            read_call=Call("list_tags_for_resource", {"ResourceName": ARN}),
        ),
    ),
)
RECORDED: tuple[RecordedType, ...] = ()
