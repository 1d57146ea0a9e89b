"""Copies into another account's vault: why AWS Backup refuses one, and what outlives the account it is of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from rehearsal.aws.cloud import Cloud
from rehearsal.workspace.journal import Journal
from tests.support.backup_accounts import AWAY, REGION, Account, allowing, shared_key
from tests.support.servers import embedded_aws

HOME, KEPT, NEW = "610987654321", "610987654322", "610987654323"


@dataclass
class Two:
    """An account with a recovery point of an instance, and one that may be copied into."""

    home: Account
    kept: Account
    point: str

    def copied(self) -> str:
        """Copies the recovery point; the ARN of the copy."""
        return str(self.home.copy(self.point, self.kept.vault)["DestinationRecoveryPointArn"])


@pytest.fixture
def two() -> Iterator[Two]:
    """The key of the first is shared with the second, whose own is shared with a third."""
    with Cloud(HOME) as home, Cloud(KEPT) as kept:
        first, second = Account(home, KEPT), Account(kept, NEW)
        second.admit(allowing(HOME))
        point = first.back_up(first.make_instance("home"), Lifecycle={"DeleteAfterDays": 35})
        yield Two(first, second, point["RecoveryPointArn"])


def test_a_copy_is_a_snapshot_of_the_other_account_under_its_vaults_key(two: Two) -> None:
    job = two.home.copy(two.point, two.kept.vault)
    assert job["State"] == "COMPLETED"
    name = f"awsbackup:copyjob-{job['CopyJobId'].lower()}"
    assert job["DestinationRecoveryPointArn"] == f"arn:aws:rds:{REGION}:{KEPT}:snapshot:{name}"
    (snapshot,) = two.kept.snapshots(SnapshotType="awsbackup")
    assert (snapshot["DBSnapshotIdentifier"], snapshot["KmsKeyId"]) == (name, two.kept.key)


def test_a_copy_keeps_the_date_and_the_retention_of_its_source(two: Two) -> None:
    two.copied()
    (source,), (copy,) = two.home.points(), two.kept.points()
    assert copy["SourceBackupVaultArn"] == two.home.vault
    for name in ("CreationDate", "Lifecycle", "CalculatedLifecycle", "ResourceArn"):
        assert copy[name] == source[name], name


def _no_policy(two: Two) -> None:
    two.kept.call("delete_backup_vault_access_policy", BackupVaultName="kept")


def _policy_for_another(two: Two) -> None:
    two.kept.admit(allowing(NEW))


def _policy_for_an_unknown_organization(two: Two) -> None:
    two.kept.admit(allowing(HOME, StringEquals={"aws:PrincipalOrgID": "o-1"}))


def _key_not_shared(two: Two) -> None:
    policy = shared_key(HOME, None)
    two.home.cloud.call(
        "kms", REGION, "put_key_policy", KeyId=two.home.key, PolicyName="default", Policy=policy
    )


def _key_shared_for_less(two: Two) -> None:
    policy = shared_key(HOME, KEPT, actions=["kms:DescribeKey"])
    two.home.cloud.call(
        "kms", REGION, "put_key_policy", KeyId=two.home.key, PolicyName="default", Policy=policy
    )


def _key_disabled(two: Two) -> None:
    two.home.cloud.call("kms", REGION, "disable_key", KeyId=two.home.key.rpartition("/")[2])


def _vault_under_a_disabled_key(two: Two) -> None:
    two.kept.cloud.call("kms", REGION, "disable_key", KeyId=two.kept.key.rpartition("/")[2])


def _lock_that_keeps_longer(two: Two) -> None:
    two.kept.call("put_backup_vault_lock_configuration", BackupVaultName="kept", MinRetentionDays=36)


def _region_unreachable(two: Two) -> None:
    two.kept.cloud.unreachable.add(REGION)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_no_policy, "Access Denied trying to call AWS Backup service"),
        (_policy_for_another, "Access Denied trying to call AWS Backup service"),
        (_policy_for_an_unknown_organization, "Access Denied trying to call AWS Backup service"),
        (_key_not_shared, "does not allow kms:DescribeKey, kms:Decrypt, kms:CreateGrant"),
        (_key_shared_for_less, "does not allow kms:Decrypt"),
        (_key_disabled, "is not a customer managed key that can be used"),
        (_vault_under_a_disabled_key, "is not encrypted with a customer managed key"),
        (_lock_that_keeps_longer, "Retention of 35 days is outside"),
        (_region_unreachable, "does not answer"),
    ],
)
def test_a_copy_fails(two: Two, change: Callable[[Two], None], message: str) -> None:
    change(two)
    job = two.home.copy(two.point, two.kept.vault)
    two.kept.cloud.unreachable.clear()
    assert job["State"] == "FAILED"
    assert message in job["StatusMessage"]
    assert two.kept.points() == two.kept.snapshots(SnapshotType="awsbackup") == []


def test_a_copy_into_a_vault_under_aws_own_key_fails(two: Two) -> None:
    vault = two.kept.make_vault("unencrypted")
    two.kept.admit(allowing(HOME), "unencrypted")
    assert "customer managed key" in two.home.copy(two.point, vault)["StatusMessage"]


def test_a_copy_of_a_snapshot_under_aws_own_key_fails(two: Two) -> None:
    arn = two.home.make_instance("plain", KmsKeyId="alias/aws/rds")
    job = two.home.copy(two.home.back_up(arn)["RecoveryPointArn"], two.kept.vault)
    assert "it cannot be shared" in job["StatusMessage"]


def test_a_copy_of_a_bucket_needs_no_key_to_be_shared(two: Two) -> None:
    """AWS Backup encrypts it itself, with each vault's own."""
    _key_not_shared(two)
    two.home.make_bucket("receipts-of-accounts", versioned=True)
    job = two.home.back_up("arn:aws:s3:::receipts-of-accounts")
    assert two.home.copy(job["RecoveryPointArn"], two.kept.vault)["State"] == "COMPLETED"
    (copy,) = two.kept.points(ByResourceType="S3")
    assert copy["RecoveryPointArn"].startswith(f"arn:aws:backup:{REGION}:{KEPT}:recovery-point:")
    assert copy["EncryptionKeyArn"] == two.kept.key


