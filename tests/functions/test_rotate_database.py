"""SEC-2, SEC-3 on a real PostgreSQL: nobody notices a rotation, and it can be killed anywhere."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from pg8000.exceptions import DatabaseError
from pg8000.native import Connection, identifier

from functions.rotate_database import handler
from functions.shared import postgresql, users
from functions.shared.rotation import RotationError
from infra.configuration.reserved_names import KEY_WORDS
from infra.configuration.rotation import DATABASE_ROTATOR
from operations.revocation import end_value
from tests.support.recorded_calls import Calls, table_of
from tests.support.secrets_manager import STEPS, Entry, RotatingClient
from tests.support.servers import Server, superuser_of

MASTER = "triangle"
MASTER_PASSWORD = "of-the-master"
_numbers = itertools.count()


class Application:
    """A service: its entry, and what it does with it."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry

    def connect(self, value: dict[str, Any] | None = None) -> Connection:
        value = value or self.entry.value()
        return Connection(
            value["username"],
            host=value["host"],
            port=value["port"],
            database=value["dbname"],
            password=value["password"],
            ssl_context=False,
        )


@pytest.fixture
def superuser(database_server: Server) -> Iterator[Connection]:
    connection = superuser_of(database_server)
    yield connection
    connection.close()


@pytest.fixture
def database(superuser: Connection, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty database with a master as RDS makes it: no superuser, but it may make roles and databases."""
    # The wheel's PostgreSQL is built without TLS.
    monkeypatch.setattr(postgresql, "encryption", lambda: False)
    name = f"portal_{next(_numbers)}"
    superuser.run(f"CREATE ROLE {MASTER} LOGIN CREATEROLE CREATEDB PASSWORD '{MASTER_PASSWORD}'")
    superuser.run(f"CREATE DATABASE {name} OWNER {MASTER}")
    yield name
    superuser.run(f"DROP DATABASE {name} WITH (FORCE)")
    for role in (*users.USERS, users.OWNER, MASTER):
        superuser.run(f"DROP ROLE IF EXISTS {identifier(role)}")


@pytest.fixture
def application(
    secrets_manager: Any, database: str, database_server: Server, monkeypatch: pytest.MonkeyPatch
) -> Application:
    """A database that a deployment has just made: its entry has a first password, its users are prepared."""
    address = {"host": database_server.host, "port": database_server.port, "dbname": database}
    master = Entry.made(
        secrets_manager,
        "triangle/test/database-master",
        {**address, "username": MASTER, "password": MASTER_PASSWORD},
    )
    monkeypatch.setenv("MASTER_SECRET", master.arn)
    url = f"postgresql://app_a:first@{database_server.host}:{database_server.port}/{database}?sslmode=verify-full"
    entry = Entry.made(
        secrets_manager,
        "triangle/test/database",
        {**address, "engine": "postgres", "username": "app_a", "password": "first", "url": url},
    )
    handler.handle({"secret": entry.arn, "address": address}, None)
    return Application(entry)


@pytest.mark.contract("DB-5")
def test_slow_statements_can_be_asked_for_as_the_runbook_does(application: Application) -> None:
    connection = application.connect()
    found = connection.run(
        "SELECT query, calls, mean_exec_time, max_exec_time FROM pg_stat_statements"
        " ORDER BY mean_exec_time DESC LIMIT 10"
    )
    connection.close()
    assert found


@pytest.mark.contract("SEC-2", "SEC-3")
def test_connections_live_through_a_rotation_and_old_credentials_stay_valid(application: Application) -> None:
    old = application.entry.value()
    open_before = application.connect()
    open_before.run("CREATE TABLE notes (text text)")
    application.entry.rotate(handler.handle)
    new = application.entry.value()
    assert new["password"] != old["password"]
    open_before.run("INSERT INTO notes VALUES ('from a connection of before')")
    for value in (old, new):
        connection = application.connect(value)
        connection.run("INSERT INTO notes VALUES ('from a new connection')")
        connection.close()
    assert open_before.run("SELECT count(*) FROM notes") == [[3]]
    open_before.close()


@pytest.mark.contract("SEC-3")
@pytest.mark.parametrize("step", STEPS)
def test_the_services_credentials_work_after_every_single_step(application: Application, step: str) -> None:
    token = application.entry.begin()
    for each in STEPS[: STEPS.index(step) + 1]:
        application.entry.call(handler.handle, each, token)
        application.connect().close()


@pytest.mark.contract("SEC-2")
def test_two_users_take_turns_and_the_oldest_password_ends(application: Application) -> None:
    first = application.entry.value()
    names = [first["username"]]
    for _ in range(3):
        application.entry.rotate(handler.handle)
        names.append(application.entry.value()["username"])
    assert names == ["app_a", "app_b", "app_a", "app_b"]
    with pytest.raises(DatabaseError, match="password authentication failed"):
        application.connect(first)


@pytest.mark.contract("SEC-2")
def test_a_value_that_leaked_opens_nothing_once_it_is_revoked(application: Application) -> None:
    leaked = application.entry.value()
    said: list[str] = []
    client = RotatingClient(application.entry.client, handler.handle)
    end_value(client, application.entry.arn, DATABASE_ROTATOR.ending, minutes=0, say=said.append)
    with pytest.raises(DatabaseError, match="password authentication failed"):
        application.connect(leaked)
    # What pods have started with in between.
    for stage in ("AWSPREVIOUS", "AWSCURRENT"):
        application.connect(application.entry.value(stage)).close()
    assert len([line for line in said if "the value that leaked" in line]) == 1


@pytest.mark.contract("SEC-2")
def test_one_rotation_fewer_than_revoking_takes_leaves_it_valid(application: Application) -> None:
    leaked = application.entry.value()
    for _ in range(DATABASE_ROTATOR.ending.rotations - 1):
        application.entry.rotate(handler.handle)
    application.connect(leaked).close()


@pytest.mark.contract("SEC-2")
@pytest.mark.parametrize("killed_after", STEPS)
def test_a_rotation_that_was_killed_is_repeated_to_its_end(
    application: Application, killed_after: str
) -> None:
    token = application.entry.begin()
    for step in STEPS[: STEPS.index(killed_after) + 1]:
        application.entry.call(handler.handle, step, token)
    for step in STEPS:
        application.entry.call(handler.handle, step, token)
    assert application.entry.value()["username"] == "app_b"
    application.connect().close()


@pytest.mark.contract("SEC-2")
def test_a_kill_between_the_database_and_the_answer_changes_nothing(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, original = application.entry.begin(), users.set_password
    application.entry.call(handler.handle, "createSecret", token)

    def killed(*arguments: Any) -> None:
        original(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(handler, "set_password", killed)
    with pytest.raises(KeyboardInterrupt):
        application.entry.call(handler.handle, "setSecret", token)
    monkeypatch.setattr(handler, "set_password", original)
    application.connect().close()
    for step in STEPS:
        application.entry.call(handler.handle, step, token)
    application.connect().close()


def test_the_new_value_is_made_once_however_often_it_is_asked_for(application: Application) -> None:
    token = application.entry.begin()
    application.entry.call(handler.handle, "createSecret", token)
    pending = application.entry.value("AWSPENDING")
    application.entry.call(handler.handle, "createSecret", token)
    assert application.entry.value("AWSPENDING") == pending


def test_what_one_user_made_belongs_to_both(application: Application) -> None:
    connection = application.connect()
    connection.run("CREATE TABLE notes (text text)")
    connection.close()
    application.entry.rotate(handler.handle)
    connection = application.connect()
    connection.run("ALTER TABLE notes ADD COLUMN number integer")
    connection.run("DROP TABLE notes")
    connection.close()


def test_the_address_in_one_piece_follows_the_credentials(application: Application) -> None:
    before = urlsplit(application.entry.value()["url"])
    application.entry.rotate(handler.handle)
    value = application.entry.value()
    after = urlsplit(value["url"])
    assert (after.username, after.password) == (value["username"], value["password"])
    assert (after.hostname, after.port, after.path, after.query) == (
        before.hostname,
        before.port,
        before.path,
        before.query,
    )


def test_a_rotation_that_would_change_the_user_in_use_is_refused(application: Application) -> None:
    token = application.entry.begin()
    application.entry.client.put_secret_value(
        SecretId=application.entry.arn,
        ClientRequestToken=token,
        SecretString=application.entry.client.get_secret_value(SecretId=application.entry.arn)[
            "SecretString"
        ],
        VersionStages=["AWSPENDING"],
    )
    with pytest.raises(RotationError, match="app_a is in use"):
        application.entry.call(handler.handle, "setSecret", token)


def test_new_credentials_that_do_not_log_in_never_become_the_current_ones(application: Application) -> None:
    token = application.entry.begin()
    application.entry.call(handler.handle, "createSecret", token)
    with pytest.raises(DatabaseError):
        application.entry.call(handler.handle, "testSecret", token)
    assert application.entry.value()["username"] == "app_a"


def test_a_schedule_can_be_tried_without_a_new_value(application: Application) -> None:
    # Secrets Manager calls the test alone when a rotation is configured.
    application.entry.call(handler.handle, "testSecret", application.entry.begin())


def test_the_names_that_a_system_cannot_have_are_postgresqls_key_words(superuser: Connection) -> None:
    reserved = superuser.run("SELECT word FROM pg_get_keywords() WHERE catcode IN ('R', 'T')")
    assert {word for (word,) in reserved} == KEY_WORDS


def test_services_are_no_administrators(application: Application) -> None:
    connection = application.connect()
    with pytest.raises(DatabaseError, match="permission denied"):
        connection.run("CREATE ROLE intruder")
    connection.close()


def test_no_statement_has_a_password_in_the_clear(application: Application, superuser: Connection) -> None:
    # What is slow is logged: the roles keep, and the statements have, verifiers alone.
    application.entry.rotate(handler.handle)
    found = superuser.run(
        "SELECT rolpassword FROM pg_authid WHERE rolname = ANY(:names)", names=list(users.USERS)
    )
    assert [row[0].split("$")[0] for row in found] == ["SCRAM-SHA-256"] * 2
    assert "secret" not in users.verifier("secret")


def test_a_verifier_is_the_one_that_postgresql_makes(superuser: Connection) -> None:
    superuser.run("CREATE ROLE probe PASSWORD 'of the probe'")
    ((made,),) = superuser.run("SELECT rolpassword FROM pg_authid WHERE rolname = 'probe'")
    superuser.run("DROP ROLE probe")
    import base64

    salt = base64.b64decode(made.split("$")[1].split(":")[1])
    assert users.verifier("of the probe", salt) == made


@pytest.mark.contract("SEC-3")
def test_a_restored_database_is_brought_to_the_passwords_that_services_have(
    application: Application, superuser: Connection
) -> None:
    previous = application.entry.value()
    application.entry.rotate(handler.handle)
    current = application.entry.value()
    for user in users.USERS:  # as they were when the snapshot was taken
        superuser.run(f"ALTER ROLE {user} PASSWORD 'of long ago'")
    address = {name: current[name] for name in ("host", "port", "dbname")}
    handler.handle({"secret": application.entry.arn, "address": address}, None)
    for value in (previous, current):
        application.connect(value).close()
    assert application.entry.value() == current


def test_a_database_at_another_address_changes_the_entry_and_not_the_password(
    application: Application,
) -> None:
    before = application.entry.value()
    address = {"host": "localhost", "port": before["port"], "dbname": before["dbname"]}
    handler.handle({"secret": application.entry.arn, "address": address}, None)
    after = application.entry.value()
    assert after == {**before, "host": "localhost", "url": before["url"].replace("127.0.0.1", "localhost")}
    application.connect().close()


@pytest.mark.contract("SEC-2")
def test_an_address_of_before_is_verified_after_the_next_rotation(application: Application) -> None:
    value = application.entry.value()
    older = {**value, "url": value["url"].replace("verify-full", "require")}
    application.entry.client.put_secret_value(
        SecretId=application.entry.arn, SecretString=json.dumps(older), VersionStages=["AWSCURRENT"]
    )
    application.entry.rotate(handler.handle)
    assert urlsplit(application.entry.value()["url"]).query == "sslmode=verify-full"


@pytest.mark.contract("SEC-2")
def test_it_calls_what_the_table_of_rights_says(application: Application, calls: Calls) -> None:
    application.entry.rotate(handler.handle)
    assert calls.of("rotate_database") == table_of("rotate_database")
