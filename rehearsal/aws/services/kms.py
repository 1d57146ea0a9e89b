"""AWS KMS: keys and their aliases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rehearsal.aws.mapping import Call, Context, ResourceMapping, Setting, Tags
from rehearsal.aws.recorded import RecordedType

KEY_TAGS = Tags(
    create="Tags",
    style="list",
    add=Call("tag_resource", {"KeyId": "{id}", "Tags": "<tags>"}),
    remove=Call("untag_resource", {"KeyId": "{id}", "TagKeys": "<keys>"}),
    read="Tags",
    read_call=Call("list_resource_tags", {"KeyId": "{id}"}),
    key_member="TagKey",
    value_member="TagValue",
)


def _key(answer: dict[str, Any], context: Context) -> dict[str, Any] | None:
    """A key that is scheduled for deletion is gone, as far as AWS's provider is concerned."""
    key = dict(answer["KeyMetadata"])
    if key["KeyState"] == "PendingDeletion":
        return None
    key["Policy"] = context.call("get_key_policy", KeyId=context.id, PolicyName="default")["Policy"]
    rotation = context.call("get_key_rotation_status", KeyId=context.id)
    key["EnableKeyRotation"] = rotation["KeyRotationEnabled"]
    key["RotationPeriodInDays"] = rotation.get("RotationPeriodInDays")
    return key


def _rotation(context: Context) -> dict[str, Any]:
    period = context.inputs.get("rotationPeriodInDays")
    return {"KeyId": context.id, **({"RotationPeriodInDays": int(period)} if period else {})}


def _target_arn(context: Context) -> str:
    """A key is named by its id or by its ARN."""
    key = str(context.inputs.get("targetKeyId") or context.value("TargetKeyId"))
    return key if key.startswith("arn:") else context.text(f"arn:aws:kms:{{region}}:{{account}}:key/{key}")


def _replicated(context: Context) -> dict[str, Any]:
    """A replica is asked for in the region of its primary, and then is where the provider is."""
    arn, inputs = str(context.inputs["primaryKeyArn"]), context.inputs
    key = arn.rpartition("/")[2]
    given = {"Policy": inputs.get("policy"), "Description": inputs.get("description")}
    tags = [{"TagKey": key, "TagValue": value} for key, value in (inputs.get("tags") or {}).items()]
    context.call(
        "replicate_key",
        region=arn.split(":")[3],
        KeyId=key,
        ReplicaRegion=context.region,
        Tags=tags,
        **{name: value for name, value in given.items() if value is not None},
    )
    return {"KeyId": key}


def _replica(answer: dict[str, Any], context: Context) -> dict[str, Any] | None:
    key = _key(answer, context)
    if key is not None:
        key["PrimaryKeyArn"] = context.value("primaryKeyArn")
    return key


def _enabled_by(name: str) -> Setting:
    return Setting(
        "enable_key",
        (name,),
        {"KeyId": "{id}"},
        takes=False,
        switch=True,
        unset=Call("disable_key", {"KeyId": "{id}"}, takes=False),
    )


_DELETION = Call(
    "schedule_key_deletion",
    lambda context: {
        "KeyId": context.id,
        "PendingWindowInDays": context.inputs.get("deletionWindowInDays", 30),
    },
    takes=False,
)

QUESTIONS = {"kms": "list_keys"}
MAPPINGS = (
    ResourceMapping(
        token="aws:kms/key:Key",
        service="kms",
        create=Call("create_key"),
        made="KeyMetadata",
        known_when_made=("policy", "enableKeyRotation", "rotationPeriodInDays"),
        id="{KeyId}",
        read=Call("describe_key", {"KeyId": "{id}"}),
        found=_key,
        settings=(
            Setting("update_key_description", ("description",), {"KeyId": "{id}"}, at_creation=False),
            Setting(
                "put_key_policy",
                ("policy",),
                {"KeyId": "{id}", "PolicyName": "default"},
                at_creation=False,
            ),
            Setting(
                "enable_key_rotation",
                ("enableKeyRotation", "rotationPeriodInDays"),
                _rotation,
                takes=False,
                switch=True,
                unset=Call("disable_key_rotation", {"KeyId": "{id}"}, takes=False),
            ),
            _enabled_by("isEnabled"),
        ),
        delete=_DELETION,
        names={"customerMasterKeySpec": "KeySpec", "isEnabled": "Enabled"},
        local=("deletionWindowInDays",),
        not_returned=("bypassPolicyLockoutSafetyCheck",),
        defaults={"isEnabled": True},
        tags=KEY_TAGS,
    ),
    ResourceMapping(
        token="aws:kms/replicaKey:ReplicaKey",
        service="kms",
        create=Call("describe_key", _replicated, takes=False),
        made="KeyMetadata",
        id="{KeyId}",
        read=Call("describe_key", {"KeyId": "{id}"}),
        found=_replica,
        settings=(
            Setting("update_key_description", ("description",), {"KeyId": "{id}"}),
            Setting("put_key_policy", ("policy",), {"KeyId": "{id}", "PolicyName": "default"}),
            _enabled_by("enabled"),
        ),
        delete=_DELETION,
        local=("deletionWindowInDays", "primaryKeyArn"),
        not_returned=("bypassPolicyLockoutSafetyCheck",),
        defaults={"enabled": True},
        # moto forgets the tags of the request.
        tags=replace(KEY_TAGS, create=None),
    ),
    ResourceMapping(
        token="aws:kms/alias:Alias",
        service="kms",
        create=Call("create_alias", {"AliasName": "{name}", "TargetKeyId": "{targetKeyId}"}),
        known_when_made=True,
        id="{name}",
        import_id="{name}",
        read=Call("list_aliases"),
        found=lambda answer, context: next(
            (alias for alias in answer["Aliases"] if alias["AliasName"] == context.id), None
        ),
        update=Call("update_alias", {"AliasName": "{id}", "TargetKeyId": "{targetKeyId}"}),
        delete=Call("delete_alias", {"AliasName": "{id}"}),
        names={"name": "AliasName", "arn": "AliasArn"},
        computed={"arn": "arn:aws:kms:{region}:{account}:{name}", "targetKeyArn": _target_arn},
        autoname="name",
    ),
)
RECORDED: tuple[RecordedType, ...] = ()
