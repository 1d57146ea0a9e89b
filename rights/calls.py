"""Calls of AWS's APIs, and the calls of KMS that AWS makes for who makes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rights.evaluation import Policy, Principal, Request
from rights.graph import Declared, Graph

BUCKET = "aws:s3/bucket:Bucket"
INSTANCE = "aws:rds/instance:Instance"
KEY = "aws:kms/key:Key"
REPLICA_KEY = "aws:kms/replicaKey:ReplicaKey"
ROLE = "aws:iam/role:Role"
SECRET = "aws:secretsmanager/secret:Secret"
TOPIC = "aws:sns/topic:Topic"
FUNCTION = "aws:lambda/function:Function"

_ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"


@dataclass(frozen=True)
class Call:
    """One call that somebody makes.

    Args:
        actor: who, for people.
        principal: who, for AWS.
        action: `s3:PutObject` and the like.
        resource: its ARN; `*` for an action on none.
        keys: what AWS says about the request.
        identity: policies of a role that is not in the graph.
        trust: of a role that is not in the graph, when that role is what is asked for.
        encrypts_itself: whoever calls names a key of its own, and the resource's does not matter.
        why: the function's code, or the page of AWS's documentation that says that the call is made.
    """

    actor: str
    principal: Principal
    action: str
    resource: str
    keys: Mapping[str, str | list[str]] = field(default_factory=dict)
    identity: tuple[Policy, ...] = ()
    trust: Policy | None = None
    encrypts_itself: bool = False
    why: str = ""

    @property
    def request(self) -> Request:
        """The call as it is decided about."""
        return Request(self.principal, self.action, self.resource, self.keys)


@dataclass(frozen=True)
class _Implied:
    """What a service asks of KMS for who calls it.

    Sources: Secrets Manager user guide, "Secret encryption and decryption"; RDS user guide, "AWS KMS key
    management"; S3 user guide, "Using SSE-KMS";
    SNS developer guide, "Configuring KMS permissions for Amazon SNS".
    """

    of: str
    actions: tuple[str, ...]


_IMPLIED = {
    "secretsmanager:GetSecretValue": _Implied(SECRET, ("kms:Decrypt",)),
    "secretsmanager:PutSecretValue": _Implied(SECRET, ("kms:Decrypt", "kms:GenerateDataKey")),
    "rds:RestoreDBInstanceFromDBSnapshot": _Implied(INSTANCE, ("kms:CreateGrant", "kms:DescribeKey")),
    "rds:RestoreDBInstanceToPointInTime": _Implied(INSTANCE, ("kms:CreateGrant", "kms:DescribeKey")),
    "s3:GetObject": _Implied(BUCKET, ("kms:Decrypt",)),
    "s3:GetObjectVersion": _Implied(BUCKET, ("kms:Decrypt",)),
    "s3:PutObject": _Implied(BUCKET, ("kms:GenerateDataKey",)),
    "sns:Publish": _Implied(TOPIC, ("kms:Decrypt", "kms:GenerateDataKey")),
}
# A copy is encrypted again for who has set the value (ReplicateSecretToRegions in the API reference).
_REPLICATED = ("kms:Encrypt", "kms:GenerateDataKey")


def implied_by(action: str) -> tuple[str, ...]:
    """What of KMS comes with a call, where what it is about is encrypted with a key of ours."""
    implied = _IMPLIED.get(action)
    copied = _REPLICATED if action == "secretsmanager:PutSecretValue" else ()
    return tuple(sorted({*(implied.actions if implied else ()), *copied}))


def with_implied(graph: Graph, call: Call) -> Iterator[Call]:
    """A call, and those of KMS that come with it where what it is about is encrypted with a key of ours."""
    yield call
    implied = _IMPLIED.get(call.action)
    if implied is None or call.encrypts_itself:
        return
    where, owner = _found(graph, implied.of, _reference(call.resource))
    if where is None or owner is None:
        return
    for key, service, actions in _keys(where, owner, implied.actions, call.action):
        # A service that publishes for the account uses the key as itself, and not through another.
        via = {} if call.principal.kind == "Service" else {"kms:ViaService": f"{service}.amazonaws.com"}
        for action in actions:
            asked = replace(call, action=action, resource=key, keys={**call.keys, **via})
            if where is not graph:
                asked = about_a_key(graph, replace(asked, resource=alias_arn(where, where.named(KEY, key))))
            yield asked


def _found(graph: Graph, kind: str, reference: str) -> tuple[Graph | None, Declared | None]:
    """What a call is about, and the account that it is in."""
    for where in (graph, graph.outside):
        if where is not None and (owner := where.find(kind, reference)) is not None:
            return where, owner
    return None, None


def alias_arn(where: Graph, key: Declared) -> str:
    """A key of the backup account as others know it."""
    for each in where.of("aws:kms/alias:Alias"):
        if each.inputs["targetKeyId"] in (key.outputs.get("keyId"), key.arn):
            return where.built_arn("kms", str(each.inputs["name"]), each)
    raise AssertionError(f"{key.name}: the key has no alias")


def _keys(
    graph: Graph, owner: Declared, actions: tuple[str, ...], action: str
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    service = action.partition(":")[0]
    if (key := key_of(graph, owner)) is not None:
        yield key, f"{service}.{owner.region}", actions
    if action == "secretsmanager:PutSecretValue":
        for copy in owner.inputs.get("replicas") or ():
            yield copy["kmsKeyId"], f"secretsmanager.{copy['region']}", _REPLICATED


def key_of(graph: Graph, owner: Declared) -> str | None:
    """The ARN of the key that encrypts it; None where AWS's own does."""
    if owner.type != BUCKET:
        key = owner.inputs.get("kmsKeyId") or owner.inputs.get("kmsMasterKeyId")
        return str(key) if key else None
    for each in graph.of(_ENCRYPTION):
        # By the bucket itself: its copy in the other region has the same name in the program.
        if graph.named(BUCKET, each.inputs["bucket"]) is owner:
            default: Mapping[str, Any] = each.inputs["rules"][0]["applyServerSideEncryptionByDefault"]
            return default.get("kmsMasterKeyId")
    return None


def about_a_key(graph: Graph, call: Call) -> Call:
    """A call of KMS that may name its key by an alias, as one about the key itself.

    Of the backup account's keys only the aliases are known. Policies name keys, and whatever a request calls
    its key, KMS says the key's aliases (KMS developer guide, "kms:ResourceAliases").
    """
    place, separator, name = call.resource.partition(":alias/")
    if not separator:
        return call
    alias = f"alias/{name}"
    assert graph.outside is not None, f"{call.resource}: the graph of the backup account is not given"
    key = f"{place}:key/{graph.outside.key_of_alias(alias).outputs['keyId']}"
    return replace(call, resource=key, keys={**call.keys, "kms:ResourceAliases": [alias]})


def _reference(resource: str) -> str:
    """An object's bucket, by name; everything else by its ARN."""
    prefix = "arn:aws:s3:::"
    return resource.removeprefix(prefix).partition("/")[0] if resource.startswith(prefix) else resource
