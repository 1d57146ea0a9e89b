"""AWS Backup's jobs in one account: what is backed up, what RDS says of it, and what goes with a vault."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.aws.cloud import Cloud
from tests.support.backup_accounts import AWAY, REGION, Account, allowing

ACCOUNT = "510987654321"


@pytest.fixture
def home() -> Iterator[Account]:
    """An account with an encrypted instance."""
    with Cloud(ACCOUNT) as cloud:
        account = Account(cloud)
        account.make_instance("home")
        yield account


DATABASE = f"arn:aws:rds:{REGION}:{ACCOUNT}:db:home"


def test_a_backup_of_an_instance_is_a_snapshot_of_its_own_type_under_its_key(home: Account) -> None:
    job = home.back_up(DATABASE)
    assert job["State"] == "COMPLETED"
    name = f"awsbackup:job-{job['BackupJobId'].lower()}"
    assert job["RecoveryPointArn"] == f"arn:aws:rds:{REGION}:{ACCOUNT}:snapshot:{name}"
    (snapshot,) = home.snapshots(SnapshotType="awsbackup")
    assert (snapshot["DBSnapshotIdentifier"], snapshot["KmsKeyId"]) == (name, home.key)


@pytest.mark.parametrize("by", ["name", "arn", "instance"])
def test_a_snapshot_is_found_by(home: Account, by: str) -> None:
    arn = home.back_up(DATABASE)["RecoveryPointArn"]
    asked = {
        "name": {"DBSnapshotIdentifier": arn.partition(":snapshot:")[2]},
        "arn": {"DBSnapshotIdentifier": arn},
        "instance": {"DBInstanceIdentifier": "home"},
    }
    assert arn in [each["DBSnapshotArn"] for each in home.snapshots(**asked[by])]
    assert home.snapshots(SnapshotType="manual") == []


def test_a_snapshot_goes_with_its_recovery_point_alone(home: Account) -> None:
    arn = home.back_up(DATABASE)["RecoveryPointArn"]
    with pytest.raises(ClientError, match="InvalidDBSnapshotState"):
        home.rds("delete_db_snapshot", DBSnapshotIdentifier=arn.partition(":snapshot:")[2])
    home.call("delete_recovery_point", BackupVaultName="kept", RecoveryPointArn=arn)
    assert home.snapshots(SnapshotType="awsbackup") == []
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        home.call("describe_recovery_point", BackupVaultName="kept", RecoveryPointArn=arn)


def test_a_snapshot_is_restored_when_its_instance_is_gone(home: Account) -> None:
    arn = home.back_up(DATABASE)["RecoveryPointArn"]
    home.delete_instance("home")
    made = home.rds(
        "restore_db_instance_from_db_snapshot", DBSnapshotIdentifier=arn, DBInstanceIdentifier="new"
    )
    restored = made["DBInstance"]
    assert (restored["Engine"], restored["MasterUsername"]) == ("postgres", "triangle")
    assert restored["KmsKeyId"] == home.key


def test_an_instance_that_is_at_work_fails_its_job(home: Account) -> None:
    home.rds("stop_db_instance", DBInstanceIdentifier="home")
    job = home.back_up(DATABASE)
    assert (job["State"], home.points()) == ("FAILED", [])
    assert "stopped" in job["StatusMessage"]


@pytest.mark.parametrize("versioned", [True, False])
def test_a_bucket_is_backed_up_when_it_keeps_versions(home: Account, versioned: bool) -> None:
    home.make_bucket("receipts-of-tests", versioned=versioned)
    job = home.back_up("arn:aws:s3:::receipts-of-tests")
    assert job["State"] == ("COMPLETED" if versioned else "FAILED")
    assert [each["ResourceType"] for each in home.points()] == ["S3"] * versioned


@pytest.mark.parametrize(
    ("arn", "code"),
    [
        (DATABASE.replace("home", "gone"), "ResourceNotFoundException"),
        (DATABASE.replace(REGION, AWAY), "ResourceNotFoundException"),
        (f"arn:aws:sqs:{REGION}:{ACCOUNT}:queue", "InvalidParameterValueException"),
    ],
)
def test_what_is_not_there_or_cannot_be_backed_up_is_refused(home: Account, arn: str, code: str) -> None:
    with pytest.raises(ClientError, match=code):
        home.back_up(arn)


def test_a_role_that_does_not_trust_aws_backup_is_refused(home: Account) -> None:
    home.role = f"arn:aws:iam::{ACCOUNT}:role/none"
    with pytest.raises(ClientError, match="cannot be assumed"):
        home.back_up(DATABASE)


def test_a_repeated_request_starts_no_second_job(home: Account) -> None:
    first, second = (home.back_up(DATABASE, IdempotencyToken="once") for _ in range(2))
    assert first["BackupJobId"] == second["BackupJobId"]
    assert len(home.points()) == 1


@pytest.mark.parametrize(("days", "state"), [(29, "FAILED"), (30, "COMPLETED"), (None, "COMPLETED")])
def test_a_lock_takes_no_shorter_retention_than_its_own(home: Account, days: int | None, state: str) -> None:
    home.call("put_backup_vault_lock_configuration", BackupVaultName="kept", MinRetentionDays=30)
    lifecycle = {"DeleteAfterDays": days} if days else {}
    assert home.back_up(DATABASE, Lifecycle=lifecycle)["State"] == state


def test_a_locked_vault_keeps_its_recovery_points(home: Account) -> None:
    arn = home.back_up(DATABASE)["RecoveryPointArn"]
    home.call("put_backup_vault_lock_configuration", BackupVaultName="kept", MinRetentionDays=30)
    with pytest.raises(ClientError, match="locked"):
        home.call("delete_recovery_point", BackupVaultName="kept", RecoveryPointArn=arn)


def test_a_vault_with_recovery_points_is_not_deleted(home: Account) -> None:
    home.back_up(DATABASE)
    with pytest.raises(ClientError, match="contains 1 recovery points"):
        home.call("delete_backup_vault", BackupVaultName="kept")


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"ByResourceType": "RDS"}, 1),
        ({"ByResourceType": "S3"}, 0),
        ({"ByResourceArn": DATABASE}, 1),
        ({"ByResourceArn": f"{DATABASE}-other"}, 0),
        ({"ByCreatedAfter": datetime.now(UTC) - timedelta(hours=1)}, 1),
        ({"ByCreatedAfter": datetime.now(UTC) + timedelta(hours=1)}, 0),
        ({"ByCreatedBefore": datetime.now(UTC) + timedelta(hours=1)}, 1),
        ({"ByCreatedBefore": datetime.now(UTC) - timedelta(hours=1)}, 0),
    ],
)
def test_recovery_points_are_listed_by(home: Account, filters: dict[str, Any], found: int) -> None:
    home.back_up(DATABASE)
    assert len(home.points(**filters)) == found


def test_a_copy_in_another_region_is_encrypted_with_the_key_of_its_vault(home: Account) -> None:
    away = Account(home.cloud, region=AWAY)
    job = home.copy(home.back_up(DATABASE)["RecoveryPointArn"], away.vault)
    assert job["State"] == "COMPLETED"
    (snapshot,) = away.snapshots(SnapshotType="awsbackup")
    assert snapshot["DBSnapshotArn"] == job["DestinationRecoveryPointArn"]
    assert snapshot["KmsKeyId"] == away.key


def test_a_copy_in_the_account_goes_to_a_vault_that_there_is_in_another_region(home: Account) -> None:
    arn = home.back_up(DATABASE)["RecoveryPointArn"]
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        home.copy(arn, home.vault.replace(REGION, AWAY))
    with pytest.raises(ClientError, match="InvalidRequestException"):
        home.copy(arn, home.make_vault("other"))
    with pytest.raises(ClientError, match="InvalidParameterValueException"):
        home.copy(arn, "kept")


def test_an_access_policy_is_one_and_has_no_wildcard(home: Account) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        home.call("get_backup_vault_access_policy", BackupVaultName="kept")
    for refused in (allowing(ACCOUNT, "backup:*"), "no document"):
        with pytest.raises(ClientError, match="InvalidParameterValueException"):
            home.admit(refused)
    home.admit(allowing(ACCOUNT))
    found = home.call("get_backup_vault_access_policy", BackupVaultName="kept")["Policy"]
    assert json.loads(found) == json.loads(allowing(ACCOUNT))
