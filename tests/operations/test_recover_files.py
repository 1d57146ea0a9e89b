"""DR-6: files come back to a time by a command, and no version is ever lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from moto.s3.models import FakeKey, S3Backend, s3_backends
from typer.testing import CliRunner, Result

from operations.checkout import declared
from operations.cli import app
from operations.recovery import files, object_copies
from operations.recovery.file_plan import Action, plan_for
from operations.recovery.in_parallel import in_parallel
from operations.recovery.object_comparison import Sameness, compare
from operations.recovery.object_versions import Version
from tests.operations.conftest import Account
from tests.support.recorded_calls import Calls, table_of

Start = Callable[[str], Account]

DEV = declared("dev")
NOW = datetime.now(UTC).replace(microsecond=0)
THEN = NOW - timedelta(hours=2)


@dataclass(frozen=True)
class Bucket:
    """A bucket of dev, in which things are written at times of one's choice."""

    account: Account
    name: str
    client: Any

    def put(self, key: str, body: bytes | str, hours: float, **more: Any) -> str:
        """Writes a version so many hours ago."""
        content = body if isinstance(body, bytes) else body.encode()
        made = self.client.put_object(Bucket=self.name, Key=key, Body=content, **more)
        self._date(key, hours)
        return str(made["VersionId"])

    def delete(self, key: str, hours: float) -> None:
        """Deletes it so many hours ago: a marker."""
        self.client.delete_object(Bucket=self.name, Key=key)
        self._date(key, hours)

    def stored(self, key: str) -> list[Any]:
        """moto's own objects, the oldest first."""
        found: list[Any] = self.in_moto.keys.getlist(key)
        return found

    @property
    def in_moto(self) -> Any:
        """moto's own bucket."""
        return s3_backends[DEV.settings.account]["aws"].buckets[self.name]

    def _date(self, key: str, hours: float) -> None:
        # moto's times are in UTC and do not say so.
        self.stored(key)[-1].last_modified = (NOW - timedelta(hours=hours)).replace(tzinfo=None)

    def shown(self) -> dict[str, str]:
        """What a reader sees: each key with its content."""
        listed = self.client.list_objects_v2(Bucket=self.name).get("Contents", [])
        return {each["Key"]: self.read(each["Key"]) for each in listed}

    def read(self, key: str) -> str:
        """The content of a key."""
        return str(self.client.get_object(Bucket=self.name, Key=key)["Body"].read().decode())

    def versions(self) -> set[str]:
        """The identifiers of all versions and markers that there are."""
        listed = self.client.list_object_versions(Bucket=self.name)
        return {each["VersionId"] for kind in ("Versions", "DeleteMarkers") for each in listed.get(kind, [])}


@pytest.fixture
def documents(account: Start) -> Bucket:
    """The bucket of documents in dev, beside that of backups; both empty."""
    dev = account("dev")
    client, naming = dev.other("s3"), DEV.naming
    s3_backends[DEV.settings.account]["aws"].reset()
    for kind in ("documents", "backups"):
        _make(client, naming.bucket(kind), naming.region)
    return Bucket(dev, naming.bucket("documents"), client)


def _make(client: Any, name: str, region: str, **more: Any) -> None:
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region}, **more)
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})


def _recover(
    bucket: Bucket, output: Path, *more: str, to: str = THEN.isoformat(), yes: bool = True, name: str = ""
) -> Result:
    command = ["recover", "files", name or "documents", "--to", to, "--env", bucket.account.environment]
    command += ["--endpoint-url", bucket.account.url, "--output", str(output), *(["--yes"] if yes else [])]
    return CliRunner().invoke(app, [*command, *more])


@pytest.fixture
def lost(documents: Bucket) -> Bucket:
    """Files to which, after the time, everything has happened that can."""
    documents.put("overwritten.txt", "before", 3)
    documents.put("overwritten.txt", "after", 1)
    documents.put("deleted/by/mistake.txt", "before", 3)
    documents.delete("deleted/by/mistake.txt", 1)
    documents.put("created.txt", "after", 1)
    documents.put("untouched.txt", "before", 3)
    documents.put("was deleted then.txt", "long ago", 5)
    documents.delete("was deleted then.txt", 4)
    documents.put("was deleted then.txt", "made again", 1)
    documents.put("changed twice.txt", "first", 5)
    documents.put("changed twice.txt", "second", 3)
    documents.put("changed twice.txt", "third", 1)
    return documents


EXPECTED = {
    "overwritten.txt": "before",
    "deleted/by/mistake.txt": "before",
    "untouched.txt": "before",
    "changed twice.txt": "second",
}


