"""SEC-3: the rotation ledger is read from the account, not written by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from typer.testing import CliRunner

from infra.configuration.platform_secrets import MASTER_SECRET
from infra.configuration.secret_sources import SecretSource
from infra.configuration.system import Expiry
from operations.cli import app
from operations.holdings import Declared, Holding, State
from operations.ledger import lines, markdown
from tests.operations.conftest import Account
from tests.support.recorded_calls import Calls, table_of

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def _state(last: datetime | None, state: State = State.HELD, days: int | None = 30) -> str:
    declared = Declared("database", SecretSource.GENERATED, days)
    begin = last or NOW - timedelta(days=3)
    due = begin + timedelta(days=days) if days else None
    (line,) = lines([Holding(declared, state, frozenset(), begin, last, due)], [], NOW)
    return line.state


@pytest.mark.contract("SEC-3")
@pytest.mark.parametrize(
    ("age", "state"), [(0, "ok"), (30, "ok"), (31, "ok"), (33, "overdue"), (400, "overdue")]
)
def test_a_rotation_is_overdue_when_secrets_manager_has_had_its_time(age: int, state: str) -> None:
    assert _state(NOW - timedelta(days=age)) == state


@pytest.mark.contract("SEC-3")
def test_what_was_never_rotated_has_its_first_value() -> None:
    assert _state(None) == "first value"
    assert _state(None, days=None) == "ok"
    assert _state(None, State.NO_VALUE) == "no value"


@pytest.mark.contract("SEC-2")
def test_the_ledger_says_how_old_the_masters_password_is_which_nothing_rotates() -> None:
    master = Declared(MASTER_SECRET, SecretSource.GENERATED, None)
    (line,) = lines([Holding(master, State.HELD, changed=NOW - timedelta(days=412, hours=5))], [], NOW)
    assert (line.every, line.renewed_by, line.age) == ("-", "a deployment", "412 days")


@pytest.mark.contract("SEC-5")
@pytest.mark.parametrize(
    ("left", "state"), [(-1, "expired"), (0, "ends soon"), (30, "ends soon"), (31, "ok")]
)
def test_the_ledger_has_what_ends_on_a_day(left: int, state: str) -> None:
    ends = NOW.date() + timedelta(days=left)
    (line,) = lines([], [Expiry("apns", ends, "APNs key")], NOW)
    assert (line.state, line.due) == (state, ends.isoformat())


@pytest.mark.contract("SEC-3")
def test_the_ledger_names_every_secret_and_no_value(account: Callable[[str], Account]) -> None:
    prod = account("prod")
    prod.deploy(sentry_dsn="")
    command = ["ledger", "--env", "prod", "--endpoint-url", prod.url, "--json"]
    result = CliRunner().invoke(app, command)
    found = {line["name"]: line for line in json.loads(result.stdout)}
    assert result.exit_code == 1  # one has no value
    assert found["sentry-dsn"]["state"] == "no value"
    assert (found["database"]["every"], found["database"]["renewed_by"]) == ("30 days", "rotation")
    assert found["jwt-access-key"]["every"] == "90 days"
    assert found["stripe-secret-key"]["renewed_by"] == "a person"
    assert found["apns"]["due"] == "2027-11-01"
    assert "value-of" not in result.output


def test_the_ledger_is_a_page_as_well() -> None:
    found = lines([], [Expiry("apns", date(2027, 11, 1), "APNs key")], NOW)
    page = markdown("prod", found, NOW)
    assert "| apns | a person | - | - | - | 2027-11-01 | ok |" in page


@pytest.mark.contract("SEC-3")
def test_the_ledger_calls_what_the_table_of_rights_says(
    account: Callable[[str], Account], calls: Calls
) -> None:
    there = account("prod")
    there.deploy()
    CliRunner().invoke(app, ["ledger", "--env", "prod", "--endpoint-url", there.url])
    assert calls.of("ledger") == table_of("ledger")
