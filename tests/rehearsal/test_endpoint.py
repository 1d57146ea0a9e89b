"""`make serve`: the embedded AWS answers on a loopback port until Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from commands.errors import Exit
from rehearsal.serve.endpoint import PortInUse, check_port
from tests.support.checkout import ROOT

pytestmark = pytest.mark.engine

REGION = "us-west-2"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def served(
    engine: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[subprocess.Popen[str], int, Path]]:
    port, folder = free_port(), tmp_path_factory.mktemp("serve")
    environment = {**os.environ, "XDG_STATE_HOME": str(folder), "GROUNDWORK_ENGINE": str(engine)}
    command = [sys.executable, "-m", "rehearsal", "serve", "--env", "dev", "--port", str(port)]
    with (folder / "said").open("w", encoding="utf-8") as said:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=said, stderr=said, text=True)
    deadline = time.monotonic() + 90
    while "Ctrl-C stops it" not in (folder / "said").read_text(encoding="utf-8"):
        assert process.poll() is None, (folder / "said").read_text(encoding="utf-8")
        assert time.monotonic() < deadline, "the server never said that it was ready"
        time.sleep(0.1)
    yield process, port, folder / "said"
    process.kill()
    process.wait()


def client(service: str, port: int) -> Any:
    return boto3.client(
        service,
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id="embedded",
        aws_secret_access_key="embedded",
        region_name=REGION,
    )


def test_clients_see_what_was_deployed(served: tuple[subprocess.Popen[str], int, Path]) -> None:
    _, port, said = served
    assert f"aws --endpoint-url http://127.0.0.1:{port} rds describe-db-instances" in said.read_text()
    (database,) = client("rds", port).describe_db_instances()["DBInstances"]
    assert database["DBInstanceIdentifier"] == "triangle-dev"
    storage = client("s3", port)
    bucket = next(b["Name"] for b in storage.list_buckets()["Buckets"] if "documents" in b["Name"])
    storage.put_object(Bucket=bucket, Key="letter", Body=b"content")
    assert storage.get_object(Bucket=bucket, Key="letter")["Body"].read() == b"content"


def test_a_port_in_use_is_told_with_another_one_to_take(
    served: tuple[subprocess.Popen[str], int, Path],
) -> None:
    _, port, _ = served
    with pytest.raises(PortInUse, match=f"make serve PORT={port + 1}"):
        check_port(port)


def rehearsal(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A command on the served environment, as another process calls it."""
    environment = {**os.environ, "XDG_STATE_HOME": str(folder)}
    return subprocess.run(
        [sys.executable, "-m", "rehearsal", command, "--env", "dev", "--json"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_drift_is_found_while_the_server_runs(served: tuple[subprocess.Popen[str], int, Path]) -> None:
    _, port, said = served
    client("rds", port).modify_db_instance(
        DBInstanceIdentifier="triangle-dev", BackupRetentionPeriod=7, ApplyImmediately=True
    )
    client("cloudwatch", port).delete_alarms(AlarmNames=["triangle-dev-database-cpu-critical"])
    found = rehearsal("drift", said.parent)
    assert found.returncode == Exit.DRIFTED, found.stderr
    rows = [
        tuple(row[key] for key in ("name", "property", "deployed", "found"))
        for row in json.loads(found.stdout)["drift"]
    ]
    assert rows == [
        ("database-cpu-critical", "(all)", "there", "gone"),
        ("database", "backupRetentionPeriod", "1", "7"),
    ]


def call(port: int, function: str, event: dict[str, Any]) -> Any:
    answer = client("lambda", port).invoke(FunctionName=f"triangle-dev-{function}", Payload=json.dumps(event))
    return json.loads(answer["Payload"].read())


def test_the_programs_functions_run(served: tuple[subprocess.Popen[str], int, Path]) -> None:
    _, port, _ = served
    taken = call(port, "snapshot-secrets", {})
    storage = client("s3", port)
    (bucket,) = [each["Name"] for each in storage.list_buckets()["Buckets"] if "-backups-" in each["Name"]]
    assert b"jwt-access-key" in storage.get_object(Bucket=bucket, Key=taken["snapshot"])["Body"].read()


def test_a_function_that_fails_is_answered_with_its_error(
    served: tuple[subprocess.Popen[str], int, Path],
) -> None:
    assert call(served[1], "rotate-signing-key", {}) == {"errorType": "KeyError", "errorMessage": "'Step'"}


@pytest.mark.parametrize(
    ("function", "needs"),
    [
        ("rotate-database", r"PostgreSQL at .*rds\.amazonaws\.com:5432"),
        ("watch-jobs", r"the cluster's API at .*:443"),
    ],
)
def test_a_function_that_needs_a_server_says_which(
    served: tuple[subprocess.Popen[str], int, Path], function: str, needs: str
) -> None:
    _, port, _ = served
    entry = client("secretsmanager", port).get_secret_value(SecretId="triangle/dev/database")
    value = json.loads(entry["SecretString"])
    address = {name: value[name] for name in ("host", "port", "dbname")}
    with pytest.raises(ClientError, match=needs) as refused:
        call(port, function, {"secret": entry["ARN"], "address": address})
    assert refused.value.response["Error"]["Code"] == "NotImplemented"


def test_a_rotation_has_the_function_do_its_steps(served: tuple[subprocess.Popen[str], int, Path]) -> None:
    secrets = client("secretsmanager", served[1])

    def value() -> dict[str, str]:
        text = secrets.get_secret_value(SecretId="triangle/dev/jwt-access-key")["SecretString"]
        return dict(json.loads(text))

    for _ in range(2):
        before = value()
        secrets.rotate_secret(SecretId="triangle/dev/jwt-access-key")
        after = value()
        assert (after["previous"], after["current"]) == (before["current"], before["next"])


def test_a_rotation_that_needs_a_server_changes_nothing_in_use(
    served: tuple[subprocess.Popen[str], int, Path],
) -> None:
    secrets = client("secretsmanager", served[1])
    before = secrets.get_secret_value(SecretId="triangle/dev/database")["SecretString"]
    with pytest.raises(ClientError, match="triangle-dev-rotate-database needs PostgreSQL"):
        secrets.rotate_secret(SecretId="triangle/dev/database")
    assert secrets.get_secret_value(SecretId="triangle/dev/database")["SecretString"] == before
    with pytest.raises(ClientError, match="No Lambda rotation function"):
        secrets.rotate_secret(SecretId="triangle/dev/database-master")


def test_other_code_and_missing_functions_are_refused(
    served: tuple[subprocess.Popen[str], int, Path],
) -> None:
    _, port, _ = served
    functions = client("lambda", port)
    with pytest.raises(functions.exceptions.ResourceNotFoundException):
        call(port, "nothing", {})
    functions.update_function_configuration(FunctionName="triangle-dev-remind", Handler="os.system")
    with pytest.raises(ClientError, match="other code than this checkout's"):
        call(port, "remind", {})


def test_nobody_else_can_have_the_server_look(served: tuple[subprocess.Popen[str], int, Path]) -> None:
    _, port, said = served
    (announced,) = said.parent.rglob("served")
    assert announced.stat().st_mode & 0o077 == 0
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/groundwork/refresh", data=b"")
    refused.value.close()


def test_ctrl_c_ends_it_in_good_order(served: tuple[subprocess.Popen[str], int, Path]) -> None:
    process, port, said = served
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
    assert "Traceback" not in said.read_text(encoding="utf-8")
    assert not list(said.parent.rglob("served"))
    check_port(port)
