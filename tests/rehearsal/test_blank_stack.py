"""The engine makes an empty stack once; the next workspace gets a copy that is as good."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rehearsal.session import Session
from rehearsal.workspace import blank_stack
from rehearsal.workspace.workspace import Workspace
from tests.support.small_program import SmallProgram

pytestmark = pytest.mark.engine

SECRET = 'pulumi.export("told", pulumi.Output.secret("for nobody"))\nrandom.RandomId("id", byte_length=8)\n'


def test_a_copied_stack_is_used_like_one_that_the_engine_has_just_made(
    program: SmallProgram, engine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blank_stack, "folder_of_stacks", lambda: tmp_path / "stacks")
    commands: list[str] = []
    command = Session.command

    def watched(session: Session, *arguments: str, stack: bool = True) -> str:
        commands.append(" ".join(arguments[:2]))
        return command(session, *arguments, stack=stack)

    monkeypatch.setattr(Session, "command", watched)

    def deployed(name: str) -> Workspace:
        workspace = Workspace(tmp_path / name / "dev", "dev")
        with Session(program.root, "dev", engine, workspace) as session:
            assert session.up().changes == {"create": 3}
            assert session.outputs(show_secrets=True) == {"told": "for nobody"}
            told = json.loads(command(session, "stack", "export"))
            assert session.export()["deployment"] == told["deployment"]
        return workspace

    program.write(SECRET)
    workspace = deployed("first")
    assert commands.count("stack init") == 1
    deployed("second")
    assert commands.count("stack init") == 1
    # One that has lost its state keeps the passphrase that it had.
    passphrase = workspace.passphrase()
    assert workspace.state is not None
    for file in workspace.backend.rglob("dev.json*"):
        file.unlink()
    with Session(program.root, "dev", engine, workspace) as session:
        assert session.preview().changes == {"create": 3}
    assert workspace.passphrase() == passphrase
    assert commands.count("stack init") == 2
    # Half of a kept one is none.
    (kept,) = (tmp_path / "stacks").iterdir()
    (kept / "salt").unlink()
    deployed("third")
    assert commands.count("stack init") == 3
    deployed("fourth")
    assert commands.count("stack init") == 3
