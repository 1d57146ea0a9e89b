"""Buckets with Object Lock take what comes with a checksum, from every client, and nothing else."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from hashlib import md5, sha256
from typing import Any, Literal

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from moto import mock_aws

from rehearsal.aws.moto_fixes import repair_moto

BUCKET, PLAIN, BODY = "locked", "plain", b"%PDF"
HELD: dict[str, Any] = {"ObjectLockLegalHoldStatus": "ON"}
# Each way to say a checksum: computed by the SDK, computed by oneself, and the oldest one.
CHECKSUMS: dict[str, dict[str, Any]] = {
    "computed": {"ChecksumAlgorithm": "SHA256"},
    "given": {"ChecksumSHA256": b64encode(sha256(BODY).digest()).decode()},
    "Content-MD5": {"ContentMD5": b64encode(md5(BODY, usedforsecurity=False).digest()).decode()},
}


def _client(when: Literal["when_supported", "when_required"]) -> Any:
    return boto3.client("s3", region_name="us-east-1", config=Config(request_checksum_calculation=when))


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    """A client that adds no checksum by itself; a bucket that always locks, and one that does when asked."""
    repair_moto()
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        client = _client("when_required")
        for bucket in (BUCKET, PLAIN):
            client.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
        rule = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}
        configuration: Any = {"ObjectLockEnabled": "Enabled", "Rule": rule}
        client.put_object_lock_configuration(Bucket=BUCKET, ObjectLockConfiguration=configuration)
        yield client


def _refused(client: Any, operation: str, kind: str, **parameters: Any) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(client, operation)(Key="a", Body=BODY, **parameters)
    assert caught.value.response["Error"]["Code"] == "InvalidRequest"
    assert f"header is required for Put {kind} requests" in caught.value.response["Error"]["Message"]


def _upload(client: Any, bucket: str, **asked: Any) -> dict[str, Any]:
    upload = client.create_multipart_upload(Bucket=bucket, Key="a", **asked)["UploadId"]
    return {"Bucket": bucket, "UploadId": upload, "PartNumber": 1}


@pytest.mark.parametrize(("bucket", "asked"), [(BUCKET, {}), (PLAIN, HELD)])
def test_an_object_that_gets_a_lock_needs_a_checksum(s3: Any, bucket: str, asked: dict[str, Any]) -> None:
    _refused(s3, "put_object", "Object", Bucket=bucket, **asked)


@pytest.mark.parametrize(("bucket", "asked"), [(BUCKET, {}), (PLAIN, HELD)])
def test_so_does_each_part_of_one(s3: Any, bucket: str, asked: dict[str, Any]) -> None:
    _refused(s3, "upload_part", "Part", **_upload(s3, bucket, **asked))


@pytest.mark.parametrize("checksum", CHECKSUMS)
def test_every_checksum_will_do(s3: Any, checksum: str) -> None:
    s3.put_object(Bucket=BUCKET, Key="a", Body=BODY, **CHECKSUMS[checksum])
    s3.upload_part(Key="a", Body=BODY, **_upload(s3, BUCKET), **CHECKSUMS[checksum])


@pytest.mark.usefixtures("s3")
def test_botocore_adds_one_unless_it_is_told_otherwise() -> None:
    _client("when_supported").put_object(Bucket=BUCKET, Key="a", Body=BODY)


def test_a_copy_needs_none(s3: Any) -> None:
    s3.put_object(Bucket=PLAIN, Key="from", Body=BODY)
    copied = s3.copy_object(Bucket=BUCKET, Key="to", CopySource={"Bucket": PLAIN, "Key": "from"})
    assert "CopyObjectResult" in copied


def test_what_gets_no_lock_needs_none(s3: Any) -> None:
    s3.put_object(Bucket=PLAIN, Key="a", Body=BODY)
    s3.upload_part(Key="a", Body=BODY, **_upload(s3, PLAIN))
