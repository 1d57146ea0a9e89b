"""Lambda's Python runtime, as far as this program's functions see of it.

A function runs in a Python of its own, in which nothing can be imported but what is in its archive and what
the runtime brings along. AWS is the embedded one, through its port.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# boto3 and what it needs are part of Lambda's Python runtime.
OF_THE_RUNTIME = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3")

_PROGRAM = """
import importlib, json, os, sys
from importlib.machinery import PathFinder

class Runtime:
    def find_spec(self, name, path=None, target=None):
        return PathFinder.find_spec(name, [{site!r}]) if path is None and name in {runtime!r} else None

given = json.loads(sys.stdin.read() or "null")
os.environ.update(given["variables"] if given else {{}})
sys.path.insert(0, {archive!r})
sys.meta_path.append(Runtime())
{prelude}
module, _, function = {handler!r}.rpartition(".")
handle = getattr(importlib.import_module(module), function)
if given:
    result = json.dumps(handle(given["event"], None))
    with open(given["result"], "w") as file:
        file.write(result)
"""

# Names of servers that stand behind the embedded AWS lead to them, and their authority is trusted.
_PLACES = """
import socket, ssl
look_up, trust, make_context = (
    socket.getaddrinfo, ssl.SSLContext.load_verify_locations, ssl.create_default_context
)

def find(host, port, *arguments, **named):
    place = given["places"].get(f"{host}:{port}")
    if place is None:
        return look_up(host, port, *arguments, **named)
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", place))]

def trusting(*arguments, **named):
    context = make_context(*arguments, **named)
    trust(context, cadata=given["authority"])
    return context

socket.getaddrinfo = find
if given["authority"]:
    ssl.create_default_context = trusting
"""

# Connections to anything but the embedded AWS are refused before a name is looked up, and told.
_OFFLINE = """
def refuse(event, arguments):
    if event == "socket.getaddrinfo":
        place = arguments[:2]
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        place = arguments[1][:2]
    else:
        return
    host = place[0].decode() if isinstance(place[0], bytes) else str(place[0])
    local = host == "127.0.0.1" and int(place[1]) in given["places"].values()
    if [host, int(place[1])] != given["aws"] and not local:
        with open(given["refused"], "w") as file:
            file.write(json.dumps([host, int(place[1])]))
        raise ConnectionRefusedError(f"{host}:{place[1]} is not there")

sys.addaudithook(refuse)
# The authorities that the embedded AWS tells of are made up, and nobody is there to be verified.
import ssl
ssl.SSLContext.load_verify_locations = lambda *arguments, **named: None
"""


def program(archive: Path, handler: str, prelude: str = "") -> str:
    """A program that imports a handler from an archive, and calls it with what stands on standard input.

    Args:
        archive: the code.
        handler: `module.function`.
        prelude: is done before the handler is imported.
    """
    site = str(Path(importlib.import_module("boto3").__file__ or "").parents[1])
    return _PROGRAM.format(
        site=site, runtime=OF_THE_RUNTIME, archive=str(archive), handler=handler, prelude=prelude
    )


@dataclass(frozen=True)
class Function:
    """A deployed function.

    Args:
        code: its archive, a ZIP file.
        handler: what is called.
        variables: its environment variables.
        region: where it is.
        timeout: seconds that it may take.
    """

    code: bytes
    handler: str
    variables: Mapping[str, str]
    region: str
    timeout: float


@dataclass(frozen=True)
class Behind:
    """Servers that stand behind the embedded AWS.

    Args:
        places: ports of this machine, by host name and port within AWS (`host:5432`).
        authority: signs their certificates; PEM.
    """

    places: Mapping[str, int] = field(default_factory=dict)
    authority: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a call has come to.

    Args:
        payload: what the handler gave back, as JSON; None when it has failed.
        log: all that it wrote.
        refused: host and port that it wanted and that is not there; None when there was none.
        in_time: False when it was ended for taking too long.
    """

    payload: str | None
    log: str
    refused: tuple[str, int] | None = None
    in_time: bool = True


def run(
    function: Function,
    event: Any,
    aws: tuple[str, int],
    *,
    prelude: str = "",
    offline: bool = True,
    behind: Behind | None = None,
) -> Outcome:
    """Calls a function's handler.

    Args:
        function: what is called.
        event: it is called with.
        aws: host and port of the embedded AWS.
        prelude: is done before it is imported.
        offline: nothing but the embedded AWS can be reached, and what stands behind it.
        behind: what does.
    """
    behind = behind or Behind()
    with tempfile.TemporaryDirectory(prefix="groundwork-function-") as name:
        folder = Path(name)
        archive, result, refused = folder / "function.zip", folder / "result", folder / "refused"
        archive.write_bytes(function.code)
        variables = {
            "AWS_ENDPOINT_URL": f"http://{aws[0]}:{aws[1]}",
            "AWS_REGION": function.region,
            "AWS_DEFAULT_REGION": function.region,
            "AWS_ACCESS_KEY_ID": "embedded",
            "AWS_SECRET_ACCESS_KEY": "embedded",
            **function.variables,
        }
        # They are set inside: a variable of a process can make an interpreter load code.
        given = {
            "variables": variables,
            "event": event,
            "result": str(result),
            "aws": list(aws),
            "refused": str(refused),
            "places": dict(behind.places),
            "authority": behind.authority,
        }
        text = program(archive, function.handler, _PLACES + (_OFFLINE if offline else "") + prelude)
        try:
            done = subprocess.run(
                [sys.executable, "-S", "-I", "-c", text],
                input=json.dumps(given),
                env={"PATH": os.environ.get("PATH", "")},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=function.timeout,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            return Outcome(None, _text(error.stdout), in_time=False)
        wanted: Sequence[Any] | None = json.loads(refused.read_text()) if refused.exists() else None
        return Outcome(
            result.read_text() if done.returncode == 0 else None,
            done.stdout,
            (wanted[0], wanted[1]) if wanted else None,
        )


def _text(output: Any) -> str:
    return output.decode(errors="replace") if isinstance(output, bytes) else str(output or "")
