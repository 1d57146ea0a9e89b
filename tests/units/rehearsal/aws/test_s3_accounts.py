"""Buckets of another account: answered where the bucket's policy lets the caller's account in, alone there.

Each request is asked with and without its permission, and with every other permission but this one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.aws.cloud import Cloud
from rehearsal.aws.moto_s3_accounts import _OF_BUCKETS, _OF_OBJECTS, _OF_VERSIONS
from tests.support.aws_round_trip import ABSENT_ACCOUNT, ACCOUNT, OTHER_ACCOUNT, REGION

BUCKET, OWN = "theirs-of-two-owners", "own-of-two-owners"
ARN = f"arn:aws:s3:::{BUCKET}"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/reader-of-theirs"
BODY = b"content"

# A request that is answered with this permission and no other; with `VersionId` of an object's version.
BUCKET_REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "ListBucket": ("list_objects_v2", {}),
    "ListBucketVersions": ("list_object_versions", {}),
    "GetBucketLocation": ("get_bucket_location", {}),
    "GetBucketPolicy": ("get_bucket_policy", {}),
    "GetBucketVersioning": ("get_bucket_versioning", {}),
    "GetEncryptionConfiguration": ("get_bucket_encryption", {}),
    "GetBucketPublicAccessBlock": ("get_public_access_block", {}),
    "PutBucketVersioning": ("put_bucket_versioning", {"VersioningConfiguration": {"Status": "Enabled"}}),
    "PutBucketTagging": ("put_bucket_tagging", {"Tagging": {"TagSet": [{"Key": "a", "Value": "b"}]}}),
}
OBJECT_REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "GetObject": ("get_object", {}),
    "GetObjectVersion": ("get_object", {"VersionId": "?"}),
    "GetObjectTagging": ("get_object_tagging", {}),
    "GetObjectVersionTagging": ("get_object_tagging", {"VersionId": "?"}),
    "PutObject": ("put_object", {"Body": BODY}),
    "PutObjectTagging": ("put_object_tagging", {"Tagging": {"TagSet": [{"Key": "a", "Value": "b"}]}}),
    "DeleteObject": ("delete_object", {}),
    "DeleteObjectVersion": ("delete_object", {"VersionId": "?"}),
}
EVERY = sorted(
    {f"s3:{each}" for table in (_OF_BUCKETS, _OF_OBJECTS) for row in table.values() for each in row.values()}
    | {f"s3:{each}" for each in _OF_VERSIONS.values()}
)

Policy = Callable[..., None]


@pytest.fixture(scope="module", autouse=True)
def buckets(cloud: Cloud, other_cloud: Cloud) -> None:
    """One of each account; a role of the first."""
    trust = _document({"Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}})
    cloud.call("iam", REGION, "create_role", RoleName=ROLE.rpartition("/")[2], AssumeRolePolicyDocument=trust)
    for owner, name in ((cloud, OWN), (other_cloud, BUCKET)):
        where = {"LocationConstraint": REGION}
        owner.call("s3", REGION, "create_bucket", Bucket=name, CreateBucketConfiguration=where)
        kept = {"Status": "Enabled"}
        owner.call("s3", REGION, "put_bucket_versioning", Bucket=name, VersioningConfiguration=kept)
    blocked = {"BlockPublicAcls": True, "BlockPublicPolicy": False}
    other_cloud.call(
        "s3",
        REGION,
        "put_public_access_block",
        Bucket=BUCKET,
        PublicAccessBlockConfiguration=blocked,
    )
    default = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    other_cloud.call(
        "s3",
        REGION,
        "put_bucket_encryption",
        Bucket=BUCKET,
        ServerSideEncryptionConfiguration={"Rules": [default]},
    )


@pytest.fixture
def version(other_cloud: Cloud) -> str:
    """Of an object `a`, which is there."""
    made = other_cloud.call("s3", REGION, "put_object", Bucket=BUCKET, Key="a", Body=BODY)
    return str(made["VersionId"])


@pytest.fixture
def allow(other_cloud: Cloud) -> Iterator[Policy]:
    """Sets the bucket's policy, for one test."""

    def set_policy(*actions: str, principal: Any = ROOT, **more: Any) -> None:
        statement = {
            "Action": actions,
            "Principal": {"AWS": principal},
            "Resource": [ARN, f"{ARN}/*"],
            **more,
        }
        other_cloud.call("s3", REGION, "put_bucket_policy", Bucket=BUCKET, Policy=_document(statement))

    yield set_policy
    other_cloud.call("s3", REGION, "delete_bucket_policy", Bucket=BUCKET)


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **each} for each in statements]}
    )


