"""Amazon S3: buckets, and each of a bucket's settings as a resource of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from rehearsal.aws.mapping import Call, Context, Parameters, ResourceMapping, Tags, pairs
from rehearsal.aws.recorded import RecordedType

_BUCKET = {"Bucket": "{bucket}"}

# Codes with which S3 says that a bucket has no such setting.
_MISSING = (
    "NoSuchBucket",
    "NoSuchBucketPolicy",
    "NoSuchLifecycleConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
    "ObjectLockConfigurationNotFoundError",
    "OwnershipControlsNotFoundError",
    "ReplicationConfigurationNotFoundError",
    "ServerSideEncryptionConfigurationNotFoundError",
    "404",
)


def _new_bucket(context: Context) -> dict[str, Any]:
    """us-east-1 is the region that must not be named."""
    parameters: dict[str, Any] = {"Bucket": context.inputs["bucket"]}
    if context.region != "us-east-1":
        parameters["CreateBucketConfiguration"] = {"LocationConstraint": context.region}
    if context.inputs.get("objectLockEnabled"):
        parameters["ObjectLockEnabledForBucket"] = True
    return parameters


def _deleted_bucket(context: Context) -> dict[str, Any]:
    """A bucket with content stays, unless the program says forceDestroy."""
    if context.inputs.get("forceDestroy"):
        listed = context.call("list_object_versions", Bucket=context.id)
        for kind in ("Versions", "DeleteMarkers"):
            for each in listed.get(kind, []):
                context.call("delete_object", Bucket=context.id, Key=each["Key"], VersionId=each["VersionId"])
    return {"Bucket": context.id}


def _tagged(context: Context) -> dict[str, Any]:
    return {"Bucket": context.id, "Tagging": {"TagSet": pairs(context.inputs.get("tags") or {})}}


def _setting(
    kind: str,
    operation: str,
    body: Callable[[Context], dict[str, Any]],
    found: Callable[[dict[str, Any], Context], dict[str, Any] | None],
    *,
    delete: Call | None,
    **more: Any,
) -> ResourceMapping:
    """One setting of a bucket: put at creation and at every change, its id is the bucket's name."""

    def parameters(context: Context) -> dict[str, Any]:
        return {"Bucket": context.inputs["bucket"], **body(context)}

    return ResourceMapping(
        token=f"aws:s3/{kind[0].lower()}{kind[1:]}:{kind}",
        service="s3",
        create=Call(f"put_{operation}", parameters, takes=False),
        id="{bucket}",
        import_id="{bucket}",
        read=Call(f"get_{operation}", _BUCKET),
        found=found,
        update=Call(f"put_{operation}", parameters, takes=False),
        update_with_all=True,
        delete=delete,
        missing=_MISSING,
        # The owner's account is only sent to be checked; the name is not in S3's answers.
        local=("expectedBucketOwner", *more.pop("local", ())),
        not_returned=("bucket", *more.pop("not_returned", ())),
        **more,
    )


def _removal(operation: str) -> Call:
    return Call(f"delete_{operation}", _BUCKET, takes=False)


def _versioning(context: Context) -> dict[str, Any]:
    given = context.inputs["versioningConfiguration"]
    body = {"Status": given["status"]}
    if given.get("mfaDelete"):
        body["MFADelete"] = given["mfaDelete"]
    return {"VersioningConfiguration": body}


def _found_versioning(answer: dict[str, Any], _: Context) -> dict[str, Any] | None:
    return {"VersioningConfiguration": answer} if answer.get("Status") else None


def _encryption(context: Context) -> dict[str, Any]:
    rules = []
    for given in context.inputs["rules"]:
        default = given.get("applyServerSideEncryptionByDefault") or {}
        encryption = {"SSEAlgorithm": default.get("sseAlgorithm")}
        if default.get("kmsMasterKeyId"):
            encryption["KMSMasterKeyID"] = default["kmsMasterKeyId"]
        rule: dict[str, Any] = {"ApplyServerSideEncryptionByDefault": encryption}
        if given.get("bucketKeyEnabled") is not None:
            rule["BucketKeyEnabled"] = given["bucketKeyEnabled"]
        rules.append(rule)
    return {"ServerSideEncryptionConfiguration": {"Rules": rules}}


