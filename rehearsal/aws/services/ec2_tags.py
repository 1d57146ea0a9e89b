"""Tags as Amazon EC2 takes them, the same for all of its types."""

from __future__ import annotations

from rehearsal.aws.mapping import Call, Tags


def ec2_tags(resource: str) -> Tags:
    """Tags at creation by resource type (`route-table`), changed later by id."""
    return Tags(
        create=resource,
        style="ec2",
        add=Call("create_tags", {"Resources": ["{id}"], "Tags": "<tags>"}),
        remove=Call("delete_tags", {"Resources": ["{id}"], "Tags": "<keyed>"}),
        read="Tags",
    )
