"""SEC-2, SEC-4, SEC-5 as deployed: archives, variables and entries of an environment fit together.

What the engine has deployed is run as Lambda would: the archive alone, with the declared variables.
PostgreSQL and Redis are real servers in place of the instances that the embedded AWS only describes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from pg8000.native import Connection, identifier, literal

from functions.snapshot_secrets.snapshot import opened
from rehearsal.session import Session
from rehearsal.workspace import Workspace
from tests.support.checkout import copy_program
from tests.support.deployed_function import DeployedFunction
from tests.support.secrets_manager import STEPS, Entry
from tests.support.servers import Server, embedded_aws, postgresql, superuser_of

pytestmark = pytest.mark.engine

PREFIX = "triangle/dev/"
# The wheel's PostgreSQL is built without TLS.
WITHOUT_TLS = "import functions.rotate_database.users as users; users.encryption = lambda: None"


@dataclass(frozen=True)
class Environment:
    """A deployed environment whose AWS answers on a port."""

    session: Session
    url: str

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            region_name=self.session.region,
            endpoint_url=self.url,
            aws_access_key_id="embedded",
            aws_secret_access_key="embedded",
        )

    def function(self, name: str) -> DeployedFunction:
        cloud, region = self.session.cloud, str(self.session.region)
        return DeployedFunction.of(cloud, region, f"triangle-dev-{name}", self.url)

    def entry(self, name: str) -> Entry:
        client = self.client("secretsmanager")
        return Entry(client, client.describe_secret(SecretId=PREFIX + name)["ARN"])


@pytest.fixture(scope="module")
def environment(engine: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    folder = tmp_path_factory.mktemp("functions")
    root = copy_program(tmp_path_factory.mktemp("dev"))
    workspace = Workspace(folder / "dev", "dev")
    with Session(root, "dev", engine, workspace, checkpoints=False) as session:
        session.up()
        with embedded_aws(session.cloud.account) as url:
            yield Environment(session, url)


@pytest.fixture(scope="module")
def database(environment: Environment) -> Iterator[Server]:
    """A server with the master and the database that RDS would have made."""
    master = environment.entry("database-master").value()
    with postgresql() as server:
        superuser = superuser_of(server)
        name, password = identifier(master["username"]), literal(master["password"])
        superuser.run(f"CREATE ROLE {name} LOGIN CREATEROLE CREATEDB PASSWORD {password}")
        superuser.run(f"CREATE DATABASE {identifier(master['dbname'])} OWNER {name}")
        superuser.close()
        yield server


def _rotate(entry: Entry, call: Callable[[dict[str, Any]], Any]) -> None:
    token = entry.begin()
    for step in STEPS:
        call({"Step": step, "SecretId": entry.arn, "ClientRequestToken": token})


def _connect(value: dict[str, Any]) -> None:
    Connection(
        value["username"],
        host=value["host"],
        port=value["port"],
        database=value["dbname"],
        password=value["password"],
    ).close()


@pytest.mark.contract("SEC-2", "SEC-3")
def test_the_deployed_function_prepares_a_database_and_rotates_its_entry(
    environment: Environment, database: Server
) -> None:
    function, entry = environment.function("rotate-database"), environment.entry("database")
    declared = entry.value()
    invocation = next(
        resource
        for resource in environment.session.export()["deployment"]["resources"]
        if resource["urn"].endswith("::prepare-database")
    )
    event = json.loads(invocation["inputs"]["input"])
    assert event["address"]["host"] == declared["host"]
    # In place of the instance.
    event["address"] |= {"host": database.host, "port": database.port}
    function.call(event, prelude=WITHOUT_TLS)
    first = entry.value()
    _connect(first)
    assert (first["password"], first["username"]) == (declared["password"], declared["username"])
    _rotate(entry, lambda step: function.call(step, prelude=WITHOUT_TLS))
    second = entry.value()
    assert second["username"] != first["username"]
    for value in (first, second):
        _connect(value)


@pytest.mark.contract("SEC-2", "SEC-3")
def test_the_deployed_function_rotates_a_signing_key(environment: Environment) -> None:
    function, entry = environment.function("rotate-signing-key"), environment.entry("jwt-access-key")
    before = entry.value()
    _rotate(entry, function.call)
    after = entry.value()
    assert (after["previous"], after["current"]) == (before["current"], before["next"])


@pytest.mark.contract("SEC-4")
def test_the_deployed_function_takes_a_snapshot_that_can_be_read(environment: Environment) -> None:
    function = environment.function("snapshot-secrets")
    answer = function.call({})
    bucket = function.variables["BUCKET"]
    body = environment.client("s3").get_object(Bucket=bucket, Key=answer["snapshot"])["Body"].read()
    snapshot = opened(body, environment.client("kms"))
    generated = {"database", "redis-cache", "redis-queue", "jwt-access-key", "jwt-refresh-key"}
    assert set(snapshot.values) == generated
    assert json.loads(snapshot.values["redis-cache"]) == environment.entry("redis-cache").value()
    assert "stripe-secret-key" in answer["withoutValue"]


@pytest.mark.contract("SEC-5")
def test_the_deployed_function_reminds_of_what_ends(environment: Environment) -> None:
    function = environment.function("remind")
    assert function.call({"date": "2027-10-02"})["reminded"] == ["apns"]
    # The entries are as old as this test.
    in_half_a_year = (datetime.now(UTC) + timedelta(days=182)).date().isoformat()
    overdue = function.call({"date": in_half_a_year})["overdue"]
    assert {"database", "redis-cache", "jwt-access-key"} <= set(overdue)


@pytest.mark.contract("ALM-13")
def test_the_deployed_function_measures_what_could_be_restored(environment: Environment) -> None:
    assert 0 <= environment.function("measure-recovery-point").call({})["minutes"] < 60


@pytest.mark.contract("ALM-13", "SEC-4")
def test_the_deployed_reminder_sees_the_newest_snapshot(environment: Environment) -> None:
    environment.function("snapshot-secrets").call({})
    assert environment.function("remind").call({})["snapshotAge"] < 1
