"""S3-2, DR-6, ALM-13, ENV-6: daily snapshots, their copies in the recovery region and in another account."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.policies import allows_outside
from tests.support.recorder import Recording, record, stack_file
from tests.support.recordings import recording_of

PLAN = "aws:backup/plan:Plan"
SELECTION = "aws:backup/selection:Selection"
VAULT = "aws:backup/vault:Vault"
BACKUP_ACCOUNT = "230000000009"  # as Pulumi.prod.yaml has it
OUTSIDE_VAULT = f"arn:aws:backup:us-west-2:{BACKUP_ACCOUNT}:backup-vault:triangle-prod"


def _rules(recording: Recording) -> Iterator[dict[str, Any]]:
    """The one rule of each plan."""
    for plan in recording.of(PLAN).values():
        (rule,) = plan.inputs["rules"]
        yield rule


def _copied_to(recording: Recording, resource: str) -> set[str]:
    """The vaults that the snapshots of something are copied to, by its ARN."""
    plans = {plan.id: plan for plan in recording.of(PLAN).values()}
    of_it = [each for each in recording.of(SELECTION).values() if resource in each.inputs["resources"]]
    rules = [rule for each in of_it for rule in plans[each.inputs["planId"]].inputs["rules"]]
    return {action["destinationVaultArn"] for rule in rules for action in rule.get("copyActions") or ()}


@pytest.mark.contract("S3-2")
@pytest.mark.parametrize(("environment", "days"), [("dev", 1), ("staging", 30), ("prod", 30)])
def test_snapshots_are_kept_for_30_days_and_shorter_in_dev(environment: str, days: int) -> None:
    assert {rule["lifecycle"]["deleteAfter"] for rule in _rules(recording_of(environment))} == {days}


def test_recovery_to_a_point_in_time_has_one_owner(each: Recording) -> None:
    assert {rule["enableContinuousBackup"] for rule in _rules(each)} == {False}


def test_snapshots_are_apart_from_the_databases_own_backup_and_maintenance(each: Recording) -> None:
    database = each.one("aws:rds/instance:Instance", "database").inputs
    for rule in _rules(each):
        begins = int(rule["schedule"].split()[1])
        assert rule["schedule"] == f"cron(0 {begins} * * ? *)"
        assert int(database["backupWindow"][6:8]) < begins
        assert int(database["maintenanceWindow"][-5:-3]) < begins


@pytest.mark.contract("S3-2", "DR-6")
def test_prods_snapshots_are_copied_to_the_recovery_region(prod: Recording) -> None:
    copy = prod.one(VAULT, "recovery/backup")
    assert copy.provider == "aws-recovery"
    assert copy.inputs["kmsKeyArn"].endswith(":us-east-2:123456789012:backup")
    for rule in _rules(prod):
        there = [each for each in rule["copyActions"] if each["destinationVaultArn"] == copy.outputs["arn"]]
        assert [action["lifecycle"]["deleteAfter"] for action in there] == [30]


@pytest.mark.contract("ENV-6")
def test_the_database_and_it_alone_is_copied_to_another_account(prod: Recording) -> None:
    there = prod.one(VAULT, "recovery/backup").outputs["arn"]
    database = prod.one("aws:rds/instance:Instance", "database").outputs["arn"]
    # In the same region: a copy job of RDS goes to another account or to another region.
    assert _copied_to(prod, database) == {there, OUTSIDE_VAULT}
    for bucket in ("documents", "photos", "reports"):
        arn = f"arn:aws:s3:::{prod.one('aws:s3/bucket:Bucket', bucket).inputs['bucket']}"
        # S3 itself copies these there (test_replication.py).
        assert _copied_to(prod, arn) == {there}


@pytest.mark.contract("ENV-6")
def test_what_is_in_another_account_is_kept_as_long(prod: Recording) -> None:
    actions = [action for rule in _rules(prod) for action in rule["copyActions"]]
    kept = [each["lifecycle"] for each in actions if each["destinationVaultArn"] == OUTSIDE_VAULT]
    assert kept == [{"deleteAfter": 30}]


@pytest.mark.contract("ENV-6")
def test_another_account_may_bring_snapshots_back_and_nothing_else(prod: Recording) -> None:
    # The one at home: what comes back to a region comes back to where it was.
    (policy,) = prod.of("aws:backup/vaultPolicy:VaultPolicy").values()
    assert policy.inputs["backupVaultName"] == prod.one(VAULT, "restore").inputs["name"]
    document = policy.plain("policy")
    ours, others = (f"arn:aws:iam::{each}:role/copies" for each in (BACKUP_ACCOUNT, "444455556666"))
    assert allows_outside(document, ours, "backup:CopyIntoBackupVault")
    assert not allows_outside(document, others, "backup:CopyIntoBackupVault")
    for action in ("CopyFromBackupVault", "DeleteRecoveryPoint", "PutBackupVaultAccessPolicy"):
        assert not allows_outside(document, ours, f"backup:{action}")


@pytest.mark.contract("ENV-6")
def test_what_comes_back_has_the_key_of_the_database(prod: Recording) -> None:
    """RDS restores with a snapshot's key, which is its vault's; the engine would replace any other."""
    database = prod.one("aws:rds/instance:Instance", "database").inputs
    assert prod.one(VAULT, "restore").inputs["kmsKeyArn"] == database["kmsKeyId"]


@pytest.mark.contract("ENV-6")
def test_another_account_reads_what_is_copied_to_it(prod: Recording) -> None:
    """RDS encrypts a snapshot with the instance's key."""
    policy = prod.one("aws:kms/key:Key", "data").plain("policy")
    role = f"arn:aws:iam::{BACKUP_ACCOUNT}:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"
    for action in ("Decrypt", "DescribeKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom"):
        assert allows_outside(policy, role, f"kms:{action}")
    for_service = {"kms:GrantIsForAWSResource": "true"}
    assert allows_outside(policy, role, "kms:CreateGrant", keys=for_service)
    assert not allows_outside(policy, role, "kms:CreateGrant", keys={"kms:GrantIsForAWSResource": "false"})
    for action in ("DisableKey", "PutKeyPolicy", "ScheduleKeyDeletion"):
        assert not allows_outside(policy, role, f"kms:{action}", keys=for_service)


