"""S3's Object Lock: what a copy of a version takes along of the locks that the version has.

S3's replication copies them by itself; CopyObject and uploads in parts leave them out, and the copy has what
its bucket gives to everything new (S3 user guide, "Using Object Lock with S3 Replication"; API reference,
CopyObject). HeadObject tells of them to who may see them, and leaves them out for everybody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

_NONE = "ObjectLockConfigurationNotFoundError"
_STRICTER = "COMPLIANCE"
_MODE, _UNTIL, _HOLD = "ObjectLockMode", "ObjectLockRetainUntilDate", "ObjectLockLegalHoldStatus"
_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class BucketLock:
    """What a bucket does with its versions.

    Args:
        enabled: they can be locked.
        mode: in which new ones are, empty when they are not by themselves.
        period: for how long.
    """

    enabled: bool
    mode: str = ""
    period: timedelta = timedelta()


def lock_of(client: Any, bucket: str) -> BucketLock:
    """As S3 has it."""
    try:
        found = client.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
    except ClientError as error:
        if error.response["Error"]["Code"] == _NONE:
            return BucketLock(enabled=False)
        raise
    default = found.get("Rule", {}).get("DefaultRetention", {})
    period = timedelta(days=default.get("Days", 0)) + default.get("Years", 0) * _YEAR
    return BucketLock(True, default.get("Mode", ""), period)


def held(found: Mapping[str, Any]) -> bool:
    """Whether a version is under a legal hold: somebody wants this content to stay.

    Args:
        found: what HeadObject says of it.
    """
    return bool(found.get(_HOLD) == "ON")


def carried(found: Mapping[str, Any], bucket: BucketLock, now: datetime | None = None) -> dict[str, Any]:
    """What a copy is asked for beside its content, so that it is locked as the version is, or better.

    Args:
        found: what HeadObject says of the version.
        bucket: where the copy comes to. Where nothing can be locked S3 refuses a copy that is to be.
        now: the time.
    """
    if not bucket.enabled:
        return {}
    hold = {_HOLD: "ON"} if held(found) else {}
    return {**hold, **_retention(found, bucket, now or datetime.now(UTC))}


def _retention(found: Mapping[str, Any], bucket: BucketLock, now: datetime) -> dict[str, Any]:
    mode, until = found.get(_MODE), found.get(_UNTIL)
    if mode is None or until is None or until <= now:
        return {}
    by_itself = now + bucket.period
    stricter = _STRICTER if _STRICTER in (mode, bucket.mode) else mode
    # What is said for a copy takes the place of the bucket's own: the later day, and the stricter mode.
    if bucket.mode == stricter and by_itself >= until:
        return {}
    return {_MODE: stricter, _UNTIL: max(until, by_itself) if bucket.mode else until}
