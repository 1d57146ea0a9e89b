"""Replication into another account's buckets: what S3 refuses, and what the other account must allow."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.aws.cloud import Cloud
from rehearsal.workspace.journal import Journal
from tests.support.aws_round_trip import ABSENT_ACCOUNT, ACCOUNT, OTHER_ACCOUNT, REGION, Life

THERE = "us-east-2"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/replication"
SOURCE, NEAR, FAR = (f"{name}-of-two-accounts" for name in ("source", "near", "far"))


def _bucket(cloud: Cloud, region: str, name: str, *, versioned: bool = True, **more: Any) -> None:
    where = {"LocationConstraint": region}
    cloud.call("s3", region, "create_bucket", Bucket=name, CreateBucketConfiguration=where, **more)
    if versioned:
        kept = {"Status": "Enabled"}
        cloud.call("s3", region, "put_bucket_versioning", Bucket=name, VersioningConfiguration=kept)


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **each} for each in statements]}
    )


@pytest.fixture(scope="module", autouse=True)
def buckets(cloud: Cloud, other_cloud: Cloud) -> None:
    """A bucket, one of the same account to copy it to, and one of another."""
    trust = _document({"Action": "sts:AssumeRole", "Principal": {"Service": "s3.amazonaws.com"}})
    cloud.call("iam", REGION, "create_role", RoleName="replication", AssumeRolePolicyDocument=trust)
    _bucket(cloud, REGION, SOURCE)
    _bucket(cloud, THERE, NEAR)
    _bucket(other_cloud, REGION, FAR)


@pytest.fixture
def allow(other_cloud: Cloud) -> Iterator[Callable[..., None]]:
    """Sets the policy of the other account's bucket, for one test."""

    def set_policy(*actions: str, principal: str = ROLE, **more: Any) -> None:
        resource = f"arn:aws:s3:::{FAR}/*"
        statement = {"Action": actions, "Principal": {"AWS": principal}, "Resource": resource, **more}
        other_cloud.call("s3", REGION, "put_bucket_policy", Bucket=FAR, Policy=_document(statement))

    yield set_policy
    other_cloud.call("s3", REGION, "delete_bucket_policy", Bucket=FAR)


def _rule(bucket: str, priority: int = 1, *, markers: str = "Enabled", **destination: Any) -> dict[str, Any]:
    return {
        "ID": f"to-{bucket}-{priority}",
        "Status": "Enabled",
        "Priority": priority,
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": markers},
        "Destination": {"Bucket": f"arn:aws:s3:::{bucket}", **destination},
    }


def _far(priority: int = 1, **destination: Any) -> dict[str, Any]:
    return _rule(FAR, priority, **{"Account": OTHER_ACCOUNT, **destination})


def _configure(cloud: Cloud, *rules: dict[str, Any]) -> None:
    configuration = {"Role": ROLE, "Rules": list(rules)}
    cloud.call("s3", REGION, "put_bucket_replication", Bucket=SOURCE, ReplicationConfiguration=configuration)


def _put(cloud: Cloud, key: str, **more: Any) -> str | None:
    """The replication status of a new object."""
    cloud.call("s3", REGION, "put_object", Bucket=SOURCE, Key=key, Body=b"content", **more)
    found = cloud.call("s3", REGION, "head_object", Bucket=SOURCE, Key=key)
    status: str | None = found.get("ReplicationStatus")
    return status


def _there(cloud: Cloud, region: str, bucket: str, key: str) -> list[str]:
    listed = cloud.call("s3", region, "list_object_versions", Bucket=bucket, Prefix=key)
    return [each["VersionId"] for each in listed.get("Versions", [])]


def _refused(cloud: Cloud, reason: str, *rules: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match=reason) as caught:
        _configure(cloud, *rules)
    assert caught.value.response["Error"]["Code"] == "InvalidRequest"


def test_a_copy_in_another_account_is_declared_as_one_in_the_same(life: Life) -> None:
    rule = {
        "id": "far",
        "status": "Enabled",
        "priority": 1,
        "filter": {"prefix": ""},
        "deleteMarkerReplication": {"status": "Enabled"},
        "destination": {"bucket": f"arn:aws:s3:::{FAR}", "account": OTHER_ACCOUNT},
    }
    token = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
    made = life.create(token, {"bucket": SOURCE, "role": ROLE, "rules": [rule]})
    life.imports(made)
    life.ends(made)


def test_an_object_arrives_where_the_other_accounts_bucket_lets_the_role_in(
    cloud: Cloud, other_cloud: Cloud, allow: Callable[..., None]
) -> None:
    allow("s3:ReplicateObject", "s3:ReplicateDelete")
    _configure(cloud, _far(StorageClass="STANDARD_IA"))
    assert _put(cloud, "let-in", Metadata={"owner": "a"}) == "COMPLETED"
    copy = other_cloud.call("s3", REGION, "get_object", Bucket=FAR, Key="let-in")
    assert (copy["Body"].read(), copy["Metadata"], copy["StorageClass"]) == (
        b"content",
        {"owner": "a"},
        "STANDARD_IA",
    )
    assert copy["ReplicationStatus"] == "REPLICA"
    assert _there(other_cloud, REGION, FAR, "let-in") == _there(cloud, REGION, SOURCE, "let-in")


