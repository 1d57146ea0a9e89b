"""S3-1, S3-2, S3-3: the buckets."""

from __future__ import annotations

import json
from typing import Any

import pytest

from functions.shared.recoveries import FOLDER as RECOVERIES
from functions.shared.restore_records import FOLDER as RESTORE_TESTS
from functions.snapshot_secrets.snapshot import FOLDER as SECRETS
from functions.snapshot_secrets.snapshot import OUTSIDE_FOLDER as SECRETS_OUTSIDE
from infra.configuration.buckets import DEPLOYMENTS, ON_DEMAND
from tests.support.recorder import Recording
from tests.support.recordings import backup_account_of, recording_of

BUCKETS = ("access-logs", "audit", "backups", "documents", "photos", "reports")
CUSTOMER_BUCKETS = pytest.mark.parametrize("bucket", ["documents", "photos", "reports"])
BUCKET = "aws:s3/bucket:Bucket"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"


def _setting(recording: Recording, kind: str, bucket: str) -> Any:
    name = f"Bucket{kind}"
    resource = recording.one(f"aws:s3/{name[0].lower()}{name[1:]}:{name}", bucket)
    assert resource.inputs["bucket"] == f"{bucket}-id"
    return resource.inputs


def _rule(recording: Recording, bucket: str) -> dict[str, Any]:
    rules = _setting(recording, "LifecycleConfiguration", bucket)["rules"]
    assert {rule["status"] for rule in rules} == {"Enabled"}
    rule: dict[str, Any] = rules[0]
    assert rule["filter"] == {"prefix": ""}
    return rule


def _expirations(recording: Recording, bucket: str) -> dict[str, int]:
    """Days after which objects are removed, by what their names begin with."""
    rules = _setting(recording, "LifecycleConfiguration", bucket)["rules"]
    return {rule["filter"]["prefix"]: rule["expiration"]["days"] for rule in rules if rule.get("expiration")}


@pytest.mark.contract("S3-1")
@CUSTOMER_BUCKETS
def test_old_versions_go_to_cold_storage_and_then_away(each: Recording, bucket: str) -> None:
    rule = _rule(each, bucket)
    transitions = [(t["noncurrentDays"], t["storageClass"]) for t in rule["noncurrentVersionTransitions"]]
    assert transitions == [(30, "STANDARD_IA"), (90, "GLACIER")]
    assert rule["noncurrentVersionExpiration"]["noncurrentDays"] == 365


@pytest.mark.contract("S3-1")
@CUSTOMER_BUCKETS
def test_what_customers_stored_is_never_removed_by_itself(each: Recording, bucket: str) -> None:
    assert "expiration" not in _rule(each, bucket)


@pytest.mark.contract("S3-1")
@pytest.mark.parametrize("bucket", BUCKETS)
def test_every_bucket_is_versioned_and_ends_incomplete_uploads(each: Recording, bucket: str) -> None:
    assert _setting(each, "Versioning", bucket)["versioningConfiguration"] == {"status": "Enabled"}
    assert _rule(each, bucket)["abortIncompleteMultipartUpload"] == {"daysAfterInitiation": 7}


@pytest.mark.contract("S3-1")
@pytest.mark.parametrize("bucket", BUCKETS)
def test_no_bucket_is_public(each: Recording, bucket: str) -> None:
    block = _setting(each, "PublicAccessBlock", bucket)
    switches = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    assert all(block[switch] is True for switch in switches)


@pytest.mark.contract("S3-1")
@pytest.mark.parametrize("bucket", BUCKETS)
def test_objects_belong_to_the_account_alone(each: Recording, bucket: str) -> None:
    assert _setting(each, "OwnershipControls", bucket)["rule"] == {"objectOwnership": "BucketOwnerEnforced"}


