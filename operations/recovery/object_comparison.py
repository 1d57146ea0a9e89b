"""A comparison of two versions of an object, as its readers see them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from operations.recovery.object_versions import Version

# What S3 keeps of an object beside its content, and gives to who reads it.
HEADERS = (
    "CacheControl",
    "ContentDisposition",
    "ContentEncoding",
    "ContentLanguage",
    "ContentType",
    "Expires",
    "Metadata",
    "WebsiteRedirectLocation",
)
_CHECKSUM = "Checksum"
_CHECKSUM_TYPE = "ChecksumType"


class Sameness(StrEnum):
    """What S3's answers say about two versions."""

    SAME = "same"
    DIFFERENT = "different"
    UNKNOWN = "unknown"  # S3 has no checksum of one kind for both


def compare(client: Any, bucket: str, first: Version, second: Version) -> Sameness:
    """Whether content, headers, metadata and tags are the same; asks S3, but reads no content."""
    if first.identifier == second.identifier:
        return Sameness.SAME
    if first.marker != second.marker or first.size != second.size:
        return Sameness.DIFFERENT
    one, other = head(client, bucket, first), head(client, bucket, second)
    if any(one.get(name) != other.get(name) for name in HEADERS):
        return Sameness.DIFFERENT
    content = _content(one, other)
    if content is Sameness.DIFFERENT:
        return content
    same_tags = tags(client, bucket, first) == tags(client, bucket, second)
    return content if same_tags else Sameness.DIFFERENT


def head(client: Any, bucket: str, version: Version) -> Mapping[str, Any]:
    """What S3 says of a version, its checksums among it."""
    found: Mapping[str, Any] = client.head_object(
        Bucket=bucket, Key=version.key, VersionId=version.identifier, ChecksumMode="ENABLED"
    )
    return found


def tags(client: Any, bucket: str, version: Version) -> dict[str, str]:
    """The tags of a version."""
    found = client.get_object_tagging(Bucket=bucket, Key=version.key, VersionId=version.identifier)
    return {each["Key"]: each["Value"] for each in found["TagSet"]}


def _content(one: Mapping[str, Any], other: Mapping[str, Any]) -> Sameness:
    checksums = _checksums(one), _checksums(other)
    # A checksum of parts is another one than that of the whole ("Checking object integrity in Amazon S3").
    if one.get(_CHECKSUM_TYPE) == other.get(_CHECKSUM_TYPE):
        common = checksums[0].keys() & checksums[1].keys()
        if common:
            equal = all(checksums[0][name] == checksums[1][name] for name in common)
            return Sameness.SAME if equal else Sameness.DIFFERENT
    if one["ETag"] == other["ETag"]:
        return Sameness.SAME
    # ETags that differ say nothing of what KMS encrypts, or of what was uploaded in parts (S3's API
    # reference, Object).
    whole = not any("-" in each["ETag"] or _by_kms(each) for each in (one, other))
    return Sameness.DIFFERENT if whole else Sameness.UNKNOWN


def _checksums(found: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: str(value)
        for name, value in found.items()
        if name.startswith(_CHECKSUM) and name != _CHECKSUM_TYPE
    }


def _by_kms(found: Mapping[str, Any]) -> bool:
    return str(found.get("ServerSideEncryption", "")).startswith("aws:kms")