def test_the_sources_account_as_a_whole_may_be_let_in(
    cloud: Cloud, other_cloud: Cloud, allow: Callable[..., None]
) -> None:
    allow("s3:Replicate*", principal=f"arn:aws:iam::{ACCOUNT}:root")
    _configure(cloud, _far())
    assert _put(cloud, "by-root") == "COMPLETED"
    assert _there(other_cloud, REGION, FAR, "by-root")


@pytest.mark.parametrize(
    ("key", "statement"),
    [
        ("no-policy", None),
        ("other-action", {"actions": ["s3:PutObject"]}),
        ("other-role", {"actions": ["s3:ReplicateObject"], "principal": f"{ROLE}-of-others"}),
        ("other-prefix", {"actions": ["s3:ReplicateObject"], "Resource": f"arn:aws:s3:::{FAR}/other/*"}),
    ],
)
def test_an_object_that_is_not_let_in_fails_and_the_configuration_stands(
    cloud: Cloud,
    other_cloud: Cloud,
    allow: Callable[..., None],
    key: str,
    statement: dict[str, Any] | None,
) -> None:
    if statement is not None:
        actions = statement.pop("actions")
        allow(*actions, **statement)
    _configure(cloud, _far())
    assert _put(cloud, key) == "FAILED"
    assert _there(other_cloud, REGION, FAR, key) == []


def test_each_destination_gets_its_copy(cloud: Cloud, other_cloud: Cloud, allow: Callable[..., None]) -> None:
    allow("s3:ReplicateObject")
    _configure(cloud, _rule(NEAR, 1), _far(2))
    assert _put(cloud, "both") == "COMPLETED"
    assert _there(cloud, THERE, NEAR, "both") == _there(other_cloud, REGION, FAR, "both") != []


def test_one_destination_that_fails_is_told_and_the_other_has_its_copy(
    cloud: Cloud, other_cloud: Cloud
) -> None:
    _configure(cloud, _far(1), _rule(NEAR, 2))
    assert _put(cloud, "half") == "FAILED"
    assert _there(cloud, THERE, NEAR, "half")
    assert _there(other_cloud, REGION, FAR, "half") == []


def test_of_two_rules_to_one_bucket_the_higher_priority_copies(
    cloud: Cloud, other_cloud: Cloud, allow: Callable[..., None]
) -> None:
    allow("s3:ReplicateObject")
    _configure(cloud, _far(2, StorageClass="GLACIER_IR"), _far(1, StorageClass="STANDARD_IA"))
    assert _put(cloud, "once") == "COMPLETED"
    listed = other_cloud.call("s3", REGION, "list_object_versions", Bucket=FAR, Prefix="once")
    assert [each["StorageClass"] for each in listed["Versions"]] == ["GLACIER_IR"]


@pytest.mark.parametrize(("allowed", "hidden"), [("s3:ReplicateDelete", True), ("s3:ReplicateTags", False)])
def test_a_delete_marker_needs_a_right_of_its_own(
    cloud: Cloud, other_cloud: Cloud, allow: Callable[..., None], allowed: str, hidden: bool
) -> None:
    allow("s3:ReplicateObject", allowed)
    _configure(cloud, _far())
    key = f"deleted-{hidden}"
    _put(cloud, key)
    cloud.call("s3", REGION, "delete_object", Bucket=SOURCE, Key=key)
    listed = other_cloud.call("s3", REGION, "list_object_versions", Bucket=FAR, Prefix=key)
    assert ("DeleteMarkers" in listed, len(listed["Versions"])) == (hidden, 1)


def _encrypted(arn: str) -> dict[str, Any]:
    selected = {"SseKmsEncryptedObjects": {"Status": "Enabled"}}
    return {
        **_far(EncryptionConfiguration={"ReplicaKmsKeyID": arn}),
        "SourceSelectionCriteria": selected,
    }


