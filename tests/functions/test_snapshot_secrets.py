"""SEC-4, ENV-6: the weekly snapshot can be read again, in either region, also with another account's key, and
by nobody without one."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import boto3
import pytest

from functions.snapshot_secrets import handler
from functions.snapshot_secrets.snapshot import (
    FOLDER,
    OUTSIDE_FOLDER,
    PART_BYTES,
    Snapshot,
    SnapshotError,
    opened,
    sealed,
)
from tests.functions.conftest import REGION
from tests.support.recorded_calls import Calls, table_of

RECOVERY = "us-east-2"
BUCKET = "triangle-prod-backups"
VALUES = {
    "database": '{"username": "app_a", "password": "sæcret"}',
    "firebase-service-account": "v" * (2 * PART_BYTES + 1),
    "sentry-dsn": "https://key@sentry.example/1",
}


@pytest.fixture
def key(aws: None) -> str:
    """A key of both regions."""
    client = boto3.client("kms")
    made = client.create_key(MultiRegion=True)["KeyMetadata"]
    client.replicate_key(KeyId=made["KeyId"], ReplicaRegion=RECOVERY)
    return str(made["Arn"])


@pytest.fixture
def environment(key: str, secrets_manager: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment with three secrets that have values and one that has none."""
    boto3.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    for name, value in VALUES.items():
        secrets_manager.create_secret(Name=f"triangle/prod/{name}", SecretString=value)
    secrets_manager.create_secret(Name="triangle/prod/stripe-secret-key")
    variables = {
        "PREFIX": "triangle/prod/",
        "ENTRIES": ",".join([*VALUES, "stripe-secret-key"]),
        "KEY": key,
        "BUCKET": BUCKET,
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def outside(environment: None, monkeypatch: pytest.MonkeyPatch) -> str:
    """A key that is known by its alias alone, as another account's is; answers the key's ARN."""
    client = boto3.client("kms")
    made = client.create_key()["KeyMetadata"]
    client.create_alias(AliasName="alias/triangle-prod-outside", TargetKeyId=made["KeyId"])
    place = made["Arn"].partition(":key/")[0]
    monkeypatch.setenv("OUTSIDE_KEY", f"{place}:alias/triangle-prod-outside")
    return str(made["Arn"])


def _names() -> list[str]:
    return [each["Key"] for each in boto3.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", ())]


def _keys_of(content: bytes) -> set[str]:
    """The ARNs of the keys that a snapshot's values are encrypted with."""
    answers = []
    for name, parts in json.loads(content)["entries"].items():
        for number, part in enumerate(parts, start=1):
            context = {"entry": name, "part": f"{number}/{len(parts)}"}
            for each in ("system", "environment", "made"):
                context[each] = json.loads(content)[each]
            blob = base64.b64decode(part)
            answers.append(boto3.client("kms").decrypt(CiphertextBlob=blob, EncryptionContext=context))
    return {answer["KeyId"] for answer in answers}


def _stored(name: str) -> bytes:
    return bytes(boto3.client("s3").get_object(Bucket=BUCKET, Key=name)["Body"].read())


@pytest.mark.contract("SEC-4")
@pytest.mark.parametrize("region", [REGION, RECOVERY])
def test_a_snapshot_is_read_again_in_either_region(environment: None, region: str) -> None:
    answer = handler.handle({}, None)
    snapshot = opened(_stored(answer["snapshot"]), boto3.client("kms", region_name=region))
    assert snapshot.values == VALUES
    assert (snapshot.system, snapshot.environment) == ("triangle", "prod")


@pytest.mark.contract("SEC-4", "S3-2")
def test_a_locked_bucket_can_check_what_arrives(environment: None) -> None:
    name = handler.handle({}, None)["snapshot"]
    stored = boto3.client("s3").head_object(Bucket=BUCKET, Key=name, ChecksumMode="ENABLED")
    assert base64.b64decode(stored["ChecksumSHA256"]) == hashlib.sha256(_stored(name)).digest()


@pytest.mark.contract("SEC-4")
def test_nothing_in_a_snapshot_is_in_the_clear(environment: None) -> None:
    content = _stored(handler.handle({}, None)["snapshot"]).decode()
    assert not [value for value in VALUES.values() if value in content or value[:20] in content]


def test_a_secret_without_a_value_is_named_and_keeps_nothing_back(environment: None) -> None:
    answer = handler.handle({}, None)
    assert answer["withoutValue"] == ["stripe-secret-key"]
    assert answer["entries"] == len(VALUES)


def _changed(content: bytes, change: Any) -> bytes:
    found = json.loads(content)
    change(found)
    return json.dumps(found).encode()


def _exchange_entries(found: dict[str, Any]) -> None:
    entries = found["entries"]
    entries["database"], entries["sentry-dsn"] = entries["sentry-dsn"], entries["database"]


def _cut_off(found: dict[str, Any]) -> None:
    found["entries"]["firebase-service-account"].pop()


def _exchange_parts(found: dict[str, Any]) -> None:
    found["entries"]["firebase-service-account"].reverse()


def _of_another_environment(found: dict[str, Any]) -> None:
    found["environment"] = "staging"


@pytest.mark.contract("SEC-4")
@pytest.mark.parametrize("change", [_exchange_entries, _cut_off, _exchange_parts, _of_another_environment])
def test_a_snapshot_that_was_changed_is_refused(key: str, change: Any) -> None:
    kms = boto3.client("kms")
    content = sealed(Snapshot("triangle", "prod", "2026-11-21T04:00:00+00:00", VALUES), kms, key)
    with pytest.raises(SnapshotError, match="was changed"):
        opened(_changed(content, change), kms)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"format": 1}', b"no JSON"])
def test_what_is_no_snapshot_is_refused(key: str, content: bytes) -> None:
    with pytest.raises(SnapshotError, match="not a snapshot"):
        opened(content, boto3.client("kms"))


def test_snapshots_sort_by_time() -> None:
    keys = [
        Snapshot("triangle", "prod", f"2026-11-{day}T04:00:00+00:00", {}).key for day in ("07", "14", "21")
    ]
    assert keys == sorted(keys)


def test_success_and_failure_are_measured(
    environment: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    handler.handle({}, None)
    monkeypatch.setenv("BUCKET", "of-nobody")
    with pytest.raises(Exception, match="NoSuchBucket"):
        handler.handle({}, None)
    lines = capsys.readouterr().out
    assert '"SecretsSnapshotSucceeded": 1' in lines
    assert '"SecretsSnapshotFailed": 1' in lines


def test_a_snapshot_that_does_not_read_back_is_not_stored(
    environment: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handler, "opened", lambda *_: None)
    with pytest.raises(RuntimeError, match="does not read back"):
        handler.handle({}, None)
    assert "Contents" not in boto3.client("s3").list_objects_v2(Bucket=BUCKET)


@pytest.mark.contract("ENV-6", "SEC-4")
def test_the_same_snapshot_is_stored_a_second_time_under_the_key_of_another_account(
    key: str, outside: str
) -> None:
    name = handler.handle({}, None)["snapshot"]
    second = name.replace(FOLDER, OUTSIDE_FOLDER, 1)
    assert sorted(_names()) == sorted([name, second])
    assert _keys_of(_stored(name)) == {key}
    assert _keys_of(_stored(second)) == {outside}
    kms = boto3.client("kms")
    assert opened(_stored(second), kms) == opened(_stored(name), kms)
    stored = boto3.client("s3").head_object(Bucket=BUCKET, Key=second, ChecksumMode="ENABLED")
    assert base64.b64decode(stored["ChecksumSHA256"]) == hashlib.sha256(_stored(second)).digest()


@pytest.mark.contract("SEC-4")
def test_without_another_account_there_is_one(environment: None) -> None:
    name = handler.handle({}, None)["snapshot"]
    assert name.startswith(FOLDER)
    assert _names() == [name]


@pytest.mark.contract("ENV-6", "SEC-4")
def test_a_key_of_another_account_that_fails_leaves_the_first_snapshot_and_is_measured(
    outside: str, capsys: pytest.CaptureFixture[str]
) -> None:
    boto3.client("kms").delete_alias(AliasName="alias/triangle-prod-outside")
    with pytest.raises(Exception, match="NotFoundException"):
        handler.handle({}, None)
    (name,) = _names()
    assert name.startswith(FOLDER)
    assert opened(_stored(name), boto3.client("kms")).values == VALUES
    lines = capsys.readouterr().out
    assert '"SecretsSnapshotFailed": 1' in lines
    assert '"SecretsSnapshotSucceeded"' not in lines


@pytest.mark.contract("SEC-4")
def test_it_calls_what_the_table_of_rights_says(outside: str, calls: Calls) -> None:
    handler.handle({}, None)
    assert calls.of("snapshot_secrets") == table_of("snapshot_secrets")
