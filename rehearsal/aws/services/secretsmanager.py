"""AWS Secrets Manager: entries, their values and who may read them."""

from __future__ import annotations

from typing import Any

from rehearsal.aws.mapping import Call, Context, ResourceMapping, rewritten
from rehearsal.aws.recorded import RecordedType
from rehearsal.aws.services.resource_tags import resource_tags


def _secret(answer: dict[str, Any], context: Context) -> dict[str, Any] | None:
    """An entry in its recovery window is gone, as far as AWS's provider is concerned."""
    replicas = [
        {"region": each["Region"], **({"kmsKeyId": each["KmsKeyId"]} if each.get("KmsKeyId") else {})}
        for each in answer.get("ReplicationStatus") or ()
    ]
    if answer.get("DeletedDate"):
        return None
    # Of an entry that has none, and is to have none, nothing is said.
    told = {"AddReplicaRegions": replicas} if replicas or context.inputs.get("replicas") else {}
    return {**answer, **told}


def _modification(context: Context) -> dict[str, Any]:
    parameters = {"SecretId": context.id}
    if context.old.get("description") and not context.inputs.get("description"):
        parameters["Description"] = ""
    return parameters


def _replicas(context: Context) -> dict[str, Any]:
    """Brings the replicas to what is wanted; there are two operations, and neither takes an empty list."""
    old, new = (
        {each["region"]: each for each in inputs.get("replicas") or ()}
        for inputs in (context.old, context.inputs)
    )
    gone = [region for region, each in old.items() if new.get(region) != each]
    if gone:
        context.call("remove_regions_from_replication", SecretId=context.id, RemoveReplicaRegions=gone)
    added = [
        {"Region": region, **({"KmsKeyId": each["kmsKeyId"]} if each.get("kmsKeyId") else {})}
        for region, each in new.items()
        if old.get(region) != each
    ]
    if added:
        context.call("replicate_secret_to_regions", SecretId=context.id, AddReplicaRegions=added)
    return {"SecretId": context.id}


def _deletion(context: Context) -> dict[str, Any]:
    """As the state's inputs say; AWS's provider takes the replicas away first, as AWS demands it."""
    status = context.call("describe_secret", SecretId=context.id).get("ReplicationStatus") or ()
    regions = [each["Region"] for each in status]
    if regions:
        context.call("remove_regions_from_replication", SecretId=context.id, RemoveReplicaRegions=regions)
    days = context.inputs.get("recoveryWindowInDays", 30)
    if int(days) == 0:
        return {"SecretId": context.id, "ForceDeleteWithoutRecovery": True}
    return {"SecretId": context.id, "RecoveryWindowInDays": int(days)}


def _rotation(answer: dict[str, Any], context: Context) -> dict[str, Any] | None:
    return {**answer, "SecretId": context.id} if answer.get("RotationEnabled") else None


def _version_by_id(context: Context) -> dict[str, Any]:
    secret, _, version = context.id.partition("|")
    return {"SecretId": secret, "VersionId": version}


def _version(answer: dict[str, Any], context: Context) -> dict[str, Any]:
    return {**answer, "secretId": context.value("secretId"), "VersionId": answer["VersionId"]}


QUESTIONS = {"secretsmanager": "list_secrets"}
MAPPINGS = (
    ResourceMapping(
        token="aws:secretsmanager/secret:Secret",
        service="secretsmanager",
        create=Call("create_secret"),
        known_when_made=True,
        id="{ARN}",
        read=Call("describe_secret", {"SecretId": "{id}"}),
        found=_secret,
        update=Call("update_secret", _modification),
        settings=(rewritten("describe_secret", ("replicas",), _replicas, at_creation=False),),
        delete=Call("delete_secret", _deletion, takes=False),
        # Deleting what is in its recovery window already.
        missing=("InvalidRequestException",),
        names={"replicas": "AddReplicaRegions", "arn": "ARN"},
        local=("recoveryWindowInDays", "forceOverwriteReplicaSecret"),
        defaults={"recoveryWindowInDays": 30},
        autoname="name",
        tags=resource_tags("SecretId", "{id}", "list"),
    ),
    ResourceMapping(
        token="aws:secretsmanager/secretVersion:SecretVersion",
        service="secretsmanager",
        create=Call("put_secret_value"),
        known_when_made=True,
        id="{secretId}|{VersionId}",
        import_id="{secretId}|{versionId}",
        read=Call("get_secret_value", _version_by_id),
        found=_version,
        # A version goes with its entry; AWS deletes none by itself.
        delete=None,
        names={"arn": "ARN"},
        not_returned=("secretId",),
    ),
    ResourceMapping(
        token="aws:secretsmanager/secretPolicy:SecretPolicy",
        service="secretsmanager",
        create=Call("put_resource_policy", {"SecretId": "{secretArn}"}),
        known_when_made=True,
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
    ResourceMapping(
        token="aws:secretsmanager/secretRotation:SecretRotation",
        service="secretsmanager",
        create=Call("rotate_secret"),
        id="{secretId}",
        import_id="{secretId}",
        read=Call("describe_secret", {"SecretId": "{id}"}),
        found=_rotation,
        update=Call("rotate_secret"),
        update_with_all=True,
        delete=Call("cancel_rotate_secret", {"SecretId": "{id}"}),
        names={"rotationLambdaArn": "RotationLambdaARN"},
        not_returned=("rotateImmediately",),
        missing=("InvalidRequestException",),
        defaults={"rotateImmediately": True},
    ),
)
RECORDED: tuple[RecordedType, ...] = ()
