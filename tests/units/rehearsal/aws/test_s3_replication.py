"""Replication between buckets: the whole life of its configuration, what S3 refuses, and what is copied."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.foundations.busy import NO_VERSIONS_YET
from rehearsal.aws.cloud import Cloud
from rehearsal.aws.moto_replication import LATE, Late
from rehearsal.providers.provider import ProviderError
from tests.support.aws_round_trip import ACCOUNT, REGION, Life, Made, replayed

THERE = "us-east-2"
TOKEN = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/replication"


def _bucket(life: Life, name: str, *, locked: bool = False, versioned: bool = True) -> Made:
    inputs = {"bucket": f"{name}-{ACCOUNT}", **({"objectLockEnabled": True} if locked else {})}
    made = life.create("aws:s3/bucket:Bucket", inputs, name=name)
    if versioned:
        kept = {"bucket": made.id, "versioningConfiguration": {"status": "Enabled"}}
        life.create(VERSIONING, kept, name=name)
    return made


@pytest.fixture(scope="module")
def source(life: Life, cloud: Cloud) -> Made:
    for name, service in (("replication", "s3"), ("other", "ec2")):
        trust = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Principal": {"Service": f"{service}.amazonaws.com"},
                }
            ],
        }
        cloud.call("iam", REGION, "create_role", RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    return _bucket(life, "documents")


@pytest.fixture(scope="module")
def copy(cloud: Cloud) -> Made:
    return _bucket(Life(cloud, THERE), "copy")  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def key(cloud: Cloud) -> str:
    return str(cloud.call("kms", THERE, "create_key")["KeyMetadata"]["Arn"])


def _inputs(source: Made, copy: Made, key: str, **rule: Any) -> dict[str, Any]:
    whole = {
        "id": "recovery",
        "status": "Enabled",
        "priority": 1,
        "filter": {"prefix": ""},
        "deleteMarkerReplication": {"status": "Enabled"},
        "sourceSelectionCriteria": {"sseKmsEncryptedObjects": {"status": "Enabled"}},
        "destination": {
            "bucket": copy.outputs["arn"],
            "storageClass": "STANDARD_IA",
            "encryptionConfiguration": {"replicaKmsKeyId": key},
            "replicationTime": {"status": "Enabled", "time": {"minutes": 15}},
            "metrics": {"status": "Enabled", "eventThreshold": {"minutes": 15}},
        },
    }
    return {"bucket": source.id, "role": ROLE, "rules": [{**whole, **rule}]}


def _plain(copy: Made) -> dict[str, Any]:
    return {"sourceSelectionCriteria": None, "destination": {"bucket": copy.outputs["arn"]}}


def _without_nothing(value: dict[str, Any]) -> dict[str, Any]:
    return {name: item for name, item in value.items() if item is not None}


@pytest.fixture
def replicating(life: Life, source: Made, copy: Made, key: str) -> Any:
    made = life.create(TOKEN, _inputs(source, copy, key))
    yield made
    life.provider.delete(made.resource, made.inputs, made.outputs)


def test_a_configuration_lives(life: Life, source: Made, copy: Made, key: str) -> None:
    made = life.create(TOKEN, _inputs(source, copy, key))
    life.imports(made)
    tagged = {"and": {"prefix": "a", "tags": {"class": "log"}}}
    rule = _without_nothing({**made.inputs["rules"][0], **_plain(copy), "filter": tagged})
    rule["deleteMarkerReplication"] = {"status": "Disabled"}
    life.ends(life.changes_to(made, {"rules": [rule]}))


def _refused(life: Life, inputs: dict[str, Any], reason: str) -> None:
    inputs["rules"] = [_without_nothing(rule) for rule in inputs["rules"]]
    with pytest.raises(ProviderError, match=reason):
        life.create(TOKEN, inputs)


def test_both_sides_have_to_keep_versions(life: Life, source: Made, copy: Made, key: str) -> None:
    bare = _bucket(life, "bare", versioned=False)
    _refused(life, _inputs(bare, copy, key), "Versioning must be 'Enabled'")
    _refused(life, _inputs(source, bare, key, **_plain(bare)), "must have versioning enabled")


def test_versions_that_were_just_switched_on_are_heard_of_later(
    life: Life, source: Made, copy: Made, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = Late(unheard={f"copy-{ACCOUNT}"})
    monkeypatch.setitem(LATE, ACCOUNT, late)
    # In the words in which the program's hook knows it.
    _refused(life, _inputs(source, copy, key), NO_VERSIONS_YET)
    late.go_on()
    assert not late.unheard


def test_a_locked_bucket_is_copied_into_a_locked_one_alone(life: Life, copy: Made, key: str) -> None:
    locked = _bucket(life, "locked", locked=True)
    _refused(life, _inputs(locked, copy, key), "Object Lock")


@pytest.mark.parametrize(
    ("role", "reason"), [("nobody", "does not exist"), ("other", "does not trust s3.amazonaws.com")]
)
def test_a_role_that_s3_cannot_take_would_never_copy(
    life: Life, source: Made, copy: Made, key: str, role: str, reason: str
) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:role/{role}"
    _refused(life, {**_inputs(source, copy, key), "role": arn}, reason)


def test_the_copys_key_is_of_the_copys_region(life: Life, cloud: Cloud, source: Made, copy: Made) -> None:
    here = cloud.call("kms", REGION, "create_key")["KeyMetadata"]["Arn"]
    _refused(life, _inputs(source, copy, here), "not in the destination bucket's region")
    gone = f"arn:aws:kms:{THERE}:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"
    _refused(life, _inputs(source, copy, gone), "does not exist")


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"sourceSelectionCriteria": None}, "must be specified together"),
        ({"deleteMarkerReplication": None}, "needs Priority and DeleteMarkerReplication"),
    ],
)
def test_parts_of_a_rule_belong_together(
    life: Life, source: Made, copy: Made, key: str, rule: dict[str, Any], reason: str
) -> None:
    _refused(life, _inputs(source, copy, key, **rule), reason)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"metrics": None}, "together with ReplicationTime"),
        ({"replicationTime": {"status": "Enabled", "time": {"minutes": 60}}}, "15 minutes alone"),
        ({"bucket": "arn:aws:s3:::nowhere"}, "must exist"),
        ({"bucket": f"arn:aws:s3:::documents-{ACCOUNT}"}, "cannot be the same"),
    ],
)
def test_a_destination_is_looked_at(
    life: Life, source: Made, copy: Made, key: str, change: dict[str, Any], reason: str
) -> None:
    inputs = _inputs(source, copy, key)
    inputs["rules"][0]["destination"] = _without_nothing({**inputs["rules"][0]["destination"], **change})
    _refused(life, inputs, reason)


def test_versions_are_kept_as_long_as_they_are_copied(life: Life, source: Made, replicating: Made) -> None:
    versioned = life.create(
        VERSIONING, {"bucket": source.id, "versioningConfiguration": {"status": "Enabled"}}, name="again"
    )
    with pytest.raises(ProviderError, match="A replication configuration is present"):
        life.changes_to(versioned, {"versioningConfiguration": {"status": "Suspended"}})


def test_what_is_written_is_in_the_other_region(
    cloud: Cloud, source: Made, copy: Made, key: str, replicating: Made
) -> None:
    cloud.call(
        "s3",
        REGION,
        "put_object",
        Bucket=source.id,
        Key="a.pdf",
        Body=b"first",
        Metadata={"owner": "a"},
        ServerSideEncryption="aws:kms",
    )
    again = cloud.call("s3", REGION, "put_object", Bucket=source.id, Key="a.pdf", Body=b"second")
    found = cloud.call("s3", THERE, "get_object", Bucket=copy.id, Key="a.pdf")
    assert (found["Body"].read(), found["VersionId"]) == (b"second", again["VersionId"])
    assert found["StorageClass"] == "STANDARD_IA"
    versions = cloud.call("s3", THERE, "list_object_versions", Bucket=copy.id, Prefix="a.pdf")["Versions"]
    oldest = cloud.call(
        "s3", THERE, "get_object", Bucket=copy.id, Key="a.pdf", VersionId=versions[-1]["VersionId"]
    )
    assert (oldest["Body"].read(), oldest["Metadata"]) == (b"first", {"owner": "a"})
    assert oldest["SSEKMSKeyId"] == key


def test_parts_and_copies_within_s3_are_copied_too(
    cloud: Cloud, source: Made, copy: Made, replicating: Made
) -> None:
    upload = cloud.call("s3", REGION, "create_multipart_upload", Bucket=source.id, Key="parts")["UploadId"]
    of_it = {"Bucket": source.id, "Key": "parts", "UploadId": upload}
    etag = cloud.call("s3", REGION, "upload_part", **of_it, PartNumber=1, Body=b"whole")["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
    cloud.call("s3", REGION, "complete_multipart_upload", **of_it, MultipartUpload=parts)
    cloud.call("s3", REGION, "copy_object", Bucket=source.id, Key="b", CopySource=f"{source.id}/parts")
    for name in ("parts", "b"):
        assert cloud.call("s3", THERE, "get_object", Bucket=copy.id, Key=name)["Body"].read() == b"whole"


def test_a_deletion_hides_the_copy_and_keeps_its_versions(
    cloud: Cloud, source: Made, copy: Made, replicating: Made
) -> None:
    made = cloud.call("s3", REGION, "put_object", Bucket=source.id, Key="gone", Body=b"content")
    cloud.call("s3", REGION, "delete_object", Bucket=source.id, Key="gone")
    listed = cloud.call("s3", THERE, "list_object_versions", Bucket=copy.id, Prefix="gone")
    assert [marker["IsLatest"] for marker in listed["DeleteMarkers"]] == [True]
    # One version that is deleted by its id stays in the copy: nobody destroys both at once.
    cloud.call("s3", REGION, "delete_object", Bucket=source.id, Key="gone", VersionId=made["VersionId"])
    kept = cloud.call("s3", THERE, "get_object", Bucket=copy.id, Key="gone", VersionId=made["VersionId"])
    assert kept["Body"].read() == b"content"


def test_deletions_stay_here_where_the_rule_says_so(
    life: Life, cloud: Cloud, source: Made, copy: Made, replicating: Made
) -> None:
    (rule,) = replicating.inputs["rules"]
    life.changes_to(replicating, {"rules": [{**rule, "deleteMarkerReplication": {"status": "Disabled"}}]})
    cloud.call("s3", REGION, "put_object", Bucket=source.id, Key="backup", Body=b"content")
    cloud.call("s3", REGION, "delete_object", Bucket=source.id, Key="backup")
    assert cloud.call("s3", THERE, "get_object", Bucket=copy.id, Key="backup")["Body"].read() == b"content"


def test_what_was_there_before_is_not_copied(
    life: Life, cloud: Cloud, source: Made, copy: Made, key: str
) -> None:
    cloud.call("s3", REGION, "put_object", Bucket=source.id, Key="before", Body=b"content")
    made = life.create(TOKEN, _inputs(source, copy, key))
    listed = cloud.call("s3", THERE, "list_object_versions", Bucket=copy.id, Prefix="before")
    assert "Versions" not in listed
    life.provider.delete(made.resource, made.inputs, made.outputs)


def test_a_replayed_journal_has_the_same_copies(
    life: Life, cloud: Cloud, journal: Path, source: Made, copy: Made
) -> None:
    before = {
        each.resource.urn: life.provider.read(each.resource, each.inputs, each.outputs) for each in [source]
    }
    versions = [each["VersionId"] for each in _versions(cloud, copy)]
    assert replayed(cloud, journal, [source]) == before
    with type(cloud)(ACCOUNT, cloud._journal.__class__(journal)) as again:
        assert [each["VersionId"] for each in _versions(again, copy)] == versions


def _versions(cloud: Cloud, bucket: Made) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = cloud.call("s3", THERE, "list_object_versions", Bucket=bucket.id)[
        "Versions"
    ]
    assert listed
    return listed