@pytest.mark.parametrize(("action", "status"), [("kms:Encrypt", "COMPLETED"), ("kms:DescribeKey", "FAILED")])
def test_an_encrypted_copy_needs_the_other_accounts_key(
    cloud: Cloud, other_cloud: Cloud, allow: Callable[..., None], action: str, status: str
) -> None:
    allow("s3:ReplicateObject")
    via = {"StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}}
    for_role = {"Action": action, "Resource": "*", "Principal": {"AWS": ROLE}, "Condition": via}
    own = {"Action": "kms:*", "Resource": "*", "Principal": {"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"}}
    key = other_cloud.call("kms", REGION, "create_key", Policy=_document(own, for_role))["KeyMetadata"]["Arn"]
    _configure(cloud, _encrypted(key))
    assert _put(cloud, f"encrypted-{status}", ServerSideEncryption="aws:kms") == status
    if status == "COMPLETED":
        copy = other_cloud.call("s3", REGION, "head_object", Bucket=FAR, Key=f"encrypted-{status}")
        assert copy["SSEKMSKeyId"] == key


def test_the_copys_key_is_looked_for_in_its_own_account(cloud: Cloud, other_cloud: Cloud) -> None:
    gone = f"arn:aws:kms:{REGION}:{OTHER_ACCOUNT}:key/00000000-0000-0000-0000-000000000000"
    _refused(cloud, "does not exist", _encrypted(gone))
    elsewhere = other_cloud.call("kms", THERE, "create_key")["KeyMetadata"]["Arn"]
    _refused(cloud, "not in the destination bucket's region", _encrypted(elsewhere))


def test_the_other_accounts_bucket_is_looked_at_as_an_own_one(cloud: Cloud, other_cloud: Cloud) -> None:
    _refused(cloud, "must exist", _rule("nowhere-of-two-accounts", Account=OTHER_ACCOUNT))
    _bucket(other_cloud, REGION, "bare-of-two-accounts", versioned=False)
    _refused(cloud, "must have versioning", _rule("bare-of-two-accounts", Account=OTHER_ACCOUNT))


def test_the_named_account_owns_the_bucket(cloud: Cloud) -> None:
    _refused(cloud, "not the account that owns", _rule(NEAR, Account=OTHER_ACCOUNT))
    _refused(cloud, "not the account that owns", _far(Account=ABSENT_ACCOUNT))


def test_nothing_is_copied_into_an_account_that_is_not_here(cloud: Cloud) -> None:
    absent = _rule("absent-of-two-accounts", 1, Account=ABSENT_ACCOUNT)
    _configure(cloud, absent)
    assert _put(cloud, "alone") is None
    _configure(cloud, absent, _rule(NEAR, 2))
    assert _put(cloud, "beside") == "COMPLETED"
    assert _there(cloud, THERE, NEAR, "beside")


def test_a_copy_is_not_copied_back(cloud: Cloud, other_cloud: Cloud, allow: Callable[..., None]) -> None:
    trust = _document({"Action": "sts:AssumeRole", "Principal": {"Service": "s3.amazonaws.com"}})
    other_cloud.call("iam", REGION, "create_role", RoleName="back", AssumeRolePolicyDocument=trust)
    back = {"Role": f"arn:aws:iam::{OTHER_ACCOUNT}:role/back", "Rules": [_rule(SOURCE, Account=ACCOUNT)]}
    other_cloud.call("s3", REGION, "put_bucket_replication", Bucket=FAR, ReplicationConfiguration=back)
    allow("s3:ReplicateObject")
    _configure(cloud, _far())
    _put(cloud, "there-and-back")
    assert len(_there(cloud, REGION, SOURCE, "there-and-back")) == 1


def test_copies_come_back_where_the_account_that_they_are_in_is_brought_back_first(tmp_path: Path) -> None:
    from_account, to_account, bucket, copy = "121212121212", "343434343434", "kept-source", "kept-copy"
    journals = {account: tmp_path / account for account in (from_account, to_account)}

    def clouds() -> list[Cloud]:
        return [Cloud(each, Journal(journals[each])) for each in (to_account, from_account)]

    there, here = clouds()
    with there, here:
        role = f"arn:aws:iam::{from_account}:role/replication"
        trust = _document({"Action": "sts:AssumeRole", "Principal": {"Service": "s3.amazonaws.com"}})
        here.call("iam", REGION, "create_role", RoleName="replication", AssumeRolePolicyDocument=trust)
        _bucket(there, REGION, copy)
        allowed = {"Principal": {"AWS": role}, "Resource": f"arn:aws:s3:::{copy}/*"}
        policy = _document({"Action": "s3:ReplicateObject", **allowed})
        there.call("s3", REGION, "put_bucket_policy", Bucket=copy, Policy=policy)
        _bucket(here, REGION, bucket)
        configuration = {"Role": role, "Rules": [_rule(copy, Account=to_account)]}
        here.call(
            "s3", REGION, "put_bucket_replication", Bucket=bucket, ReplicationConfiguration=configuration
        )
        here.call("s3", REGION, "put_object", Bucket=bucket, Key="a", Body=b"content")
        versions = _there(there, REGION, copy, "a")
        assert len(versions) == 1
    there, here = clouds()
    with there, here:
        assert _there(there, REGION, copy, "a") == versions
    # Alone, an account's journal is carried out as well; what it has copied is nowhere.
    alone = clouds()[1]
    with alone:
        assert len(_there(alone, REGION, bucket, "a")) == 1