@pytest.mark.contract("DR-6")
def test_the_bucket_shows_what_it_showed_then_and_every_version_is_still_there(
    lost: Bucket, tmp_path: Path
) -> None:
    before = lost.versions()
    result = _recover(lost, tmp_path)
    assert result.exit_code == 0, result.output
    assert lost.shown() == EXPECTED
    assert before < lost.versions()
    assert "check  ok" in result.stdout


@pytest.mark.contract("DR-6")
def test_counts_and_sizes_are_said_before_anything_is_done(lost: Bucket, tmp_path: Path) -> None:
    before = lost.versions()
    result = _recover(lost, tmp_path, "--dry-run", yes=False)
    assert result.exit_code == 0, result.output
    assert lost.versions() == before
    lines = {line.split("  ")[0].split(":")[0]: line for line in result.stdout.splitlines()}
    assert "3      18 bytes" in lines["restored"]
    assert "2      15 bytes" in lines["removed by a marker"]
    assert "1      6 bytes" in lines["unchanged"]
    told = json.loads(_recover(lost, tmp_path, "--dry-run", "--json").stdout)
    assert told["planned"]["restore"] == {"files": 3, "bytes": 18}
    assert not list(tmp_path.rglob("*"))


@pytest.mark.contract("DR-6")
def test_the_same_command_again_has_nothing_to_do(lost: Bucket, tmp_path: Path) -> None:
    assert _recover(lost, tmp_path).exit_code == 0
    after = lost.versions()
    again = _recover(lost, tmp_path)
    assert again.exit_code == 0, again.output
    assert "Nothing to do" in again.stdout
    assert lost.versions() == after


@pytest.mark.contract("DR-6")
def test_the_way_back_that_is_told_brings_back_what_was_there_before(lost: Bucket, tmp_path: Path) -> None:
    before = lost.shown()
    record = json.loads(_recover(lost, tmp_path, "--json").stdout)
    assert lost.shown() != before
    to = record["back"].split("--to ")[1].split()[0]
    result = _recover(lost, tmp_path, to=to)
    assert result.exit_code == 0, result.output
    assert lost.shown() == before


def test_only_keys_of_the_prefix_are_touched(lost: Bucket, tmp_path: Path) -> None:
    before = lost.shown()
    record = json.loads(_recover(lost, tmp_path, "--prefix", "deleted/", "--json").stdout)
    assert lost.shown() == {**before, "deleted/by/mistake.txt": "before"}
    assert "--prefix deleted/" in record["back"]


ODD_KEYS = (
    "a b+c%20d&e=f.txt",
    "ümlaut/日本語.txt",
    "quote'\"<x>.txt",
    "/leading//double",
    "dot/../dot",
    "*",
)


def test_a_key_may_have_any_characters(documents: Bucket, tmp_path: Path) -> None:
    for key in ODD_KEYS:
        documents.put(key, "before", 3)
        documents.put(key, "after", 1)
        documents.put(f"{key}.new", "after", 1)
    result = _recover(documents, tmp_path)
    assert result.exit_code == 0, result.output
    assert documents.shown() == dict.fromkeys(ODD_KEYS, "before")


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
    assert _recover(documents, tmp_path).exit_code == 0
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
    result = _recover(documents, tmp_path)
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
    result = _recover(documents, tmp_path)
    assert result.exit_code == 1
    assert "EntityTooSmall" in result.stderr
    assert not documents.client.list_multipart_uploads(Bucket=documents.name).get("Uploads")
    assert documents.shown() == {"large.bin": "after"}


@pytest.mark.contract("DR-6")
def test_a_bucket_that_is_locked_against_everybody_is_recovered_all_the_same(
    documents: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, region = DEV.naming.bucket("photos"), DEV.naming.region
    _make(documents.client, name, region, ObjectLockEnabledForBucket=True)
    lock = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 30}}
    documents.client.put_object_lock_configuration(
        Bucket=name, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": lock}
    )
    monkeypatch.setattr(files, "s3_of", _that_moto_takes(files.s3_of))
    photos = Bucket(documents.account, name, documents.client)
    photos.put("photo.jpg", "before", 3)
    photos.put("photo.jpg", "after", 1)
    photos.put("new.jpg", "after", 1)
    versions = photos.versions()
    result = _recover(photos, tmp_path, name="photos")
    assert result.exit_code == 0, result.output
    assert photos.shown() == {"photo.jpg": "before"}
    assert versions < photos.versions()
    kept = photos.client.head_object(Bucket=name, Key="photo.jpg")
    assert kept["ObjectLockMode"] == "COMPLIANCE"


