"""Objects that were written while the region to copy them to was lost.

S3 copies what is written once its rule is there, and nothing of before (user guide, "What does Amazon S3
replicate?"); S3 Batch Replication would, with a job and a manifest for each bucket, and leaves delete markers
out. No version is removed, in either bucket.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from operations.recovery.in_parallel import in_parallel
from operations.recovery.object_copies import Bucket, copy_to
from operations.recovery.object_versions import Version, seen_at

_NOT_THERE = ("404", "NoSuchKey")


class Done(StrEnum):
    """What became of a key."""

    SAME = "same"
    COPIED = "copied"
    HIDDEN = "hidden"


def bring_over(
    source: Bucket, target: Bucket, since: datetime, *, deletions: bool, told: Callable[[int], None]
) -> dict[Done, int]:
    """Has a bucket show what another one shows, of all that was written there since a time.

    Args:
        source: where it was written.
        target: the copy.
        since: the time, in UTC.
        deletions: what is hidden in the source is hidden in the copy, too.
        told: is called with how many keys were looked at.
    """
    counts = dict.fromkeys(Done, 0)
    written = (
        each.now for each in seen_at(source.client, source.name, "", since) if each.now.written >= since
    )
    for done in in_parallel(partial(_bring, source, target, deletions), written):
        counts[done] += 1
        told(sum(counts.values()))
    return counts


def _bring(source: Bucket, target: Bucket, deletions: bool, now: Version) -> Done:
    done = Done.SAME
    # Somebody may write while it is copied: what the source shows in the end counts.
    for version in _until_it_stays(source, now):
        if version is None:
            done = _hide(target, now.key) if deletions else done
        elif not _has(target, version) and not _copied_by_s3(source, version):
            copy_to(source, version, target)
            done = Done.COPIED
    return done


def _until_it_stays(source: Bucket, now: Version) -> Iterator[Version | None]:
    """What the source shows of a key, again after each time that it was dealt with; None: it is hidden."""
    version: Version | None = None if now.marker else now
    while True:
        yield version
        found = _shown(source, now.key)
        identifier = found["VersionId"] if found else None
        if identifier == (version.identifier if version else None):
            return
        version = _version(now.key, found) if found else None


def _version(key: str, found: dict[str, Any]) -> Version:
    size, etag = found["ContentLength"], found["ETag"]
    return Version(key, found["VersionId"], found["LastModified"], latest=True, size=size, etag=etag)


def _has(target: Bucket, version: Version) -> bool:
    """Whether the copy shows this version, or something of its size that was written after it."""
    found = _shown(target, version.key)
    if found is None:
        return False
    later = bool(found["LastModified"] >= version.written and found["ContentLength"] == version.size)
    return found["VersionId"] == version.identifier or later


def _copied_by_s3(source: Bucket, version: Version) -> bool:
    """Whether S3 copies it, or has: it was written after the rule."""
    found = source.client.head_object(Bucket=source.name, Key=version.key, VersionId=version.identifier)
    return found.get("ReplicationStatus") in ("PENDING", "COMPLETED")


def _hide(target: Bucket, key: str) -> Done:
    if _shown(target, key) is None:
        return Done.SAME
    target.client.delete_object(Bucket=target.name, Key=key)  # a marker: the versions stay
    return Done.HIDDEN


def _shown(bucket: Bucket, key: str) -> dict[str, Any] | None:
    """What a bucket shows of a key; None where it is hidden, or was never there."""
    try:
        found: dict[str, Any] = bucket.client.head_object(Bucket=bucket.name, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in _NOT_THERE:
            return None
        raise
    return found
