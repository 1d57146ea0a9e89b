"""S3-1, S3-2, DR-5, DR-6: what is in a bucket is in the other region within minutes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.configuration.buckets import ACCESS_LOGS, CATALOGUE
from tests.support.policies import allows
from tests.support.recorder import Recording
from tests.support.recordings import recording_of

BUCKET = "aws:s3/bucket:Bucket"
REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
EACH_BUCKET = pytest.mark.parametrize("bucket", [bucket.name for bucket in CATALOGUE])
CUSTOMERS = ("documents", "photos", "reports")

# What runbook 003 may lose, in minutes (contract DR-5).
RPO = 60


def _rule(recording: Recording, bucket: str) -> dict[str, Any]:
    rules = recording.one(REPLICATION, bucket).inputs["rules"]
    assert len(rules) == 1
    rule: dict[str, Any] = rules[0]
    return rule


def _setting(recording: Recording, kind: str, bucket: str) -> Any:
    return recording.one(f"aws:s3/bucket{kind}:Bucket{kind}", bucket).inputs


@pytest.mark.contract("S3-1", "S3-2", "DR-5", "DR-6")
@EACH_BUCKET
def test_every_object_of_prod_is_in_the_recovery_region_within_minutes(prod: Recording, bucket: str) -> None:
    copy, rule = prod.one(BUCKET, f"recovery/{bucket}"), _rule(prod, bucket)
    assert copy.provider == "aws-recovery"
    assert prod.one("pulumi:providers:aws", "aws-recovery").inputs["region"] == "us-east-2"
    assert rule["status"] == "Enabled"
    assert rule["filter"] == {"prefix": ""}
    assert rule["destination"]["bucket"].endswith(f":us-east-2:123456789012:{bucket}")
    time = rule["destination"]["replicationTime"]
    assert time["status"] == "Enabled"
    assert time["time"]["minutes"] < RPO


@pytest.mark.contract("S3-1", "S3-2")
@EACH_BUCKET
def test_what_is_encrypted_here_is_encrypted_there_with_a_key_of_that_region(
    prod: Recording, bucket: str
) -> None:
    rule = _rule(prod, bucket)
    assert rule["sourceSelectionCriteria"]["sseKmsEncryptedObjects"]["status"] == "Enabled"
    key = rule["destination"]["encryptionConfiguration"]["replicaKmsKeyId"]
    assert key == prod.one("aws:kms/key:Key", "recovery/data").outputs["arn"]
    (default,) = _setting(prod, "ServerSideEncryptionConfiguration", f"recovery/{bucket}")["rules"]
    assert default["applyServerSideEncryptionByDefault"]["kmsMasterKeyId"] == key


@pytest.mark.contract("DR-6")
@EACH_BUCKET
def test_deletions_of_customers_are_copied_and_those_of_backups_are_not(prod: Recording, bucket: str) -> None:
    copied = _rule(prod, bucket)["deleteMarkerReplication"]["status"]
    assert copied == ("Enabled" if bucket in CUSTOMERS else "Disabled")


@pytest.mark.contract("ALM-13")
@EACH_BUCKET
def test_what_is_late_or_has_failed_is_measured(prod: Recording, bucket: str) -> None:
    # S3 user guide, "Using S3 Replication metrics": off unless a rule asks for them.
    assert _rule(prod, bucket)["destination"]["metrics"]["status"] == "Enabled"


@pytest.mark.contract("S3-1", "S3-2", "S3-3")
@EACH_BUCKET
def test_the_copy_is_as_safe_as_the_original(prod: Recording, bucket: str) -> None:
    original, copy = prod.one(BUCKET, bucket), prod.one(BUCKET, f"recovery/{bucket}")
    assert (copy.protect, copy.retain_on_delete) == (original.protect, original.retain_on_delete)
    kinds = {r.type for r in prod.resources if r.name == bucket and r.type.startswith("aws:s3/bucket")}
    assert {REPLICATION, "aws:s3/bucketLogging:BucketLogging"} < kinds
    for kind in kinds - {BUCKET, REPLICATION}:
        here, there = (dict(prod.one(kind, name).inputs) for name in (bucket, f"recovery/{bucket}"))
        # The same but for where it is, and what only the original is given: the trail writes there alone.
        for name in ("bucket", "policy", "targetBucket"):
            here.pop(name, None), there.pop(name, None)
        if kind.endswith("BucketServerSideEncryptionConfiguration"):
            continue
        assert there == here, kind


@pytest.mark.contract("SEC-6")
@EACH_BUCKET
def test_who_reads_a_copy_is_logged_in_its_own_region(prod: Recording, bucket: str) -> None:
    logs = f"recovery/{ACCESS_LOGS}"
    assert _setting(prod, "Logging", f"recovery/{bucket}")["targetBucket"] == f"recovery-{ACCESS_LOGS}-id"
    assert prod.one(BUCKET, logs).provider == "aws-recovery"
    policy = prod.one("aws:s3/bucketPolicy:BucketPolicy", logs).plain("policy")
    copy = f"arn:aws:s3:::{prod.one(BUCKET, f'recovery/{bucket}').inputs['bucket']}"
    keys = {"aws:SourceAccount": copy.split("-")[-4], "aws:SourceArn": copy}
    written = f"arn:aws:s3:::{prod.one(BUCKET, logs).inputs['bucket']}/{bucket}/log"
    assert allows(policy, "s3:PutObject", written, principal="logging.s3.amazonaws.com", keys=keys)


@pytest.mark.contract("S3-2")
def test_everything_of_the_copies_is_in_the_recovery_region(prod: Recording) -> None:
    parts = [r for r in prod.resources if r.in_recovery and r.type.startswith(("aws:s3/", "aws:kms/"))]
    copied = {bucket.name for bucket in CATALOGUE if bucket.replicated} | {ACCESS_LOGS}
    assert copied <= {part.name for part in parts}
    assert {part.provider for part in parts} == {"aws-recovery"}


@pytest.mark.contract("S3-2", "DR-6")
@EACH_BUCKET
def test_replication_may_read_its_bucket_and_encrypt_its_copy_and_nothing_else(
    prod: Recording, bucket: str
) -> None:
    configuration = prod.one(REPLICATION, bucket)
    role = configuration.inputs["role"].rsplit(":", 1)[-1]
    policy = prod.one("aws:iam/rolePolicy:RolePolicy", role).plain("policy")
    copy_key = _rule(prod, bucket)["destination"]["encryptionConfiguration"]["replicaKmsKeyId"]
    (default,) = _setting(prod, "ServerSideEncryptionConfiguration", bucket)["rules"]
    source_key = default["applyServerSideEncryptionByDefault"]["kmsMasterKeyId"]
    here, there = ({"kms:ViaService": f"s3.{region}.amazonaws.com"} for region in ("us-west-2", "us-east-2"))
    assert allows(policy, "kms:Decrypt", source_key, keys=here)
    assert allows(policy, "kms:Encrypt", copy_key, keys=there)
    assert not allows(policy, "kms:Encrypt", source_key, keys=here)
    assert not allows(policy, "kms:GenerateDataKey", source_key, keys=here)
    for name in (each.name for each in CATALOGUE):
        original, copy = (
            f"arn:aws:s3:::{prod.one(BUCKET, each).inputs['bucket']}/a/1.pdf"
            for each in (name, f"recovery/{name}")
        )
        ours = name == bucket
        assert allows(policy, "s3:GetObjectVersionForReplication", original) is ours
        assert allows(policy, "s3:ReplicateObject", copy) is ours
        assert allows(policy, "s3:ReplicateDelete", copy) is (ours and bucket in CUSTOMERS)
        assert not allows(policy, "s3:PutObject", copy)
        assert not allows(policy, "s3:DeleteObject", copy)


@pytest.mark.contract("SEC-6", "S3-3")
def test_replication_reads_what_the_trail_has_encrypted_before_there_is_a_trail(prod: Recording) -> None:
    trail = prod.one("aws:cloudtrail/trail:Trail", "trail")
    granted = prod.one("aws:iam/rolePolicy:RolePolicy", "replication-trail")
    assert granted.inputs["role"] == prod.one("aws:iam/role:Role", "replication-audit").inputs["name"]
    keys = {"kms:ViaService": "s3.us-west-2.amazonaws.com"}
    assert allows(granted.plain("policy"), "kms:Decrypt", trail.inputs["kmsKeyId"], keys=keys)
    assert not allows(granted.plain("policy"), "kms:GenerateDataKey", trail.inputs["kmsKeyId"], keys=keys)
    assert granted.urn in trail.depends_on


@pytest.mark.contract("S3-2")
@EACH_BUCKET
def test_s3_copies_when_both_sides_keep_versions(prod: Recording, bucket: str) -> None:
    versioned = prod.of("aws:s3/bucketVersioning:BucketVersioning")
    needed = {versioned[bucket].urn, versioned[f"recovery/{bucket}"].urn}
    assert needed <= prod.one(REPLICATION, bucket).depends_on


@pytest.mark.parametrize("environment", ["dev", "staging"])
def test_only_prod_pays_for_copies(environment: str) -> None:
    recording = recording_of(environment)
    assert not recording.perhaps(REPLICATION)
    assert not [name for name in recording.of(BUCKET) if name.startswith("recovery/")]


def test_a_copy_is_found_by_the_name_that_the_original_has_in_the_other_region(prod: Recording) -> None:
    # operations/snapshots.py, and whoever recovers in the other region, know no other way.
    for bucket in CATALOGUE:
        original, copy = (
            prod.one(BUCKET, each).inputs["bucket"] for each in (bucket.name, f"recovery/{bucket.name}")
        )
        assert copy == original.replace("us-west-2", "us-east-2")


def test_policies_stay_within_what_iam_takes(prod: Recording) -> None:
    sizes = {
        name: len(json.dumps(json.loads(policy.plain("policy")), separators=(",", ":")))
        for name, policy in prod.of("aws:iam/rolePolicy:RolePolicy").items()
        if name.startswith("replication-")
    }
    assert max(sizes.values()) < 10_240