def _access_block(context: Context) -> dict[str, Any]:
    names = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    flags = {name[0].upper() + name[1:]: bool(context.inputs.get(name)) for name in names}
    return {"PublicAccessBlockConfiguration": flags}


def _ownership(context: Context) -> dict[str, Any]:
    return {"OwnershipControls": {"Rules": [{"ObjectOwnership": context.inputs["rule"]["objectOwnership"]}]}}


def _logging(context: Context) -> dict[str, Any]:
    target = {
        "TargetBucket": context.inputs["targetBucket"],
        "TargetPrefix": context.inputs["targetPrefix"],
    }
    return {"BucketLoggingStatus": {"LoggingEnabled": target}}


def _policy(context: Context) -> dict[str, Any]:
    """moto enforces policies without looking at their conditions, so that "deny what is not TLS" would
    deny everything: a Deny statement with a condition is kept in the state, not in moto."""
    document = json.loads(context.inputs["policy"])
    statements = document.get("Statement", [])
    kept = [s for s in statements if not (s.get("Effect") == "Deny" and s.get("Condition"))]
    return {"Policy": json.dumps({**document, "Statement": [_single(statement) for statement in kept]})}


def _single(value: Any) -> Any:
    """Lists of one as their one item, which means the same; moto compares the plain texts."""
    if isinstance(value, dict):
        return {key: _single(item) for key, item in value.items()}
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _lifecycle(context: Context) -> dict[str, Any]:
    return {"LifecycleConfiguration": {"Rules": [_lifecycle_rule(rule) for rule in context.inputs["rules"]]}}


def _lifecycle_rule(given: dict[str, Any]) -> dict[str, Any]:
    rule: dict[str, Any] = {"ID": given["id"], "Status": given["status"]}
    filtered = given.get("filter") or {}
    rule["Filter"] = {"Prefix": filtered.get("prefix") or given.get("prefix") or ""}
    transitions = {
        "transitions": ("Transitions", {"days": "Days", "date": "Date", "storageClass": "StorageClass"}),
        "noncurrentVersionTransitions": (
            "NoncurrentVersionTransitions",
            {
                "noncurrentDays": "NoncurrentDays",
                "newerNoncurrentVersions": "NewerNoncurrentVersions",
                "storageClass": "StorageClass",
            },
        ),
    }
    for name, (member, names) in transitions.items():
        if given.get(name):
            rule[member] = [_renamed(item, names) for item in given[name]]
    blocks = {
        "expiration": (
            "Expiration",
            {"days": "Days", "date": "Date", "expiredObjectDeleteMarker": "ExpiredObjectDeleteMarker"},
        ),
        "noncurrentVersionExpiration": (
            "NoncurrentVersionExpiration",
            {"noncurrentDays": "NoncurrentDays", "newerNoncurrentVersions": "NewerNoncurrentVersions"},
        ),
        "abortIncompleteMultipartUpload": (
            "AbortIncompleteMultipartUpload",
            {"daysAfterInitiation": "DaysAfterInitiation"},
        ),
    }
    for name, (member, names) in blocks.items():
        if given.get(name):
            rule[member] = _renamed(given[name], names)
    return rule


def _object_lock(context: Context) -> dict[str, Any]:
    body: dict[str, Any] = {"ObjectLockEnabled": "Enabled"}
    retention = (context.inputs.get("rule") or {}).get("defaultRetention")
    if retention:
        names = {"mode": "Mode", "days": "Days", "years": "Years"}
        body["Rule"] = {"DefaultRetention": _renamed(retention, names)}
    return {"ObjectLockConfiguration": body}


def _replication(context: Context) -> dict[str, Any]:
    rules = []
    for number, given in enumerate(context.inputs["rules"]):
        destination: dict[str, Any] = {"Bucket": given["destination"]["bucket"]}
        if given["destination"].get("storageClass"):
            destination["StorageClass"] = given["destination"]["storageClass"]
        rules.append(
            {
                "ID": given.get("id") or f"rule-{number}",
                "Priority": int(given.get("priority") or 0),
                "Status": given["status"],
                "Filter": {"Prefix": (given.get("filter") or {}).get("prefix") or ""},
                "DeleteMarkerReplication": {"Status": "Disabled"},
                "Destination": destination,
            }
        )
    return {"ReplicationConfiguration": {"Role": context.inputs["role"], "Rules": rules}}


