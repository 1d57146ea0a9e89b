"""DR-6: files come back to a time by a command, and no version is ever lost."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from moto.s3.models import s3_backends

from operations.recovery import files, object_copies
from operations.recovery.file_plan import Action, plan_for
from operations.recovery.in_parallel import in_parallel
from operations.recovery.object_versions import Version
from tests.operations.files.conftest import (
    DEV,
    EXPECTED,
    NOW,
    THEN,
    Bucket,
    Start,
    locked_bucket,
    recover,
    retained,
)
from tests.support.recorded_calls import Calls, table_of


@pytest.mark.contract("DR-6")
def test_the_bucket_shows_what_it_showed_then_and_every_version_is_still_there(
    lost: Bucket, tmp_path: Path
) -> None:
    before = lost.versions()
    result = recover(lost, tmp_path)
    assert result.exit_code == 0, result.output
    assert lost.shown() == EXPECTED
    assert before < lost.versions()
    assert "check  ok" in result.stdout


@pytest.mark.contract("DR-6")
def test_counts_and_sizes_are_said_before_anything_is_done(lost: Bucket, tmp_path: Path) -> None:
    before = lost.versions()
    result = recover(lost, tmp_path, "--dry-run", yes=False)
    assert result.exit_code == 0, result.output
    assert lost.versions() == before
    lines = {line.split("  ")[0].split(":")[0]: line for line in result.stdout.splitlines()}
    assert "3      18 bytes" in lines["restored"]
    assert "2      15 bytes" in lines["removed by a marker"]
    assert "1      6 bytes" in lines["unchanged"]
    told = json.loads(recover(lost, tmp_path, "--dry-run", "--json").stdout)
    assert told["planned"]["restore"] == {"files": 3, "bytes": 18}
    assert not list(tmp_path.rglob("*"))


@pytest.mark.contract("DR-6")
def test_the_same_command_again_has_nothing_to_do(lost: Bucket, tmp_path: Path) -> None:
    assert recover(lost, tmp_path).exit_code == 0
    after = lost.versions()
    again = recover(lost, tmp_path)
    assert again.exit_code == 0, again.output
    assert "Nothing to do" in again.stdout
    assert lost.versions() == after


@pytest.mark.contract("DR-6")
def test_the_way_back_that_is_told_brings_back_what_was_there_before(lost: Bucket, tmp_path: Path) -> None:
    before = lost.shown()
    record = json.loads(recover(lost, tmp_path, "--json").stdout)
    assert lost.shown() != before
    to = record["back"].split("--to ")[1].split()[0]
    result = recover(lost, tmp_path, to=to)
    assert result.exit_code == 0, result.output
    assert lost.shown() == before


def test_only_keys_of_the_prefix_are_touched(lost: Bucket, tmp_path: Path) -> None:
    before = lost.shown()
    record = json.loads(recover(lost, tmp_path, "--prefix", "deleted/", "--json").stdout)
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
    result = recover(documents, tmp_path)
    assert result.exit_code == 0, result.output
    assert documents.shown() == dict.fromkeys(ODD_KEYS, "before")


@pytest.mark.contract("DR-6")
def test_the_record_is_beside_the_backups_and_on_this_machine(lost: Bucket, tmp_path: Path) -> None:
    record = json.loads(recover(lost, tmp_path, "--json").stdout)
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
    result = recover(lost, tmp_path)
    assert result.exit_code == 1
    assert "on this machine alone" in result.stderr
    assert lost.shown() == EXPECTED
    assert list(tmp_path.rglob("*.json"))


@pytest.mark.contract("DR-6")
def test_what_was_interrupted_goes_on_when_it_is_run_again(
    lost: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, copied = object_copies.copy_on_top, list[str]()

    def interrupted(bucket: object_copies.Bucket, version: Version) -> str:
        if copied:
            raise KeyboardInterrupt
        copied.append(version.key)
        return original(bucket, version)

    with monkeypatch.context() as patch:
        patch.setattr(files, "copy_on_top", interrupted)
        result = recover(lost, tmp_path)
    assert result.exit_code == 130
    (here,) = tmp_path.rglob("*.json")
    record = json.loads(here.read_text())
    assert [each["key"] for each in record["restored"]] == copied
    assert not record["checked"]
    again = json.loads(recover(lost, tmp_path, "--json").stdout)
    assert lost.shown() == EXPECTED
    assert len(again["restored"]) == 2


def test_a_file_that_somebody_writes_meanwhile_is_found_by_the_check(
    lost: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = object_copies.copy_on_top

    def written_over(bucket: object_copies.Bucket, version: Version) -> str:
        made = original(bucket, version)
        if version.key == "overwritten.txt":
            lost.client.put_object(Bucket=bucket.name, Key=version.key, Body=b"in between")
        return made

    monkeypatch.setattr(files, "copy_on_top", written_over)
    result = recover(lost, tmp_path)
    assert result.exit_code == 3
    assert "overwritten.txt" in result.stderr
    assert lost.read("overwritten.txt") == "in between"


def test_one_file_that_fails_does_not_stop_the_others(
    lost: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = object_copies.copy_on_top

    def refused(bucket: object_copies.Bucket, version: Version) -> str:
        wrong = object_copies.Bucket(bucket.client, "none-such")
        return original(wrong if version.key == "overwritten.txt" else bucket, version)

    monkeypatch.setattr(files, "copy_on_top", refused)
    result = recover(lost, tmp_path, "--json")
    record = json.loads(result.stdout)
    assert result.exit_code == 1
    assert [each["key"] for each in record["failed"]] == ["overwritten.txt"]
    assert lost.shown() == {**EXPECTED, "overwritten.txt": "after"}


def test_a_deletion_in_the_same_second_loses_no_file(documents: Bucket, tmp_path: Path) -> None:
    """S3 tells whole seconds, and lists markers apart: which was first cannot be known."""
    documents.put("both.txt", "before", 3)
    documents.delete("both.txt", 3)
    documents.put("both.txt", "after", 1)
    assert recover(documents, tmp_path).exit_code == 0
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
    assert recover(documents, tmp_path).exit_code == 0
    assert set(documents.shown().values()) == {"before"}
    assert len(documents.shown()) == 40


def test_work_in_parallel_gives_every_result() -> None:
    assert sorted(in_parallel(lambda number: number * 2, range(1000), threads=3)) == list(range(0, 2000, 2))


def test_physical_names_do_as_well(lost: Bucket, tmp_path: Path) -> None:
    assert recover(lost, tmp_path, name=lost.name).exit_code == 0
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
    result = recover(lost, tmp_path, **more)
    assert result.exit_code == 2
    assert said in result.stderr
    assert lost.versions() == before


def test_a_bucket_without_versions_is_refused(lost: Bucket, tmp_path: Path) -> None:
    suspended = {"Status": "Suspended"}
    lost.client.put_bucket_versioning(Bucket=lost.name, VersioningConfiguration=suspended)
    result = recover(lost, tmp_path)
    assert result.exit_code == 1
    assert "found versioning Suspended" in result.stderr


def test_an_environment_that_is_not_deployed_is_told_so(account: Start, tmp_path: Path) -> None:
    dev = account("dev")
    s3_backends[DEV.settings.account]["aws"].reset()
    result = recover(Bucket(dev, "", dev.other("s3")), tmp_path)
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
    recover(documents, tmp_path)
    recover(documents, tmp_path)
    monkeypatch.setattr(object_copies, "PART_BYTES", 2)  # which S3 refuses
    documents.put("large.txt", "after", -1)
    recover(documents, tmp_path)
    held = locked_bucket(documents)
    held.put("held.txt", "before", 3, ObjectLockLegalHoldStatus="ON", **retained(days=90))
    held.put("held.txt", "after", 1)
    assert recover(held, tmp_path, name="photos").exit_code == 0
    assert calls.of("files") == table_of("files")
