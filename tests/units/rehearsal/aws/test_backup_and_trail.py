"""Vaults, trails and rules: the whole life of each."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rehearsal.aws.cloud import Cloud
from rehearsal.providers.provider import ProviderError
from tests.support.aws_round_trip import ACCOUNT, REGION, Life
from tests.support.backup_accounts import TRUST

TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:sev-3"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"


def _selector(name: str, **fields: list[str]) -> dict[str, Any]:
    selectors = [{"field": field.replace("_", "."), "equals": values} for field, values in fields.items()]
    return {"name": name, "fieldSelectors": selectors}


def test_a_vault_and_its_lock_live(life: Life) -> None:
    vault = life.create(
        "aws:backup/vault:Vault", {"name": "prod", "kmsKeyArn": KEY, "tags": {"team": "data"}}
    )
    assert vault.outputs["arn"] == f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:prod"
    vault = life.changes_to(vault, {"tags": {"team": "other"}})
    life.imports(vault)
    lock = life.create(
        "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        {"backupVaultName": vault.id, "minRetentionDays": 30, "changeableForDays": 3},
    )
    life.ends(lock)
    life.ends(vault)


def _copies_from(account: str) -> str:
    principal = {"AWS": f"arn:aws:iam::{account}:root"}
    statement = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": "backup:CopyIntoBackupVault",
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_the_policy_of_a_vault_lives(life: Life) -> None:
    vault = life.create("aws:backup/vault:Vault", {"name": "copies", "kmsKeyArn": KEY}, "copies")
    policy = life.create(
        "aws:backup/vaultPolicy:VaultPolicy",
        {"backupVaultName": vault.id, "policy": _copies_from("444455556666")},
    )
    assert policy.outputs["backupVaultArn"] == vault.outputs["arn"]
    policy = life.changes_to(policy, {"policy": _copies_from("777788889999")})
    life.imports(policy)
    life.ends(policy)
    life.ends(vault)


@pytest.mark.parametrize("forced", [True, False])
def test_a_vault_with_recovery_points_is_deleted_when_the_program_says_so(
    life: Life, cloud: Cloud, forced: bool
) -> None:
    name = f"forced-{forced}".lower()
    role = cloud.call("iam", REGION, "create_role", RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]
    cloud.call(
        "s3",
        REGION,
        "create_bucket",
        Bucket=name,
        CreateBucketConfiguration={"LocationConstraint": REGION},
    )
    versioned = {"Status": "Enabled"}
    cloud.call("s3", REGION, "put_bucket_versioning", Bucket=name, VersioningConfiguration=versioned)
    vault = life.create(
        "aws:backup/vault:Vault", {"name": name, "kmsKeyArn": KEY, "forceDestroy": forced}, name
    )
    cloud.call(
        "backup",
        REGION,
        "start_backup_job",
        BackupVaultName=name,
        ResourceArn=f"arn:aws:s3:::{name}",
        IamRoleArn=role["Arn"],
    )
    if forced:
        life.ends(vault)
    else:
        with pytest.raises(ProviderError, match="contains 1 recovery points"):
            life.provider.delete(vault.resource, vault.inputs, vault.outputs)


def test_a_trail_lives(life: Life, cloud: Cloud) -> None:
    cloud.call(
        "s3",
        REGION,
        "create_bucket",
        Bucket="audit",
        CreateBucketConfiguration={"LocationConstraint": REGION},
    )
    trail = life.create(
        "aws:cloudtrail/trail:Trail",
        {
            "name": "prod",
            "s3BucketName": "audit",
            "s3KeyPrefix": "trail",
            "kmsKeyId": KEY,
            "isMultiRegionTrail": True,
            "includeGlobalServiceEvents": True,
            "enableLogFileValidation": True,
            "enableLogging": True,
            "cloudWatchLogsGroupArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:trail:*",
            "cloudWatchLogsRoleArn": f"arn:aws:iam::{ACCOUNT}:role/trail",
            "advancedEventSelectors": [_selector("Management", eventCategory=["Management"])],
            "tags": {"team": "security"},
        },
    )
    assert cloud.call("cloudtrail", REGION, "get_trail_status", Name="prod")["IsLogging"] is True
    data = _selector("Data", eventCategory=["Data"], resources_type=["AWS::S3::Object"])
    trail = life.changes_to(trail, {"advancedEventSelectors": [data]})
    found = cloud.call("cloudtrail", REGION, "get_event_selectors", TrailName="prod")
    assert [each["Name"] for each in found["AdvancedEventSelectors"]] == ["Data"]
    trail = life.changes_to(trail, {"enableLogging": False})
    trail = life.changes_to(trail, {"tags": {"team": "other"}})
    life.ends(trail)


def test_a_rule_and_its_target_live(life: Life) -> None:
    pattern = json.dumps({"source": ["aws.guardduty"]})
    rule = life.create(
        "aws:cloudwatch/eventRule:EventRule",
        {"name": "threats", "description": "Findings", "eventPattern": pattern, "tags": {"team": "security"}},
    )
    rule = life.changes_to(rule, {"description": "Others"})
    target = life.create(
        "aws:cloudwatch/eventTarget:EventTarget",
        {"rule": rule.id, "targetId": "sev-3", "arn": TOPIC, "input": '"text"'},
    )
    target = life.changes_to(target, {"input": '"another"'})
    life.ends(target)
    life.ends(rule)
