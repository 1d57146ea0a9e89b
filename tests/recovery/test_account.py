"""ENV-6: prod's account is emptied; the command of that day, on the real engine, in a new account."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from infra.configuration.files import read_environment
from operations.checkout import ROOT
from rehearsal.disasters.account import AccountRehearsed, rehearse
from rights.recoveries import About, By, Where
from tests.support.json_output import check_output
from tests.support.recovery_calls import CommandCalls, Row, inputs_of, recording_commands, table_of
from timing.data.recovery import WAITS, Wait

pytestmark = [pytest.mark.engine, pytest.mark.contract("ENV-6")]


# Asked for of a file that is in the archive or has more than 5 GB: tests/operations.
ON_OTHER_DAYS = {
    Row(Where.HERE, About.FILES, "s3:AbortMultipartUpload", By.DEPLOY),
    # Where what comes back is locked, and can be.
    Row(Where.HERE, About.FILES, "s3:PutObjectLegalHold", By.DEPLOY),
    Row(Where.HERE, About.FILES, "s3:PutObjectRetention", By.DEPLOY),
    Row(Where.OUTSIDE, About.FILES, "s3:RestoreObject", By.DEPLOY),
}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandCalls]:
    with recording_commands(tmp_path_factory.mktemp("asked") / "calls") as calls:
        yield calls


@pytest.fixture(scope="module")
def account_lost(engine: Path, asked: CommandCalls) -> AccountRehearsed:
    return rehearse(ROOT, "prod", engine, lambda _: None)


def test_everything_that_was_copied_is_back(account_lost: AccountRehearsed) -> None:
    assert account_lost.written - account_lost.since_copy >= 20
    assert account_lost.copied_lost == 0
    assert account_lost.files_back == account_lost.files == 60
    assert account_lost.images_back
    assert account_lost.secret_back


def test_what_stood_there_is_known_of_the_states_copy(account_lost: AccountRehearsed) -> None:
    """The account took its state along; `bootstrap` had S3 copy it, as the backup account lets it."""
    assert account_lost.state_known


def test_the_zone_above_the_domain_leads_people_to_the_new_one(account_lost: AccountRehearsed) -> None:
    """In the backup account, by the role that may do nothing else; the next `pulumi up` there leaves it."""
    assert account_lost.delegated


def test_what_was_written_after_the_last_copy_is_told_as_lost(account_lost: AccountRehearsed) -> None:
    assert account_lost.since_copy >= 10
    assert 0 < account_lost.lost_seconds < 60


def test_people_work_again_and_program_state_and_aws_agree(account_lost: AccountRehearsed) -> None:
    """After a refresh: nothing in the state is only what was hoped for."""
    assert account_lost.serves
    assert account_lost.settled == {}
    assert account_lost.good
    check_output("disaster", account_lost.as_json())


def test_the_times_that_a_person_is_told_are_those_of_the_deployments(account_lost: AccountRehearsed) -> None:
    waits = (Wait.ACCOUNT_FOUNDATIONS, Wait.ACCOUNT_BUILD, Wait.ACCOUNT_SERVICES, Wait.ACCOUNT_COMPLETE)
    for wait, found in zip(waits, account_lost.deployments, strict=True):
        said = WAITS[wait].times
        assert found.typical <= said.typical <= found.typical * 1.2, wait
        assert found.slow <= said.slow <= found.slow * 1.2, wait


def test_on_aws_people_can_work_again_within_two_hours(account_lost: AccountRehearsed) -> None:
    """Also where every step is at its slowest, with some 400,000 files."""
    assert account_lost.until_users_are_back.typical <= 60 * 60
    assert account_lost.until_users_are_back.slow <= 120 * 60


@pytest.mark.contract("SEC-1")
def test_the_command_asks_for_what_the_table_of_rights_says(
    account_lost: AccountRehearsed, asked: CommandCalls
) -> None:
    """What it may in both accounts is asked of it in tests/program/test_rights.py."""
    found = asked.of("account", read_environment(ROOT, "prod", today=date.min))
    assert found.keys() == table_of("account") - ON_OTHER_DAYS


@pytest.mark.contract("DR-3", "ENV-6")
def test_what_it_needs_beside_both_accounts_is_in_source_control(
    account_lost: AccountRehearsed, asked: CommandCalls
) -> None:
    assert asked.inputs("account") == inputs_of("account")
