"""Questions about the backup account, asked in the environment's own: what is needed when that is emptied.

Nothing is asked of the other account: who can read there what is copied could take it along.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from functions.check_recovery.asking import Asking
from functions.check_recovery.backups import SNAPSHOT_HOURS
from functions.check_recovery.copies import copied_by
from functions.check_recovery.findings import Finding, State, in_hours, judged

# A job that goes on says nothing yet (API reference, CopyJob): the one before it counts.
_ENDED = ("COMPLETED", "FAILED", "PARTIAL")
# An older one is told as none: so far AWS Backup keeps what it tells of backup jobs, too (API reference,
# ListBackupJobs).
_LOOKED_BACK = timedelta(days=30)
_JOBS = "see the copy jobs of AWS Backup: mostly the vault's policy there, or a key"


def database(asking: Asking) -> Iterator[Finding]:
    """Whether the newest copy of the database has ended well, and how long ago."""
    pages = (
        asking.here("backup")
        .get_paginator("list_copy_jobs")
        .paginate(
            ByDestinationVaultArn=asking.wanted.outside_vault,
            ByResourceArn=asking.primary["DBInstanceArn"],
            ByCreatedAfter=asking.now - _LOOKED_BACK,
        )
    )
    ended = [job for page in pages for job in page["CopyJobs"] if job["State"] in _ENDED]
    newest = max(ended, key=lambda job: job["CreationDate"], default=None)
    yield _newest(asking, newest)


def _newest(asking: Asking, job: dict[str, Any] | None) -> Finding:
    check, most = "database outside", timedelta(hours=SNAPSHOT_HOURS)
    if job is None:
        made = asking.primary.get("InstanceCreateTime")
        if made is not None and asking.age(made) <= most:
            found = f"no copy yet: the database is {in_hours(asking.age(made))} old"
            return Finding(check, State.NOT_READY, found, "wait for the night's backup, then ask again")
        return Finding(check, State.NOT_READY, f"no copy in {_LOOKED_BACK.days} days", _JOBS)
    if job["State"] != "COMPLETED":
        said = job.get("StatusMessage") or job["State"]
        ago = in_hours(asking.age(job["CreationDate"]))
        return Finding(check, State.NOT_READY, f"the newest copy has failed, {ago} ago: {said}", _JOBS)
    # When it was complete, not when it began: while the next one is on its way this one is a day older.
    age = asking.age(job.get("CompletionDate", job["CreationDate"]))
    return judged(check, age <= most, f"the newest copy is {in_hours(age)} old", _JOBS)


def buckets(asking: Asking) -> Iterator[Finding]:
    """Whether S3 copies what is written into them there, too."""
    yield copied_by(asking, asking.wanted.outside_rule, "buckets outside")
