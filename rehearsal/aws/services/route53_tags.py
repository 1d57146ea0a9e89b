"""Tags of Route 53, which takes them by a kind and an id."""

from __future__ import annotations

from rehearsal.aws.mapping import Call, Tags


def route53_tags(kind: str) -> Tags:
    """Tags by `TagResourceType`: `hostedzone`, `healthcheck`."""
    resource = {"ResourceType": kind, "ResourceId": "{id}"}
    return Tags(
        create=None,
        style="list",
        add=Call("change_tags_for_resource", {**resource, "AddTags": "<tags>"}),
        remove=Call("change_tags_for_resource", {**resource, "RemoveTagKeys": "<keys>"}),
        read="ResourceTagSet.Tags",
        read_call=Call("list_tags_for_resource", resource),
    )