def test_a_copy_into_the_default_vault_of_another_account_fails(two: Two) -> None:
    vault = two.kept.make_vault("Default", EncryptionKeyArn=two.kept.key)
    two.kept.admit(allowing(HOME), "Default")
    assert "default backup vault" in two.home.copy(two.point, vault)["StatusMessage"]


def test_a_copy_into_a_vault_that_is_not_there_fails(two: Two) -> None:
    job = two.home.copy(two.point, two.kept.vault.replace(":kept", ":none"))
    assert "does not exist" in job["StatusMessage"]


def test_a_copy_of_a_database_into_another_account_and_region_at_once_fails(two: Two) -> None:
    away = Account(two.kept.cloud, region=AWAY)
    away.admit(allowing(HOME))
    job = two.home.copy(two.point, away.vault)
    assert "cannot be initiated for RDS resources" in job["StatusMessage"]


def test_a_copy_into_an_account_that_is_not_embedded_is_not_pretended(two: Two) -> None:
    job = two.home.copy(two.point, two.kept.vault.replace(KEPT, NEW))
    assert job["State"] == "FAILED"
    assert "not embedded in this process" in job["StatusMessage"]


def test_copy_jobs_are_listed_by_their_end_and_destination(two: Two) -> None:
    done = two.home.copy(two.point, two.kept.vault)["CopyJobId"]
    _no_policy(two)
    failed = two.home.copy(two.point, two.kept.vault)["CopyJobId"]

    def listed(**filters: str) -> list[str]:
        return [job["CopyJobId"] for job in two.home.call("list_copy_jobs", **filters)["CopyJobs"]]

    assert listed(ByState="COMPLETED", ByDestinationVaultArn=two.kept.vault) == [done]
    assert listed(ByState="FAILED", ByResourceType="RDS") == [failed]
    assert listed(ByDestinationVaultArn=two.home.vault) == listed(ByResourceType="S3") == []


def test_a_third_account_is_rebuilt_from_the_second_when_the_first_is_gone(two: Two) -> None:
    copied = two.copied()
    two.home.cloud.stop()
    with Cloud(NEW) as cloud:
        new = Account(cloud)
        new.admit(allowing(KEPT))
        arn = two.kept.copy(copied, new.vault)["DestinationRecoveryPointArn"]
        made = new.rds(
            "restore_db_instance_from_db_snapshot", DBSnapshotIdentifier=arn, DBInstanceIdentifier="new"
        )
        restored = made["DBInstance"]
    assert restored["DBInstanceArn"] == f"arn:aws:rds:{REGION}:{NEW}:db:new"
    assert (restored["Engine"], restored["DBName"], restored["MasterUsername"]) == (
        "postgres",
        "app",
        "triangle",
    )
    assert restored["KmsKeyId"] == new.key


