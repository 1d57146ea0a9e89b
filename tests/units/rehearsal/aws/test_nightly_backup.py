"""What all plans of a stack do in a night."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from rehearsal.aws.cloud import Cloud
from rehearsal.aws.nightly_backup import UnsupportedSelection, run_plans
from tests.support.backup_accounts import REGION, Account, allowing

HOME, KEPT = "410987654321", "410987654322"


@dataclass
class Night:
    """An account with a database and a plan, and the account that it copies to."""

    home: Account
    kept: Account
    database: str

    def state(self, *, resources: list[str] | None = None, **selected: Any) -> list[dict[str, Any]]:
        """A stack's state with one plan: backups are kept 7 days, and their copies 35."""
        rule = {
            "ruleName": "daily",
            "targetVaultName": "kept",
            "schedule": "cron(0 6 * * ? *)",
            "lifecycle": {"deleteAfter": 7.0},
            "copyActions": [{"destinationVaultArn": self.kept.vault, "lifecycle": {"deleteAfter": 35.0}}],
        }
        plan = {
            "urn": "urn:pulumi:prod::groundwork::aws:backup/plan:Plan::daily",
            "type": "aws:backup/plan:Plan",
            "id": "plan-1",
            "inputs": {"name": "daily", "rules": [rule]},
            "outputs": {"arn": f"arn:aws:backup:{REGION}:{HOME}:backup-plan:plan-1"},
        }
        selection = {
            "urn": "urn:pulumi:prod::groundwork::aws:backup/selection:Selection::data",
            "type": "aws:backup/selection:Selection",
            "id": "selection-1",
            "inputs": {
                "planId": "plan-1",
                "iamRoleArn": self.home.role,
                "resources": resources or [self.database],
                **selected,
            },
            "outputs": {},
        }
        return [{"urn": "urn:stack", "type": "pulumi:pulumi:Stack"}, selection, plan]


@pytest.fixture
def night() -> Iterator[Night]:
    """The vault of the other account lets the first one in."""
    with Cloud(HOME) as home, Cloud(KEPT) as kept:
        first, second = Account(home, KEPT), Account(kept)
        second.admit(allowing(HOME))
        yield Night(first, second, first.make_instance("home"))


def test_each_resource_is_backed_up_and_copied_with_the_days_of_its_rule(night: Night) -> None:
    assert run_plans(night.home.cloud, night.state()) == []
    (backup,), (copy,) = night.home.points(), night.kept.points()
    assert (backup["Lifecycle"], copy["Lifecycle"]) == ({"DeleteAfterDays": 7}, {"DeleteAfterDays": 35})
    assert copy["ResourceArn"] == night.database


def test_every_night_leaves_a_recovery_point(night: Night) -> None:
    for _ in range(2):
        assert run_plans(night.home.cloud, night.state()) == []
    assert len(night.kept.points()) == 2


def test_a_copy_that_is_not_let_in_is_told_and_the_backup_is_there(night: Night) -> None:
    night.kept.call("delete_backup_vault_access_policy", BackupVaultName="kept")
    (failed,) = run_plans(night.home.cloud, night.state())
    assert (failed.operation, failed.rule, failed.resource) == ("StartCopyJob", "daily", night.database)
    assert failed.vault == night.kept.vault
    assert "backup:CopyIntoBackupVault" in failed.message
    assert len(night.home.points()) == 1


def test_a_resource_that_is_gone_keeps_no_other_one_from_being_backed_up(night: Night) -> None:
    gone = night.database.replace(":home", ":gone")
    (failed,) = run_plans(night.home.cloud, night.state(resources=[gone, night.database]))
    assert (failed.operation, failed.resource) == ("StartBackupJob", gone)
    assert [point["ResourceArn"] for point in night.kept.points()] == [night.database]


def test_a_region_that_does_not_answer_backs_nothing_up(night: Night) -> None:
    night.home.cloud.unreachable.add(REGION)
    (failed,) = run_plans(night.home.cloud, night.state())
    assert (failed.operation, failed.resource) == ("StartBackupJob", night.database)


def test_a_selection_by_tags_is_not_taken_for_an_empty_one(night: Night) -> None:
    tags = [{"type": "STRINGEQUALS", "key": "backup", "value": "yes"}]
    with pytest.raises(UnsupportedSelection):
        run_plans(night.home.cloud, night.state(selectionTags=tags))
