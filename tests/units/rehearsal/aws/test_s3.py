"""Buckets and each of their settings: the whole life of each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.aws.cloud import Cloud
from rehearsal.providers.provider import ProviderError
from tests.support.aws_round_trip import ACCOUNT, REGION, Life, Made, replayed

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"


@pytest.fixture(scope="module")
def bucket(life: Life) -> Made:
    made = life.create(
        "aws:s3/bucket:Bucket",
        {"bucket": f"documents-{ACCOUNT}", "objectLockEnabled": True},
        name="documents",
    )
    versioned = {"bucket": made.id, "versioningConfiguration": {"status": "Enabled"}}
    life.create("aws:s3/bucketVersioning:BucketVersioning", versioned, name=made.id)
    return made


def _encryption(algorithm: str, **more: Any) -> dict[str, Any]:
    default = {"sseAlgorithm": algorithm, **({"kmsMasterKeyId": KEY} if algorithm == "aws:kms" else {})}
    return {"rules": [{"applyServerSideEncryptionByDefault": default, **more}]}


def _kept(**more: Any) -> dict[str, Any]:
    return {"id": "kept", "status": "Enabled", "filter": {"prefix": ""}, **more}


# Kind, inputs, changes; whether it can be taken off the bucket.
SETTINGS: list[tuple[str, dict[str, Any], list[dict[str, Any]], bool]] = [
    ("BucketVersioning", {"versioningConfiguration": {"status": "Enabled"}}, [], False),
    (
        "BucketServerSideEncryptionConfiguration",
        _encryption("aws:kms", bucketKeyEnabled=True),
        [_encryption("AES256"), _encryption("AES256", blockedEncryptionTypes=["SSE-C"])],
        True,
    ),
    (
        "BucketPublicAccessBlock",
        {"blockPublicAcls": True, "blockPublicPolicy": True},
        [{"ignorePublicAcls": True, "restrictPublicBuckets": True}, {"blockPublicAcls": None}],
        True,
    ),
    (
        "BucketOwnershipControls",
        {"rule": {"objectOwnership": "BucketOwnerEnforced"}},
        [{"rule": {"objectOwnership": "BucketOwnerPreferred"}}],
        True,
    ),
    (
        "BucketLifecycleConfiguration",
        {
            "rules": [
                _kept(
                    noncurrentVersionTransitions=[{"noncurrentDays": 30, "storageClass": "GLACIER"}],
                    noncurrentVersionExpiration={"noncurrentDays": 365, "newerNoncurrentVersions": 3},
                    abortIncompleteMultipartUpload={"daysAfterInitiation": 7},
                )
            ]
        },
        [
            {
                "rules": [
                    _kept(
                        transitions=[
                            {"days": 30, "storageClass": "STANDARD_IA"},
                            {"days": 90, "storageClass": "GLACIER"},
                        ],
                        expiration={"days": 365},
                    )
                ]
            },
            {"rules": [_kept(filter={"tag": {"key": "class", "value": "log"}}, expiration={"days": 9})]},
            {
                "rules": [
                    _kept(
                        filter={
                            "and": {
                                "prefix": "a/",
                                "tags": {"class": "log", "team": "data"},
                                "objectSizeGreaterThan": 5,
                            }
                        },
                        expiration={"date": "2030-01-01T00:00:00Z"},
                    )
                ]
            },
            {"rules": [_kept(filter={}, expiration={"expiredObjectDeleteMarker": True})]},
        ],
        True,
    ),
    (
        "BucketObjectLockConfiguration",
        {"rule": {"defaultRetention": {"mode": "COMPLIANCE", "days": 30}}},
        [{"rule": {"defaultRetention": {"mode": "GOVERNANCE", "years": 2}}}],
        False,
    ),
]


@pytest.mark.parametrize(("kind", "inputs", "changes", "removable"), SETTINGS)
def test_a_buckets_setting_lives(
    life: Life,
    bucket: Made,
    kind: str,
    inputs: dict[str, Any],
    changes: list[dict[str, Any]],
    removable: bool,
) -> None:
    token = f"aws:s3/{kind[0].lower()}{kind[1:]}:{kind}"
    setting = life.create(token, {"bucket": bucket.id, **inputs})
    assert setting.id == bucket.id
    for change in changes:
        setting = life.changes_to(setting, change)
    if removable:
        life.ends(setting)
    life.reads_back(bucket)


def test_a_value_that_s3_does_not_know_is_refused(life: Life, bucket: Made) -> None:
    resource = bucket.resource.__class__(
        "urn", "aws:s3/bucketOwnershipControls:BucketOwnershipControls", "ownership"
    )
    _, failures = life.provider.check(resource, None, {"bucket": "b", "rule": {"objectOwnership": "Mine"}})
    assert ["BucketOwnerEnforced" in failure.reason for failure in failures] == [True]


def test_a_tls_only_policy_is_kept_but_locks_nobody_out(life: Life, cloud: Cloud, bucket: Made) -> None:
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket.outputs["arn"], f"{bucket.outputs['arn']}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    document = {"Version": "2012-10-17", "Statement": [deny]}
    made = life.create(
        "aws:s3/bucketPolicy:BucketPolicy", {"bucket": bucket.id, "policy": json.dumps(document)}
    )
    made = life.changes_to(made, {"policy": json.dumps({**document, "Id": "tls"})})
    cloud.call("s3", REGION, "put_object", Bucket=bucket.id, Key="a", Body=b"content")
    kept = cloud.call("s3", REGION, "get_bucket_policy", Bucket=bucket.id)["Policy"]
    assert json.loads(kept)["Statement"] == [deny]
    life.ends(made)


def test_a_denial_without_conditions_is_enforced(life: Life, cloud: Cloud) -> None:
    closed = life.create("aws:s3/bucket:Bucket", {"bucket": f"closed-{ACCOUNT}"}, name="closed")
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"{closed.outputs['arn']}/*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    life.create("aws:s3/bucketPolicy:BucketPolicy", {"bucket": closed.id, "policy": policy}, name="closed")
    with pytest.raises(ClientError, match="Forbidden"):
        cloud.call("s3", REGION, "put_object", Bucket=closed.id, Key="a", Body=b"content")


def test_access_logs_go_to_a_bucket_that_lets_the_logging_service_in(
    life: Life, cloud: Cloud, bucket: Made
) -> None:
    logs = life.create("aws:s3/bucket:Bucket", {"bucket": f"access-logs-{ACCOUNT}"}, name="access-logs")
    inputs = {"bucket": bucket.id, "targetBucket": logs.id, "targetPrefix": "documents/"}
    with pytest.raises(ProviderError, match="InvalidTargetBucketForLogging"):
        life.create("aws:s3/bucketLogging:BucketLogging", inputs)
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": ["logging.s3.amazonaws.com"]},
        "Action": ["s3:PutObject"],
        "Resource": [f"{logs.outputs['arn']}/*"],
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    life.create("aws:s3/bucketPolicy:BucketPolicy", {"bucket": logs.id, "policy": policy}, name="access-logs")
    logging = life.create("aws:s3/bucketLogging:BucketLogging", inputs)
    life.imports(logging)
    logging = life.changes_to(logging, {"targetPrefix": "access/"})
    # A log for each request could not be repeated from the journal.
    assert "Contents" not in cloud.call("s3", REGION, "list_objects_v2", Bucket=logs.id)
    life.ends(logging)


def test_a_bucket_lives_and_lives_again(life: Life, cloud: Cloud) -> None:
    for _ in range(2):
        inputs = {"bucket": f"photos-{ACCOUNT}", "tags": {"a": "b"}}
        made = life.create("aws:s3/bucket:Bucket", inputs, name="photos")
        assert made.outputs["arn"] == f"arn:aws:s3:::photos-{ACCOUNT}"
        made = life.changes_to(made, {"tags": {"a": "c"}})
        life.imports(made)
        cloud.call("s3", REGION, "put_object", Bucket=made.id, Key="a", Body=b"content")
        with pytest.raises(ProviderError, match="BucketNotEmpty"):
            life.provider.delete(made.resource, made.inputs, made.outputs)
        life.ends(life.changes_to(made, {"forceDestroy": True}))


def test_a_replayed_journal_gives_the_same_bucket(
    life: Life, cloud: Cloud, journal: Path, bucket: Made
) -> None:
    before = {bucket.resource.urn: life.provider.read(bucket.resource, bucket.inputs, bucket.outputs)}
    assert replayed(cloud, journal, [bucket]) == before
