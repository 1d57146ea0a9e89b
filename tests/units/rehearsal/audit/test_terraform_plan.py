"""Checkers that read Terraform's plans see the deployed graph, with what belongs together connected."""

from __future__ import annotations

import json
from typing import Any

from rehearsal.audit.terraform_plan import names_of, terraform_plan

KEY_ARN = "arn:aws:kms:us-west-2:111122223333:key/1"


def _resource(
    kind: str, name: str, identifier: str, inputs: dict[str, Any], **outputs: Any
) -> dict[str, Any]:
    urn = f"urn:pulumi:prod::groundwork::groundwork:storage:Storage${kind}::{name}"
    return {"type": kind, "urn": urn, "id": identifier, "inputs": inputs, "outputs": {**inputs, **outputs}}


BUCKET = _resource("aws:s3/bucket:Bucket", "audit", "triangle-audit", {"bucket": "triangle-audit"})
CLOSED = _resource(
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "audit",
    "triangle-audit",
    {"bucket": "triangle-audit", "blockPublicAcls": True, "__defaults": []},
)
KEY = _resource("aws:kms/key:Key", "data", "1234-5678", {"enableKeyRotation": True}, arn=KEY_ARN)


def _planned(*resources: dict[str, Any]) -> dict[str, dict[str, Any]]:
    plan = terraform_plan(resources)
    return {each["address"]: each for each in plan["planned_values"]["root_module"]["resources"]}


def _configured(*resources: dict[str, Any]) -> dict[str, dict[str, Any]]:
    plan = terraform_plan(resources)
    return {
        each["address"]: each["expressions"] for each in plan["configuration"]["root_module"]["resources"]
    }


def test_what_is_declared_for_a_bucket_refers_to_the_bucket_and_to_nothing_else() -> None:
    addresses = _configured(BUCKET, CLOSED)
    closed = "aws_s3_bucket_public_access_block.audit__0"
    assert addresses[closed]["bucket"]["references"] == [
        "aws_s3_bucket.audit__0.id",
        "aws_s3_bucket.audit__0",
    ]
    assert addresses["aws_s3_bucket.audit__0"] == {}
    assert _planned(BUCKET, CLOSED)[closed]["values"] == {"block_public_acls": True}


def test_a_block_within_a_block_keeps_its_references() -> None:
    encryption = _resource(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "audit",
        "triangle-audit",
        {
            "bucket": "triangle-audit",
            "rules": [
                {
                    "applyServerSideEncryptionByDefault": {
                        "kmsMasterKeyId": KEY_ARN,
                        "sseAlgorithm": "aws:kms",
                    }
                }
            ],
        },
    )
    address = "aws_s3_bucket_server_side_encryption_configuration.audit__0"
    (rule,) = _planned(BUCKET, KEY, encryption)[address]["values"]["rule"]
    assert rule == {"apply_server_side_encryption_by_default": [{"sse_algorithm": "aws:kms"}]}
    (rule,) = _configured(BUCKET, KEY, encryption)[address]["rule"]
    (default,) = rule["apply_server_side_encryption_by_default"]
    assert default["kms_master_key_id"]["references"] == ["aws_kms_key.data__0.arn", "aws_kms_key.data__0"]


def test_lists_of_texts_keep_their_plural_and_maps_their_keys() -> None:
    group = _resource(
        "aws:rds/subnetGroup:SubnetGroup",
        "database",
        "triangle-prod-database",
        {"subnetIds": ["subnet-1"], "tags": {"costCentre": "portal"}},
    )
    assert _planned(group)["aws_db_subnet_group.database__0"]["values"] == {
        "subnet_ids": ["subnet-1"],
        "tags": {"costCentre": "portal"},
    }


def test_a_secret_is_in_no_plan_not_even_encrypted() -> None:
    secret = {"4dabf18193072939515e22adb298388d": "1b4", "ciphertext": "v1:abc"}
    version = _resource(
        "aws:secretsmanager/secretVersion:SecretVersion", "it", "arn|1", {"secretString": secret}
    )
    assert "v1:abc" not in json.dumps(terraform_plan([version]))


def test_findings_are_told_by_the_programs_names_also_where_two_have_one() -> None:
    twin = {**KEY, "urn": KEY["urn"].replace("storage:Storage", "backup:Backup"), "id": "8765-4321"}
    component = {"type": "groundwork:storage:Storage", "urn": "urn:pulumi:prod::g::S::storage", "id": ""}
    assert names_of([component, BUCKET, KEY, twin]) == {
        "aws_s3_bucket.audit__0": "aws:s3/bucket:Bucket audit",
        "aws_kms_key.data__0": "aws:kms/key:Key data",
        "aws_kms_key.data__1": "aws:kms/key:Key data",
    }


def test_what_waits_in_the_recovery_region_is_waived_by_itself() -> None:
    """The replica has no second zone; that must not excuse the database that serves."""
    place = "urn:pulumi:prod::groundwork::groundwork:place:Recovery$aws:s3/bucket:Bucket::documents"
    waiting = {**BUCKET, "urn": place}
    assert set(names_of([BUCKET, waiting]).values()) == {
        f"aws:s3/bucket:Bucket {BUCKET['urn'].split('::')[-1]}",
        "aws:s3/bucket:Bucket recovery/documents",
    }