@pytest.mark.contract("ENV-6")
def test_no_other_key_is_shared_with_another_account(each: Recording) -> None:
    shared = {
        name
        for name, key in each.of("aws:kms/key:Key").items()
        if BACKUP_ACCOUNT in json.dumps(json.loads(key.plain("policy")))
    }
    assert shared == ({"data"} if each.environment == "prod" else set())


@pytest.mark.contract("ENV-6")
@pytest.mark.parametrize("environment", ["dev", "staging"])
def test_where_nothing_is_copied_one_plan_has_all_of_it(environment: str) -> None:
    recording = recording_of(environment)
    assert set(recording.of(PLAN)) == {"daily"}
    assert set(recording.of(SELECTION)) == {"data"}
    assert not recording.perhaps("aws:backup/vaultPolicy:VaultPolicy")


@pytest.mark.contract("S3-2")
def test_nobody_removes_a_snapshot_of_prod_before_its_time(prod: Recording) -> None:
    locks = prod.of("aws:backup/vaultLockConfiguration:VaultLockConfiguration")
    # Nothing is in that one before the day on which it comes back.
    assert set(locks) == set(prod.of(VAULT)) - {"restore"}
    for lock in locks.values():
        # With changeableForDays it is a lock in compliance mode, which nobody can lift.
        assert (lock.inputs["minRetentionDays"], lock.inputs["changeableForDays"]) == (30, 3)


@pytest.mark.contract("S3-2")
def test_a_longer_retention_leaves_the_lock_alone() -> None:
    """AWS Backup refuses to change a lock in compliance mode, for ever."""
    prod = record("prod", {"database": {**stack_file("prod")["database"], "backupRetention": 35}})
    assert {rule["lifecycle"]["deleteAfter"] for rule in _rules(prod)} == {35}
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
    chosen = [arn for selection in each.of(SELECTION).values() for arn in selection.inputs["resources"]]
    buckets = each.of("aws:s3/bucket:Bucket")
    named = {f"arn:aws:s3:::{buckets[name].inputs['bucket']}" for name in ("documents", "photos", "reports")}
    # Each of it once: a snapshot more is paid for.
    assert sorted(chosen) == sorted(["arn:aws:rds:us-west-2:123456789012:database", *named])


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


@pytest.mark.contract("ALM-13")
def test_what_no_metric_tells_of_backups_is_a_ticket(each: Recording) -> None:
    told = each.one("aws:backup/vaultNotifications:VaultNotifications", "backup").inputs
    # Objects that were left out of a backup, and whoever touches a recovery point.
    assert set(told["backupVaultEvents"]) == {"RECOVERY_POINT_MODIFIED", "S3_BACKUP_OBJECT_FAILED"}


@pytest.mark.contract("S3-1", "S3-2", "S3-5")
def test_what_holds_data_is_never_emptied_to_be_removed(like_prod: Recording) -> None:
    for kind in (
        "aws:backup/vault:Vault",
        "aws:s3/bucket:Bucket",
        "aws:ecr/repository:Repository",
        "aws:route53/zone:Zone",
    ):
        for each in like_prod.of(kind).values():
            names = {"forceDestroy", "forceDelete"} & each.inputs.keys()
            assert not [name for name in names if each.inputs[name]], each.urn
