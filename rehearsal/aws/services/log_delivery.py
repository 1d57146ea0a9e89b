"""Amazon CloudWatch Logs' deliveries: how a distribution's access logs come into a bucket."""

from __future__ import annotations

from typing import Any

from rehearsal.aws.mapping import Call, Context, ResourceMapping, Tags
from rehearsal.aws.services.resource_tags import resource_tags


def _tags(kind: str) -> Tags:
    return resource_tags(
        "resourceArn",
        "{arn}",
        "map",
        # moto describes a delivery with the tags that it was made with.
        read_call=Call(
            "list_tags_for_resource", {"resourceArn": f"arn:aws:logs:{{region}}:{{account}}:{kind}:{{id}}"}
        ),
    )


def _source(answer: dict[str, Any], _: Context) -> dict[str, Any]:
    found = answer["deliverySource"]
    return {**found, "resourceArn": found["resourceArns"][0]}


def _destination(answer: dict[str, Any], _: Context) -> dict[str, Any]:
    found = dict(answer["deliveryDestination"])
    found["deliveryDestinationConfiguration"] = {
        name: value for name, value in found["deliveryDestinationConfiguration"].items() if value
    }
    return found


def _s3(context: Context) -> dict[str, Any]:
    """Pulumi has a list of one where AWS has one."""
    configurations = context.inputs.get("s3DeliveryConfigurations") or []
    if not configurations:
        return {}
    (given,) = configurations
    members = {
        "suffixPath": given.get("suffixPath"),
        "enableHiveCompatiblePath": given.get("enableHiveCompatiblePath"),
    }
    return {"s3DeliveryConfiguration": {name: value for name, value in members.items() if value is not None}}


MAPPINGS = (
    ResourceMapping(
        token="aws:cloudwatch/logDeliverySource:LogDeliverySource",
        service="logs",
        create=Call("put_delivery_source"),
        id="{name}",
        import_id="{name}",
        read=Call("get_delivery_source", {"name": "{id}"}),
        found=_source,
        delete=Call("delete_delivery_source", {"name": "{id}"}),
        tags=_tags("delivery-source"),
    ),
    ResourceMapping(
        token="aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination",
        service="logs",
        create=Call("put_delivery_destination"),
        id="{name}",
        import_id="{name}",
        update=Call("put_delivery_destination", {"name": "{id}"}),
        read=Call("get_delivery_destination", {"name": "{id}"}),
        found=_destination,
        delete=Call("delete_delivery_destination", {"name": "{id}"}),
        # It follows from the ARN; AWS has no member for it.
        local=("deliveryDestinationType",),
        tags=_tags("delivery-destination"),
    ),
    ResourceMapping(
        token="aws:cloudwatch/logDelivery:LogDelivery",
        service="logs",
        create=Call("create_delivery", _s3),
        made="merge(delivery, {Id: delivery.id})",
        known_when_made=True,
        id="{Id}",
        read=Call("get_delivery", {"id": "{id}"}),
        found="delivery",
        delete=Call("delete_delivery", {"id": "{id}"}),
        names={"s3DeliveryConfigurations": "-"},
        # moto keeps its own text.
        not_returned=("s3DeliveryConfigurations",),
        tags=_tags("delivery"),
    ),
)
