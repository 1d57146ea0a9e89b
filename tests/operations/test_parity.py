"""ENV-5: before a promotion both environments have to declare and hold the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from infra.configuration.secret_sources import SecretSource
from operations.cli import app
from operations.holdings import Declared, Holding, State
from operations.parity import Difference, differences
from tests.operations.conftest import Account
from tests.support.recorded_calls import Calls, table_of
from tests.support.recorder import system_file

Start = Callable[[str], Account]
# Features are on in staging before they are in prod; the tests of secrets accept that.
FEATURES = [word for name in system_file()["flags"] for word in ("--accept", name)]


def _parity(one: Account, other: Account, *more: str) -> Result:
    where = [f"{each.environment}={each.url}" for each in (one, other)]
    options = [option for each in where for option in ("--endpoint-url", each)]
    command = ["parity", "--from", one.environment, "--to", other.environment, *options, *more]
    return CliRunner().invoke(app, command)


@pytest.mark.contract("ENV-5")
def test_environments_that_hold_the_same_may_follow_each_other(account: Start) -> None:
    staging, prod = account("staging"), account("prod")
    staging.deploy()
    prod.deploy()
    result = _parity(staging, prod, "--json", *FEATURES)
    assert json.loads(result.stdout)["differences"] == []
    assert result.exit_code == 0


@pytest.mark.contract("ENV-5")
@pytest.mark.parametrize(("value", "state"), [("", "no value"), ("changeme", "placeholder")])
def test_a_secret_that_prod_has_no_value_for_keeps_the_promotion_back(
    account: Start, value: str, state: str
) -> None:
    staging, prod = account("staging"), account("prod")
    staging.deploy(sentry_dsn="https://secret-value@o1.ingest.sentry.io/1")
    prod.deploy(sentry_dsn=value)
    result = _parity(staging, prod, "--json", *FEATURES)
    assert result.exit_code == 1
    (found,) = json.loads(result.stdout)["differences"]
    assert found == {"kind": "secret", "name": "sentry-dsn", "source": "held", "target": state}
    assert "secret-value" not in result.output


@pytest.mark.contract("ENV-5")
def test_an_environment_that_is_not_deployed_lacks_everything(account: Start) -> None:
    staging, prod = account("staging"), account("prod")
    staging.deploy()
    result = _parity(staging, prod)
    assert result.exit_code == 1
    assert "no entry" in result.output


@pytest.mark.contract("ENV-5")
def test_values_of_json_have_the_same_fields(account: Start) -> None:
    staging, prod = account("staging"), account("prod")
    staging.deploy(firebase_service_account='{"project_id": "a", "private_key": "of staging"}')
    prod.deploy(firebase_service_account='{"project_id": "b"}')
    result = _parity(staging, prod, "--json", *FEATURES)
    (found,) = json.loads(result.stdout)["differences"]
    assert found["source"] == "private_key"
    assert "of staging" not in result.output


@pytest.mark.contract("ENV-5")
def test_a_feature_that_is_on_in_one_alone_is_a_difference_until_it_is_accepted() -> None:
    flags = {"new-dashboard": (True, False), "old": (True, True)}
    assert differences([], [], flags) == [Difference("feature", "new-dashboard", "on", "off")]
    assert differences([], [], flags, ["new-dashboard"]) == []


@pytest.mark.contract("ENV-5")
def test_what_one_environment_does_not_declare_is_a_difference() -> None:
    redis = Holding(Declared("redis-cache", SecretSource.GENERATED, 30), State.HELD)
    assert differences([redis], [], {}) == [Difference("secret", "redis-cache", "held", "not declared")]


def test_a_place_of_another_form_is_refused() -> None:
    command = ["parity", "--from", "staging", "--to", "prod", "--endpoint-url", "http://127.0.0.1:1"]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 2
    assert "ENVIRONMENT=VALUE" in result.output


@pytest.mark.contract("ENV-5")
def test_the_comparison_calls_what_the_table_of_rights_says(account: Start, calls: Calls) -> None:
    staging, prod = account("staging"), account("prod")
    staging.deploy()
    prod.deploy()
    _parity(staging, prod)
    assert calls.of("parity") == table_of("parity")


@pytest.mark.contract("ENV-5")
def test_whoever_has_no_credentials_of_both_takes_what_one_holds_to_the_other(
    account: Start, tmp_path: Path
) -> None:
    staging, prod = account("staging"), account("prod")
    staging.deploy(firebase_service_account='{"project_id": "a", "private_key": "of staging"}')
    prod.deploy(firebase_service_account='{"project_id": "b"}')
    file = tmp_path / "held.json"
    there, here = (["--endpoint-url", f"{each.environment}={each.url}"] for each in (staging, prod))
    parity = ["parity", "--from", "staging", "--to", "prod", "--json", *FEATURES]
    saved = CliRunner().invoke(app, [*parity, *there, "--save", str(file)])
    assert saved.exit_code == 0, saved.output
    assert "of staging" not in file.read_text()
    result = CliRunner().invoke(app, [*parity, *here, "--held", str(file)])
    assert result.exit_code == 1
    (found,) = json.loads(result.stdout)["differences"]
    assert found["source"] == "private_key"


@pytest.mark.parametrize("text", ["", "{}", '[{"name": "no-such-entry", "state": "held", "fields": []}]'])
def test_a_file_of_something_else_is_refused(account: Start, tmp_path: Path, text: str) -> None:
    file = tmp_path / "held.json"
    file.write_text(text)
    parity = ["parity", "--from", "staging", "--to", "prod", "--held", str(file)]
    result = CliRunner().invoke(app, parity)
    assert result.exit_code == 2
    assert "something else than what SAVE has kept" in result.stderr
