"""The buckets that every environment has, as data: how long what is kept, and where."""

from __future__ import annotations

from dataclasses import dataclass

from infra.configuration.environments import BACKUP_DAYS


@dataclass(frozen=True)
class Bucket:
    """One bucket.

    Args:
        name: its name within the environment.
        purpose: what is in it.
        expire_after: days after which objects are removed; None keeps them until somebody does.
        infrequent_after: days after which an old version goes to Standard-IA (AWS: at least 30).
        archive_after: days after which an old version goes to Glacier Flexible Retrieval.
        noncurrent_expire_after: days after which an old version is removed.
        lock: days for which versions cannot be removed, in every environment; 0 for none.
        lock_where_backups_are_locked: the same, only where the environment locks its backups.
        replicated: copied to the recovery region, where the environment does that.
    """

    name: str
    purpose: str
    expire_after: int | None = None
    infrequent_after: int | None = None
    archive_after: int | None = None
    noncurrent_expire_after: int = 365
    lock: int = 0
    lock_where_backups_are_locked: int = 0
    replicated: bool = False


def _documents(name: str, purpose: str) -> Bucket:
    # Runbook 000: versioned, old versions to cold storage. Half of the mistakes show within a month; after
    # three an old version is for the auditors, and after a year for nobody.
    return Bucket(name, purpose, infrequent_after=30, archive_after=90, noncurrent_expire_after=365)


AUDIT_DAYS = 730  # runbook 002: two years, then removed
ACCESS_LOG_DAYS = 90

AUDIT = "audit"
BACKUPS = "backups"

CATALOGUE = (
    _documents("documents", "Customers' documents"),
    _documents("photos", "Customers' photos"),
    _documents("reports", "Generated reports"),
    Bucket(
        BACKUPS,
        "Dumps of the database and snapshots of secrets",
        expire_after=BACKUP_DAYS,
        noncurrent_expire_after=1,
        lock_where_backups_are_locked=BACKUP_DAYS,
        replicated=True,
    ),
    Bucket(
        AUDIT,
        "Audit logs",
        expire_after=AUDIT_DAYS,
        noncurrent_expire_after=1,
        lock=AUDIT_DAYS,
    ),
)

ACCESS_LOGS = "access-logs"
ABORT_UPLOADS_AFTER = 7
