"""DEP-1: `make bootstrap` makes the connection of CI's runners to GitHub, and says what is a person's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from operations.checkout import declared
from rehearsal.aws.moto_connections import Connection, ConnectionsBackend, codeconnections_backends
from tests.operations.conftest import Account
from tests.support.bootstrapped import answered, bootstrap, empty_account, states, with_connection

pytestmark = pytest.mark.contract("DEP-1")

PART = "connection triangle-dev to GitHub"


@pytest.fixture
def dev(account: Callable[[str], Account], monkeypatch: pytest.MonkeyPatch) -> Account:
    """An empty account."""
    return empty_account("dev", account, monkeypatch)


@pytest.fixture
def there() -> ConnectionsBackend:
    """Its connections."""
    found: ConnectionsBackend = codeconnections_backends["210000000001"]["us-west-2"]
    return found


def note(told: dict[str, Any], part: str = PART) -> str:
    return str(next(each["note"] for each in told["parts"] if each["part"] == part))


def test_it_is_in_the_plan_and_made_once(dev: Account, there: ConnectionsBackend) -> None:
    assert states(answered(bootstrap(dev, "--dry-run", "--json")))[PART] == "missing"
    assert there.connections == {}
    told = answered(bootstrap(dev, "--yes", "--json"))
    assert PART in told["made"]
    (made,) = there.connections.values()
    assert (made.name, made.provider) == ("triangle-dev", "GitHub")
    assert {"Key": "environment", "Value": "dev"} in made.tags
    assert answered(bootstrap(dev, "--yes", "--json"))["made"] == []
    assert len(there.connections) == 1


def test_that_it_is_pending_is_no_failure_and_the_one_step_is_said(dev: Account) -> None:
    result = bootstrap(dev, "--yes")
    assert result.exit_code == 0, result.output
    assert "Waits for a person: connection triangle-dev to GitHub is PENDING" in result.stdout
    where = "https://console.aws.amazon.com/codesuite/settings/connections?region=us-west-2"
    step = f"a person opens {where}, chooses triangle-dev, and Update pending connection"
    assert step in result.stdout
    told = answered(bootstrap(dev, "--dry-run", "--json"))
    assert states(told)[PART] == "waits for a person"
    assert f"# {step}" in told["next"]


def test_after_the_handshake_it_is_available_and_its_arn_goes_into_the_stack_file(
    dev: Account, there: ConnectionsBackend
) -> None:
    answered(bootstrap(dev, "--yes", "--json"))
    (made,) = there.connections.values()
    made.status = "AVAILABLE"
    told = answered(bootstrap(dev, "--yes", "--json"))
    assert (states(told)[PART], note(told)) == ("there", "AVAILABLE")
    (line,) = [line for line in told["next"] if "groundwork:runners" in line]
    assert made.arn in line
    assert "gh variable set RUNNERS_DEV --body 'triangle-dev-runners'" in told["next"]


def test_an_error_ends_with_1_after_all_else_is_made(dev: Account, there: ConnectionsBackend) -> None:
    broken = there.create("triangle-dev", "GitHub", [])
    broken.status = "ERROR"
    result = bootstrap(dev, "--yes")
    assert result.exit_code == 1
    assert "connection triangle-dev to GitHub: ERROR: AWS tries it again by itself" in result.stderr
    assert f"delete-connection --connection-arn {broken.arn} --region us-west-2" in result.stderr
    assert dev.other("iam").get_role(RoleName="groundwork-deploy")
    assert len(there.connections) == 1
    dev.other("codeconnections").delete_connection(ConnectionArn=broken.arn)
    assert PART in answered(bootstrap(dev, "--yes", "--json"))["made"]


def test_of_several_of_its_name_the_available_one_is_used(dev: Account, there: ConnectionsBackend) -> None:
    for status in ("PENDING", "ERROR", "AVAILABLE"):
        there.create("triangle-dev", "GitHub", []).status = status
    assert states(answered(bootstrap(dev, "--yes", "--json")))[PART] == "there"
    assert len(there.connections) == 3


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Has dev's stack file name a connection."""

    def name(arn: str) -> None:
        monkeypatch.setattr("operations.checkout.declared", lambda *_: with_connection(declared("dev"), arn))

    return name


def test_the_one_that_the_stack_file_names_is_adopted_also_from_another_region(
    dev: Account, named: Callable[[str], None]
) -> None:
    elsewhere: ConnectionsBackend = codeconnections_backends["210000000001"]["eu-west-1"]
    made: Connection = elsewhere.create("made-by-hand", "GitHub", [])
    made.status = "AVAILABLE"
    named(made.arn)
    told = answered(bootstrap(dev, "--yes", "--json"))
    assert states(told)[f"connection {made.arn} to GitHub"] == "there"
    assert not [line for line in told["next"] if "groundwork:runners" in line]
    assert "gh variable set RUNNERS_DEV --body 'triangle-dev-runners'" in told["next"]
    made.provider = "GitLab"
    result = bootstrap(dev, "--yes")
    assert result.exit_code == 1
    assert "it is of GitLab, and the repository is on GitHub" in result.stderr


def test_one_that_the_account_does_not_have_is_refused_before_anything_is_made(
    dev: Account, named: Callable[[str], None]
) -> None:
    arn = "arn:aws:codeconnections:us-west-2:210000000001:connection/12345678-1234-1234-1234-123456789012"
    named(arn)
    result = bootstrap(dev, "--yes")
    assert result.exit_code == 1
    assert f"groundwork:runners.connection: found {arn}, which the account does not have" in result.stderr
    assert dev.other("iam").list_roles()["Roles"] == []
