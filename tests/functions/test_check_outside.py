"""What the daily check finds of the database's copies in another account, where AWS Backup copies them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.check_recovery import outside
from functions.check_recovery.asking import Asking
from functions.check_recovery.findings import Finding, State
from functions.check_recovery.wanted import Wanted
from infra.configuration.readiness import wanted
from rehearsal.aws.cloud import Cloud
from tests.support.backup_accounts import REGION, Account, allowing
from tests.support.recordings import configuration_of

pytestmark = pytest.mark.contract("ENV-6", "ALM-13")

HOME, KEPT = "410987654321", "410987654322"


@dataclass
class Accounts:
    """An environment's account with its database, and the one that it is copied to."""

    home: Account
    kept: Account
    database: str

    def night(self) -> dict[str, Any]:
        """Backs the database up and copies it; the copy job."""
        return self.home.copy(self.home.back_up(self.database)["RecoveryPointArn"], self.kept.vault)

    def asked(self, hours: int = 0) -> Finding:
        """The answer in so many hours."""

        def clients(service: str, region: str | None = None) -> Any:
            return self.home.cloud.client(service, region or REGION)

        asking = Asking(self._wanted, clients, datetime.now(UTC) + timedelta(hours=hours))
        (found,) = outside.database(asking)
        return found

    @property
    def _wanted(self) -> Wanted:
        prod = wanted(configuration_of("triangle", "prod"), [])
        return replace(prod, database="home", outside_vault=self.kept.vault)


@pytest.fixture
def accounts() -> Iterator[Accounts]:
    with Cloud(HOME) as home, Cloud(KEPT) as kept:
        first, second = Account(home, KEPT), Account(kept)
        second.admit(allowing(HOME))
        yield Accounts(first, second, first.make_instance("home"))


def test_before_the_first_night_there_is_no_copy_and_it_is_said(accounts: Accounts) -> None:
    assert accounts.asked().found == "no copy yet: the database is 0 h old"
    assert accounts.asked(hours=27).found == "no copy in 30 days"


def test_after_a_night_there_is_one_which_a_day_without_another_makes_too_old(accounts: Accounts) -> None:
    assert accounts.night()["State"] == "COMPLETED"
    assert accounts.asked(hours=25).state is State.READY
    found = accounts.asked(hours=27)
    assert (found.state, found.found) == (State.NOT_READY, "the newest copy is 27 h old")


def test_a_copy_that_the_other_account_does_not_let_in_is_told_with_what_aws_says(accounts: Accounts) -> None:
    accounts.kept.call("delete_backup_vault_access_policy", BackupVaultName="kept")
    refused = accounts.night()
    found = accounts.asked()
    assert found.state is State.NOT_READY
    assert found.found.endswith(refused["StatusMessage"])


def test_copies_of_others_or_elsewhere_are_no_copies_of_the_database_there(accounts: Accounts) -> None:
    other = accounts.home.make_instance("other")
    accounts.home.copy(accounts.home.back_up(other)["RecoveryPointArn"], accounts.kept.vault)
    beside = accounts.kept.make_vault("beside", EncryptionKeyArn=accounts.kept.key)
    accounts.kept.admit(allowing(HOME), "beside")
    point = accounts.home.back_up(accounts.database)["RecoveryPointArn"]
    assert accounts.home.copy(point, beside)["State"] == "COMPLETED"
    assert accounts.asked().found.startswith("no copy yet")
