"""Runs `python -m operations …` and writes down what it asks AWS for; run as a file.

    python recording_command.py FILE recover region --env prod …

A call is a line of JSON: the command and its process, service, operation, parameters, and the region and the
address that it went to. FILE.inputs has what the command takes beside AWS.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from botocore.client import BaseClient


def record(file: Path, command: str) -> None:
    """Every call from here on is written into a file."""
    original, lock = BaseClient._make_api_call, threading.Lock()

    def call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        asked = {
            "command": command,
            "process": os.getpid(),
            "service": client.meta.service_model.service_name,
            "operation": operation,
            "parameters": parameters,
            "region": client.meta.region_name,
            "address": client.meta.endpoint_url,
        }
        line = json.dumps(asked, default=str) + "\n"
        with lock, file.open("a", encoding="utf-8") as written:  # commands ask several things at once
            written.write(line)
        return original(client, operation, parameters)

    BaseClient._make_api_call = call


def record_inputs(file: Path, command: str) -> None:
    """What it takes beside AWS: programs that it starts, files that it reads, whom it connects to.

    An audit hook sees all of it, whichever library does it (Python's documentation, "Audit events table").
    """
    lock, busy = threading.Lock(), threading.local()
    written: set[str] = set()

    def seen(event: str, given: tuple[Any, ...]) -> None:
        if event == "os.mkdir":
            written.add(_path(given))
        if event not in _SEEN or getattr(busy, "writing", False):
            return
        what = _SEEN[event](given)
        if event == "open" and _makes(given):
            written.add(what)
        if not what or what in written or what.startswith(_OWN):
            return
        busy.writing = True
        try:
            line = json.dumps({"command": command, "input": event, "what": what}) + "\n"
            with lock, file.open("a", encoding="utf-8") as lines:
                lines.write(line)
        finally:
            busy.writing = False

    sys.addaudithook(seen)


def _path(given: tuple[Any, ...]) -> str:
    """Of a file that is opened: within the checkout, or absolute; empty for a descriptor."""
    if not isinstance(given[0], (str, bytes, os.PathLike)):
        return ""
    path, here = Path(os.fsdecode(given[0])).absolute(), Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _makes(given: tuple[Any, ...]) -> bool:
    """Whether a file is opened to be written."""
    _, mode, flags = given
    return bool(mode and set("wax") & set(str(mode))) or bool(flags and flags & os.O_CREAT)


_SEEN: dict[str, Callable[[tuple[Any, ...]], str]] = {
    "open": _path,
    "subprocess.Popen": lambda given: Path(os.fsdecode(given[0])).name,
    "socket.connect": lambda given: str(given[1][0]),
}
# The interpreter and its packages, which `make setup` installs.
_OWN = (sys.prefix, sys.base_prefix, str(Path(os.__file__).parent), "/dev/", "/proc/")


if __name__ == "__main__":
    record(Path(sys.argv[1]), sys.argv[3])
    record_inputs(Path(f"{sys.argv[1]}.inputs"), sys.argv[3])
    del sys.argv[1]
    # The command finds its own packages, as with `-m`, and nothing that is beside this file.
    sys.path[0] = ""
    runpy.run_module("operations", run_name="__main__", alter_sys=True)
