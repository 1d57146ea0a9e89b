"""Runs `python -m operations …` and writes down what it asks AWS for; run as a file.

    python recording_command.py FILE recover region --env prod …

A call is a line of JSON: the command and its process, service, operation, parameters, and the region and the
address that it went to.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
import threading
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


if __name__ == "__main__":
    record(Path(sys.argv[1]), sys.argv[3])
    del sys.argv[1]
    # The command finds its own packages, as with `-m`, and nothing that is beside this file.
    sys.path[0] = ""
    runpy.run_module("operations", run_name="__main__", alter_sys=True)