def _ask(cloud: Cloud, operation: str, **parameters: Any) -> dict[str, Any]:
    return cloud.call("s3", REGION, operation, **{"Bucket": BUCKET, **parameters})


def _refused(cloud: Cloud, operation: str, **parameters: Any) -> None:
    with pytest.raises(ClientError) as caught:
        _ask(cloud, operation, **parameters)
    error = caught.value.response
    # S3's answer to HEAD has no body, and so no code.
    assert error["Error"]["Code"] in ("AccessDenied", "403")
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 403


def _but(action: str) -> list[str]:
    return [each for each in EVERY if each != f"s3:{action}"]


@pytest.mark.parametrize("action", BUCKET_REQUESTS)
def test_what_is_asked_of_a_bucket_needs_its_permission(cloud: Cloud, allow: Policy, action: str) -> None:
    operation, parameters = BUCKET_REQUESTS[action]
    _refused(cloud, operation, **parameters)
    allow(*_but(action))
    _refused(cloud, operation, **parameters)
    allow(f"s3:{action}")
    _ask(cloud, operation, **parameters)


@pytest.mark.parametrize("action", OBJECT_REQUESTS)
def test_what_is_asked_of_an_object_needs_its_permission(
    cloud: Cloud, allow: Policy, version: str, action: str
) -> None:
    operation, found = OBJECT_REQUESTS[action]
    parameters = {"Key": "a", **found, **({"VersionId": version} if "VersionId" in found else {})}
    _refused(cloud, operation, **parameters)
    allow(*_but(action))
    _refused(cloud, operation, **parameters)
    allow(f"s3:{action}")
    _ask(cloud, operation, **parameters)


def test_whoever_asks_for_the_head_needs_what_the_whole_does(
    cloud: Cloud, allow: Policy, version: str
) -> None:
    allow("s3:ListBucket", "s3:GetObjectVersion")
    _refused(cloud, "head_object", Key="a")
    _ask(cloud, "head_object", Key="a", VersionId=version)
    _ask(cloud, "head_bucket")
    allow("s3:GetObject")
    _refused(cloud, "head_bucket")
    _ask(cloud, "head_object", Key="a")


@pytest.mark.parametrize(
    ("principal", "more", "allowed"),
    [
        (ROOT, {}, True),
        (ACCOUNT, {}, True),
        ("*", {}, True),
        (ROOT, {"Condition": {"ArnEquals": {"aws:PrincipalArn": ROLE}}}, True),
        (ROOT, {"Condition": {"ArnEquals": {"aws:PrincipalArn": f"{ROLE}-that-is-not-there"}}}, False),
        (f"arn:aws:iam::{ABSENT_ACCOUNT}:root", {}, False),
        (ROOT, {"Resource": f"{ARN}/b/*"}, False),
        (ROOT, {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}, False),
        ("*", {"Effect": "Deny"}, False),
    ],
)
def test_the_policy_is_evaluated(
    cloud: Cloud, allow: Policy, version: str, principal: str, more: dict[str, Any], allowed: bool
) -> None:
    allow("s3:GetObject", principal=principal, **more)
    if allowed:
        assert _ask(cloud, "get_object", Key="a")["Body"].read() == BODY
    else:
        _refused(cloud, "get_object", Key="a")


def test_an_accounts_own_bucket_asks_for_no_policy(cloud: Cloud) -> None:
    cloud.call("s3", REGION, "put_object", Bucket=OWN, Key="a", Body=BODY)
    assert cloud.call("s3", REGION, "get_object", Bucket=OWN, Key="a")["Body"].read() == BODY


