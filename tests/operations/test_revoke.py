"""SEC-2, SEC-3: one command ends a value that has leaked, and says what is still valid."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from functions.rotate_signing_key import handler
from infra.configuration.rotation import REDIS_ROTATOR
from operations.cli import app
from operations.console import OperationFailed
from operations.revocation import PODS_MINUTES, end_value
from tests.operations.conftest import Account
from tests.support.recorded_calls import Calls, table_of

Start = Callable[[str], Account]
SECRET = "triangle/dev/jwt-access-key"
KEYS = json.dumps(dict.fromkeys(handler.FIELDS, "k" * handler.KEY_LENGTH))


def _revoke(name: str, *more: str, value: str = "") -> Result:
    return CliRunner().invoke(app, ["revoke", "--env", "dev", *more, "--", name], input=value)


@pytest.fixture
def dev(account: Start, monkeypatch: pytest.MonkeyPatch) -> Account:
    """An account that is asked as AWS is, without --endpoint-url."""
    there = account("dev")
    there.deploy(jwt_access_key=KEYS)
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "ENDPOINT_URL"):
        monkeypatch.setenv(f"AWS_{name}", there.url if name == "ENDPOINT_URL" else "embedded")
    return there


@pytest.mark.contract("SEC-2")
def test_it_says_how_far_it_is_and_what_is_still_valid(dev: Account, calls: Calls) -> None:
    result = _revoke("jwt-access-key", "--now")
    assert result.exit_code == 0, result.output
    assert f"{SECRET}: rotation 3 of 3 is done." in result.stderr
    assert result.stderr.count("Still valid: the keys that leaked") == 2
    assert result.stdout.startswith(
        f"{SECRET}: the value that was in use opens nothing any more.\nStill valid: "
    )
    assert _revoke("sentry-dsn", value="https://key@sentry.example/2\n").exit_code == 0
    assert calls.of("revoke") == table_of("revoke")


def test_scripts_get_json(dev: Account) -> None:
    told = json.loads(_revoke("database", "--now", "--json").stdout)
    assert (told["secret"], told["rotations"]) == ("triangle/dev/database", 2)
    assert any("pg_terminate_backend" in line for line in told["stillValid"])


def test_of_what_a_person_gives_out_the_new_value_is_asked_for(dev: Account) -> None:
    value = "https://key@sentry.example/2"
    result = _revoke("sentry-dsn", value=f"{value}\n")
    assert dev.value("sentry-dsn") == value
    assert "until it is revoked where it was given out" in result.stdout
    assert value not in result.output


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("database-master", "nothing rotates it"),
        ("sentry", "Did you mean sentry-dsn?"),
        ("", "NAME is missing"),
    ],
)
def test_what_cannot_be_revoked_is_said_with_the_way(dev: Account, name: str, words: str) -> None:
    result = _revoke(name, "--now")
    assert result.exit_code == 2
    assert words in result.stderr


def test_an_embedded_aws_that_runs_no_functions_is_refused(dev: Account) -> None:
    result = _revoke("database", "--now", "--endpoint-url", dev.url)
    assert result.exit_code == 2
    assert "no database to rotate it in" in result.stderr
    assert dev.value("database") == "value-of-database"


class Stuck:
    """Secrets Manager, whose rotations never end."""

    exceptions = type("Exceptions", (), {"ResourceNotFoundException": KeyError})

    def rotate_secret(self, **_: Any) -> dict[str, Any]:
        return {"VersionId": "1"}

    def describe_secret(self, **_: Any) -> dict[str, Any]:
        return {"VersionIdsToStages": {"1": ["AWSPENDING"]}}


def test_a_rotation_that_does_not_end_says_what_is_still_valid() -> None:
    with pytest.raises(
        OperationFailed, match=r"has not ended after 15 minutes.*Still valid: the value that leaked"
    ):
        end_value(Stuck(), SECRET, REDIS_ROTATOR.ending, minutes=0, say=lambda _: None, sleep=lambda _: None)


def test_pods_are_waited_for_between_two_rotations_and_not_after_the_last(dev: Account) -> None:
    waited: list[float] = []
    end_value(
        dev.client,
        SECRET,
        REDIS_ROTATOR.ending,
        minutes=PODS_MINUTES,
        say=lambda _: None,
        sleep=waited.append,
    )
    assert waited == [PODS_MINUTES * 60]
