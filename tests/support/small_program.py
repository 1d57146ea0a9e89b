"""A program of a few lines in a folder of its own, to see what the engine and the providers do."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from rehearsal.outcome import EngineError
from rehearsal.session import Session
from rehearsal.workspace.workspace import Workspace

ACCOUNT = "111122223333"
REGION = "us-west-2"

_STACK_FILE = f"""\
config:
  groundwork:account: "{ACCOUNT}"
  groundwork:region: {REGION}
  groundwork:cluster:
    version: "1.34"
"""

# Every small program has these at hand.
_PREAMBLE = f"""\
import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes
import pulumi_random as random

provider = aws.Provider("aws", region="{REGION}", allowed_account_ids=["{ACCOUNT}"])


def options(**more):
    return pulumi.ResourceOptions(provider=provider, **more)


"""


class SmallProgram:
    """A project with one stack, `dev`, whose program can be exchanged between operations."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        (folder / "Pulumi.yaml").write_text("name: groundwork\nruntime: python\n", encoding="utf-8")
        (folder / "Pulumi.dev.yaml").write_text(_STACK_FILE, encoding="utf-8")

    def write(self, body: str) -> None:
        """Makes `body` the program; `options()` in it names the provider."""
        text = _PREAMBLE + textwrap.dedent(body)
        (self.root / "__main__.py").write_text(text, encoding="utf-8")


@contextmanager
def session_of(program: SmallProgram, engine: Path, **arguments: Any) -> Iterator[Session]:
    """A session of the small program in a workspace beside it."""
    workspace = Workspace(program.root / "workspace" / "dev", "dev")
    with Session(program.root, "dev", engine, workspace, **arguments) as session:
        yield session


@contextmanager
def deployed(program: SmallProgram, body: str, engine: Path, **arguments: Any) -> Iterator[Session]:
    """A session in which `body` has come up."""
    program.write(body)
    with session_of(program, engine, **arguments) as session:
        session.up()
        yield session


def refusal(program: SmallProgram, body: str, session: Session) -> str:
    """What the engine says of a program that it refuses in the preview."""
    program.write(body)
    with pytest.raises(EngineError) as refused:
        session.preview()
    return str(refused.value)


def resources(session: Session, resource_type: str) -> dict[str, dict[str, Any]]:
    """The stack's resources of a type in the exported state, by the program's name."""
    deployment = session.export()["deployment"]
    return {
        resource["urn"].split("::")[-1]: resource
        for resource in deployment.get("resources", [])
        if resource["type"] == resource_type
    }
