"""Programs run in a process of their own, which ends with the rehearsal, however that ends."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pulumi.automation._server import LanguageServer

from rehearsal.program import language, programs

ROOT = Path(__file__).resolve().parents[4]

PORT_USED_AGAIN = """
import socket
from concurrent.futures import ThreadPoolExecutor
import grpc
from pulumi.runtime.proto import resource_pb2, resource_pb2_grpc
from pulumi.runtime.settings import Settings
from rehearsal.program import language

class Monitor(resource_pb2_grpc.ResourceMonitorServicer):
    def SupportsFeature(self, request, context):
        return resource_pb2.SupportsFeatureResponse(hasSupport=True)

def ask():
    monitor = Settings("project", "stack", monitor=address).monitor
    try:
        return monitor.SupportsFeature(resource_pb2.SupportsFeatureRequest(id="any")).hasSupport
    except grpc.RpcError as error:
        return error.code().name

language._connect_afresh()
server = grpc.server(ThreadPoolExecutor(1))
resource_pb2_grpc.add_ResourceMonitorServicer_to_server(Monitor(), server)
with socket.socket() as taken:
    taken.bind(("127.0.0.1", 0))
    address = f"127.0.0.1:{taken.getsockname()[1]}"
print(ask())
assert server.add_insecure_port(address)
server.start()
print(ask())
"""

KILLED = """
import os
from rehearsal.program import programs
print(programs._Programs.running()._process.pid, flush=True)
os.kill(os.getpid(), 9)
"""


def _runs(process: int) -> bool:
    status = Path(f"/proc/{process}/stat")
    return status.exists() and ") Z " not in status.read_text()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")
def test_the_programs_process_ends_when_the_rehearsal_is_killed() -> None:
    command = [sys.executable, "-c", KILLED]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    process = int(done.stdout)
    deadline = time.monotonic() + 20
    while _runs(process) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _runs(process)


def test_every_program_has_a_port_of_its_own_until_it_is_stopped(tmp_path: Path) -> None:
    one, other = programs.serve(tmp_path), programs.serve(tmp_path)
    assert one.port != other.port
    one.stop()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", one.port), timeout=5)
    socket.create_connection(("127.0.0.1", other.port), timeout=5).close()
    other.stop()


def test_what_comes_too_late_for_a_program_that_has_failed_is_no_second_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def run(*_: object) -> None:
        cancelled = asyncio.new_event_loop().create_future()
        cancelled.cancel()
        cancelled.set_result("urn")

    monkeypatch.setattr(LanguageServer, "Run", run)
    answer = language._ProgramServer(lambda: None).Run(None, None)
    assert (answer.bail, answer.error) == (True, "")


def test_an_engine_on_the_port_of_an_ended_one_is_found() -> None:
    command = [sys.executable, "-c", PORT_USED_AGAIN]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    # With shared connections the second answer is UNAVAILABLE too, for a second or more.
    assert done.stdout.split() == ["UNAVAILABLE", "True"]


def test_the_process_can_be_started_before_anything_large_is_loaded() -> None:
    command = [sys.executable, "-c", "import sys, rehearsal.program.programs; print(*sys.modules)"]
    loaded = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert {"pulumi", "grpc", "botocore", "moto"}.isdisjoint(loaded)
