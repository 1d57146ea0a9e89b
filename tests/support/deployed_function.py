"""A function as the embedded AWS has it: its archive and variables, run in a Python of its own.

Nothing of the checkout can be imported there, only what is in the archive and what Lambda's runtime
brings along; AWS is the embedded one, through its port.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal.aws.cloud import Cloud

# boto3 and what it needs are part of Lambda's Python runtime.
OF_THE_RUNTIME = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3")

_PROGRAM = """
import importlib, json, sys
from importlib.machinery import PathFinder

class Runtime:
    def find_spec(self, name, path=None, target=None):
        return PathFinder.find_spec(name, [{site!r}]) if path is None and name in {runtime!r} else None

sys.path.insert(0, {archive!r})
sys.meta_path.append(Runtime())
{prelude}
module, _, function = {handler!r}.rpartition(".")
handle = getattr(importlib.import_module(module), function)
result = handle(json.loads(sys.argv[1]), None) if len(sys.argv) > 1 else None
print("result:", json.dumps(result))
"""


def program(archive: Path, handler: str, prelude: str = "") -> str:
    """A program that imports a handler from an archive and calls it with the event that it is given."""
    site = str(Path(importlib.import_module("boto3").__file__ or "").parents[1])
    return _PROGRAM.format(
        site=site, runtime=OF_THE_RUNTIME, archive=str(archive), handler=handler, prelude=prelude
    )


@dataclass(frozen=True)
class DeployedFunction:
    """One function of a deployed environment.

    Args:
        archive: its code, in a file.
        handler: what is called.
        variables: its environment variables.
        region: where it is.
        endpoint_url: the embedded AWS.
    """

    archive: Path
    handler: str
    variables: dict[str, str]
    region: str
    endpoint_url: str

    @staticmethod
    def of(cloud: Cloud, region: str, name: str, folder: Path, endpoint_url: str) -> DeployedFunction:
        """The function `name` as it was deployed."""
        from moto.awslambda.utils import get_backend

        found = cloud.call("lambda", region, "get_function", FunctionName=name)["Configuration"]
        archive = folder / f"{name}.zip"
        archive.write_bytes(get_backend(cloud.account, region).get_function(name).code_bytes)
        variables = found.get("Environment", {}).get("Variables", {})
        return DeployedFunction(archive, found["Handler"], variables, region, endpoint_url)

    def call(self, event: dict[str, Any], *, prelude: str = "") -> Any:
        """What the function answers; `prelude` is done before it is imported."""
        environment = {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ACCESS_KEY_ID": "embedded",
            "AWS_SECRET_ACCESS_KEY": "embedded",
            "PATH": os.environ["PATH"],
            **self.variables,
        }
        command = [sys.executable, "-S", "-I", "-c", program(self.archive, self.handler, prelude)]
        done = subprocess.run(
            [*command, json.dumps(event)], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        (line,) = [line for line in done.stdout.splitlines() if line.startswith("result: ")]
        return json.loads(line.removeprefix("result: "))
