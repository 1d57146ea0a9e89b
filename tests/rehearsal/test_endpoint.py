"""`make serve`: the embedded AWS answers on a loopback port until Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from rehearsal.endpoint import PortInUse, check_port
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


def test_ctrl_c_ends_it_in_good_order(served: tuple[subprocess.Popen[str], int, Path]) -> None:
    process, port, said = served
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
    assert "Traceback" not in said.read_text(encoding="utf-8")
    check_port(port)
