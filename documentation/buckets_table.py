"""The table of buckets in docs/configuration.md, from the catalogue."""

from __future__ import annotations

from commands.markdown import table
from infra.configuration import buckets
from infra.configuration.buckets import Bucket, bucket_variable

HEADINGS = (
    "bucket",
    "what is in it",
    "a service that names it finds it in",
    "kept",
    "snapshot",
    "copy in the recovery region",
)


def buckets_table() -> list[str]:
    """A line for each bucket of the catalogue."""
    return table(HEADINGS, map(_cells, buckets.CATALOGUE))


def _cells(bucket: Bucket) -> tuple[str, ...]:
    return (
        f"`{bucket.name}`",
        bucket.purpose,
        f"`{bucket_variable(bucket.name)}`" if bucket.for_services else "-",
        _kept(bucket),
        "daily" if bucket.backed_up else "-",
        _copy(bucket),
    )


def _kept(bucket: Bucket) -> str:
    kept = f"{bucket.expire_after} days" if bucket.expire_after else "until somebody deletes it"
    if bucket.expire_folders:
        kept = ", ".join(f"`{folder}` {days} days" for folder, days in sorted(bucket.expire_folders.items()))
    old = f"old versions {bucket.noncurrent_expire_after} days" if bucket.noncurrent_expire_after > 1 else ""
    lock = bucket.lock or bucket.lock_where_backups_are_locked
    where = "" if bucket.lock else " in prod"
    locked = f"nobody removes it before {lock} days{where}" if lock else ""
    return "; ".join(filter(None, (kept, old, locked)))


def _copy(bucket: Bucket) -> str:
    if not bucket.replicated:
        return "-"
    deletions = "deletions too" if bucket.replicates_deletions else "not of deletions"
    return f"within 15 minutes, {deletions}"
