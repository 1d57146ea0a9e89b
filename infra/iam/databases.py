"""Statements about instances of RDS."""

from __future__ import annotations

from collections.abc import Sequence

from infra.iam.documents import Arn, Statement, allow, deny


def describe_database(instance: Arn) -> Statement:
    """See what RDS knows of one instance, the newest time that it can be restored to among it."""
    return allow("DescribeDatabase", ["rds:DescribeDBInstances"], [instance])


def describe_databases(every: str) -> Statement:
    """See what RDS knows of all instances of a region, by the ARN pattern for that."""
    return allow("DescribeDatabases", ["rds:DescribeDBInstances"], [every])


def see_snapshots(instance: Arn, snapshots: str) -> list[Statement]:
    """See how an instance is, and which snapshots there are of it.

    Args:
        instance: its ARN.
        snapshots: the ARN pattern of theirs: those that AWS makes have names of their own.
    """
    return [
        describe_database(instance),
        allow("DescribeSnapshots", ["rds:DescribeDBSnapshots"], [instance, snapshots]),
    ]


def see_copied_database(replica: Arn, backups: str) -> list[Statement]:
    """See how a replica in another region is, which backups are copied there, and how long AWS supports a
    version.

    Args:
        replica: its ARN.
        backups: the ARN pattern of automated backups there.
    """
    return [
        allow("DescribeReplica", ["rds:DescribeDBInstances"], [replica]),
        allow("DescribeCopiedBackups", ["rds:DescribeDBInstanceAutomatedBackups"], [backups]),
        # Of no resource (Service Authorization Reference).
        allow("DescribeVersions", ["rds:DescribeDBMajorEngineVersions"], ["*"]),
    ]


def restore_beside(source: Arn, restored: str, groups: Sequence[Arn]) -> list[Statement]:
    """Restore an instance to others of certain names, and then do with those whatever is necessary.

    Args:
        source: the instance.
        restored: the ARN pattern of the others.
        groups: what these may have: subnet group, parameter group, option group. RDS asks about each (Service
            Authorization Reference, RestoreDBInstanceToPointInTime).
    """
    return [
        allow("Restore", ["rds:RestoreDBInstanceToPointInTime"], [source, restored, *groups]),
        allow(
            "WorkWithRestored",
            ["rds:AddTagsToResource", "rds:DeleteDBInstance", "rds:ModifyDBInstance"],
            [restored],
        ),
    ]


def never_change(instances: Sequence[Arn]) -> Statement:
    """Nothing that changes, stops or removes these, whoever allows it one day."""
    return deny(
        "NeverChange",
        [
            "rds:AddTagsToResource",
            "rds:DeleteDBInstance",
            "rds:DeleteDBInstanceAutomatedBackup",
            "rds:ModifyDBInstance",
            "rds:RebootDBInstance",
            "rds:RemoveTagsFromResource",
            "rds:StopDBInstance",
        ],
        instances,
    )


def encrypt_restored(key: Arn, region: str) -> Statement:
    """RDS gets to use a key for an instance that is restored (RDS user guide, "AWS KMS key management")."""
    return allow(
        "EncryptRestored",
        ["kms:CreateGrant", "kms:DescribeKey"],
        [key],
        condition={"StringEquals": {"kms:ViaService": f"rds.{region}.amazonaws.com"}},
    )
