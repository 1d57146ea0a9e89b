"""The states of releases: which are kept, and what an upgrade may not do to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands.errors import CommandError
from rehearsal.events import Log
from rehearsal.released import file_of, kept_releases, losses
from tests.support.checkout import ROOT
from timing.engine_step import EngineStep

BUCKET = "aws:s3/bucket:Bucket"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"


def test_there_is_a_release_to_go_on_with() -> None:
    assert kept_releases(ROOT)


def test_releases_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    (tmp_path / "releases").mkdir()
    for version in ("0.10.0", "0.9.0", "1.0.0"):
        (tmp_path / "releases" / f"{version}.json.gz").touch()
    names = [file.name for file in kept_releases(tmp_path)]
    assert names == ["0.9.0.json.gz", "0.10.0.json.gz", "1.0.0.json.gz"]


@pytest.mark.parametrize("version", ["", "1", "v1.2.3", "1.2", "1.2.3-beta", "../1.2.3"])
def test_a_version_is_three_numbers(version: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="allowed: three numbers"):
        file_of(tmp_path, version)


def test_what_was_released_stays_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "releases").mkdir()
    (tmp_path / "releases" / "1.2.3.json.gz").write_bytes(b"kept")
    with pytest.raises(CommandError, match="allowed: a newer one"):
        file_of(tmp_path, "1.2.3")


@pytest.mark.parametrize(
    ("operation", "kind", "lost"),
    [
        ("replace", ALARM, True),
        ("create-replacement", BUCKET, True),
        ("delete-replaced", ALARM, True),
        ("delete", BUCKET, True),
        ("delete", ALARM, False),
        ("update", BUCKET, False),
        ("create", BUCKET, False),
        ("same", BUCKET, False),
    ],
)
def test_replacing_anything_or_removing_what_has_data_is_a_loss(
    operation: str, kind: str, lost: bool
) -> None:
    log = Log(planned=[EngineStep(operation, f"urn::{kind}::it", kind, {"name": "update-replace"})])
    assert bool(losses(log)) == lost


@pytest.mark.parametrize(("name", "lost"), [("the-same", True), ("another", False)])
def test_the_same_under_another_urn_needs_an_alias(name: str, lost: bool) -> None:
    old = EngineStep("delete", f"urn::{ALARM}::old", ALARM, old={"inputs": {"name": "the-same"}})
    new = EngineStep("create", f"urn::{ALARM}::new", ALARM, new={"inputs": {"name": name}})
    assert bool(losses(Log(planned=[new, old]))) == lost