def _renamed(given: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {names[name]: value for name, value in given.items() if value is not None and name in names}


def _as_it_is(member: str) -> Callable[[dict[str, Any], Context], dict[str, Any] | None]:
    """The answer's one member; None when the bucket has no such setting."""
    return lambda answer, _: dict(answer[member]) if answer.get(member) else None


def _found_ownership(answer: dict[str, Any], _: Context) -> dict[str, Any]:
    return {"Rule": answer["OwnershipControls"]["Rules"][0]}


def _found_encryption(answer: dict[str, Any], _: Context) -> dict[str, Any]:
    return {"Rules": answer["ServerSideEncryptionConfiguration"]["Rules"]}


_NOTHING: Parameters = {"Bucket": "{bucket}", "BucketLoggingStatus": {}}

MAPPINGS = (
    ResourceMapping(
        token="aws:s3/bucket:Bucket",
        service="s3",
        create=Call("create_bucket", _new_bucket, takes=False),
        id="{bucket}",
        import_id="{bucket}",
        read=Call("head_bucket", {"Bucket": "{id}"}),
        found=lambda _, context: {"Bucket": context.id},
        delete=Call("delete_bucket", _deleted_bucket, takes=False),
        missing=_MISSING,
        # What HeadBucket does not tell; the settings are resources of their own.
        local=("forceDestroy", "objectLockEnabled"),
        autoname="bucket",
        computed={
            "arn": "arn:aws:s3:::{id}",
            "bucketDomainName": "{id}.s3.amazonaws.com",
            "bucketRegionalDomainName": "{id}.s3.{region}.amazonaws.com",
            "bucketRegion": "{region}",
        },
        tags=Tags(
            create=None,
            style="list",
            add=Call("put_bucket_tagging", _tagged, takes=False),
            remove=Call("put_bucket_tagging", _tagged, takes=False),
            read="TagSet",
            read_call=Call("get_bucket_tagging", {"Bucket": "{id}"}),
            none_code="NoSuchTagSet",
        ),
    ),
    _setting(
        "BucketVersioning", "bucket_versioning", _versioning, _found_versioning, delete=None, local=("mfa",)
    ),
    _setting(
        "BucketServerSideEncryptionConfiguration",
        "bucket_encryption",
        _encryption,
        _found_encryption,
        delete=_removal("bucket_encryption"),
        # The rules come back under S3's own spelling (SSEAlgorithm), which says the same.
        not_returned=("rules",),
    ),
    _setting(
        "BucketPublicAccessBlock",
        "public_access_block",
        _access_block,
        _as_it_is("PublicAccessBlockConfiguration"),
        delete=_removal("public_access_block"),
        local=("skipDestroy",),
    ),
    _setting(
        "BucketOwnershipControls",
        "bucket_ownership_controls",
        _ownership,
        _found_ownership,
        delete=_removal("bucket_ownership_controls"),
    ),
    _setting(
        "BucketPolicy",
        "bucket_policy",
        _policy,
        lambda answer, _: answer if answer.get("Policy") else None,
        delete=_removal("bucket_policy"),
        not_returned=("policy",),
    ),
    _setting(
        "BucketLogging",
        "bucket_logging",
        _logging,
        _as_it_is("LoggingEnabled"),
        delete=Call("put_bucket_logging", _NOTHING, takes=False),
    ),
    _setting(
        "BucketLifecycleConfiguration",
        "bucket_lifecycle_configuration",
        _lifecycle,
        lambda answer, _: answer,
        delete=_removal("bucket_lifecycle"),
        not_returned=("rules",),
    ),
    _setting(
        "BucketObjectLockConfiguration",
        "object_lock_configuration",
        _object_lock,
        _as_it_is("ObjectLockConfiguration"),
        # Object lock cannot be taken off a bucket.
        delete=None,
        local=("token",),
    ),
    _setting(
        "BucketReplicationConfig",
        "bucket_replication",
        _replication,
        _as_it_is("ReplicationConfiguration"),
        delete=_removal("bucket_replication"),
        local=("token",),
        # moto keeps rules in an older form (no filter, no delete markers).
        not_returned=("rules",),
    ),
)
RECORDED: tuple[RecordedType, ...] = ()