@pytest.mark.parametrize(
    ("actions", "more", "allowed"),
    [
        ((), {}, False),
        (("s3:GetObject",), {}, False),
        (("s3:GetObject", "s3:GetObjectTagging"), {}, True),
        (("s3:GetObject",), {"TaggingDirective": "REPLACE"}, True),
        (("s3:GetObjectTagging",), {"TaggingDirective": "REPLACE"}, False),
    ],
)
def test_a_copy_out_of_it_is_read_with_its_tags(
    cloud: Cloud, allow: Policy, version: str, actions: tuple[str, ...], more: dict[str, Any], allowed: bool
) -> None:
    allow("s3:ListBucket", *actions)
    parameters = {"Bucket": OWN, "Key": "copy", "CopySource": {"Bucket": BUCKET, "Key": "a"}, **more}
    if allowed:
        _ask(cloud, "copy_object", **parameters)
        assert cloud.call("s3", REGION, "get_object", Bucket=OWN, Key="copy")["Body"].read() == BODY
    else:
        _refused(cloud, "copy_object", **parameters)


def test_a_part_out_of_it_is_read_as_well(cloud: Cloud, allow: Policy, version: str) -> None:
    upload = cloud.call("s3", REGION, "create_multipart_upload", Bucket=OWN, Key="parts")["UploadId"]
    source = {"Bucket": BUCKET, "Key": "a", "VersionId": version}
    part = {"Bucket": OWN, "Key": "parts", "UploadId": upload, "PartNumber": 1, "CopySource": source}
    allow("s3:GetObject")
    _refused(cloud, "upload_part_copy", **part)
    allow("s3:GetObjectVersion")
    _ask(cloud, "upload_part_copy", **part)


def test_several_objects_are_removed_where_each_may_be(cloud: Cloud, allow: Policy, version: str) -> None:
    wanted = {"Objects": [{"Key": "a", "VersionId": version}]}
    for actions, removed in ((("s3:DeleteObject",), False), (("s3:DeleteObjectVersion",), True)):
        allow(*actions)
        answer = _ask(cloud, "delete_objects", Delete=wanted)
        assert [each["Code"] for each in answer.get("Errors", [])] == ([] if removed else ["AccessDenied"])
        assert bool(answer.get("Deleted")) is removed


def test_an_upload_in_parts_is_writing(cloud: Cloud, allow: Policy) -> None:
    allow("s3:GetObject")
    _refused(cloud, "create_multipart_upload", Key="parts")
    allow("s3:PutObject")
    _ask(cloud, "create_multipart_upload", Key="parts")


def test_what_is_sent_along_needs_a_permission_of_its_own(cloud: Cloud, allow: Policy) -> None:
    allow("s3:PutObject")
    _refused(cloud, "put_object", Key="tagged", Body=BODY, Tagging="a=b")
    allow("s3:PutObject", "s3:PutObjectTagging")
    _ask(cloud, "put_object", Key="tagged", Body=BODY, Tagging="a=b")


