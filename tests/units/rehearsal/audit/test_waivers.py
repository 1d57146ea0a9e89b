"""A waiver is for a finding, for a reason and for a time; the file cannot go stale unseen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from infra.configuration.validation import ConfigurationError
from rehearsal.audit.audit import Audit
from rehearsal.audit.checkers import Checked
from rehearsal.audit.findings import Finding, grouped
from rehearsal.audit.waivers import Waiver, of_system, read_waivers, stale

ROOT = Path(__file__).resolve().parents[4]
TODAY = date(2026, 11, 21)
FOUND = Finding("checkov", "CKV_K8S_43", "dev", "Deployment.triangle.api", "Image should use digest")
REASON = "dev follows the main branch's tag"
WAIVER = Waiver("CKV_K8S_43", ("Deployment.*",), REASON, TODAY, ("dev",))


def _audit(*findings: Finding, waivers: list[Waiver]) -> Audit:
    rules = frozenset({FOUND.rule})
    complaints = stale(waivers, findings, rules, TODAY, complete=True)
    checked = {"checkov": Checked(list(findings), rules, 1)}
    return Audit(("dev", "prod"), checked, waivers, complaints, TODAY)


def test_a_finding_fails_the_audit() -> None:
    result = _audit(FOUND, waivers=[])
    assert not result.passed
    assert result.open == [FOUND]


def test_a_waived_finding_passes_through_the_last_day() -> None:
    assert _audit(FOUND, waivers=[WAIVER]).passed


@pytest.mark.parametrize(
    "other",
    [
        replace(FOUND, rule="CKV_K8S_15"),
        replace(FOUND, environment="prod"),
        replace(FOUND, resource="Job.triangle.migrate"),
    ],
)
def test_a_waiver_covers_its_rule_environments_and_resources_only(other: Finding) -> None:
    assert _audit(FOUND, other, waivers=[WAIVER]).open == [other]


def test_an_expired_waiver_covers_nothing() -> None:
    result = _audit(FOUND, waivers=[replace(WAIVER, expires=date(2026, 11, 20))])
    assert result.open == [FOUND]
    assert result.stale == ["CKV_K8S_43: expired on 2026-11-20; mend the findings or decide anew"]


def test_a_pattern_that_matches_nothing_any_more_fails_the_audit() -> None:
    result = _audit(FOUND, waivers=[replace(WAIVER, resources=("Deployment.*", "Job.*"))])
    assert result.stale == ["CKV_K8S_43: 'Job.*' matches no finding any more; take it out"]
    assert not result.passed


def test_a_rule_that_no_checker_knows_fails_the_audit() -> None:
    result = _audit(waivers=[replace(WAIVER, rule="CKV_K8S_430")])
    assert result.stale == ["CKV_K8S_430: no checker knows this rule; take the waiver out"]


def test_one_environment_alone_calls_no_waiver_unused() -> None:
    assert stale([WAIVER], [], {WAIVER.rule}, TODAY, complete=False) == []
    assert stale([WAIVER], [], set(), TODAY, complete=False) == []


def test_what_environments_share_is_shown_once() -> None:
    (group,) = grouped([FOUND, replace(FOUND, environment="prod")])
    assert group.environments == ("dev", "prod")


def test_all_mistakes_of_the_file_are_told_together(tmp_path: Path) -> None:
    file = tmp_path / "waivers.yaml"
    file.write_text(
        "- {rule: '', resources: Deployment.*, environments: [test], reason: ok, expires: soon, until: 1}\n"
    )
    with pytest.raises(ConfigurationError) as refused:
        read_waivers(file)
    assert [problem.key for problem in refused.value.problems] == [
        f"[0].{key}" for key in ("until", "rule", "resources", "environments", "reason", "expires")
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- a: [\n", "waivers.yaml: line 2, column 1: found broken YAML"),
        ("waivers: {}\n", "waivers.yaml: the whole file: found a mapping with waivers; allowed: a list"),
        ("- CKV_1\n", 'waivers.yaml: [0]: found "CKV_1"; allowed: a mapping with rule, resources'),
        ("- {resource: [x]}\n", '[0].resource: found the list ["x"]; allowed: the keys rule, resources'),
        ("- {resource: [x]}\n", "Did you mean resources?"),
        ("- {resource: [x]}\n", "[0].rule: found nothing; allowed: the checker's name of one rule"),
        ("- {environments: [prd]}\n", '[0].environments: found the list ["prd"]; allowed: a list of dev'),
    ],
)
def test_a_waiver_that_is_wrong_says_where_and_what_is_allowed(
    tmp_path: Path, text: str, expected: str
) -> None:
    file = tmp_path / "waivers.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        read_waivers(file)
    assert expected in str(refused.value)


def test_the_waivers_of_this_checkout_are_well_written() -> None:
    assert read_waivers(ROOT / "waivers.yaml")


def test_a_waiver_of_one_system_is_of_no_use_to_another() -> None:
    of_node = replace(WAIVER, systems=("node",))
    assert of_system([WAIVER, of_node], "node") == [WAIVER, of_node]
    assert of_system([WAIVER, of_node], "triangle") == [WAIVER]