def _that_moto_takes(original: Callable[..., Any]) -> Callable[..., Any]:
    """moto asks for the checksum of a copy into a locked bucket; a copy has no content to sum up."""

    def header(params: dict[str, Any], **_: Any) -> None:
        params["headers"]["x-amz-sdk-checksum-algorithm"] = "CRC32"

    def client(*arguments: Any) -> Any:
        made = original(*arguments)
        made.meta.events.register("before-call.s3.CopyObject", header)
        return made

    return client


@pytest.mark.contract("DR-6")
def test_the_record_is_beside_the_backups_and_on_this_machine(lost: Bucket, tmp_path: Path) -> None:
    record = json.loads(_recover(lost, tmp_path, "--json").stdout)
    bucket, _, key = record["record"].removeprefix("s3://").partition("/")
    assert (bucket, key.split("/")[0]) == (DEV.naming.bucket("backups"), "recoveries")
    there = json.loads(lost.client.get_object(Bucket=bucket, Key=key)["Body"].read())
    (here,) = tmp_path.rglob("*.json")
    assert json.loads(here.read_text()) == there
    restored = {each["key"] for each in there["restored"]}
    assert restored == {"overwritten.txt", "deleted/by/mistake.txt", "changed twice.txt"}
    assert there["removed"] == ["created.txt", "was deleted then.txt"]
    text = here.with_suffix(".md").read_text()
    assert "- `overwritten.txt`" in text
    assert record["back"] in text
    in_s3 = lost.client.get_object(Bucket=bucket, Key=key.replace(".json", ".md"))["Body"].read().decode()
    assert in_s3 == text


def test_a_record_that_s3_does_not_take_is_here_and_the_files_are_back(lost: Bucket, tmp_path: Path) -> None:
    lost.client.delete_bucket(Bucket=DEV.naming.bucket("backups"))
    result = _recover(lost, tmp_path)
    assert result.exit_code == 1
    assert "on this machine alone" in result.stderr
    assert lost.shown() == EXPECTED
    assert list(tmp_path.rglob("*.json"))


