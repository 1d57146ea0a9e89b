"""SEC-2, SEC-3 for keys that sign tokens: a token that was signed before a rotation stays valid."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest

from functions.rotate_signing_key import handler
from functions.shared.rotation import RotationError
from infra.configuration.secret_sources import SIGNING_KEYS
from operations.revocation import end_value
from tests.support.recorded_calls import Calls, table_of
from tests.support.secrets_manager import STEPS, Entry, RotatingClient


class Service:
    """Signs with the current key and accepts both, as the pods are told to."""

    def __init__(self, entry: Entry) -> None:
        self.keys = entry.value()  # pods read once, when they start

    def sign(self, token: str) -> str:
        return hmac.new(self.keys["current"].encode(), token.encode(), hashlib.sha512).hexdigest()

    def accepts(self, token: str, signature: str) -> bool:
        return any(
            hmac.compare_digest(
                signature, hmac.new(self.keys[name].encode(), token.encode(), hashlib.sha512).hexdigest()
            )
            for name in handler.FIELDS
        )


@pytest.fixture
def entry(secrets_manager: Any) -> Entry:
    key = "k" * handler.KEY_LENGTH
    return Entry.made(
        secrets_manager, "jwt-access-key", {"current": key, "previous": key, "next": "n" * len(key)}
    )


@pytest.mark.contract("SEC-2", "SEC-3")
def test_tokens_of_before_stay_valid_until_the_next_rotation(entry: Entry) -> None:
    signature = Service(entry).sign("token")
    entry.rotate(handler.handle)
    assert Service(entry).accepts("token", signature)
    assert Service(entry).sign("token") != signature
    entry.rotate(handler.handle)
    assert not Service(entry).accepts("token", signature)


@pytest.mark.contract("SEC-3")
def test_pods_of_before_and_after_a_rotation_accept_each_others_tokens(entry: Entry) -> None:
    before = Service(entry)
    entry.rotate(handler.handle)
    after = Service(entry)
    assert before.sign("token") != after.sign("token")
    assert before.accepts("token", after.sign("token"))
    assert after.accepts("token", before.sign("token"))


@pytest.mark.contract("SEC-2")
def test_no_key_that_leaked_is_accepted_once_it_is_revoked(entry: Entry) -> None:
    leaked = set(entry.value().values())  # whoever has the entry has the next key, too
    ending = SIGNING_KEYS.rotator.ending
    for _ in range(ending.rotations - 1):
        entry.rotate(handler.handle)
    assert leaked & set(entry.value().values())
    leaked = set(entry.value().values())
    said: list[str] = []
    end_value(RotatingClient(entry.client, handler.handle), entry.arn, ending, minutes=0, say=said.append)
    assert not leaked & set(entry.value().values())
    assert not any(key in line for key in leaked for line in said)


@pytest.mark.contract("SEC-2")
@pytest.mark.parametrize("killed_after", STEPS)
def test_a_rotation_that_was_killed_is_repeated_to_its_end(entry: Entry, killed_after: str) -> None:
    before, token = entry.value(), entry.begin()
    for step in (*STEPS[: STEPS.index(killed_after) + 1], *STEPS):
        entry.call(handler.handle, step, token)
    assert entry.value()["previous"] == before["current"]


def test_a_key_is_as_strong_as_its_algorithm(entry: Entry) -> None:
    entry.rotate(handler.handle)
    assert {len(key) for key in entry.value().values()} == {handler.KEY_LENGTH}
    assert len(set(entry.value().values())) == 3


def test_the_program_and_the_function_mean_the_same_fields() -> None:
    assert (tuple(SIGNING_KEYS.fields), SIGNING_KEYS.length) == (handler.FIELDS, handler.KEY_LENGTH)


def test_a_pending_value_without_the_key_in_use_is_refused(entry: Entry) -> None:
    token = entry.begin()
    entry.client.put_secret_value(
        SecretId=entry.arn,
        ClientRequestToken=token,
        SecretString=json.dumps({"current": "a" * 86, "previous": "b" * 86, "next": "c" * 86}),
        VersionStages=["AWSPENDING"],
    )
    with pytest.raises(RotationError, match="the key in use would not be valid"):
        entry.call(handler.handle, "testSecret", token)


def test_a_version_that_was_never_announced_is_refused(entry: Entry) -> None:
    with pytest.raises(RotationError, match="has no version"):
        entry.call(handler.handle, "createSecret", "00000000-0000-0000-0000-000000000000")


def test_a_step_that_nobody_knows_is_refused(entry: Entry) -> None:
    with pytest.raises(RotationError, match="none of the four steps"):
        entry.call(handler.handle, "deleteSecret", entry.begin())


def test_a_failure_and_a_success_are_measured(entry: Entry, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RotationError):
        entry.call(handler.handle, "setSecret", entry.begin())
    entry.rotate(handler.handle)
    lines = capsys.readouterr().out
    assert '"RotationFailed": 1' in lines
    assert '"RotationSucceeded": 1' in lines
    assert entry.value()["current"] not in lines


@pytest.mark.contract("SEC-2")
def test_it_calls_what_the_table_of_rights_says(entry: Entry, calls: Calls) -> None:
    entry.rotate(handler.handle)
    assert calls.of("rotate_signing_key") == table_of("rotate_signing_key")
