"""Files, brought back from the buckets of the backup account."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from botocore.exceptions import ClientError

from operations.recovery.in_parallel import in_parallel
from operations.recovery.object_copies import Bucket, ask_back_from_archive, copy_to, left_held
from operations.recovery.object_versions import Seen, Version, seen_at

_NOT_THERE = ("404", "NoSuchKey")


def bring_back(
    source: Bucket, target: Bucket, moment: datetime, said: Callable[[int], None]
) -> dict[str, int]:
    """Has a new bucket show what another one showed at a time; answers how many files were brought, were
    there already, and are in the archive and have been asked for; and how many are under a legal hold in the
    other bucket alone.

    S3 copies them back to the backup account, too, since they are new there: a second version of each, for as
    long as old ones are kept.

    Args:
        source: the bucket of the backup account.
        target: the new one.
        moment: the time, in UTC.
        said: is called with how many keys were looked at.
    """
    counts = {"copied": 0, "there": 0, "archived": 0, "held": 0}
    there = (each for each in seen_at(source.client, source.name, "", moment) if each.then is not None)
    for number, (done, held) in enumerate(in_parallel(partial(_bring, source, target), there), start=1):
        counts[done] += 1
        counts["held"] += held
        said(number)
    return counts


def _bring(source: Bucket, target: Bucket, seen: Seen) -> tuple[str, bool]:
    assert seen.then is not None
    return _brought(source, target, seen.then), left_held(source, seen.then, target)


def _brought(source: Bucket, target: Bucket, then: Version) -> str:
    if _has(target, then.key, then.size):
        return "there"
    if then.archived and not ask_back_from_archive(source.client, source.name, then):
        return "archived"
    copy_to(source, then, target)
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
    held = (
        f", {counts['held']:,} are under a legal hold in {account} alone: S3 locks nothing in the bucket here"
    )
    return here + (by_hand if archived else "") + (held if counts["held"] else "")