def _key(other_cloud: Cloud, *actions: str) -> str:
    via = {"StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}}
    own = {"Action": "kms:*", "Resource": "*", "Principal": {"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"}}
    allowed = {"Action": actions, "Resource": "*", "Principal": {"AWS": ROOT}, "Condition": via}
    made = other_cloud.call("kms", REGION, "create_key", Policy=_document(own, allowed))
    return str(made["KeyMetadata"]["Arn"])


@pytest.mark.parametrize(("action", "allowed"), [("kms:Decrypt", True), ("kms:Encrypt", False)])
def test_what_is_encrypted_is_read_where_its_key_lets_the_account_decrypt(
    cloud: Cloud, other_cloud: Cloud, allow: Policy, action: str, allowed: bool
) -> None:
    encrypted = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": _key(other_cloud, action)}
    other_cloud.call("s3", REGION, "put_object", Bucket=BUCKET, Key="e", Body=BODY, **encrypted)
    allow("s3:GetObject")
    if allowed:
        assert _ask(cloud, "get_object", Key="e")["Body"].read() == BODY
    else:
        _refused(cloud, "get_object", Key="e")


@pytest.mark.parametrize(("action", "allowed"), [("kms:GenerateDataKey", True), ("kms:Decrypt", False)])
def test_what_is_written_is_encrypted_where_the_buckets_key_lets_the_account(
    cloud: Cloud, other_cloud: Cloud, allow: Policy, action: str, allowed: bool
) -> None:
    allow("s3:PutObject")
    encrypted = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": _key(other_cloud, action)}
    if allowed:
        _ask(cloud, "put_object", Key="w", Body=BODY, **encrypted)
    else:
        _refused(cloud, "put_object", Key="w", Body=BODY, **encrypted)


def test_what_is_not_known_is_refused(cloud: Cloud, allow: Policy, version: str) -> None:
    """Whatever the policy says: which permission it needs is not known here."""
    allow("s3:*")
    select = {"Expression": "*", "ExpressionType": "SQL"}
    formats: dict[str, Any] = {"InputSerialization": {"CSV": {}}, "OutputSerialization": {"CSV": {}}}
    _refused(cloud, "select_object_content", Key="a", **select, **formats)


def test_a_name_that_another_account_has_is_taken(cloud: Cloud) -> None:
    where = {"LocationConstraint": REGION}
    with pytest.raises(ClientError) as caught:
        _ask(cloud, "create_bucket", CreateBucketConfiguration=where)
    assert caught.value.response["Error"]["Code"] == "BucketAlreadyExists"


LOCKED = "locked-of-two-owners"
UNTIL = datetime(2099, 1, 1, tzinfo=UTC)
TOLD: dict[str, dict[str, Any]] = {
    "s3:GetObjectLegalHold": {"ObjectLockLegalHoldStatus": "ON"},
    "s3:GetObjectRetention": {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": UNTIL},
}


@pytest.fixture(scope="module")
def locked(other_cloud: Cloud) -> str:
    """A bucket of the other account with an object `a` under a legal hold, which is kept as well."""
    where = {"LocationConstraint": REGION}
    ask = partial(other_cloud.call, "s3", REGION)
    ask("create_bucket", Bucket=LOCKED, CreateBucketConfiguration=where, ObjectLockEnabledForBucket=True)
    locks = {name: value for told in TOLD.values() for name, value in told.items()}
    ask("put_object", Bucket=LOCKED, Key="a", Body=BODY, **locks)
    return LOCKED


@pytest.mark.parametrize("operation", ["head_object", "get_object"])
@pytest.mark.parametrize("seen", [(), ("s3:GetObjectLegalHold",), ("s3:GetObjectRetention",), tuple(TOLD)])
def test_locks_are_told_to_who_may_see_them_and_left_out_for_others(
    cloud: Cloud, other_cloud: Cloud, locked: str, operation: str, seen: tuple[str, ...]
) -> None:
    statement = {
        "Action": ["s3:GetObject", *seen],
        "Principal": {"AWS": ROOT},
        "Resource": f"arn:aws:s3:::{locked}/*",
    }
    other_cloud.call("s3", REGION, "put_bucket_policy", Bucket=locked, Policy=_document(statement))
    found = _ask(cloud, operation, Bucket=locked, Key="a")
    for action, told in TOLD.items():
        assert {name: found.get(name) for name in told} == (told if action in seen else dict.fromkeys(told))
    # Whoever has the bucket is told all of it.
    own = other_cloud.call("s3", REGION, operation, Bucket=locked, Key="a")
    assert all(own[name] == value for told in TOLD.values() for name, value in told.items())


def test_what_is_uploaded_in_parts_or_held_has_its_locks(other_cloud: Cloud, locked: str) -> None:
    ask = partial(other_cloud.call, "s3", REGION)
    default = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 3}}
    configuration = {"ObjectLockEnabled": "Enabled", "Rule": default}
    plain = "default-of-two-owners"
    where = {"LocationConstraint": REGION}
    ask("create_bucket", Bucket=plain, CreateBucketConfiguration=where, ObjectLockEnabledForBucket=True)
    ask("put_object_lock_configuration", Bucket=plain, ObjectLockConfiguration=configuration)
    for bucket, asked in ((locked, TOLD["s3:GetObjectRetention"]), (plain, TOLD["s3:GetObjectLegalHold"])):
        upload = ask("create_multipart_upload", Bucket=bucket, Key="b", **asked)["UploadId"]
        about = {"Bucket": bucket, "Key": "b", "UploadId": upload}
        part = ask("upload_part", PartNumber=1, Body=BODY, **about)
        parts = [{"PartNumber": 1, "ETag": part["ETag"]}]
        ask("complete_multipart_upload", MultipartUpload={"Parts": parts}, **about)
    assert ask("head_object", Bucket=locked, Key="b")["ObjectLockRetainUntilDate"] == UNTIL
    held = ask("head_object", Bucket=plain, Key="b")
    assert (held["ObjectLockLegalHoldStatus"], held["ObjectLockMode"]) == ("ON", "GOVERNANCE")
    with pytest.raises(ClientError, match="InvalidRequest"):
        ask("create_multipart_upload", Bucket=BUCKET, Key="b", ObjectLockLegalHoldStatus="ON")
