"""Pulumi's language runtime: the engine asks it to run the program.

Programs run in a process of their own, which is this module. `rehearsal.program.programs` starts it and
sends its orders through its standard input, a line of JSON each; it ends when that is closed, however the
rehearsal ends.

The SDK's Automation API has such a server for its inline programs; it is used here directly, since
going through `Stack.up` starts the command line tool several more times for each operation.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import os
import runpy
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Any, TextIO

import grpc
from pulumi.automation._server import LanguageServer
from pulumi.errors import RunError
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

from rehearsal.program.programs import LOAD, PROGRAM_PACKAGES, UNTOUCHED, WITHOUT
from rehearsal.program.sdk_modules import load_used
from rehearsal.program.sdk_speed import quick_sdk


def program_at(root: Path) -> Callable[[], None]:
    """The program of the checkout at `root`: its `__main__.py`, as `pulumi up` would run it."""

    def run() -> None:
        with _loading:
            _forget_another_program(root)
        sys.path.insert(0, str(root))
        try:
            if (root / "infra").is_dir():
                _wait_for_nothing()
            runpy.run_path(str(root / "__main__.py"), run_name="__main__")
        finally:
            sys.path.remove(str(root))

    return run


def _wait_for_nothing() -> None:
    """Has the program not wait where AWS follows later than it answers: the embedded one follows at once."""
    # An older program has none of it.
    with contextlib.suppress(ImportError):
        importlib.import_module("infra.foundations.settling").PACE.seconds = 0


_loaded: list[Any] = []
_loading = threading.Lock()


def _load_early(root: Path) -> None:
    """Imports the program's modules before the engine asks for it: it takes half a second to start.

    They declare nothing when they are imported. What cannot be imported is told when the program runs.
    """
    if not (root / "infra").is_dir():
        return
    with _loading, contextlib.suppress(Exception):
        _forget_another_program(root)
        sys.path.insert(0, str(root))
        try:
            importlib.import_module("infra.platform")
            _load_services()
        finally:
            sys.path.remove(str(root))


def _load_beside(root: Path) -> None:
    threading.Thread(target=_load_early, args=(root,), daemon=True).start()


def _load_services() -> None:
    """Loads what the program uses of the services; the SDK does it when one is first used."""
    load_used([module for name, module in sys.modules.items() if name.split(".")[0] in PROGRAM_PACKAGES])


def _forget_another_program(root: Path) -> None:
    """Drops the program's modules when they are not those of `root` as it is now."""
    # A project in a folder of the checkout, as the backup account's, has its packages there.
    home = root if (root / PROGRAM_PACKAGES[0]).is_dir() else root.parent
    files = [file for package in PROGRAM_PACKAGES for file in sorted((home / package).rglob("*.py"))]
    now = [(str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in files]
    if now != _loaded:
        for name in list(sys.modules):
            if name.split(".")[0] in PROGRAM_PACKAGES:
                del sys.modules[name]
    _loaded[:] = now


def _connect_afresh() -> None:
    """Gives every run connections of its own.

    gRPC shares what it knows of an address among all channels of a process, and the SDK leaves those to
    engines that have ended open: a later engine that happens on such a port would seem to be away.
    """
    _GRPC_CHANNEL_OPTIONS.append(("grpc.use_local_subchannel_pool", 1))


class _ProgramServer(LanguageServer):
    """The SDK's server; an engine that has gone away in the middle of a run is no error of ours.

    Behind a program that has failed, and told it, the SDK cancels what is under way. An answer of the
    engine's that comes in that moment is put where nothing may be put any more: that is no second failure.
    """

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> Any:
        """For commands that need the language and run no program (`import`); the SDK's server knows none."""
        return language_pb2.LanguageHandshakeResponse()

    def Run(self, request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return super().Run(request, context)  # type: ignore[no-untyped-call]
        except (grpc.RpcError, RunError, asyncio.InvalidStateError):
            return language_pb2.RunResponse(bail=True)


def _start_server(program: Callable[[], None]) -> tuple[grpc.Server, int]:
    server = grpc.server(
        ThreadPoolExecutor(max_workers=4, thread_name_prefix="language"),
        options=[("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)],
    )
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(_ProgramServer(program), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def _obey(orders: TextIO, answers: TextIO) -> None:
    """The process's own side: carries out orders until there can be no more."""
    servers: dict[int, grpc.Server] = {}
    for line in orders:
        order = json.loads(line)
        if "serve" in order:
            root = Path(order["serve"])
            server, port = _start_server(program_at(root))
            servers[port] = server
            _load_beside(root)
            answer = port
        elif "processor" in order:
            answer = round(time.process_time() * 1000)
        else:
            answer = order["stop"]
            if answer in servers:  # this process may have taken the place of one that died
                servers.pop(answer).stop(grace=None)
        answers.write(f"{answer}\n")
        answers.flush()


def _main() -> None:
    # What a program prints must not be taken for an answer.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    _connect_afresh()
    without = [option.removeprefix(WITHOUT) for option in sys.argv if option.startswith(WITHOUT)]
    with nullcontext() if UNTOUCHED in sys.argv else quick_sdk(without):
        # Programs need these; until the first order comes there is time.
        for package in ("pulumi_aws", "pulumi_kubernetes", "pulumi_random"):
            importlib.import_module(package)
        for option in sys.argv:
            if option.startswith(LOAD):
                _load_beside(Path(option.removeprefix(LOAD)))
        _obey(sys.stdin, answers)
    # Without waiting for a program that runs: nobody is left to hear of it.
    os._exit(0)


if __name__ == "__main__":
    _main()