@pytest.mark.contract("DR-6")
def test_what_was_interrupted_goes_on_when_it_is_run_again(
    lost: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, copied = object_copies.copy_on_top, list[str]()

    def interrupted(client: Any, bucket: str, version: Version) -> str:
        if copied:
            raise KeyboardInterrupt
        copied.append(version.key)
        return original(client, bucket, version)

    with monkeypatch.context() as patch:
        patch.setattr(files, "copy_on_top", interrupted)
        result = _recover(lost, tmp_path)
    assert result.exit_code == 130
    (here,) = tmp_path.rglob("*.json")
    record = json.loads(here.read_text())
    assert [each["key"] for each in record["restored"]] == copied
    assert not record["checked"]
    again = json.loads(_recover(lost, tmp_path, "--json").stdout)
    assert lost.shown() == EXPECTED
    assert len(again["restored"]) == 2


def test_a_file_that_somebody_writes_meanwhile_is_found_by_the_check(
    lost: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = object_copies.copy_on_top

    def written_over(client: Any, bucket: str, version: Version) -> str:
        made = original(client, bucket, version)
        if version.key == "overwritten.txt":
            lost.client.put_object(Bucket=bucket, Key=version.key, Body=b"in between")
        return made

    monkeypatch.setattr(files, "copy_on_top", written_over)
    result = _recover(lost, tmp_path)
    assert result.exit_code == 3
    assert "overwritten.txt" in result.stderr
    assert lost.read("overwritten.txt") == "in between"


def test_one_file_that_fails_does_not_stop_the_others(
    lost: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = object_copies.copy_on_top

    def refused(client: Any, bucket: str, version: Version) -> str:
        wrong = "none-such" if version.key == "overwritten.txt" else bucket
        return original(client, wrong, version)

    monkeypatch.setattr(files, "copy_on_top", refused)
    result = _recover(lost, tmp_path, "--json")
    record = json.loads(result.stdout)
    assert result.exit_code == 1
    assert [each["key"] for each in record["failed"]] == ["overwritten.txt"]
    assert lost.shown() == {**EXPECTED, "overwritten.txt": "after"}


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
    first = _recover(documents, tmp_path)
    assert first.exit_code == 1, first.output
    assert "brings 1 files back from its archive" in first.stdout
    assert documents.shown() == {"old.txt": "after"}
    old._status = "IN_PROGRESS"
    assert _recover(documents, tmp_path).exit_code == 1
    old._status = "RESTORED"
    result = _recover(documents, tmp_path)
    assert result.exit_code == 0, result.output
    assert documents.shown() == {"old.txt": "before"}


def test_a_deletion_in_the_same_second_loses_no_file(documents: Bucket, tmp_path: Path) -> None:
    """S3 tells whole seconds, and lists markers apart: which was first cannot be known."""
    documents.put("both.txt", "before", 3)
    documents.delete("both.txt", 3)
    documents.put("both.txt", "after", 1)
    assert _recover(documents, tmp_path).exit_code == 0
    assert documents.shown() == {"both.txt": "before"}


def test_versions_that_go_on_in_the_next_page_are_of_one_key(lost: Bucket) -> None:
    plan = plan_for(lost.client, lost.name, "", THEN, {}, page=1)
    whole = plan_for(lost.client, lost.name, "", THEN, {})
    assert plan == whole
    assert [change.key for change in plan.of(Action.REMOVE)] == ["created.txt", "was deleted then.txt"]


def test_many_files_are_worked_on_at_once_and_none_is_left_out(documents: Bucket, tmp_path: Path) -> None:
    for number in range(40):
        documents.put(f"many/{number}.txt", "before", 3)
        documents.put(f"many/{number}.txt", "after", 1)
    assert _recover(documents, tmp_path).exit_code == 0
    assert set(documents.shown().values()) == {"before"}
    assert len(documents.shown()) == 40


def test_work_in_parallel_gives_every_result() -> None:
    assert sorted(in_parallel(lambda number: number * 2, range(1000), threads=3)) == list(range(0, 2000, 2))


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
    assert _recover(lost, tmp_path).exit_code == 0
    assert "Nothing to do" in _recover(lost, tmp_path).stdout


def _unknown(_: Any, __: str, first: Version, second: Version) -> Sameness:
    return Sameness.SAME if first.identifier == second.identifier else Sameness.UNKNOWN


def test_physical_names_do_as_well(lost: Bucket, tmp_path: Path) -> None:
    assert _recover(lost, tmp_path, name=lost.name).exit_code == 0
    assert lost.shown() == EXPECTED


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"name": "documentz"}, "dev has documents (triangle-dev-documents-"),
        ({"to": "yesterday"}, "Example: 2026-11-28T02:41:00Z"),
        ({"to": THEN.replace(tzinfo=None).isoformat()}, "any time zone"),
        ({"to": (NOW + timedelta(days=2)).isoformat()}, "to now"),
        ({"to": (NOW - timedelta(days=366)).isoformat()}, "a time from"),
        ({"yes": False}, "--yes"),
    ],
)
def test_wrong_input_is_told_and_changes_nothing(
    lost: Bucket, tmp_path: Path, more: dict[str, Any], said: str
) -> None:
    before = lost.versions()
    result = _recover(lost, tmp_path, **more)
    assert result.exit_code == 2
    assert said in result.stderr
    assert lost.versions() == before


def test_a_bucket_without_versions_is_refused(lost: Bucket, tmp_path: Path) -> None:
    suspended = {"Status": "Suspended"}
    lost.client.put_bucket_versioning(Bucket=lost.name, VersioningConfiguration=suspended)
    result = _recover(lost, tmp_path)
    assert result.exit_code == 1
    assert "found versioning Suspended" in result.stderr


def test_an_environment_that_is_not_deployed_is_told_so(account: Start, tmp_path: Path) -> None:
    dev = account("dev")
    s3_backends[DEV.settings.account]["aws"].reset()
    result = _recover(Bucket(dev, "", dev.other("s3")), tmp_path)
    assert result.exit_code == 1
    assert "Is the environment deployed" in result.stderr


@pytest.mark.contract("DR-6")
def test_recovering_files_calls_what_the_table_of_rights_says(
    documents: Bucket, tmp_path: Path, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_copies, "SINGLE_COPY_MAXIMUM", 6)
    documents.put("small.txt", "before", 3)
    documents.put("small.txt", "later!", 1)
    documents.put("large.txt", "before, and more", 3)
    documents.put("large.txt", "after", 1)
    documents.put("new.txt", "after", 1)
    documents.put("archived.txt", "before", 3)
    documents.put("archived.txt", "after", 1)
    documents.stored("archived.txt")[0]._storage_class = "GLACIER"
    _recover(documents, tmp_path)
    _recover(documents, tmp_path)
    monkeypatch.setattr(object_copies, "PART_BYTES", 2)  # which S3 refuses
    documents.put("large.txt", "after", -1)
    _recover(documents, tmp_path)
    assert calls.of("files") == table_of("files")
