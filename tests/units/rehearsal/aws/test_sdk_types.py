"""What is kept of the SDK's classes is what the classes say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rehearsal.aws.sdk_types import PROVIDER, Descriptions, UnknownResourceType

BUCKET = "aws:s3/bucket:Bucket"


def test_what_was_kept_is_used_by_the_next_process(tmp_path: Path) -> None:
    first = Descriptions(tmp_path / "kept.json")
    bucket = first.of_resource(BUCKET)
    first.of_block(bucket["inputs"])
    first.save()
    kept = json.loads((tmp_path / "kept.json").read_text(encoding="utf-8"))
    assert set(kept) == {BUCKET, bucket["inputs"]}
    (tmp_path / "kept.json").write_text(json.dumps({BUCKET: {"inputs": "kept", "outputs": []}}))
    assert Descriptions(tmp_path / "kept.json").of_resource(BUCKET)["inputs"] == "kept"


def test_processes_that_end_together_keep_what_each_of_them_read(tmp_path: Path) -> None:
    file = tmp_path / "kept.json"
    one, other = Descriptions(file), Descriptions(file)
    one.of_resource(BUCKET)
    other.of_block(PROVIDER)
    one.save()
    other.save()
    assert set(json.loads(file.read_text(encoding="utf-8"))) == {BUCKET, PROVIDER}


@pytest.mark.parametrize("broken", ["", "{", "[1]", '{"aws:s3/bucket:Bucket": {"inp'])
def test_a_broken_file_is_as_good_as_none(tmp_path: Path, broken: str) -> None:
    file = tmp_path / "kept.json"
    file.write_text(broken, encoding="utf-8")
    described = Descriptions(file)
    assert "bucket" in described.of_block(described.of_resource(BUCKET)["inputs"])["properties"]


def test_a_place_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("", encoding="utf-8")
    described = Descriptions(tmp_path / "a-file" / "kept.json")
    assert described.of_resource(BUCKET)["outputs"]
    described.save()


def test_a_type_that_the_sdk_does_not_have_is_not_made_up(tmp_path: Path) -> None:
    with pytest.raises(UnknownResourceType):
        Descriptions(tmp_path / "kept.json").of_resource("aws:s3/bucket:Pail")
