"""The result of all questions: what is open, what has a reason, and what has one for nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands.errors import Exit
from rehearsal.options import ROOT
from rehearsal.terraform.asking import Asked, NoProvider, Result, everything, find_provider
from rehearsal.terraform.findings import Finding, Rule
from rehearsal.terraform.known import KNOWN
from rehearsal.terraform.questions import Answers
from tests.support.json_output import check_output

NEW = Finding(Rule.CHANGE, "aws:s3/bucket:Bucket", "bucket", "to b: AWS's provider updates it", "photos")
EXPECTED = [Finding(each.rule, each.token, each.place, "text", "name") for each in KNOWN]


def _asked(*findings: Finding) -> Asked:
    return Asked(
        "triangle", "prod", Answers(3, {"aws:s3/bucket:Bucket"}, 40, 5, 2, 7, 9, list(findings)), 12.34
    )


def test_what_has_a_reason_is_not_open() -> None:
    asked = _asked(*EXPECTED, NEW)
    assert asked.open == [NEW]
    assert Result([_asked(*EXPECTED)], complete=True).passed
    assert not Result([asked], complete=True).passed


def test_a_reason_for_nothing_fails_when_everything_was_looked_at() -> None:
    assert not Result([_asked(*EXPECTED[1:])], complete=True).passed
    assert Result([_asked(*EXPECTED[1:])], complete=False).passed


def test_the_result_is_the_same_for_scripts_and_people(capsys: pytest.CaptureFixture[str]) -> None:
    result = Result([_asked(EXPECTED[0], NEW)])
    check_output("provider", result.as_json())
    [environment] = result.as_json()["environments"]
    assert environment == {
        "system": "triangle",
        "environment": "prod",
        "resources": 3,
        "types": 1,
        "changes": 40,
        "refused": 5,
        "read": 2,
        "properties": 7,
        "values": 9,
        "known": 1,
        "seconds": 12.3,
        "findings": [{**vars(NEW), "rule": "change"}],
    }
    result.show()
    shown = capsys.readouterr().out
    assert "aws:s3/bucket:Bucket  bucket  (photos of triangle prod)" in shown
    assert EXPECTED[0].token not in shown
    assert "FAILED: mend" in shown


def test_everything_is_all_environments_of_the_default_and_prod_of_each_example() -> None:
    names = [(system.stem, environment) for system, environment in everything(ROOT)]
    assert [environment for system, environment in names if system == "system"] == ["dev", "staging", "prod"]
    others = [each for each in names if each[0] != "system"]
    assert others == [(system, "prod") for system in ("escrow", "fixzit", "node", "paintbox")]


def test_a_provider_that_is_named_is_taken_and_one_that_is_not_there_is_told(tmp_path: Path) -> None:
    file = tmp_path / "terraform-provider-aws"
    with pytest.raises(NoProvider, match=r"GROUNDWORK_AWS_PROVIDER: found .*; allowed") as refused:
        find_provider({"GROUNDWORK_AWS_PROVIDER": str(file)})
    assert refused.value.code == Exit.NO_ENGINE
    file.touch()
    assert find_provider({"GROUNDWORK_AWS_PROVIDER": str(file)}) == file
