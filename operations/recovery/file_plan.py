"""A plan that makes a bucket show again what it showed at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

from operations.recovery.in_parallel import THREADS, in_parallel
from operations.recovery.object_comparison import Sameness, compare
from operations.recovery.object_versions import PAGE, Seen, Version, seen_at

# Measured nowhere: a request and a copy of a small object take about 150 ms, a large one is copied with some
# 100 MB a second. S3 promises neither.
SECONDS_PER_OBJECT = 0.15
BYTES_PER_SECOND = 100 * 1000**2
# From here on a person wants to know how long it takes, before it begins.
MANY = 100_000


class Action(StrEnum):
    """What is done with a key."""

    RESTORE = "restore"  # the version of then is copied on top
    REMOVE = "remove"  # a delete marker hides what was not there then


@dataclass(frozen=True)
class Change:
    """What is done with one key.

    Args:
        action: what.
        key: the object's name.
        now: the version that the bucket shows now; it stays, below.
        then: the version to bring back; None where there was none.
    """

    action: Action
    key: str
    now: Version
    then: Version | None = None

    @property
    def size(self) -> int:
        """Bytes that are copied."""
        return self.then.size if self.then else 0


@dataclass
class Plan:
    """All that is done in a bucket, and how much stays as it is."""

    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0
    unchanged_bytes: int = 0

    def of(self, action: Action) -> list[Change]:
        """The changes of one kind."""
        return [each for each in self.changes if each.action is action]

    @property
    def archived(self) -> list[Change]:
        """What S3 has to bring back from its archive before it can be copied: 3 to 5 hours."""
        return [each for each in self.changes if each.then and each.then.archived]

    @property
    def seconds(self) -> float:
        """How long it will take, about; without the archive."""
        copied = sum(each.size for each in self.changes)
        return max(len(self.changes) * SECONDS_PER_OBJECT / THREADS, copied / BYTES_PER_SECOND / THREADS)


def plan_for(
    client: Any,
    bucket: str,
    prefix: str,
    moment: datetime,
    copies: Mapping[str, str],
    page: int = PAGE,
) -> Plan:
    """What has to be done; only looks.

    Args:
        client: boto3's of S3.
        bucket: its physical name.
        prefix: how the keys begin; empty for all.
        moment: the time that is wanted, in UTC.
        copies: versions that were made of others, by the new one's identifier; for what S3 has no checksum.
        page: how many versions are asked for at once.
    """
    plan = Plan()
    seen = seen_at(client, bucket, prefix, moment, page)
    for each, change in in_parallel(partial(_change, client, bucket, copies), seen):
        if change is not None:
            plan.changes.append(change)
        elif each.then is not None:
            plan.unchanged += 1
            plan.unchanged_bytes += each.then.size
    plan.changes.sort(key=lambda change: change.key)
    return plan


def _change(client: Any, bucket: str, copies: Mapping[str, str], seen: Seen) -> tuple[Seen, Change | None]:
    if seen.then is None:
        hidden = seen.now.marker
        return seen, None if hidden else Change(Action.REMOVE, seen.key, seen.now)
    sameness = compare(client, bucket, seen.then, seen.now)
    if sameness is Sameness.UNKNOWN and copies.get(seen.now.identifier) == seen.then.identifier:
        sameness = Sameness.SAME
    if sameness is Sameness.SAME:
        return seen, None
    return seen, Change(Action.RESTORE, seen.key, seen.now, seen.then)


def examples(plan: Plan, action: Action, most: int = 5) -> Iterator[str]:
    """A few keys, to see that it is what was meant."""
    for change in plan.of(action)[:most]:
        yield change.key
