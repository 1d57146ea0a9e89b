"""SEC-2, SEC-4, SEC-5 as deployed: archives, variables and entries of an environment fit together.

What the engine has deployed is run as Lambda would: the archive alone, with the declared variables.
Real servers stand behind the database.
"""

from __future__ import annotations

import json
import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from pg8000.exceptions import DatabaseError

from functions.snapshot_secrets.snapshot import opened
from rehearsal.aws.requests import Answer, Request
from rehearsal.datastores import NoServer
from rehearsal.serve.invocations import Invocations
from rehearsal.session import Session
from rehearsal.workspace.workspace import Workspace
from tests.support.checkout import copy_program
from tests.support.deployed_function import DeployedFunction
from tests.support.secrets_manager import STEPS, Entry
from tests.support.servers import embedded_aws, missing

pytestmark = pytest.mark.engine

PREFIX = "triangle/dev/"


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

    def connect(self, value: dict[str, Any]) -> None:
        self.session.datastores.connect(
            value["host"], user=value["username"], password=value["password"], database=value["dbname"]
        ).close()


@pytest.fixture(scope="module")
def environment(engine: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    folder = tmp_path_factory.mktemp("functions")
    root = copy_program(tmp_path_factory.mktemp("dev"))
    workspace = Workspace(folder / "dev", "dev")
    session = Session(root, "dev", engine, workspace, checkpoints=False, data=True)
    try:
        session.__enter__()
    except NoServer as error:
        missing(error)
    answers: list[Invocations] = []  # they need the port that is made for them

    def answer(request: Request) -> Answer:
        return answers[0](request)

    with closing(session), embedded_aws(session.cloud.account, answer) as url:
        session.up()
        place = ("127.0.0.1", int(url.rpartition(":")[2]))
        answers.append(Invocations(session.cloud, root, place, session.datastores.behind))
        yield Environment(session, url)


def _rotate(entry: Entry, call: Callable[[dict[str, Any]], Any]) -> None:
    token = entry.begin()
    for step in STEPS:
        call({"Step": step, "SecretId": entry.arn, "ClientRequestToken": token})


@pytest.mark.contract("SEC-2", "SEC-3")
def test_the_deployed_function_prepares_a_database_and_rotates_its_entry(environment: Environment) -> None:
    """Through the endpoint, by the names that AWS gives, with TLS: as `make serve DATA=1` does it."""
    entry = environment.entry("database")
    declared = entry.value()
    with pytest.raises(DatabaseError, match="password authentication failed"):
        environment.connect(declared)
    invocation = next(
        resource
        for resource in environment.session.export()["deployment"]["resources"]
        if resource["urn"].endswith("::prepare-database")
    )
    answer = environment.client("lambda").invoke(
        FunctionName="triangle-dev-rotate-database", Payload=invocation["inputs"]["input"]
    )
    told = answer["Payload"].read()
    assert "FunctionError" not in answer, told
    first = entry.value()
    environment.connect(first)
    assert (first["password"], first["username"]) == (declared["password"], declared["username"])
    environment.client("secretsmanager").rotate_secret(SecretId=entry.arn)
    second = entry.value()
    assert second["username"] != first["username"]
    for value in (first, second):
        environment.connect(value)


def test_a_client_on_this_machine_verifies_the_name_that_aws_gave(environment: Environment) -> None:
    """What the table of `make serve DATA=1` says; without TLS it is refused, as rds.force_ssl has it."""
    stores = environment.session.datastores
    (served,) = [each for each in stores.servers() if each.service == "rds"]
    trusting = ssl.create_default_context(cafile=str(stores.authority.file))
    trusting.verify_flags |= ssl.VERIFY_X509_STRICT  # as Python has it by itself from 3.13 on
    for name, context, complaint in (
        (served.host, trusting, ""),
        ("another.example", trusting, "Hostname mismatch"),
        (served.host, ssl.create_default_context(), "certificate verify failed"),
    ):
        with socket.create_connection(("127.0.0.1", served.local_port)) as plain:
            plain.sendall(struct.pack("!ii", 8, 80877103))  # PostgreSQL's SSLRequest
            assert plain.recv(1) == b"S"
            with pytest.raises(ssl.SSLError, match=complaint) if complaint else nullcontext():
                context.wrap_socket(plain, server_hostname=name).close()
    with socket.create_connection(("127.0.0.1", served.local_port)) as plain:
        named = f"user\0{served.user}\0database\0{served.database}\0\0".encode()
        plain.sendall(struct.pack("!ii", len(named) + 8, 196608) + named)  # StartupMessage of protocol 3.0
        assert b"no encryption" in plain.recv(1000)


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
