"""What loses data or weakens protection in staging and prod needs a line, for exactly that change."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from infra.configuration.strict_yaml import parse
from infra.configuration.validation import ConfigurationError
from preview.approvals import Approval, Approved, approved, read_approvals
from preview.change import change_of
from preview.risks import ranked
from timing.engine_step import EngineStep

LOG = "aws:cloudwatch/logGroup:LogGroup"
DAY = date(2026, 11, 21)
WHY = "Nobody has read older logs in a year."


def shortened(name: str = "api", to: int = 30, **more: object) -> EngineStep:
    urn = f"urn:pulumi:prod::groundwork::groundwork:x:Logs${LOG}::{name}"
    before = {"retentionInDays": 365, **more}
    after = {**before, "retentionInDays": to}
    return EngineStep(
        "update", urn, LOG, {"retentionInDays": "update"}, {"inputs": before}, {"inputs": after}
    )


def line_for(step: EngineStep, environment: str = "prod", until: date = DAY) -> Approval:
    (group,) = ranked(change_of(environment, [step]))
    change = group.fingerprint(environment)
    return Approval(environment, change, str(group), WHY, "jane@example.org", until)


def asked(
    *steps: EngineStep, lines: tuple[Approval, ...] = (), environment: str = "prod", today: date = DAY
) -> Approved:
    return approved(ranked(change_of(environment, steps)), environment, lines, today)


def test_without_a_line_it_is_missing_and_the_line_to_write_is_one_that_the_file_takes(
    tmp_path: Path,
) -> None:
    found = asked(shortened())
    assert len(found.missing) == 1
    (text,) = found.proposed
    filled = text.replace("why:  # in a sentence", f"why: {WHY}").replace(
        "who:  # an e-mail address", "who: jane@example.org"
    )
    (tmp_path / "approvals.yaml").write_text(filled, encoding="utf-8")
    lines = tuple(read_approvals(tmp_path))
    assert asked(shortened(), lines=lines).missing == ()
    assert lines[0].until == date(2026, 11, 28)


def test_as_it_is_proposed_it_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "approvals.yaml").write_text(asked(shortened()).proposed[0], encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        read_approvals(tmp_path)
    assert [problem.key for problem in refused.value.problems] == ["[0].why", "[0].who"]


@pytest.mark.parametrize("environment", ["staging", "prod"])
def test_a_line_is_for_exactly_its_change(environment: str) -> None:
    line = line_for(shortened(), environment)

    def missing(*steps: EngineStep, elsewhere: str = environment) -> int:
        return len(asked(*steps, lines=(line,), environment=elsewhere).missing)

    assert missing(shortened()) == 0
    assert missing(shortened(to=29)) == 1
    assert missing(shortened("worker")) == 1
    # The same for one resource more is another change.
    assert missing(shortened(), shortened("worker")) == 1
    assert missing(shortened(), elsewhere="staging" if environment == "prod" else "prod") == 1


def test_a_line_holds_on_its_last_day_and_not_after_it() -> None:
    lines = (line_for(shortened()),)
    assert asked(shortened(), lines=lines, today=DAY).missing == ()
    late = asked(shortened(), lines=lines, today=date(2026, 11, 22))
    assert len(late.missing) == 1
    assert "# The line of this change was over on 2026-11-21." in late.message("prod")


def test_dev_needs_no_lines() -> None:
    assert asked(shortened(), environment="dev") == Approved()


def test_what_neither_loses_data_nor_weakens_protection_needs_none() -> None:
    urn = "urn:pulumi:prod::groundwork::groundwork:x:Database$aws:rds/instance:Instance::database"
    before = {"instanceClass": "db.m7g.large", "multiAz": True}
    larger = EngineStep(
        "update",
        urn,
        "aws:rds/instance:Instance",
        {"instanceClass": "update"},
        {"inputs": before},
        {"inputs": {**before, "instanceClass": "db.m7g.xlarge"}},
    )
    assert asked(larger) == Approved((), (), {}, ())


def test_ids_that_aws_has_made_up_make_no_other_change() -> None:
    def unlocked(key: str) -> EngineStep:
        urn = f"urn:pulumi:prod::groundwork::groundwork:x:Logs${LOG}::api"
        before = {"kmsKeyId": f"arn:aws:kms:us-west-2:1:key/{key}"}
        return EngineStep("update", urn, LOG, {"kmsKeyId": "delete"}, {"inputs": before}, {"inputs": {}})

    line = line_for(unlocked("f96a3c06-d5ed-480b-9f15-10b9ac042476"))
    assert asked(unlocked("943f022c-4abd-4751-80c8-0a0dd8201736"), lines=(line,)).missing == ()


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "approvals.yaml").write_text(
        """\
- {environment: dev, change: 123, what: "", why: ok, who: jane, until: tomorrow, whom: x}
- [a]
- &right
  {environment: prod, change: 3f9ac21b04de, what: log, why: It is of no use now., who: a@b, until: 2026-12-01}
- *right
""",
        encoding="utf-8",
    )
    with pytest.raises(ConfigurationError) as refused:
        read_approvals(tmp_path)
    assert sorted(problem.key for problem in refused.value.problems) == [
        "[0].change",
        "[0].environment",
        "[0].until",
        "[0].what",
        "[0].who",
        "[0].whom",
        "[0].why",
        "[1]",
        "[3].change",
    ]
    assert "Did you mean who?" in str(refused.value)


@pytest.mark.parametrize("content", ["a: b", "- {", "- {change: a, change: b}", "text"])
def test_what_is_no_list_of_lines_is_refused_with_its_place(content: str, tmp_path: Path) -> None:
    (tmp_path / "approvals.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"approvals\.yaml"):
        read_approvals(tmp_path)


def test_a_change_of_digits_alone_is_proposed_in_quotes() -> None:
    assert parse(asked(shortened()).proposed[0])[0]["change"] == line_for(shortened()).change


def test_no_file_and_an_empty_one_are_no_lines(tmp_path: Path) -> None:
    assert read_approvals(tmp_path) == []
    (tmp_path / "approvals.yaml").write_text("# nothing yet\n", encoding="utf-8")
    assert read_approvals(tmp_path) == []
