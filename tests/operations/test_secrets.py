"""ENV-2: a secret is set without being shown, and never in the wrong kind of environment."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from typer.testing import CliRunner, Result

from infra.configuration.environments import Environment
from infra.configuration.secret_sources import SecretSource
from infra.configuration.secrets import SecretEntry
from operations.checkout import declared
from operations.cli import app
from operations.console import OperationError, OperationFailed, show_table
from operations.environments import Place, connect
from operations.live_or_test import is_placeholder, looks_like_test, looks_live
from operations.secret_values import checked, decoded
from tests.operations.conftest import Account
from tests.support.recorded_calls import Calls, table_of

LIVE, TEST = "sk_live_51HqEXAMPLEvalue", "sk_test_51HqEXAMPLEvalue"
FIREBASE = '{"type": "service_account", "project_id": "portal-%s"}'

Start = Callable[[str], Account]


def _set(name: str, value: str | bytes, account: Account) -> Result:
    options = ["--env", account.environment, "--endpoint-url", account.url]
    return CliRunner().invoke(app, ["secret", "set", name, *options], input=value)


def _plain(**more: str | None) -> SecretEntry:
    values = {"live": None, "test": None, **more}
    return SecretEntry("key", "a key", SecretSource.PERSON, None, values["live"], values["test"])


@pytest.mark.contract("ENV-2")
@pytest.mark.parametrize(("environment", "value"), [("dev", TEST), ("staging", TEST), ("prod", LIVE)])
def test_a_value_of_the_right_kind_is_stored_and_not_shown(
    account: Start, environment: str, value: str
) -> None:
    there = account(environment)
    there.deploy()
    result = _set("stripe-secret-key", value + "\n", there)
    assert result.exit_code == 0, result.output
    assert there.value("stripe-secret-key") == value
    assert value not in result.output


@pytest.mark.contract("ENV-2")
@pytest.mark.parametrize(
    ("environment", "name", "value"),
    [
        ("dev", "stripe-secret-key", LIVE),
        ("staging", "stripe-secret-key", LIVE),
        ("prod", "stripe-secret-key", TEST),
        ("dev", "firebase-service-account", FIREBASE % "prod"),
        ("prod", "firebase-service-account", FIREBASE % "staging"),
        ("prod", "jobber-client-secret", "sandbox-4711"),
        # In no system file: what everybody's providers use.
        ("staging", "sentry-dsn", "https://rzp_live_4711@example.net"),
        ("prod", "sentry-dsn", "https://key@localhost/1"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_and_not_shown(
    account: Start, environment: str, name: str, value: str
) -> None:
    there = account(environment)
    there.deploy()
    result = _set(name, value, there)
    assert result.exit_code == 2
    assert "Nothing was set" in result.output
    assert value not in result.output
    assert there.value(name) == f"value-of-{name}"


@pytest.mark.parametrize("value", ["", " \n", "changeme", "TODO"])
def test_an_empty_value_or_a_placeholder_is_refused(account: Start, value: str) -> None:
    there = account("dev")
    there.deploy()
    result = _set("sentry-dsn", value, there)
    assert (result.exit_code, there.value("sentry-dsn")) == (2, "value-of-sentry-dsn")
    assert "an empty value or a placeholder" in result.output


def test_a_value_that_is_too_long_is_refused(account: Start) -> None:
    there = account("dev")
    there.deploy()
    assert "allowed: at most 65536" in _set("sentry-dsn", "v" * 65_537, there).output


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (TEST.encode("utf-16"), "text in UTF-16"),
        (TEST.encode("utf-16-le"), "a character that nobody can type"),
        (TEST.encode("utf-8-sig"), "a byte order mark"),
        (TEST.encode() + b"\0", "a character that nobody can type"),
        (b"\xff" + TEST.encode(), "bytes that are not UTF-8"),
        (f'"{TEST}"\n'.encode(), "quotes around the value"),
        (f"'{TEST}'".encode(), "quotes around the value"),
        (f'{{"key": "{TEST}"'.encode(), "JSON that is not whole (line 1 column"),
        (f'{{"key": "{TEST}",}}'.encode(), "JSON that is not whole (line 1 column"),
    ],
)
def test_a_value_that_was_meant_otherwise_is_refused_and_not_shown(value: bytes, found: str) -> None:
    with pytest.raises(OperationError, match=re.escape(f"key: found {found}")) as refused:
        checked(decoded(value, "key"), _plain(), Environment.DEV)
    assert TEST not in str(refused.value)


@pytest.mark.parametrize(
    "value", ["-----BEGIN KEY-----\nMIIE\n-----END KEY-----", "[not JSON", "pässwörd", "{x}"]
)
def test_a_value_of_an_unusual_form_is_taken_as_it_is(value: str) -> None:
    assert checked(decoded(f"{value}\n".encode(), "key"), _plain(), Environment.DEV) == value


def test_a_value_in_another_encoding_is_not_stored(account: Start) -> None:
    there = account("dev")
    there.deploy()
    result = _set("stripe-secret-key", TEST.encode("utf-16"), there)
    assert (result.exit_code, there.value("stripe-secret-key")) == (2, "value-of-stripe-secret-key")


def test_an_unknown_name_is_refused_with_the_one_that_was_meant(account: Start) -> None:
    result = _set("stripe-secret", TEST, account("dev"))
    assert result.exit_code == 2
    assert "Did you mean stripe-secret-key?" in result.output


@pytest.mark.parametrize("name", ["database", "jwt-access-key"])
def test_what_the_platform_generates_is_set_by_nobody(account: Start, name: str) -> None:
    result = _set(name, "mine", account("dev"))
    assert result.exit_code == 2
    assert "the platform generates this secret" in result.output


def test_an_entry_that_is_not_deployed_yet_says_so(account: Start) -> None:
    result = _set("sentry-dsn", "https://key@o1.ingest.sentry.io/1", account("dev"))
    assert result.exit_code == 1
    assert "Deploy the environment first" in result.output


@pytest.mark.contract("ENV-2")
def test_credentials_of_another_environments_account_are_refused(account: Start) -> None:
    staging = account("staging")
    options = ["--env", "prod", "--endpoint-url", staging.url]
    result = CliRunner().invoke(app, ["secret", "set", "stripe-secret-key", *options], input=LIVE)
    assert result.exit_code == 1
    assert "found credentials of account 220000000002; prod is account 230000000003" in result.output


def test_without_credentials_it_says_so() -> None:
    result = CliRunner().invoke(app, ["secret", "set", "sentry-dsn", "--env", "dev"], input="x")
    assert result.exit_code == 1
    assert "AWS cannot be asked: Unable to locate credentials" in result.output
    assert "AWS_PROFILE" in result.output
    assert "make serve ENV=dev" in result.output


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [("http://127.0.0.1:9", "Is `make serve` running"), (None, "whether us-west-2 is up")],
)
def test_where_nothing_answers_other_credentials_are_no_help(
    endpoint: str | None, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "any")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # a network without a way to AWS
    with pytest.raises(OperationFailed) as failed:
        connect(declared("dev"), Place(None, endpoint))
    assert said in str(failed.value)
    assert "AWS_PROFILE" not in str(failed.value)


def test_an_unknown_environment_is_refused() -> None:
    result = CliRunner().invoke(app, ["secret", "set", "sentry-dsn", "--env", "production"], input="x")
    assert result.exit_code == 2
    assert "there are: dev, staging, prod" in result.output


@pytest.mark.contract("ENV-2")
def test_the_system_files_own_expressions_come_first() -> None:
    assert looks_live("acct-4711", _plain(live="^acct-"))
    assert looks_like_test("tst-4711", _plain(test="^tst-"))
    assert not looks_live("acct-4711", _plain())
    assert not looks_like_test("tst-4711", _plain())


@pytest.mark.parametrize("value", [LIVE, "pk_live_1", "rk_live_1", "rzp_live_1", "live_abc"])
def test_well_known_live_values_are_known(value: str) -> None:
    assert looks_live(value, _plain())
    assert not looks_like_test(value, _plain())


@pytest.mark.parametrize("value", [TEST, "pk_test_1", "rzp_test_1", "https://localhost:8080", "your-api-key"])
def test_well_known_test_values_are_known(value: str) -> None:
    assert looks_like_test(value, _plain())
    assert not looks_live(value, _plain())


@pytest.mark.parametrize("value", ["latest_sk", "kubernetes", "contest_1", "olive_oil"])
def test_ordinary_values_are_neither(value: str) -> None:
    assert not looks_live(value, _plain())
    assert not looks_like_test(value, _plain())
    assert not is_placeholder(value)


def test_a_name_that_was_left_out_is_told_as_missing() -> None:
    result = CliRunner().invoke(app, ["secret", "set", "", "--env", "dev"], input="x")
    assert result.exit_code == 2
    assert result.output.startswith("NAME is missing. There are: stripe-secret-key")


def test_an_environment_that_was_left_out_is_told_as_missing() -> None:
    result = CliRunner().invoke(app, ["promote", "--from", "", "--to", ""])
    assert result.exit_code == 2
    assert "an environment is missing; there are: dev, staging, prod" in result.output


def test_a_name_in_a_table_stays_in_one_piece(capsys: pytest.CaptureFixture[str]) -> None:
    name = "a-secret-with-a-long-name" * 4
    show_table(("secret", "state"), [(name, "no value")])
    assert f"{name}  no value" in capsys.readouterr().out


@pytest.mark.contract("ENV-2")
def test_setting_a_secret_calls_what_the_table_of_rights_says(account: Start, calls: Calls) -> None:
    there = account("prod")
    there.deploy()
    _set("stripe-secret-key", LIVE, there)
    assert calls.of("set_") == table_of("set_")
