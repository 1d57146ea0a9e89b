"""Pulumi's language runtime in this process: the engine asks it to run the program.

The SDK's Automation API has such a server for its inline programs; it is used here directly, since
going through `Stack.up` starts the command line tool several more times for each operation.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
from pulumi.automation._server import LanguageServer
from pulumi.errors import RunError
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

# The program's own package; another revision's must not be answered from the import cache.
PROGRAM_PACKAGES = ("infra",)


def program_at(root: Path) -> Callable[[], None]:
    """The program of the checkout at `root`: its `__main__.py`, as `pulumi up` would run it."""

    def run() -> None:
        forget_program()
        sys.path.insert(0, str(root))
        try:
            runpy.run_path(str(root / "__main__.py"), run_name="__main__")
        finally:
            sys.path.remove(str(root))

    return run


def forget_program() -> None:
    """Drops the program's modules, so that the next run imports those of its own checkout."""
    for name in list(sys.modules):
        if name.split(".")[0] in PROGRAM_PACKAGES:
            del sys.modules[name]


class _ProgramServer(LanguageServer):
    """The SDK's server; an engine that has gone away in the middle of a run is no error of ours."""

    def Run(self, request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return super().Run(request, context)  # type: ignore[no-untyped-call]
        except (grpc.RpcError, RunError):
            return language_pb2.RunResponse(bail=True)


def serve(program: Callable[[], None]) -> tuple[grpc.Server, int]:
    """A started language server for `program` on a free loopback port, and that port."""
    server = grpc.server(
        ThreadPoolExecutor(max_workers=4, thread_name_prefix="language"),
        options=[("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)],
    )
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(_ProgramServer(program), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port
