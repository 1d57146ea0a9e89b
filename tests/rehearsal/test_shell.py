"""What works in plain Pulumi works on a rehearsal."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rehearsal.session import Session
from rehearsal.shell import prepare, run_command
from tests.support.small_program import REGION, SmallProgram, deployed

pytestmark = pytest.mark.engine

PROGRAM = """\
first = aws.sns.Topic("first", name="first", opts=options())
second = aws.sns.Topic("second", name="second", display_name="old", opts=options())
pulumi.export("first", first.name)
"""

Pulumi = Callable[..., str]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, engine: Path) -> Iterator[tuple[SmallProgram, Session]]:
    program = SmallProgram(tmp_path_factory.mktemp("shell"))
    with deployed(program, PROGRAM, engine, checkpoints=False) as session:
        prepare(session, None)
        yield program, session


@pytest.fixture
def pulumi(running: tuple[SmallProgram, Session], capfd: pytest.CaptureFixture[str]) -> Pulumi:
    """Calls the engine as the script on PATH does; what it printed."""

    def call(*arguments: str) -> str:
        capfd.readouterr()
        code = run_command(running[1], arguments)
        printed = capfd.readouterr()
        assert code == 0, printed.err + printed.out
        return printed.out

    return call


def test_it_needs_no_shell_that_has_been_open_before(
    tmp_path: Path, engine: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with deployed(SmallProgram(tmp_path), PROGRAM, engine, checkpoints=False) as session:
        # As after a second `make up`: the blank stack is then a copy, which nobody has selected.
        shutil.rmtree(session.workspace.home / "workspaces", ignore_errors=True)
        code = run_command(session, ["stack", "output", "first"])
    assert (code, capfd.readouterr().out) == (0, "first\n")


def test_what_only_looks_at_the_state_answers(pulumi: Pulumi) -> None:
    assert json.loads(pulumi("stack", "output", "--json")) == {"first": "first"}
    assert "aws:sns/topic:Topic" in pulumi("stack", "--show-urns")
    assert "us-west-2" in pulumi("config")
    assert json.loads(pulumi("stack", "history", "--json"))[0]["kind"] == "update"


def test_who_and_what_it_is_answers_without_pulumis_cloud(pulumi: Pulumi) -> None:
    whoami = json.loads(pulumi("whoami", "--json"))
    assert whoami["url"].startswith("file://")
    assert json.loads(pulumi("about", "--json"))["currentStack"]["name"] == "dev"
    # As with every backend of one's own.
    assert "not available for your backend" in pulumi("console")
    assert pulumi("stack", "output", "first", "--show-secrets") == "first\n"


def test_a_targeted_update_and_a_preview_run_the_program(
    running: tuple[SmallProgram, Session], pulumi: Pulumi
) -> None:
    program, session = running
    program.write(PROGRAM.replace("old", "new").replace('name="first"', 'name="first", display_name="new"'))
    urn = next(r["urn"] for r in session.export()["deployment"]["resources"] if r["urn"].endswith("::second"))
    pulumi("up", "--yes", "--skip-preview", "--target", urn, "--non-interactive")
    assert session.preview().changes == {"update": 1}
    assert "first" in pulumi("preview", "--non-interactive")


def test_the_state_can_be_drawn_and_corrected(
    running: tuple[SmallProgram, Session], pulumi: Pulumi, tmp_path: Path
) -> None:
    _, session = running

    def first() -> dict[str, Any]:
        resources = session.export()["deployment"]["resources"]
        return next(each for each in resources if each["urn"].endswith("::first"))

    pulumi("stack", "graph", str(tmp_path / "graph.dot"))
    assert "sns/topic" in (tmp_path / "graph.dot").read_text()
    pulumi("state", "protect", first()["urn"], "--yes")
    assert first()["protect"] is True
    pulumi("state", "unprotect", first()["urn"], "--yes")
    assert not first().get("protect")


def test_a_state_can_be_renamed_deleted_and_brought_back(
    running: tuple[SmallProgram, Session], pulumi: Pulumi, tmp_path: Path
) -> None:
    program, session = running
    program.write(PROGRAM)
    pulumi("up", "--yes", "--skip-preview", "--non-interactive")
    pulumi("stack", "export", "--file", str(tmp_path / "state.json"))
    urns = {each["urn"].rpartition("::")[2]: each["urn"] for each in _resources(session)}
    pulumi("state", "rename", urns["second"], "other", "--yes")
    assert session.preview().changes == {"create": 1, "delete": 1}
    pulumi("state", "delete", urns["first"], "--yes")
    assert session.preview().changes == {"create": 2, "delete": 1}
    pulumi("stack", "import", "--file", str(tmp_path / "state.json"))
    assert session.preview().changes == {}
    assert "already valid" in pulumi("state", "repair", "--yes")
    pulumi("state", "taint", urns["first"], "--yes")
    assert session.preview().changes == {"replace": 1}
    pulumi("state", "untaint", urns["first"], "--yes")
    assert session.preview().changes == {}


def test_a_plan_is_carried_out_a_target_destroyed_and_made_again(
    running: tuple[SmallProgram, Session], pulumi: Pulumi, tmp_path: Path
) -> None:
    program, session = running
    program.write(PROGRAM)
    pulumi("up", "--yes", "--skip-preview", "--non-interactive")
    quiet = ("--yes", "--skip-preview", "--non-interactive")
    (urn,) = [each["urn"] for each in _resources(session) if each["urn"].endswith("::second")]
    pulumi("destroy", "--target", urn, *quiet)
    assert not any(each["urn"] == urn for each in _resources(session))
    plan = str(tmp_path / "plan.json")
    pulumi("preview", "--save-plan", plan, "--non-interactive")
    pulumi("up", "--plan", plan, *quiet)
    assert any(each["urn"] == urn for each in _resources(session))
    session.cloud.call("sns", REGION, "delete_topic", TopicArn=_arn(session, urn))
    pulumi("refresh", *quiet)
    assert not any(each["urn"] == urn for each in _resources(session))
    pulumi("up", *quiet)
    assert session.preview().changes == {}


def _resources(session: Session) -> list[dict[str, Any]]:
    resources: list[dict[str, Any]] = session.export()["deployment"]["resources"]
    return resources


def _arn(session: Session, urn: str) -> str:
    return str(next(each["id"] for each in _resources(session) if each["urn"] == urn))


def test_what_was_made_by_hand_is_imported(running: tuple[SmallProgram, Session], pulumi: Pulumi) -> None:
    _, session = running
    arn = session.cloud.call("sns", REGION, "create_topic", Name="by-hand")["TopicArn"]
    provider = next(
        f"provider={each['urn']}"
        for each in session.export()["deployment"]["resources"]
        if each["type"] == "pulumi:providers:aws"
    )
    words = ("import", "aws:sns/topic:Topic", "third", arn, "--provider", provider)
    pulumi(*words, "--yes", "--non-interactive")
    assert any(each["id"] == arn for each in session.export()["deployment"]["resources"] if "id" in each)


def test_the_script_on_the_path_calls_this_rehearsal(running: tuple[SmallProgram, Session]) -> None:
    _, session = running
    variables = prepare(session, None)
    folder = variables["PATH"].partition(os.pathsep)[0]
    script = Path(folder, "pulumi")
    assert subprocess.run(["/bin/sh", "-n", str(script)], check=False).returncode == 0
    text = script.read_text()
    assert f"export PYTHONPATH={session.root}\n" in text
    # Without it the search for an engine would find, and call, the script itself.
    assert f"export GROUNDWORK_ENGINE={session.engine}\n" in text
    assert variables["GROUNDWORK_ENGINE"] == str(session.engine)
    assert '-m rehearsal pulumi --env dev -- "$@"' in text
    assert os.access(script, os.X_OK)
    assert prepare(session, None)["PATH"] == variables["PATH"]