def test_clients_over_http_copy_and_read_as_well(two: Two) -> None:
    copied = two.copied()
    with embedded_aws(KEPT, two.kept.cloud.answer) as url:
        keys = {"aws_access_key_id": "embedded", "aws_secret_access_key": "embedded"}
        client: Any = boto3.client("backup", region_name=REGION, endpoint_url=url, **keys)
        named = {"BackupVaultName": "kept", "RecoveryPointArn": copied}
        listed = client.list_recovery_points_by_backup_vault(BackupVaultName="kept", ByResourceType="RDS")
        assert [each["RecoveryPointArn"] for each in listed["RecoveryPoints"]] == [copied]
        assert client.describe_recovery_point(**named)["ResourceType"] == "RDS"
        started = client.start_copy_job(
            RecoveryPointArn=copied,
            SourceBackupVaultName="kept",
            DestinationBackupVaultArn=two.home.vault,
            IamRoleArn=two.kept.role,
        )
        (job,) = client.list_copy_jobs(ByDestinationVaultArn=two.home.vault)["CopyJobs"]
        assert (job["CopyJobId"], job["State"]) == (started["CopyJobId"], "FAILED")
        policy = client.get_backup_vault_access_policy(BackupVaultName="kept")["Policy"]
        client.put_backup_vault_access_policy(BackupVaultName="kept", Policy=policy)
        client.delete_recovery_point(**named)
    assert two.kept.points() == []


@pytest.fixture
def journals(tmp_path: Path) -> dict[str, Path]:
    """Of two accounts, now stopped, of which one copied into the other: once refused, once let in."""
    paths = {account: tmp_path / account for account in (HOME, KEPT)}
    with Cloud(HOME, Journal(paths[HOME])) as home, Cloud(KEPT, Journal(paths[KEPT])) as kept:
        first, second = Account(home, KEPT), Account(kept)
        point = first.back_up(first.make_instance("home"))["RecoveryPointArn"]
        first.copy(point, second.vault)
        second.admit(allowing(HOME))
        first.copy(point, second.vault)
    return paths


def _back(journals: dict[str, Path], stack: ExitStack, account: str) -> Cloud:
    return stack.enter_context(Cloud(account, Journal(journals[account])))


def _points(cloud: Cloud) -> list[str]:
    found = cloud.call("backup", REGION, "list_recovery_points_by_backup_vault", BackupVaultName="kept")
    return [str(each["RecoveryPointArn"]) for each in found["RecoveryPoints"]]


def test_what_was_copied_comes_back_without_the_account_that_it_came_from(journals: dict[str, Path]) -> None:
    with ExitStack() as stack:
        kept = _back(journals, stack, KEPT)
        (arn,) = _points(kept)
        found = kept.call("rds", REGION, "describe_db_snapshots", DBSnapshotIdentifier=arn)
        assert found["DBSnapshots"][0]["MasterUsername"] == "triangle"


@pytest.mark.parametrize("others", [[], [KEPT]], ids=["alone", "beside the other"])
def test_copy_jobs_come_back_as_they_have_ended(journals: dict[str, Path], others: list[str]) -> None:
    with ExitStack() as stack:
        there = [_back(journals, stack, account) for account in others]
        home = _back(journals, stack, HOME)
        jobs = home.call("backup", REGION, "list_copy_jobs")["CopyJobs"]
        assert [job["State"] for job in jobs] == ["FAILED", "COMPLETED"]
        assert "Access Denied" in jobs[0]["StatusMessage"]
        assert [len(_points(cloud)) for cloud in there] == [1] * len(others)


def test_an_account_that_waits_for_its_first_call_is_copied_into(journals: dict[str, Path]) -> None:
    """A session brings its AWS back when it is first called, which may be by another account's copy."""
    with ExitStack() as stack:
        home = _back(journals, stack, HOME)
        kept = Cloud(KEPT, Journal(journals[KEPT]))
        stack.callback(kept.stop)
        kept.start()
        (point,) = _points(home)
        started = home.call(
            "backup",
            REGION,
            "start_copy_job",
            RecoveryPointArn=point,
            SourceBackupVaultName="kept",
            DestinationBackupVaultArn=f"arn:aws:backup:{REGION}:{KEPT}:backup-vault:kept",
            IamRoleArn=f"arn:aws:iam::{HOME}:role/backup-{REGION}",
        )
        job = home.call("backup", REGION, "describe_copy_job", CopyJobId=started["CopyJobId"])["CopyJob"]
        assert job["State"] == "COMPLETED"
        assert len(_points(kept)) == 2
