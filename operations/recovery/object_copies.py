"""Copies a version of an object on top of what there is; no version is ever removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from operations.recovery.object_comparison import HEADERS, head, tags
from operations.recovery.object_locks import BucketLock, carried, held, lock_of
from operations.recovery.object_versions import Version

GIBIBYTE = 1024**3
# S3's API reference: CopyObject takes up to 5 GB; a part has 5 MB to 5 GB, and there are at most 10,000.
SINGLE_COPY_MAXIMUM = 5 * GIBIBYTE
PART_BYTES = GIBIBYTE
PARTS_MAXIMUM = 10_000

DAYS_BACK_FROM_ARCHIVE = 7


@dataclass(frozen=True)
class Bucket:
    """A bucket, and boto3's client of S3 in its region."""

    client: Any
    name: str

    @cached_property
    def lock(self) -> BucketLock:
        """Asked once: for many objects at once perhaps some times."""
        return lock_of(self.client, self.name)


def copy_on_top(bucket: Bucket, version: Version) -> str:
    """Makes an old version the current one, with its metadata, tags, content type, key of KMS and locks.

    The bucket's own lock and storage class hold for the copy as for everything that is written there.

    Returns:
        The new version's identifier.
    """
    found = head(bucket.client, bucket.name, version)
    return _copy(bucket, version, bucket, found, {**_encryption(found), **carried(found, bucket.lock)})


def copy_to(source: Bucket, version: Version, target: Bucket) -> str:
    """Makes a version the current one of another bucket, with its metadata, tags, content type and locks.

    It is encrypted as that bucket says: the key of another region cannot be used there. Where that bucket
    locks nothing, the version's locks stay behind (`left_held`).

    Returns:
        The new version's identifier.
    """
    found = head(source.client, source.name, version)
    return _copy(source, version, target, found, carried(found, target.lock))


def left_held(source: Bucket, version: Version, target: Bucket) -> bool:
    """Whether a version is under a legal hold that its copy in another bucket cannot have."""
    may_be = source.lock.enabled and not target.lock.enabled
    return may_be and held(head(source.client, source.name, version))


def _copy(
    source: Bucket, version: Version, target: Bucket, found: Mapping[str, Any], kept: Mapping[str, Any]
) -> str:
    if version.size > SINGLE_COPY_MAXIMUM:
        described = _described(source.client, source.name, version, found)
        return _copy_in_parts(source, version, target, {**described, **kept})
    made = target.client.copy_object(
        Bucket=target.name,
        Key=version.key,
        CopySource={"Bucket": source.name, "Key": version.key, "VersionId": version.identifier},
        MetadataDirective="COPY",
        TaggingDirective="COPY",
        **kept,
    )
    return str(made["VersionId"])


def ask_back_from_archive(client: Any, bucket: str, version: Version) -> bool:
    """Whether an archived version can be read; S3 is asked to bring it back where it was not yet."""
    state = head(client, bucket, version).get("Restore")
    if state is None:
        client.restore_object(
            Bucket=bucket,
            Key=version.key,
            VersionId=version.identifier,
            RestoreRequest={
                "Days": DAYS_BACK_FROM_ARCHIVE,
                "GlacierJobParameters": {"Tier": "Standard"},
            },
        )
        return False
    return is_back(state)


def is_back(state: str | None) -> bool:
    """Whether the header x-amz-restore says that an archived version can be read for now."""
    return state is not None and 'ongoing-request="false"' in state


def _encryption(found: Mapping[str, Any]) -> dict[str, Any]:
    """A copy would be encrypted as the bucket says today (CopyObject in S3's API reference)."""
    names = ("ServerSideEncryption", "SSEKMSKeyId", "BucketKeyEnabled")
    return {name: found[name] for name in names if found.get(name)}


def _described(client: Any, bucket: str, version: Version, found: Mapping[str, Any]) -> dict[str, Any]:
    """What CopyObject takes over by itself, and an upload in parts does not."""
    described = {name: found[name] for name in HEADERS if found.get(name)}
    if tagged := tags(client, bucket, version):
        described["Tagging"] = urlencode(tagged)
    # Of the whole object: S3 makes it of those of the parts, whatever their sizes.
    return {**described, "ChecksumAlgorithm": "CRC64NVME", "ChecksumType": "FULL_OBJECT"}


def _copy_in_parts(source: Bucket, version: Version, target: Bucket, kept: Mapping[str, Any]) -> str:
    client = target.client
    upload = client.create_multipart_upload(Bucket=target.name, Key=version.key, **kept)["UploadId"]
    about = {"Bucket": target.name, "Key": version.key, "UploadId": upload}
    copied_from = {"Bucket": source.name, "Key": version.key, "VersionId": version.identifier}
    size = max(PART_BYTES, -(-version.size // PARTS_MAXIMUM))
    try:
        parts = []
        for number, begin in enumerate(range(0, version.size, size), start=1):
            end = min(begin + size, version.size) - 1
            copied = client.upload_part_copy(
                **about, PartNumber=number, CopySource=copied_from, CopySourceRange=f"bytes={begin}-{end}"
            )["CopyPartResult"]
            checksums = {name: value for name, value in copied.items() if name.startswith("Checksum")}
            parts.append({"PartNumber": number, "ETag": copied["ETag"], **checksums})
        made = client.complete_multipart_upload(
            **about, MultipartUpload={"Parts": parts}, MpuObjectSize=version.size
        )
    except BaseException:  # an interruption too: parts that nobody ends cost money until the lifecycle rule
        client.abort_multipart_upload(**about)
        raise
    return str(made["VersionId"])
