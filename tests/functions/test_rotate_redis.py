"""SEC-2, SEC-3 on a real Redis: two passwords are valid, so nobody notices a rotation."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest

from functions.rotate_redis import handler, login
from functions.shared.rotation import RotationError
from infra.configuration.rotation import REDIS_ROTATOR
from operations.revocation import end_value
from tests.support.elasticache import USER_ID, USER_NAME, ElastiCache, set_passwords
from tests.support.recorded_calls import Calls, table_of
from tests.support.secrets_manager import STEPS, Entry, RotatingClient
from tests.support.servers import Server


@pytest.fixture
def elasticache(aws: None, redis_server: Server) -> ElastiCache:
    set_passwords(redis_server, ["first"])
    return ElastiCache(redis_server)


@pytest.fixture
def entry(
    secrets_manager: Any, elasticache: ElastiCache, redis_server: Server, monkeypatch: pytest.MonkeyPatch
) -> Entry:
    """The entry of a Redis that a deployment has just made."""
    original = boto3.client
    monkeypatch.setattr(
        boto3, "client", lambda name: elasticache if name == "elasticache" else original(name)
    )
    monkeypatch.setattr(handler, "_PAUSE_SECONDS", 0.0)
    # The wheel's server speaks without TLS.
    monkeypatch.setattr(login, "encryption", lambda: None)
    host, port = redis_server.host, redis_server.port
    value = {"host": host, "port": port, "username": USER_NAME, "password": "first", "userId": USER_ID}
    return Entry.made(secrets_manager, "cache", {**value, "url": f"rediss://{USER_NAME}:first@{host}:{port}"})


@pytest.mark.contract("SEC-2", "SEC-3")
def test_the_old_password_stays_valid_beside_the_new_one(entry: Entry) -> None:
    old = entry.value()
    entry.rotate(handler.handle)
    new = entry.value()
    assert new["password"] != old["password"]
    for value in (old, new):
        login.log_in(value)


@pytest.mark.contract("SEC-2")
def test_the_password_before_the_last_one_ends(entry: Entry) -> None:
    old = entry.value()
    for _ in range(2):
        entry.rotate(handler.handle)
    with pytest.raises(login.LoginRefused, match="WRONGPASS"):
        login.log_in(old)


@pytest.mark.contract("SEC-3")
@pytest.mark.parametrize("step", STEPS)
def test_the_services_credentials_work_after_every_single_step(entry: Entry, step: str) -> None:
    token = entry.begin()
    for each in STEPS[: STEPS.index(step) + 1]:
        entry.call(handler.handle, each, token)
        login.log_in(entry.value())


@pytest.mark.contract("SEC-2")
def test_a_value_that_leaked_opens_nothing_once_it_is_revoked(entry: Entry) -> None:
    leaked = entry.value()
    said: list[str] = []
    client = RotatingClient(entry.client, handler.handle)
    end_value(client, entry.arn, REDIS_ROTATOR.ending, minutes=0, say=said.append)
    with pytest.raises(login.LoginRefused, match="WRONGPASS"):
        login.log_in(leaked)
    for stage in ("AWSPREVIOUS", "AWSCURRENT"):
        login.log_in(entry.value(stage))
    assert len([line for line in said if "the value that leaked" in line]) == 1


@pytest.mark.contract("SEC-2")
@pytest.mark.parametrize("killed_after", STEPS)
def test_a_rotation_that_was_killed_is_repeated_to_its_end(entry: Entry, killed_after: str) -> None:
    before, token = entry.value(), entry.begin()
    for step in (*STEPS[: STEPS.index(killed_after) + 1], *STEPS):
        entry.call(handler.handle, step, token)
        login.log_in(before)
    assert entry.value()["password"] != before["password"]
    login.log_in(entry.value())


def test_a_finished_rotation_that_is_called_again_touches_nothing(
    entry: Entry, elasticache: ElastiCache
) -> None:
    token = entry.begin()
    for step in STEPS:
        entry.call(handler.handle, step, token)
    entry.call(handler.handle, "setSecret", token)
    assert elasticache.modifications == 1


def test_the_address_in_one_piece_follows_the_password(entry: Entry) -> None:
    entry.rotate(handler.handle)
    value, url = entry.value(), urlsplit(entry.value()["url"])
    assert (url.scheme, url.username, url.password) == ("rediss", USER_NAME, value["password"])
    assert (url.hostname, url.port) == (value["host"], value["port"])


def test_a_password_that_redis_refuses_never_becomes_the_current_one(entry: Entry) -> None:
    before, token = entry.value(), entry.begin()
    entry.call(handler.handle, "createSecret", token)
    with pytest.raises(login.LoginRefused) as refused:
        entry.call(handler.handle, "testSecret", token)
    assert entry.value("AWSPENDING")["password"] not in str(refused.value)
    assert entry.value() == before


def test_a_user_that_stays_busy_ends_the_attempt(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handler, "WAIT_SECONDS", -1)
    token = entry.begin()
    entry.call(handler.handle, "createSecret", token)
    with pytest.raises(RotationError, match="still modifying"):
        entry.call(handler.handle, "setSecret", token)
    login.log_in(entry.value())


def test_the_certificate_of_redis_is_checked_with_its_name() -> None:
    context = login.encryption()
    assert context is not None
    assert context.check_hostname


@pytest.mark.contract("SEC-2")
def test_it_calls_what_the_table_of_rights_says(entry: Entry, calls: Calls) -> None:
    entry.rotate(handler.handle)
    assert calls.of("rotate_redis") == table_of("rotate_redis")
