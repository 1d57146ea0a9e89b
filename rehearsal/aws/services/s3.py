"""Amazon S3: buckets, and each of a bucket's settings as a resource of its own."""

from __future__ import annotations

from typing import Any

from rehearsal.aws.mapping import Call, Context, ResourceMapping, Tags, pairs
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
        # As AWS's provider does it; what is locked for compliance stays even so.
        lock = {"BypassGovernanceRetention": True} if context.inputs.get("objectLockEnabled") else {}
        listed = context.call("list_object_versions", Bucket=context.id)
        for each in (*listed.get("Versions", ()), *listed.get("DeleteMarkers", ())):
            version = {"Key": each["Key"], "VersionId": each["VersionId"]}
            context.call("delete_object", Bucket=context.id, **version, **lock)
    return {"Bucket": context.id}


def _tagged(context: Context) -> dict[str, Any]:
    return {"Bucket": context.id, "Tagging": {"TagSet": pairs(context.inputs.get("tags") or {})}}


def _setting(
    kind: str,
    operation: str,
    payload: str,
    members: dict[str, str],
    *,
    wrapped: bool = True,
    removable: bool = True,
    **more: Any,
) -> ResourceMapping:
    """One setting of a bucket: put at creation and at every change; its id is the bucket's name.

    `members` are the members of the put operation's `payload` by property, "" for all of it. The get
    operation has that payload in its answer, or, with `wrapped` False, it is the answer.
    """

    def found(answer: dict[str, Any], _: Context) -> dict[str, Any] | None:
        body = answer.get(payload) if wrapped else answer
        return {payload: body} if body else None

    return ResourceMapping(
        token=f"aws:s3/{kind[0].lower()}{kind[1:]}:{kind}",
        service="s3",
        create=Call(f"put_{operation}", _BUCKET),
        known_when_made=True,
        id="{bucket}",
        import_id="{bucket}",
        read=Call(f"get_{operation}", _BUCKET),
        found=found,
        update=Call(f"put_{operation}", _BUCKET),
        update_with_all=True,
        delete=more.pop("delete", Call(f"delete_{operation}", _BUCKET, takes=False)) if removable else None,
        missing=_MISSING,
        names={
            **{name: f"{payload}.{member}".rstrip(".") for name, member in members.items()},
            **more.pop("names", {}),
        },
        # The bucket's name is not in S3's answers.
        not_returned=("bucket", *more.pop("not_returned", ())),
        **more,
    )


def _same(*names: str) -> dict[str, str]:
    """Properties whose member is the same word, capitalized."""
    return {name: name[0].upper() + name[1:] for name in names}


_ACCESS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")

QUESTIONS = {"s3": "list_buckets"}
MAPPINGS = (
    ResourceMapping(
        token="aws:s3/bucket:Bucket",
        service="s3",
        create=Call("create_bucket", _new_bucket, takes=False),
        known_when_made=True,
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
        "BucketVersioning",
        "bucket_versioning",
        "VersioningConfiguration",
        {"versioningConfiguration": ""},
        wrapped=False,
        removable=False,
    ),
    _setting(
        "BucketServerSideEncryptionConfiguration",
        "bucket_encryption",
        "ServerSideEncryptionConfiguration",
        _same("rules"),
        names={"rules.blockedEncryptionTypes": "BlockedEncryptionTypes.EncryptionType"},
        not_returned=("rules.blockedEncryptionTypes",),
    ),
    _setting(
        "BucketPublicAccessBlock",
        "public_access_block",
        "PublicAccessBlockConfiguration",
        _same(*_ACCESS),
        defaults=dict.fromkeys(_ACCESS, False),
        local=("skipDestroy",),
    ),
    _setting("BucketOwnershipControls", "bucket_ownership_controls", "OwnershipControls", {"rule": "Rules"}),
    _setting("BucketPolicy", "bucket_policy", "Policy", {"policy": ""}),
    _setting(
        "BucketLogging",
        "bucket_logging",
        "BucketLoggingStatus",
        {
            name: f"LoggingEnabled.{member}"
            for name, member in _same(
                "targetBucket", "targetPrefix", "targetGrants", "targetObjectKeyFormat"
            ).items()
        },
        wrapped=False,
        delete=Call("put_bucket_logging", {"Bucket": "{bucket}", "BucketLoggingStatus": {}}, takes=False),
    ),
    _setting(
        "BucketLifecycleConfiguration",
        "bucket_lifecycle_configuration",
        "LifecycleConfiguration",
        _same("rules"),
        wrapped=False,
        delete=Call("delete_bucket_lifecycle", _BUCKET, takes=False),
        local=("timeouts",),
        # moto forgets these.
        not_returned=(
            "rules.filter.and.objectSizeGreaterThan",
            "rules.filter.and.objectSizeLessThan",
            "rules.filter.objectSizeGreaterThan",
            "rules.filter.objectSizeLessThan",
            "rules.noncurrentVersionExpiration.newerNoncurrentVersions",
        ),
    ),
    _setting(
        "BucketObjectLockConfiguration",
        "object_lock_configuration",
        "ObjectLockConfiguration",
        _same("rule", "objectLockEnabled"),
        # Object lock cannot be taken off a bucket.
        removable=False,
        defaults={"objectLockEnabled": "Enabled"},
    ),
    _setting(
        "BucketReplicationConfig",
        "bucket_replication",
        "ReplicationConfiguration",
        _same("role", "rules"),
    ),
)
RECORDED: tuple[RecordedType, ...] = ()
