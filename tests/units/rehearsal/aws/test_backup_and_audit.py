"""Vaults, trails and rules: the whole life of each."""

from __future__ import annotations

import json
from typing import Any

from rehearsal.aws.cloud import Cloud
from tests.support.aws_round_trip import ACCOUNT, REGION, Life

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
