"""Tags as most services take them: TagResource and UntagResource of one resource."""

from __future__ import annotations

from rehearsal.aws.mapping import Call, Tags


def resource_tags(
    parameter: str, resource: str, style: str, *, read: str = "", read_call: Call | None = None
) -> Tags:
    """Tags at creation, changed later by those two.

    Args:
        parameter: what the service calls the resource there. As it begins, in capitals or not, so do its
            other names.
        resource: which one.
        style: how it takes tags (`Tags`).
        read: where they are in the answer, if not under the name that they are given by.
        read_call: what tells them, if the resource itself does not.
    """
    tags, keys = ("Tags", "TagKeys") if parameter[0].isupper() else ("tags", "tagKeys")
    return Tags(
        create=tags,
        style=style,
        add=Call("tag_resource", {parameter: resource, tags: "<tags>"}),
        remove=Call("untag_resource", {parameter: resource, keys: "<keys>"}),
        read=read or tags,
        read_call=read_call,
    )
