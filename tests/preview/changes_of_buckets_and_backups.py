"""Changes of the program's code: buckets, and the copies of all data."""

from __future__ import annotations

from tests.preview.case import GONE, Case
from tests.preview.edits import EVERYBODY_READS, one

BUCKETS = [
    f"arn:aws:s3:::triangle-prod-{name}-230000000003-us-west-2" for name in ("documents", "photos", "reports")
]

CASES: tuple[Case, ...] = (
    # Files.
    one(
        "a bucket is renamed",
        "Bucket documents",
        "bucket",
        "other-documents",
        "DATA bucket documents is replaced by an empty one; the old one stays in AWS with the objects in it; Pulumi refuses: it is protected",
    ),
    one(
        "a bucket is deleted",
        "Bucket documents",
        "!gone",
        None,
        "WEAKER bucket documents leaves the program and stays in AWS: nothing here looks after it any more; Pulumi refuses: it is protected",
    ),
    one(
        "a bucket may be emptied",
        "Bucket photos",
        "forceDestroy",
        True,
        "WEAKER bucket photos is deleted with its objects where it would refuse",
    ),
    one(
        "a bucket would not stay",
        "Bucket photos",
        "!retain",
        False,
        "WEAKER bucket photos is deleted in AWS when it leaves the program, where it would have stayed",
    ),
    one(
        "a bucket keeps no versions",
        "BucketVersioning documents",
        "versioningConfiguration.status",
        "Suspended",
        "WEAKER bucket versioning documents is switched off: what is overwritten or deleted is lost",
    ),
    one(
        "a bucket may become public",
        "BucketPublicAccessBlock photos",
        "blockPublicPolicy",
        False,
        "ACCESS bucket public access block photos lets the bucket be made public",
    ),
    one(
        "a bucket's block is removed",
        "BucketPublicAccessBlock photos",
        "!gone",
        None,
        "ACCESS bucket public access block photos is deleted: the bucket may be made public",
    ),
    one(
        "everybody reads a bucket",
        "BucketPolicy photos",
        "policy",
        EVERYBODY_READS,
        "ACCESS bucket policy photos may be used by everybody: s3:GetObject",
        "ACCESS bucket policy photos does not deny TlsOnly any more",
    ),
    one(
        "a bucket is not copied",
        "BucketReplicationConfig photos",
        "!gone",
        None,
        "WEAKER bucket replication config photos is deleted: its objects have no copy elsewhere any more",
    ),
    one(
        "a bucket is not copied to the other account",
        "BucketReplicationConfig photos",
        "rules.1.status",
        "Disabled",
        "WEAKER bucket replication config photos copies its objects to account 230000000009 no more",
    ),
    one(
        "a bucket is not copied to the recovery region",
        "BucketReplicationConfig photos",
        "rules.0.status",
        "Disabled",
        "WEAKER bucket replication config photos copies its objects to the recovery region no more",
    ),
    Case(
        "a bucket's rule is removed with its alarm",
        ("WEAKER bucket replication config photos copies its objects to account 230000000009 no more",),
        graph=(
            ("BucketReplicationConfig photos", "rules.1", GONE),
            ("MetricAlarm replication-photos-backup-account-failed", "!gone", None),
        ),
    ),
    one(
        "a bucket is not encrypted with our key",
        "BucketServerSideEncryptionConfiguration documents",
        "rules.0.applyServerSideEncryptionByDefault.sseAlgorithm",
        "AES256",
        "WEAKER bucket server side encryption configuration documents encrypts new objects with AES256, not with a key of ours any more",
    ),
    one(
        "a bucket's lock is shorter",
        "BucketObjectLockConfiguration backups",
        "rule.defaultRetention.days",
        7,
        "WEAKER bucket object lock configuration backups locks new objects 7 days, instead of 30",
    ),
    one(
        "a bucket's lock is longer",
        "BucketObjectLockConfiguration backups",
        "rule.defaultRetention.days",
        60,
        "FINAL bucket object lock configuration backups locks new objects for 60 days; nobody, the root user included, can remove them",
    ),
    # Backup and recovery.
    one(
        "backups are kept for a shorter time",
        "Plan daily",
        "rules.0.lifecycle.deleteAfter",
        7,
        "WEAKER plan daily keeps its daily backups 7 days, instead of 30",
    ),
    one(
        "backups are not copied",
        "Plan daily",
        "rules.0.copyActions",
        [],
        "WEAKER plan daily copies its daily backups to the recovery region no more",
    ),
    one(
        "the database is not copied to the other account",
        "Plan database",
        "rules.0.copyActions.1",
        GONE,
        "WEAKER plan database copies its daily backups to account 230000000009 no more",
    ),
    Case(
        "the database goes to the plan of the buckets",
        ("WEAKER plan database copies its daily backups to account 230000000009 no more",),
        graph=(
            ("Plan database", "!gone", None),
            ("Selection database", "!gone", None),
            ("Selection buckets", "resources", [*BUCKETS, "arn:aws:rds:us-west-2:123456789012:database"]),
        ),
    ),
    Case(
        "the database's plan is removed",
        (
            "WEAKER plan database is deleted: nothing is backed up by it any more",
            "WEAKER selection database is deleted: nothing is backed up by it any more",
        ),
        graph=(("Plan database", "!gone", None), ("Selection database", "!gone", None)),
    ),
    one(
        "a bucket is not backed up",
        "Selection buckets",
        "resources",
        BUCKETS[1:],
        "WEAKER selection buckets leaves out what it backed up until now",
    ),
    one(
        "the database is not backed up",
        "Selection database",
        "resources",
        ["arn:aws:rds:us-west-2:230000000003:db:other"],
        "WEAKER selection database leaves out what it backed up until now",
    ),
    one(
        "the vault is not locked",
        "VaultLockConfiguration backup",
        "!gone",
        None,
        "WEAKER vault lock configuration backup is deleted: recovery points can be removed before their time",
    ),
    one(
        "the vault is locked longer",
        "VaultLockConfiguration backup",
        "minRetentionDays",
        35,
        "FINAL vault lock configuration backup keeps recovery points 35 days at least; nobody can lift that after 3 days",
    ),
    one(
        "images have no copy",
        "ReplicationConfiguration images",
        "!gone",
        None,
        "WEAKER replication configuration images is deleted: images have no copy elsewhere any more",
    ),
    one(
        "images are not copied to the other account",
        "ReplicationConfiguration images",
        "replicationConfiguration.rules.0.destinations",
        [{"registryId": "230000000003", "region": "us-east-2"}],
        "WEAKER replication configuration images copies images to account 230000000009 no more",
    ),
    one(
        "images are not copied to the recovery region",
        "ReplicationConfiguration images",
        "replicationConfiguration.rules.0.destinations",
        [{"registryId": "230000000009", "region": "us-west-2"}],
        "WEAKER replication configuration images copies images to the recovery region no more",
    ),
    one(
        "the secrets are not encrypted for the other account",
        "Function snapshot-secrets",
        "environment.variables.OUTSIDE_KEY",
        GONE,
        "WEAKER function snapshot-secrets copies the secrets to account 230000000009 no more",
    ),
)
