"""The buckets that every environment has, as data: the one list of them.

A new kind of bucket is one entry of `CATALOGUE`: storage, backup, replication, the system file's `buckets`,
the permissions of pods, and documentation follow from it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from functions.shared.recoveries import FOLDER as RECOVERIES
from functions.shared.restore_records import FOLDER as RESTORE_TESTS
from functions.snapshot_secrets.snapshot import FOLDER as SECRETS
from functions.snapshot_secrets.snapshot import OUTSIDE_FOLDER as SECRETS_OUTSIDE
from infra.configuration.environments import BACKUP_DAYS


@dataclass(frozen=True)
class Bucket:
    """One bucket.

    Args:
        name: its name within the environment.
        purpose: what is in it.
        for_services: services may name it in the system file, and then read and write it.
        backed_up: AWS Backup takes a snapshot of it every day.
        replicated: every object is copied to the recovery region as it is written, where the environment
            keeps copies there.
        replicates_deletions: what is deleted is hidden in the copy too. Where not, a deletion, by mistake or
            by an intruder, leaves the copy as it is.
        copy_class: the copy's storage class. Standard-IA costs half, but counts no object as less than
            128 KB.
        expire_after: days after which objects are removed; None keeps them until somebody does.
        expire_folders: the same for each folder, where they differ. Then there is none for all of them: S3
            takes the shortest of the rules that an object falls under.
        infrequent_after: days after which an old version goes to Standard-IA (AWS: at least 30).
        archive_after: days after which an old version goes to Glacier Flexible Retrieval.
        noncurrent_expire_after: days after which an old version is removed.
        lock: days for which versions cannot be removed, in every environment; 0 for none.
        lock_where_backups_are_locked: the same, only where the environment locks its backups.
        platform_folders: of a bucket for services, what the platform alone writes and reads.
    """

    name: str
    purpose: str
    for_services: bool = False
    backed_up: bool = False
    replicated: bool = True
    replicates_deletions: bool = False
    copy_class: str = "STANDARD_IA"
    expire_after: int | None = None
    expire_folders: Mapping[str, int] = field(default_factory=dict)
    infrequent_after: int | None = None
    archive_after: int | None = None
    noncurrent_expire_after: int = 365
    lock: int = 0
    lock_where_backups_are_locked: int = 0
    platform_folders: tuple[str, ...] = ()


def _documents(name: str, purpose: str) -> Bucket:
    # Runbook 000: versioned, old versions to cold storage. Half of the mistakes show within a month; after
    # three an old version is for the auditors, and after a year for nobody.
    return Bucket(
        name,
        purpose,
        for_services=True,
        backed_up=True,
        # A customer whose document was deleted must not find it again after a recovery; its versions stay
        # there as they do here.
        replicates_deletions=True,
        infrequent_after=30,
        archive_after=90,
        noncurrent_expire_after=365,
    )


AUDIT_DAYS = 730  # runbook 002: two years, then removed
ACCESS_LOG_DAYS = 90

AUDIT = "audit"
BACKUPS = "backups"

# Folders of the backups bucket, beside those of functions: records of deployments, backups on demand.
DEPLOYMENTS = "deployments/"
ON_DEMAND = "on-demand/"  # AWS Backup's word for what is not taken by the clock
_BACKUP_FOLDERS = (SECRETS, SECRETS_OUTSIDE, ON_DEMAND, RESTORE_TESTS)
# What an auditor, or a post-mortem of last quarter, asks for: who deployed and who recovered what, when, why
# (DEP-1, DEP-2, DR-1…). The state that a recovery of a region put aside is needed until the region is back.
_RECORD_FOLDERS = (DEPLOYMENTS, RECOVERIES)

# Of the audit bucket: what CloudTrail delivers.
TRAIL_FOLDER = "trail/"

CATALOGUE = (
    _documents("documents", "Customers' documents"),
    _documents("photos", "Customers' photos"),
    _documents("reports", "Generated reports"),
    Bucket(
        BACKUPS,
        "Snapshots of secrets, backups on demand, records of deployments and recoveries",
        expire_folders={
            **dict.fromkeys(_BACKUP_FOLDERS, BACKUP_DAYS),
            **dict.fromkeys(_RECORD_FOLDERS, AUDIT_DAYS),
        },
        noncurrent_expire_after=1,
        lock_where_backups_are_locked=BACKUP_DAYS,
    ),
    Bucket(
        AUDIT,
        "Audit logs",
        for_services=True,
        copy_class="STANDARD",  # the trail writes small files
        expire_after=AUDIT_DAYS,
        noncurrent_expire_after=1,
        lock=AUDIT_DAYS,
        platform_folders=(RESTORE_TESTS, TRAIL_FOLDER),
    ),
)

# The engine's state is in a bucket that `make bootstrap` makes, outside of both regions: what is declared is
# its copy in the backup account. The original has no lock, since it is written again and again; copies get
# the default of their bucket then (S3 user guide, "What does Amazon S3 replicate?").
STATE = Bucket(
    "state",
    "The engine's state",
    copy_class="STANDARD",  # written again and again
    noncurrent_expire_after=BACKUP_DAYS,
    lock_where_backups_are_locked=BACKUP_DAYS,
)
# What of it is copied: each stack's last state, and none of the locks, which nobody would take away there.
STATE_FOLDER = ".pulumi/stacks/"

ACCESS_LOGS = "access-logs"
FRONTEND = "frontend"  # of a static site; it belongs to the edge
# A release that turns out bad is brought back from its old version; after a month there is a newer one.
FRONTEND_VERSION_DAYS = 30
ABORT_UPLOADS_AFTER = 7


def for_services() -> tuple[str, ...]:
    """The buckets that a service may name."""
    return tuple(bucket.name for bucket in CATALOGUE if bucket.for_services)


def platform_folders(names: Collection[str]) -> Iterator[tuple[str, str]]:
    """Of the named buckets, those with folders that services are kept out of: the name and a folder."""
    for bucket in CATALOGUE:
        if bucket.name in names:
            yield from ((bucket.name, folder) for folder in bucket.platform_folders)


def backed_up() -> tuple[str, ...]:
    """The buckets that AWS Backup takes snapshots of.

    The others hold what is a copy already, or cannot be removed before its time.
    """
    return tuple(bucket.name for bucket in CATALOGUE if bucket.backed_up)


# The names of the rules by which S3 copies a bucket; the metrics of replication have them as a dimension.
RECOVERY_RULE = "recovery"
BACKUP_ACCOUNT_RULE = "backup-account"


def replication_role(bucket: str) -> str:
    """The IAM role with which S3 copies a bucket, within the environment."""
    return f"replication-{bucket}"


def bucket_variable(bucket: str) -> str:
    """The environment variable in which a service finds a bucket's physical name: DOCUMENTS_BUCKET."""
    return f"{bucket.upper().replace('-', '_')}_BUCKET"
