"""S3-2, DR-6, ALM-13: daily snapshots, and their copies in the recovery region."""

from __future__ import annotations

import pytest

from tests.support.recorder import Recording, record, stack_file
from tests.support.recordings import recording_of

PLAN = "aws:backup/plan:Plan"
VAULT = "aws:backup/vault:Vault"


@pytest.mark.contract("S3-2")
@pytest.mark.parametrize(("environment", "days"), [("dev", 1), ("staging", 30), ("prod", 30)])
def test_snapshots_are_kept_for_30_days_and_shorter_in_dev(environment: str, days: int) -> None:
    (rule,) = recording_of(environment).one(PLAN, "daily").inputs["rules"]
    assert rule["lifecycle"]["deleteAfter"] == days


def test_recovery_to_a_point_in_time_has_one_owner(each: Recording) -> None:
    (rule,) = each.one(PLAN, "daily").inputs["rules"]
    assert rule["enableContinuousBackup"] is False


def test_snapshots_are_apart_from_the_databases_own_backup_and_maintenance(each: Recording) -> None:
    (rule,) = each.one(PLAN, "daily").inputs["rules"]
    database = each.one("aws:rds/instance:Instance", "database").inputs
    begins = int(rule["schedule"].split()[1])
    assert rule["schedule"] == f"cron(0 {begins} * * ? *)"
    assert int(database["backupWindow"][6:8]) < begins
    assert int(database["maintenanceWindow"][-5:-3]) < begins


@pytest.mark.contract("S3-2", "DR-6")
def test_prods_snapshots_are_copied_to_the_recovery_region(prod: Recording) -> None:
    copy = prod.one(VAULT, "recovery/backup")
    assert copy.provider == "aws-recovery"
    assert copy.inputs["kmsKeyArn"].endswith(":us-east-2:123456789012:backup")
    (rule,) = prod.one(PLAN, "daily").inputs["rules"]
    (action,) = rule["copyActions"]
    assert action["destinationVaultArn"].endswith(":us-east-2:123456789012:backup")
    assert action["lifecycle"]["deleteAfter"] == 30


@pytest.mark.contract("S3-2")
def test_nobody_removes_a_snapshot_of_prod_before_its_time(prod: Recording) -> None:
    locks = prod.of("aws:backup/vaultLockConfiguration:VaultLockConfiguration")
    assert set(locks) == set(prod.of(VAULT))
    for lock in locks.values():
        # With changeableForDays it is a lock in compliance mode, which nobody can lift.
        assert (lock.inputs["minRetentionDays"], lock.inputs["changeableForDays"]) == (30, 3)


@pytest.mark.contract("S3-2")
def test_a_longer_retention_leaves_the_lock_alone() -> None:
    """AWS Backup refuses to change a lock in compliance mode, for ever."""
    prod = record("prod", {"database": {**stack_file("prod")["database"], "backupRetention": 35}})
    (rule,) = prod.one(PLAN, "daily").inputs["rules"]
    assert rule["lifecycle"]["deleteAfter"] == 35
    locks = prod.of("aws:backup/vaultLockConfiguration:VaultLockConfiguration").values()
    assert {lock.inputs["minRetentionDays"] for lock in locks} == {30}


@pytest.mark.contract("DR-6", "S3-2")
def test_a_role_of_its_own_may_restore_what_was_backed_up(each: Recording) -> None:
    roles = each.of("aws:iam/role:Role")
    attached = {
        (each.inputs["role"], each.inputs["policyArn"].rpartition("/")[2])
        for each in each.of("aws:iam/rolePolicyAttachment:RolePolicyAttachment").values()
    }
    restore = {policy for role, policy in attached if role == roles["restore"].inputs["name"]}
    assert restore == {"AWSBackupServiceRolePolicyForRestores", "AWSBackupServiceRolePolicyForS3Restore"}
    # What takes a snapshot every night writes over nothing.
    assert not {policy for role, policy in attached if role == roles["backup"].inputs["name"]} & restore


@pytest.mark.contract("DR-6")
def test_what_cannot_be_made_again_is_backed_up_by_name(each: Recording) -> None:
    chosen = each.one("aws:backup/selection:Selection", "data").inputs["resources"]
    buckets = each.of("aws:s3/bucket:Bucket")
    named = {f"arn:aws:s3:::{buckets[name].inputs['bucket']}" for name in ("documents", "photos", "reports")}
    assert set(chosen) == {"arn:aws:rds:us-west-2:123456789012:database", *named}


@pytest.mark.contract("ALM-13")
@pytest.mark.parametrize("alarm", ["backup-failed", "backup-overdue"])
def test_a_backup_that_fails_or_does_not_come_pages(each: Recording, alarm: str) -> None:
    inputs = each.one("aws:cloudwatch/metricAlarm:MetricAlarm", alarm).inputs
    vault = each.one(VAULT, "backup").inputs["name"]
    expected = {"BackupVaultName": vault}
    if alarm == "backup-overdue":
        expected["ResourceType"] = "RDS"  # a bucket's backup is none of the database
    metrics = [query["metric"] for query in inputs.get("metricQueries") or () if "metric" in query]
    dimensions = [metric["dimensions"] for metric in metrics if metric["namespace"] == "AWS/Backup"]
    assert dimensions == [expected] * len(dimensions)
    assert dimensions
