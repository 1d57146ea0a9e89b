"""DR-6: what comes back is what there was, however S3 keeps it; what is the same is not copied."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from moto.s3.models import FakeKey, S3Backend

from operations.recovery import object_copies
from operations.recovery.file_plan import plan_for
from operations.recovery.object_comparison import Sameness, compare
from operations.recovery.object_versions import Version
from tests.operations.files.conftest import NOW, THEN, Bucket, locked_bucket, recover, retained


@pytest.mark.contract("DR-6")
def test_content_type_metadata_tags_and_key_are_those_of_then(documents: Bucket, tmp_path: Path) -> None:
    key = documents.account.other("kms").create_key()["KeyMetadata"]["Arn"]
    documents.put(
        "contract.pdf",
        "before",
        3,
        ContentType="application/pdf",
        ContentDisposition="attachment",
        Metadata={"customer": "17"},
        Tagging="class=confidential",
        ServerSideEncryption="aws:kms",
        SSEKMSKeyId=key,
    )
    documents.put("contract.pdf", "after", 1)
    assert recover(documents, tmp_path).exit_code == 0
    found = documents.client.head_object(Bucket=documents.name, Key="contract.pdf")
    assert found["ContentType"] == "application/pdf"
    assert found["ContentDisposition"] == "attachment"
    assert found["Metadata"] == {"customer": "17"}
    assert (found["ServerSideEncryption"], found["SSEKMSKeyId"]) == ("aws:kms", key)
    tags = documents.client.get_object_tagging(Bucket=documents.name, Key="contract.pdf")["TagSet"]
    assert tags == [{"Key": "class", "Value": "confidential"}]


def test_the_same_content_with_other_metadata_is_another_file(documents: Bucket) -> None:
    changes: tuple[dict[str, Any], ...] = (
        {},
        {"ContentType": "text/html"},
        {"Metadata": {"a": "b"}},
        {"Tagging": "a=b"},
    )
    for number, changed in enumerate(changes):
        documents.put(str(number), "content", 3, ContentType="text/plain")
        documents.put(str(number), "content", 1, **{"ContentType": "text/plain", **changed})
    plan = plan_for(documents.client, documents.name, "", THEN, {})
    assert [change.key for change in plan.changes] == ["1", "2", "3"]


@pytest.mark.contract("DR-6")
def test_what_is_larger_than_s3_copies_at_once_is_copied_in_parts(
    documents: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mebibyte = 1024**2
    monkeypatch.setattr(object_copies, "SINGLE_COPY_MAXIMUM", 4 * mebibyte)
    monkeypatch.setattr(object_copies, "PART_BYTES", 5 * mebibyte)
    content = b"0123456789abcdef" * (7 * mebibyte // 16)
    documents.put("large.bin", content, 3, ContentType="video/mp4", Metadata={"a": "b"}, Tagging="c=d+e")
    documents.put("large.bin", "after", 1)
    result = recover(documents, tmp_path)
    assert result.exit_code == 0, result.output
    found = documents.client.get_object(Bucket=documents.name, Key="large.bin")
    assert found["Body"].read() == content
    assert (found["ContentType"], found["Metadata"]) == ("video/mp4", {"a": "b"})
    tags = documents.client.get_object_tagging(Bucket=documents.name, Key="large.bin")["TagSet"]
    assert tags == [{"Key": "c", "Value": "d e"}]


def test_a_part_that_cannot_be_copied_leaves_no_upload_behind(
    documents: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_copies, "SINGLE_COPY_MAXIMUM", 1)
    monkeypatch.setattr(object_copies, "PART_BYTES", 2)  # S3 takes no parts as small as that
    documents.put("large.bin", "before", 3)
    documents.put("large.bin", "after", 1)
    result = recover(documents, tmp_path)
    assert result.exit_code == 1
    assert "EntityTooSmall" in result.stderr
    assert not documents.client.list_multipart_uploads(Bucket=documents.name).get("Uploads")
    assert documents.shown() == {"large.bin": "after"}


@pytest.mark.contract("DR-6")
def test_a_bucket_that_is_locked_against_everybody_is_recovered_all_the_same(
    documents: Bucket, tmp_path: Path
) -> None:
    photos = locked_bucket(documents)
    photos.put("photo.jpg", "before", 3)
    photos.put("photo.jpg", "after", 1)
    photos.put("new.jpg", "after", 1)
    versions = photos.versions()
    result = recover(photos, tmp_path, name="photos")
    assert result.exit_code == 0, result.output
    assert photos.shown() == {"photo.jpg": "before"}
    assert versions < photos.versions()
    kept = photos.client.head_object(Bucket=photos.name, Key="photo.jpg")
    assert kept["ObjectLockMode"] == "COMPLIANCE"
    assert "ObjectLockLegalHoldStatus" not in kept


@pytest.mark.contract("DR-6")
@pytest.mark.parametrize("in_parts", [False, True], ids=["at once", "in parts"])
def test_what_is_held_or_kept_longer_is_so_when_it_is_back(
    documents: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_parts: bool
) -> None:
    mebibyte = 1024**2
    if in_parts:
        monkeypatch.setattr(object_copies, "SINGLE_COPY_MAXIMUM", 4 * mebibyte)
        monkeypatch.setattr(object_copies, "PART_BYTES", 5 * mebibyte)
    photos, content = locked_bucket(documents), b"a" * (6 * mebibyte if in_parts else 6)
    longer = retained(days=90)
    photos.put("held.jpg", content, 3, ObjectLockLegalHoldStatus="ON")
    photos.put("longer.jpg", content, 3, **longer)
    photos.put("shorter.jpg", content, 3, **retained(days=2))
    for key in ("held.jpg", "longer.jpg", "shorter.jpg"):
        photos.put(key, "after", 1)
    result = recover(photos, tmp_path, name="photos")
    assert result.exit_code == 0, result.output
    found = {key: photos.client.head_object(Bucket=photos.name, Key=key) for key in photos.shown()}
    holds = {key for key, each in found.items() if each.get("ObjectLockLegalHoldStatus") == "ON"}
    assert holds == {"held.jpg"}
    days = {key: (each["ObjectLockRetainUntilDate"] - NOW).days for key, each in found.items()}
    # The bucket's own 30 days, of today, where they are longer.
    assert days["longer.jpg"] == 90
    assert {days["held.jpg"], days["shorter.jpg"]} <= {29, 30}


@pytest.mark.contract("DR-6")
def test_what_is_in_the_archive_is_asked_back_and_copied_when_it_is_there(
    documents: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents.put("old.txt", "before", 3)
    documents.put("old.txt", "after", 1)
    documents.put("new.txt", "after", 1)
    old = documents.stored("old.txt")[0]
    old._storage_class = "GLACIER"
    # moto forgets which version is meant, and takes no time for it.
    monkeypatch.setattr(S3Backend, "restore_object", lambda *_: old.restore(7))
    monkeypatch.setattr(FakeKey, "status", property(lambda key: key._status, lambda _, __: None))
    first = recover(documents, tmp_path)
    assert first.exit_code == 1, first.output
    assert "brings 1 files back from its archive" in first.stdout
    assert documents.shown() == {"old.txt": "after"}
    old._status = "IN_PROGRESS"
    assert recover(documents, tmp_path).exit_code == 1
    old._status = "RESTORED"
    result = recover(documents, tmp_path)
    assert result.exit_code == 0, result.output
    assert documents.shown() == {"old.txt": "before"}


class _Heads:
    """S3's answers about versions, by identifier."""

    def __init__(self, **heads: dict[str, Any]) -> None:
        self._heads = heads

    def head_object(self, *, VersionId: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        return self._heads[VersionId]

    def get_object_tagging(self, **_: Any) -> dict[str, Any]:
        return {"TagSet": []}


KMS = {"ServerSideEncryption": "aws:kms"}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"ETag": "1"}, {"ETag": "1"}, Sameness.SAME),
        ({"ETag": "1"}, {"ETag": "2"}, Sameness.DIFFERENT),
        ({"ETag": "1", **KMS}, {"ETag": "2", **KMS}, Sameness.UNKNOWN),
        ({"ETag": "1-2"}, {"ETag": "2"}, Sameness.UNKNOWN),
        (
            {"ETag": "1", "ChecksumCRC64NVME": "a", "ChecksumType": "FULL_OBJECT", **KMS},
            {"ETag": "2", "ChecksumCRC64NVME": "a", "ChecksumType": "FULL_OBJECT", **KMS},
            Sameness.SAME,
        ),
        (
            {"ETag": "1", "ChecksumCRC64NVME": "a", "ChecksumType": "FULL_OBJECT", **KMS},
            {"ETag": "2", "ChecksumCRC64NVME": "b", "ChecksumType": "FULL_OBJECT", **KMS},
            Sameness.DIFFERENT,
        ),
        (
            {"ETag": "1", "ChecksumCRC32": "a", "ChecksumType": "COMPOSITE", **KMS},
            {"ETag": "2", "ChecksumCRC32": "b", "ChecksumType": "FULL_OBJECT", **KMS},
            Sameness.UNKNOWN,
        ),
    ],
)
def test_checksums_say_what_etags_cannot(
    one: dict[str, Any], other: dict[str, Any], expected: Sameness
) -> None:
    versions = [Version("key", name, NOW, latest=False) for name in ("one", "other")]
    assert compare(_Heads(one=one, other=other), "bucket", *versions) is expected


def test_a_copy_of_what_has_no_checksum_is_known_by_the_records(
    lost: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("operations.recovery.file_plan.compare", _unknown)
    assert recover(lost, tmp_path).exit_code == 0
    assert "Nothing to do" in recover(lost, tmp_path).stdout


def _unknown(_: Any, __: str, first: Version, second: Version) -> Sameness:
    return Sameness.SAME if first.identifier == second.identifier else Sameness.UNKNOWN
