"""S3-1, S3-2, DR-5, DR-6, ENV-6: what is in a bucket is in the other region within minutes, and in prod in
another account, too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.configuration.buckets import ACCESS_LOGS, BACKUP_ACCOUNT_RULE, CATALOGUE, RECOVERY_RULE
from tests.support.policies import allows
from tests.support.recorder import Recording, record
from tests.support.recordings import recording_of
from tests.support.replication import REPLICATION, rule_of, rules_of

BUCKET = "aws:s3/bucket:Bucket"
EACH_BUCKET = pytest.mark.parametrize("bucket", [bucket.name for bucket in CATALOGUE])
CUSTOMERS = ("documents", "photos", "reports")

# What runbook 003 may lose, in minutes (contract DR-5).
RPO = 60


BACKUP_ACCOUNT = "230000000009"  # as Pulumi.prod.yaml has it
# What a key there is found by: a policy names no alias, and the key's id nobody knows before it exists.
OUTSIDE_KEYS = f"arn:aws:kms:us-west-2:{BACKUP_ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OUTSIDE_ALIAS = "alias/triangle-prod-data"


def _setting(recording: Recording, kind: str, bucket: str) -> Any:
    return recording.one(f"aws:s3/bucket{kind}:Bucket{kind}", bucket).inputs


@pytest.mark.contract("S3-1", "S3-2", "DR-5", "DR-6")
@EACH_BUCKET
def test_every_object_of_prod_is_in_the_recovery_region_within_minutes(prod: Recording, bucket: str) -> None:
    copy, rule = prod.one(BUCKET, f"recovery/{bucket}"), rule_of(prod, bucket)
    assert copy.provider == "aws-recovery"
    assert prod.one("pulumi:providers:aws", "aws-recovery").inputs["region"] == "us-east-2"
    assert rule["status"] == "Enabled"
    assert rule["filter"] == {"prefix": ""}
    assert rule["destination"]["bucket"].endswith(f":us-east-2:123456789012:{bucket}")
    time = rule["destination"]["replicationTime"]
    assert time["status"] == "Enabled"
    assert time["time"]["minutes"] < RPO


@pytest.mark.contract("S3-1", "DR-6")
def test_a_copy_that_began_to_keep_versions_a_moment_ago_is_waited_for(prod: Recording) -> None:
    for name, replication in prod.of(REPLICATION).items():
        assert replication.error_hooks == (f"replication-{name}-when-versioned",)


@pytest.mark.contract("S3-1", "S3-2")
@EACH_BUCKET
def test_what_is_encrypted_here_is_encrypted_there_with_a_key_of_that_region(
    prod: Recording, bucket: str
) -> None:
    rule = rule_of(prod, bucket)
    assert rule["sourceSelectionCriteria"]["sseKmsEncryptedObjects"]["status"] == "Enabled"
    key = rule["destination"]["encryptionConfiguration"]["replicaKmsKeyId"]
    assert key == prod.one("aws:kms/key:Key", "recovery/data").outputs["arn"]
    (default,) = _setting(prod, "ServerSideEncryptionConfiguration", f"recovery/{bucket}")["rules"]
    assert default["applyServerSideEncryptionByDefault"]["kmsMasterKeyId"] == key


@pytest.mark.contract("DR-6")
@EACH_BUCKET
def test_deletions_of_customers_are_copied_and_those_of_backups_are_not(prod: Recording, bucket: str) -> None:
    copied = rule_of(prod, bucket)["deleteMarkerReplication"]["status"]
    assert copied == ("Enabled" if bucket in CUSTOMERS else "Disabled")


@pytest.mark.contract("ALM-13")
@EACH_BUCKET
def test_what_is_late_or_has_failed_is_measured(prod: Recording, bucket: str) -> None:
    # S3 user guide, "Using S3 Replication metrics": off unless a rule asks for them.
    assert rule_of(prod, bucket)["destination"]["metrics"]["status"] == "Enabled"


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
    copy_key = rule_of(prod, bucket)["destination"]["encryptionConfiguration"]["replicaKmsKeyId"]
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


@pytest.mark.contract("ENV-6")
@EACH_BUCKET
def test_every_object_of_prod_is_also_in_an_account_that_outlives_this_one(
    prod: Recording, bucket: str
) -> None:
    assert set(rules_of(prod, bucket)) == {RECOVERY_RULE, BACKUP_ACCOUNT_RULE}
    rule = rule_of(prod, bucket, BACKUP_ACCOUNT_RULE)
    assert (rule["status"], rule["filter"]) == ("Enabled", {"prefix": ""})
    destination = rule["destination"]
    assert destination["account"] == BACKUP_ACCOUNT
    assert destination["bucket"] == f"arn:aws:s3:::triangle-prod-{bucket}-{BACKUP_ACCOUNT}-us-west-2"
    assert destination["metrics"]["status"] == "Enabled"
    # No time is promised of it, and S3 takes 1.5 cents a gigabyte for one.
    assert "replicationTime" not in destination
    # S3 refuses two rules of one priority (API reference, ReplicationRule).
    assert len({each["priority"] for each in rules_of(prod, bucket).values()}) == 2


@pytest.mark.contract("ENV-6")
@EACH_BUCKET
def test_the_other_accounts_copies_are_encrypted_with_its_key(prod: Recording, bucket: str) -> None:
    rule = rule_of(prod, bucket, BACKUP_ACCOUNT_RULE)
    assert rule["sourceSelectionCriteria"]["sseKmsEncryptedObjects"]["status"] == "Enabled"
    key = rule["destination"]["encryptionConfiguration"]["replicaKmsKeyId"]
    assert key == f"arn:aws:kms:us-west-2:{BACKUP_ACCOUNT}:{OUTSIDE_ALIAS}"


@pytest.mark.contract("ENV-6", "DR-6")
@EACH_BUCKET
def test_the_other_account_learns_of_the_same_deletions_as_the_recovery_region(
    prod: Recording, bucket: str
) -> None:
    here, there = (rule_of(prod, bucket, name) for name in (RECOVERY_RULE, BACKUP_ACCOUNT_RULE))
    assert there["deleteMarkerReplication"] == here["deleteMarkerReplication"]


@pytest.mark.contract("ENV-6")
@EACH_BUCKET
def test_replication_may_write_into_the_other_account_what_is_its_buckets_and_nothing_else(
    prod: Recording, bucket: str
) -> None:
    role = prod.one(REPLICATION, bucket).inputs["role"].rsplit(":", 1)[-1]
    policy = prod.one("aws:iam/rolePolicy:RolePolicy", role).plain("policy")
    for each in CATALOGUE:
        copy = f"{rule_of(prod, each.name, BACKUP_ACCOUNT_RULE)['destination']['bucket']}/a/1.pdf"
        ours = each.name == bucket
        assert allows(policy, "s3:ReplicateObject", copy) is ours
        assert allows(policy, "s3:ReplicateTags", copy) is ours
        assert allows(policy, "s3:ReplicateDelete", copy) is (ours and bucket in CUSTOMERS)
        for never in ("DeleteObject", "DeleteObjectVersion", "GetObject", "PutObject"):
            assert not allows(policy, f"s3:{never}", copy)


@pytest.mark.contract("ENV-6")
@EACH_BUCKET
def test_replication_may_encrypt_with_the_other_accounts_key_through_s3_alone(
    prod: Recording, bucket: str
) -> None:
    role = prod.one(REPLICATION, bucket).inputs["role"].rsplit(":", 1)[-1]
    policy = prod.one("aws:iam/rolePolicy:RolePolicy", role).plain("policy")
    asked: dict[str, Any] = {
        "kms:ResourceAliases": [OUTSIDE_ALIAS],
        "kms:ViaService": "s3.us-west-2.amazonaws.com",
    }
    for action in ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"):
        assert allows(policy, action, OUTSIDE_KEYS, keys=asked)
        for key, other in (
            ("kms:ResourceAliases", ["alias/triangle-prod-secret-copies"]),
            ("kms:ViaService", "ec2.us-west-2.amazonaws.com"),
            ("kms:ViaService", "s3.us-east-2.amazonaws.com"),
        ):
            assert not allows(policy, action, OUTSIDE_KEYS, keys={**asked, key: other})
        for key in asked:
            assert not allows(policy, action, OUTSIDE_KEYS, keys={k: v for k, v in asked.items() if k != key})
    assert not allows(policy, "kms:ScheduleKeyDeletion", OUTSIDE_KEYS, keys=asked)


@pytest.mark.contract("ENV-6")
def test_without_another_account_everything_else_is_copied_as_before(prod: Recording) -> None:
    alone = record("prod", {"backupAccount": ...})
    for bucket in (each.name for each in CATALOGUE):
        assert rules_of(alone, bucket) == {RECOVERY_RULE: rule_of(prod, bucket)}
    assert BACKUP_ACCOUNT not in json.dumps([each.inputs for each in alone.resources], default=str)


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
