"""Files, brought back from the buckets of the backup account."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from botocore.exceptions import ClientError

from operations.recovery.in_parallel import in_parallel
from operations.recovery.object_copies import Bucket, ask_back_from_archive, copy_to
from operations.recovery.object_versions import Seen, seen_at

_NOT_THERE = ("404", "NoSuchKey")


def bring_back(
    source: Bucket, target: Bucket, moment: datetime, said: Callable[[int], None]
) -> dict[str, int]:
    """Has a new bucket show what another one showed at a time; answers how many files were brought, were
    there already, and are in the archive and have been asked for.

    S3 copies them back to the backup account, too, since they are new there: a second version of each, for as
    long as old ones are kept.

    Args:
        source: the bucket of the backup account.
        target: the new one.
        moment: the time, in UTC.
        said: is called with how many keys were looked at.
    """
    counts = {"copied": 0, "there": 0, "archived": 0}
    there = (each for each in seen_at(source.client, source.name, "", moment) if each.then is not None)
    for done in in_parallel(partial(_bring, source, target), there):
        counts[done] += 1
        said(sum(counts.values()))
    return counts


def _bring(source: Bucket, target: Bucket, seen: Seen) -> str:
    assert seen.then is not None
    if _has(target, seen.then.key, seen.then.size):
        return "there"
    if seen.then.archived and not ask_back_from_archive(source.client, source.name, seen.then):
        return "archived"
    copy_to(source, seen.then, target)
    return "copied"


def _has(target: Bucket, key: str, size: int) -> bool:
    """Nobody else writes there before people are back."""
    try:
        found = target.client.head_object(Bucket=target.name, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in _NOT_THERE:
            return False
        raise
    return bool(found["ContentLength"] == size)


def told(counts: Mapping[str, int], account: str) -> str:
    """What people read of it.

    Args:
        counts: see `bring_back`.
        account: the backup account.
    """
    here, archived = f"{counts['copied'] + counts['there']:,}", counts["archived"]
    # `recover files` looks into the environment's own buckets alone.
    by_hand = f", {archived:,} come out of the archive in {account}: copy them in some hours, by hand"
    return here + (by_hand if archived else "")
