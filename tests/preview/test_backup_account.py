"""The backup account in a preview: one thing to agree to where it goes, whatever resources it comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from preview.places import DifferingPlace
from preview.report import Report
from preview.risk import Group, Kind
from tests.preview.case import Case, Declared, line_of, mistakes, played
from tests.preview.changes_of_files import CASES
from tests.support.changes import change_between
from tests.support.recordings import system_recording

KEY = DifferingPlace("Pulumi.prod.yaml", "backupAccount")
# Would be named instead: `backup` is a word of most that has to do with it, and of this key, too.
LIKE_IT = DifferingPlace("Pulumi.prod.yaml", "database.backupRetention", 31)
ACCOUNT = "230000000009"


@pytest.fixture(scope="module")
def removed(tmp_path_factory: pytest.TempPathFactory) -> Report:
    (case,) = (each for each in CASES if each.name == "no other account is copied to")
    return Report(played([case], tmp_path_factory.mktemp("removed")), "main", (KEY, LIKE_IT))


def about_the_account(report: Report) -> Group:
    (found,) = (group for group in report.groups if ACCOUNT in group.what)
    return found


def test_where_it_goes_file_and_key_are_named(removed: Report) -> None:
    assert about_the_account(removed).places == ("Pulumi.prod.yaml backupAccount",)


def test_where_it_goes_one_approval_is_for_all_that_is_not_copied(removed: Report) -> None:
    group = about_the_account(removed)
    assert group.kind is Kind.PROTECTION
    assert group in removed.approved.missing
    types = {risk.step.type.rsplit(":", 1)[-1] for risk in group.risks}
    assert types == {"BucketReplicationConfig", "Function", "Plan", "ReplicationConfiguration"}


def test_who_it_is_about_is_the_environment_and_not_so_many_resources(removed: Report) -> None:
    assert str(about_the_account(removed)).startswith(f"prod is not copied to account {ACCOUNT} any more")


@pytest.mark.parametrize(
    ("edit", "line"),
    [
        (
            ("BucketReplicationConfig photos", "rules.1.status", "Disabled"),
            f"WEAKER bucket replication config photos copies its objects to account {ACCOUNT} no more",
        ),
        (
            ("Plan database", "rules.0.copyActions", []),
            f"WEAKER plan database copies its daily backups to account {ACCOUNT} no more",
        ),
    ],
)
def test_what_is_not_copied_to_the_new_account_either_is_told_beside_the_move(
    edit: Declared, line: str, tmp_path: Path
) -> None:
    (moved,) = (each for each in CASES if each.name == "another account is copied to")
    recovery = "WEAKER plan database copies its daily backups to the recovery region no more"
    named = (*moved.named, line, *([recovery] if edit[0].startswith("Plan") else []))
    case = Case("moved but for one", named, stack=moved.stack, graph=(edit,))
    assert mistakes([case], played([case], tmp_path)) == []


def test_the_environments_own_account_is_no_other_one() -> None:
    prod = system_recording("triangle", "prod")
    assert change_between(prod, prod).accounts == {"230000000003"}


def test_a_plan_whose_vault_has_no_arn_yet_copies_as_it_did(tmp_path: Path) -> None:
    edit = ("Vault recovery/backup", "kmsKeyArn", "arn:aws:kms:us-east-2:230000000003:key/other")
    change = played([Case("another vault", graph=(edit,))], tmp_path)
    (plan,) = (step for step in change.steps if step.name == "daily" and step.type.endswith(":Plan"))
    assert plan.verb == "updated"
    report = Report(change, "main")
    assert not [line_of(risk) for group in report.groups for risk in group.risks if "copies" in risk.what]
