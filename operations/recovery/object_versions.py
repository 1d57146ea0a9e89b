"""Versions of a bucket's objects at a time, as S3 lists them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

PAGE = 1000  # as many as S3 lists at once

# What cannot be copied before S3 has brought it back ("Restoring an archived object" in S3's user guide).
ARCHIVED = frozenset({"GLACIER", "DEEP_ARCHIVE"})


@dataclass(frozen=True)
class Version:
    """One version of a key, or a delete marker.

    Args:
        key: the object's name.
        identifier: S3's of this version; `null` for what is older than versioning.
        written: when, to the second.
        latest: it is what the bucket shows now.
        marker: it hides the key; such a version has no content.
        size: bytes.
        etag: as S3 has it; no checksum of the content where KMS encrypts.
        storage_class: where S3 keeps it.
    """

    key: str
    identifier: str
    written: datetime
    latest: bool
    marker: bool = False
    size: int = 0
    etag: str = ""
    storage_class: str = "STANDARD"

    @property
    def archived(self) -> bool:
        """Whether S3 has to bring it back before it can be read."""
        return self.storage_class in ARCHIVED


@dataclass(frozen=True)
class Seen:
    """A key: what it was at the time (None: it was not there), and what it is now."""

    key: str
    then: Version | None
    now: Version


def seen_at(client: Any, bucket: str, prefix: str, moment: datetime, page: int = PAGE) -> Iterator[Seen]:
    """Every key that the bucket has a version of, with its last version up to the time.

    Args:
        client: boto3's of S3.
        bucket: its physical name.
        prefix: how the keys begin; empty for all.
        moment: the time, in UTC.
        page: how many versions are asked for at once.
    """
    for key, versions in _by_key(client, bucket, prefix, page):
        ordered = sorted(versions, key=_age, reverse=True)
        then = next((each for each in ordered if each.written <= moment), None)
        yield Seen(key, None if then is None or then.marker else then, ordered[0])


def _age(version: Version) -> tuple[bool, datetime, bool]:
    """Orders versions by time. S3 tells whole seconds: of what was written in the same one, the content
    counts and not the marker, since a file too many is seen and a file too few is lost."""
    return version.latest, version.written, not version.marker


def _by_key(client: Any, bucket: str, prefix: str, page: int) -> Iterator[tuple[str, list[Version]]]:
    """The versions of each key. S3 lists key by key, but a key's versions may go on in the next page."""
    pages = client.get_paginator("list_object_versions").paginate(
        Bucket=bucket, Prefix=prefix, PaginationConfig={"PageSize": page}
    )
    open_keys: dict[str, list[Version]] = {}
    for listed in pages:
        for version in _versions(listed):
            open_keys.setdefault(version.key, []).append(version)
        # S3 orders keys by their bytes in UTF-8 ("Listing object keys"), which is Python's order of texts.
        last = max(open_keys, default=None)
        for key in [each for each in open_keys if each != last]:
            yield key, open_keys.pop(key)
    yield from open_keys.items()


def _versions(listed: Mapping[str, Any]) -> Iterator[Version]:
    for each in _items(listed, "Versions"):
        yield Version(
            each["Key"],
            each["VersionId"],
            each["LastModified"],
            each["IsLatest"],
            size=each["Size"],
            etag=each["ETag"],
            storage_class=each.get("StorageClass") or "STANDARD",
        )
    for each in _items(listed, "DeleteMarkers"):
        yield Version(each["Key"], each["VersionId"], each["LastModified"], each["IsLatest"], marker=True)


def _items(listed: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    return listed.get(name) or ()
