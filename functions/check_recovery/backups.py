"""Questions that every environment has: what a database can be restored from, and whether that was tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from functions.check_recovery.asking import Asking
from functions.check_recovery.findings import Finding, State, in_hours, in_minutes, judged
from functions.shared.recoveries import CURRENT
from functions.shared.restore_records import listed, record_key

# A daily snapshot has two hours to be taken (contract ALM-13), the weekly restore test a day (ALM-14).
SNAPSHOT_HOURS = 26
RESTORE_TEST_DAYS = 8
RESTORE_TEST_NOW = "docs/recovery.md has how to begin another one now"


def no_other_recovery(asking: Asking) -> Iterator[Finding]:
    """Whether a recovery is under way."""
    # A listing tells what is there with no right to read it, and needs none to learn that it is not.
    found = asking.here("s3").list_objects_v2(Bucket=asking.wanted.backups, Prefix=CURRENT, MaxKeys=1)
    advice = "`recover status` says whose; the same command as theirs goes on"
    under_way = bool(found.get("Contents"))
    yield judged(
        "no recovery", not under_way, "one is under way" if under_way else "none is under way", advice
    )


def restorable_time(asking: Asking) -> Iterator[Finding]:
    """How old the newest time is that the database can be restored to."""
    latest = asking.primary.get("LatestRestorableTime")
    if latest is None:
        advice = "backups are off: see `backupRetention`, and RDS's events of the instance"
        yield Finding("time to restore", State.NOT_READY, "the database cannot be restored", advice)
        return
    yield within("time to restore", asking, latest, "up to {} ago")


def within(check: str, asking: Asking, latest: datetime, words: str) -> Finding:
    """Whether not more would be lost than the recovery point allows."""
    age, most = asking.age(latest), asking.wanted.recovery_point_minutes
    advice = f"more than {most} minutes would be lost: see RDS's events"
    return judged(check, age <= timedelta(minutes=most), words.format(in_minutes(age)), advice)


def snapshot(asking: Asking) -> Iterator[Finding]:
    """How old the newest snapshot of the database is."""
    name = asking.primary["DBInstanceIdentifier"]
    pages = asking.here("rds").get_paginator("describe_db_snapshots").paginate(DBInstanceIdentifier=name)
    found = (each for page in pages for each in page["DBSnapshots"])
    taken = [each["SnapshotCreateTime"] for each in found if _available(each)]
    yield _newest("snapshot", asking, taken, timedelta(hours=SNAPSHOT_HOURS), "see the jobs of AWS Backup")


def restore_test(asking: Asking) -> Iterator[Finding]:
    """When a restore test last succeeded, and whether one has failed since."""
    if not asking.wanted.restores_tested:
        return
    ended = listed(asking.here("s3"), asking.wanted.backups)
    succeeded = [due for due, good in ended.items() if good]
    since = max(succeeded, default=None)
    failed = [due for due, good in ended.items() if not good and (since is None or due > since)]
    if failed:
        yield _failed_restore_test(asking, max(failed), since)
        return
    longest = timedelta(days=RESTORE_TEST_DAYS)
    made = None if succeeded else asking.primary.get("InstanceCreateTime")
    if made is not None and asking.age(made) <= longest:
        found = f"none yet: the database is {in_hours(asking.age(made))} old"
        yield Finding("restore test", State.READY, found)
        return
    advice = "see the alarms of the restore test; until it succeeds nobody knows whether backups can be used"
    yield _newest("restore test", asking, succeeded, longest, advice)


def _failed_restore_test(asking: Asking, due: datetime, succeeded: datetime | None) -> Finding:
    before = f"the last good one is {in_hours(asking.age(succeeded))} old" if succeeded else "none was good"
    found = f"the one of {due:%Y-%m-%d %H:%M} UTC has failed; {before}"
    record = f"s3://{asking.wanted.backups}/{record_key(due, succeeded=False)}"
    advice = f"read what it found: {record}; {RESTORE_TEST_NOW}"
    return Finding("restore test", State.NOT_READY, found, advice)


def _newest(check: str, asking: Asking, times: Sequence[datetime], most: timedelta, advice: str) -> Finding:
    if not times:
        return Finding(check, State.NOT_READY, "there is none", advice)
    age = asking.age(max(times))
    return judged(check, age <= most, f"{in_hours(age)} old", advice)


def _available(found: dict[str, Any]) -> bool:
    return found.get("Status") == "available" and "SnapshotCreateTime" in found
