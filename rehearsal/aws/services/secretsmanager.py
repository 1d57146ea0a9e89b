"""AWS Secrets Manager: entries, their values and who may read them."""

from __future__ import annotations

from typing import Any

from rehearsal.aws.mapping import Call, Context, ResourceMapping, Tags
from rehearsal.aws.recorded import RecordedType


def _secret(answer: dict[str, Any], _: Context) -> dict[str, Any] | None:
    """An entry in its recovery window is gone, as far as AWS's provider is concerned."""
    return None if answer.get("DeletedDate") else answer


def _deletion(context: Context) -> dict[str, Any]:
    days = context.inputs.get("recoveryWindowInDays", 30)
    if int(days) == 0:
        return {"SecretId": context.id, "ForceDeleteWithoutRecovery": True}
    return {"SecretId": context.id, "RecoveryWindowInDays": int(days)}


def _version(answer: dict[str, Any], context: Context) -> dict[str, Any]:
    return {**answer, "secretId": context.value("secretId"), "VersionId": answer["VersionId"]}


MAPPINGS = (
    ResourceMapping(
        token="aws:secretsmanager/secret:Secret",
        service="secretsmanager",
        create=Call("create_secret"),
        id="{ARN}",
        read=Call("describe_secret", {"SecretId": "{id}"}),
        found=_secret,
        update=Call("update_secret", {"SecretId": "{id}"}),
        delete=Call("delete_secret", _deletion, takes=False),
        # Deleting what is in its recovery window already.
        missing=("InvalidRequestException",),
        names={"replicas": "AddReplicaRegions", "arn": "ARN"},
        local=("recoveryWindowInDays", "forceOverwriteReplicaSecret"),
        not_returned=("replicas",),
        defaults={"recoveryWindowInDays": 30},
        autoname="name",
        tags=Tags(
            create="Tags",
            style="list",
            add=Call("tag_resource", {"SecretId": "{id}", "Tags": "<tags>"}),
            remove=Call("untag_resource", {"SecretId": "{id}", "TagKeys": "<keys>"}),
            read="Tags",
        ),
    ),
    ResourceMapping(
        token="aws:secretsmanager/secretVersion:SecretVersion",
        service="secretsmanager",
        create=Call("put_secret_value"),
        id="{secretId}|{VersionId}",
        read=Call("get_secret_value", {"SecretId": "{secretId}"}),
        found=_version,
        update=Call("put_secret_value", {"SecretId": "{secretId}"}),
        # A version goes with its entry; AWS deletes none by itself.
        delete=None,
        names={"arn": "ARN"},
        not_returned=("secretId",),
    ),
    ResourceMapping(
        token="aws:secretsmanager/secretPolicy:SecretPolicy",
        service="secretsmanager",
        create=Call("put_resource_policy", {"SecretId": "{secretArn}"}),
        id="{secretArn}",
        import_id="{secretArn}",
        read=Call("get_resource_policy", {"SecretId": "{secretArn}"}),
        found=lambda answer, _: answer if answer.get("ResourcePolicy") else None,
        update=Call("put_resource_policy", {"SecretId": "{secretArn}", "ResourcePolicy": "{policy}"}),
        delete=Call("delete_resource_policy", {"SecretId": "{secretArn}"}),
        names={"policy": "ResourcePolicy", "secretArn": "SecretId"},
        read_names={"secretArn": "ARN"},
        local=("blockPublicPolicy",),
    ),
)
RECORDED: tuple[RecordedType, ...] = ()
