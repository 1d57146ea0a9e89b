"""AWS WAF: web access control lists, and where they are logged."""

from __future__ import annotations

from typing import Any

from rehearsal.aws.mapping import Call, Context, ResourceMapping
from rehearsal.aws.services.resource_tags import resource_tags


def _bodies(context: Context) -> dict[str, Any]:
    """AWS has the answers' texts by key."""
    bodies = context.inputs.get("customResponseBodies") or []
    texts = {body["key"]: {"ContentType": body["contentType"], "Content": body["content"]} for body in bodies}
    return {"CustomResponseBodies": texts} if texts else {}


def _named(context: Context) -> dict[str, Any]:
    """A person names it by all three."""
    inputs = context.inputs
    return {"Name": inputs["name"], "Scope": inputs["scope"], "Id": context.id.split("/")[0]}


def _now(context: Context) -> dict[str, Any]:
    """A change names the version that it changes."""
    named = {"Name": context.outputs["name"], "Scope": context.outputs["scope"], "Id": context.id}
    return {**named, "LockToken": context.call("get_web_acl", **named)["LockToken"]}


def _changed(context: Context) -> dict[str, Any]:
    return {**_now(context), **_bodies(context)}


def _web_acl(answer: dict[str, Any], context: Context) -> dict[str, Any]:
    found = dict(answer["WebACL"])
    found["CustomResponseBodies"] = [
        {"key": key, "contentType": body["ContentType"], "content": body["Content"]}
        for key, body in (found.get("CustomResponseBodies") or {}).items()
    ]
    return {**found, "Scope": context.inputs["scope"], "LockToken": answer["LockToken"]}


MAPPINGS = (
    ResourceMapping(
        token="aws:wafv2/webAcl:WebAcl",
        service="wafv2",
        create=Call("create_web_acl", _bodies),
        made="Summary",
        id="{Id}",
        import_id="{id}/{name}/{scope}",
        read=Call("get_web_acl", _named),
        found=_web_acl,
        update=Call("update_web_acl", _changed),
        update_with_all=True,
        delete=Call("delete_web_acl", _now, takes=False),
        missing=("WAFNonexistentItemException",),
        names={"customResponseBodies": "-", "arn": "ARN"},
        read_names={"customResponseBodies": "CustomResponseBodies", "lockToken": "-"},
        defaults={"customResponseBodies": []},
        autoname="name",
        tags=resource_tags(
            "ResourceARN",
            "{arn}",
            "list",
            read="TagInfoForResource.TagList",
            read_call=Call("list_tags_for_resource", {"ResourceARN": "{ARN}"}),
        ),
    ),
    ResourceMapping(
        token="aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
        service="wafv2",
        create=Call("put_logging_configuration"),
        made="LoggingConfiguration",
        known_when_made=True,
        id="{ResourceArn}",
        import_id="{resourceArn}",
        read=Call("get_logging_configuration", {"ResourceArn": "{id}"}),
        found="LoggingConfiguration",
        update=Call("put_logging_configuration"),
        update_with_all=True,
        delete=Call("delete_logging_configuration", {"ResourceArn": "{id}"}),
        missing=("WAFNonexistentItemException",),
        names={
            name: f"LoggingConfiguration.{name[0].upper()}{name[1:]}"
            for name in ("resourceArn", "logDestinationConfigs", "redactedFields", "loggingFilter")
        },
        read_names={
            name: f"{name[0].upper()}{name[1:]}"
            for name in ("resourceArn", "logDestinationConfigs", "redactedFields", "loggingFilter")
        },
    ),
)
