"""What says where a deployment stands: locks, ids of what was being made, the section of the stack file."""

from __future__ import annotations

import json
import os
import re
import socket
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from infra.configuration.taken_back_release import TakenBack
from operations import taken_back_file
from operations.checkout import ROOT
from operations.console import OperationError, OperationFailed
from operations.recovery.identities import made_again
from operations.recovery.identity_rules import ASKED, COMPUTED, FROM_INPUTS
from operations.recovery.stack_locks import Lock, locks
from tests.support.recorder import record, stack_file

pytestmark = pytest.mark.contract("DEP-1")

ONE, TWO = (f"sha256:{digit * 64}" for digit in "12")
LOCK = {"pid": 7, "username": "runner", "hostname": "fv-az1", "timestamp": "2026-11-29T14:00:00Z"}


def test_locks_are_read_where_the_state_is_in_s3(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "embedded")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "embedded")
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="state")
        for stack in ("prod", "prod-2"):
            key = f"team/.pulumi/locks/organization/groundwork/{stack}/1.json"
            client.put_object(Bucket="state", Key=key, Body=json.dumps(LOCK).encode())
        (found,) = list(locks("s3://state/team?region=us-east-1&awssdk=v2", "groundwork", "prod") or [])
        assert found.told == "runner@fv-az1 (process 7) since 2026-11-29T14:00:00Z"
        assert found.runs is None, "nobody sees from here whether it does"
        assert locks("s3://state?region=us-east-1", "groundwork", "dev") == []
        with pytest.raises(OperationFailed, match=r"s3://nowhere/.*locks are there"):
            locks("s3://nowhere?region=us-east-1", "groundwork", "dev")


def test_a_lock_that_cannot_be_read_is_one_all_the_same(tmp_path: Path) -> None:
    folder = tmp_path / ".pulumi" / "locks" / "organization" / "groundwork" / "prod"
    folder.mkdir(parents=True)
    (folder / "1.json").write_text("{")
    (found,) = list(locks(f"file://{tmp_path}", "groundwork", "prod") or [])
    assert (found.who, found.runs) == ("somebody", None)


def test_how_aws_names_things_is_known_of_every_type_of_the_program() -> None:
    graph = (ROOT / "tests/program/__snapshots__/test_graph.ambr").read_text(encoding="utf-8")
    types = set(re.findall(r"\b(aws:[\w.-]+/\w+:\w+)", graph))
    assert len(types) > 80
    unknown = {each for each in types if not made_again(each)} - {*ASKED, *COMPUTED, *FROM_INPUTS}
    assert unknown == set()


def test_the_release_that_was_taken_back_is_written_and_taken_out_where_images_stand() -> None:
    text = (ROOT / "Pulumi.prod.yaml").read_text(encoding="utf-8")
    changed = taken_back_file.written(text, TakenBack(ONE, TWO))
    assert f"  groundwork:takenBack: {{from: {ONE}, to: {TWO}}}\n  groundwork:images:\n" in changed
    assert taken_back_file.written(changed, TakenBack(ONE, TWO)) == changed
    assert taken_back_file.written(changed, TakenBack()) == text


def test_a_file_that_says_it_in_another_way_is_told_what_to_write() -> None:
    text = "config: {'groundwork:images': {api: a}}\n"
    with pytest.raises(OperationError, match=f"Write, in `config`: groundwork:takenBack: .from: {ONE}"):
        taken_back_file.written(text, TakenBack(ONE, TWO))


@pytest.mark.contract("K8S-6")
def test_the_snapshot_of_a_release_that_was_taken_back_stays_and_nothing_migrates() -> None:
    now = stack_file("prod")["images"]["api"]
    snapshot = "aws:rds/snapshot:Snapshot"
    plain, back = record("prod"), record("prod", {"takenBack": {"from": ONE, "to": now}})
    other = record("prod", {"takenBack": {"from": ONE, "to": TWO}})
    release = "random:index/randomId:RandomId"
    versions = [each.of(release)["release"].inputs["keepers"]["version"] for each in (back, plain, other)]
    assert versions == ["1" * 12, now.removeprefix("sha256:")[:12], versions[1]]
    assert "before-migration" in back.of(snapshot)
    assert not back.perhaps("kubernetes:batch/v1:Job")
    assert plain.of("kubernetes:batch/v1:Job").keys() == other.of("kubernetes:batch/v1:Job").keys()


def test_who_runs_as_somebody_else_on_this_machine_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its process may not be signalled, which tells that it is there; nobody may say that it has ended."""

    def signal(process: int, number: int) -> None:
        assert (process, number) == (4711, 0)
        raise PermissionError

    monkeypatch.setattr(os, "kill", signal)
    assert Lock("ann", socket.gethostname(), 4711, "2026-11-29T03:00:00Z").runs is True
    assert Lock("ann", "another-machine", 4711, "2026-11-29T03:00:00Z").runs is None