@pytest.mark.contract("S3-1")
@pytest.mark.parametrize("bucket", BUCKETS)
def test_every_bucket_refuses_connections_without_tls(each: Recording, bucket: str) -> None:
    physical = each.one(BUCKET, bucket).inputs["bucket"]
    statements = json.loads(_setting(each, "Policy", bucket)["policy"])["Statement"]
    (statement,) = [s for s in statements if s["Effect"] == "Deny"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statement["Resource"] == [f"arn:aws:s3:::{physical}", f"arn:aws:s3:::{physical}/*"]
    assert (statement["Principal"], statement["Action"]) == ({"AWS": "*"}, ["s3:*"])


@pytest.mark.contract("S3-1")
@pytest.mark.parametrize("bucket", [bucket for bucket in BUCKETS if bucket != "access-logs"])
def test_objects_are_encrypted_with_a_key_of_our_own(each: Recording, bucket: str) -> None:
    (rule,) = _setting(each, "ServerSideEncryptionConfiguration", bucket)["rules"]
    default = rule["applyServerSideEncryptionByDefault"]
    assert (default["sseAlgorithm"], rule["bucketKeyEnabled"]) == ("aws:kms", True)
    assert default["kmsMasterKeyId"].endswith(":data")


@pytest.mark.contract("S3-1")
@pytest.mark.parametrize("bucket", [bucket for bucket in BUCKETS if bucket != "access-logs"])
def test_every_access_is_logged_where_s3_may_write(each: Recording, bucket: str) -> None:
    assert _setting(each, "Logging", bucket)["targetBucket"] == "access-logs-id"
    statements = json.loads(_setting(each, "Policy", "access-logs")["policy"])["Statement"]
    (delivery,) = [s for s in statements if s["Sid"] == "DeliverAccessLogs"]
    source = f"arn:aws:s3:::{each.one(BUCKET, bucket).inputs['bucket']}"
    assert source in delivery["Condition"]["ArnLike"]["aws:SourceArn"]


@pytest.mark.contract("S3-2")
@pytest.mark.parametrize("folder", [SECRETS, SECRETS_OUTSIDE, ON_DEMAND, RESTORE_TESTS])
def test_backups_are_kept_for_30_days(each: Recording, folder: str) -> None:
    assert _expirations(each, "backups")[folder] == 30


@pytest.mark.contract("DEP-1", "DEP-2", "DR-1", "DR-3")
@pytest.mark.parametrize("folder", [DEPLOYMENTS, RECOVERIES])
def test_who_deployed_and_who_recovered_is_known_as_long_as_audit_logs_are_kept(
    each: Recording, folder: str
) -> None:
    assert _expirations(each, "backups")[folder] == 730


def test_no_rule_removes_what_another_one_keeps(each: Recording) -> None:
    begins = list(_expirations(each, "backups"))
    assert not [(one, other) for one in begins for other in begins if one != other and one.startswith(other)]


@pytest.mark.contract("DEP-2", "DR-3")
def test_copies_of_the_records_stay_as_long(prod: Recording) -> None:
    outside = backup_account_of("triangle", "prod")
    for copy in (prod.one(LIFECYCLE, "recovery/backups"), outside.one(LIFECYCLE, "backups")):
        kept = {rule["filter"]["prefix"]: rule["expiration"]["days"] for rule in copy.inputs["rules"][1:]}
        assert (kept[DEPLOYMENTS], kept[RECOVERIES], kept[SECRETS_OUTSIDE]) == (730, 730, 30)


@pytest.mark.contract("S3-2")
def test_nobody_removes_a_backup_of_prod_before_its_time(prod: Recording) -> None:
    retention = _setting(prod, "ObjectLockConfiguration", "backups")["rule"]["defaultRetention"]
    assert retention == {"mode": "COMPLIANCE", "days": 30}
    assert prod.one(BUCKET, "backups").inputs["objectLockEnabled"] is True


@pytest.mark.contract("S3-3")
def test_audit_logs_are_removed_after_two_years(each: Recording) -> None:
    assert _rule(each, "audit")["expiration"] == {"days": 730}


@pytest.mark.contract("S3-3")
@pytest.mark.parametrize(
    ("environment", "mode"), [("dev", "GOVERNANCE"), ("staging", "GOVERNANCE"), ("prod", "COMPLIANCE")]
)
def test_audit_logs_cannot_be_removed_before(environment: str, mode: str) -> None:
    retention = recording_of(environment).one(LOCK, "audit").inputs["rule"]["defaultRetention"]
    assert retention == {"mode": mode, "days": 730}


def test_buckets_are_kept_when_they_are_not_declared_any_more(like_prod: Recording) -> None:
    buckets = like_prod.of(BUCKET).values()
    assert all(bucket.protect and bucket.retain_on_delete for bucket in buckets)


def test_bucket_names_are_unique_in_the_world_and_short_enough(each: Recording) -> None:
    names = [bucket.inputs["bucket"] for bucket in each.of(BUCKET).values()]
    account = each.one("pulumi:providers:aws", "aws").inputs["allowedAccountIds"]
    assert all(json.loads(account)[0] in name for name in names)
    assert max(map(len, names)) <= 63
