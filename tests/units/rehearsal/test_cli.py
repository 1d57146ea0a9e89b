"""A person's mistake ends in a message and an exit code, never in a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands import environments
from infra.configuration.validation import ConfigurationError, Problem
from rehearsal import cli, engine
from rehearsal.aws.quotas import Quota, exceeded
from rehearsal.deploy import Deployment
from rehearsal.engine import EngineNotFound
from rehearsal.events import Log
from rehearsal.inventory import Inventory
from rehearsal.outcome import EngineError, Interrupted, Result
from rehearsal.workspace.stack_file import StackFileError
from rehearsal.workspace.workspace import LockedError, WorkspaceError

RUN = CliRunner()


@pytest.fixture(autouse=True)
def _an_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "rehearsal.engine.find_engine", lambda: engine.Engine(Path("/nowhere/pulumi"), "3.256.0", "made up")
    )


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (StackFileError("no such environment"), 2, "no such environment"),
        (WorkspaceError("cannot be written"), 2, "cannot be written"),
        (LockedError("another session"), 4, "another session"),
        (EngineError("the engine refused", Log()), 1, "the engine refused"),
        (Interrupted(), 130, "run the same command again to finish"),
        (KeyboardInterrupt(), 130, "Interrupted."),
        (
            OSError(28, "No space left on device", "/state/journal"),
            1,
            "Free some space, or name another place",
        ),
        (
            OSError(30, "Read-only file system", "/state/a"),
            1,
            "/state/a: Read-only file system. Name another",
        ),
    ],
)
def test_every_expected_failure_has_its_exit_code_and_message(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, message: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("rehearsal.deploy.deploy", refuse)
    result = RUN.invoke(cli.app, ["up", "--env", "dev"])
    assert result.exit_code == code
    assert "Traceback" not in result.output
    assert message in result.output


@pytest.mark.parametrize(("adjustable", "code"), [(True, 0), (False, 1)])
def test_what_aws_never_gives_is_exit_code_one(
    monkeypatch: pytest.MonkeyPatch, adjustable: bool, code: int
) -> None:
    quota = Quota("roles", 0, lambda _: [("here", 1)], "a page", adjustable)
    result = Result(Log(), 1.0)
    excesses = tuple(exceeded([], [quota]))
    done = Deployment("dev", "1" * 12, result, result, Inventory(), {}, excesses)
    monkeypatch.setattr("rehearsal.deploy.deploy", lambda *_, **__: done)
    assert RUN.invoke(cli.app, ["up", "--env", "dev"]).exit_code == code


def test_no_engine_is_exit_code_three(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> None:
        raise EngineNotFound([("pulumi on PATH", engine.Unavailable("there is none"))])

    monkeypatch.setattr("rehearsal.engine.find_engine", none)
    result = RUN.invoke(cli.app, ["up"])
    assert result.exit_code == 3
    assert "there is none" in result.output


def test_a_wrong_environment_is_told_before_anything_is_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    result = RUN.invoke(cli.app, ["up", "--env", "production"])
    assert result.exit_code == 2
    assert "Did you mean prod?" in result.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["up", "preview", "serve", "manifests"])
def test_a_mistake_in_the_files_is_told_before_anything_of_the_engine_is_looked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str
) -> None:
    def find() -> None:
        raise AssertionError("the engine was looked for")

    monkeypatch.setattr("rehearsal.engine.find_engine", find)
    system = tmp_path / "system.yaml"
    system.write_text("name: UPPER\n", encoding="utf-8")
    result = RUN.invoke(cli.app, [command, "--env", "prod", "--system", str(system)])
    assert result.exit_code == 1
    assert "mistakes in the configuration; nothing was changed" in result.output
    assert f'{system}: name: found "UPPER"' in result.output


@pytest.mark.parametrize(
    ("words", "code", "expected"),
    [
        ("bench --env prd", 2, "there is no environment 'prd'; there are: dev, staging, prod. Did you mean"),
        ("bench-sdk --env prd", 2, "there is no environment 'prd'"),
        (
            "audit --checkers nowhere",
            2,
            "--checkers: found nothing at nowhere; allowed: the Python environment",
        ),
        ("disasters --system nowhere.yaml", 1, "nowhere.yaml: the file: found no such file"),
        ("timeline --parallel 0", 2, "found 0; allowed: a whole number from 1."),
        ("serve --port http", 2, "found http; allowed: a whole number."),
        ("up prod", 2, "Did you mean --env prod?"),
        ("preview --env prod --base typo", 2, "there is no revision 'typo' in this checkout"),
        ("refresh --env prd", 2, "Did you mean prod?"),
        ("drift --env prd", 2, "Did you mean prod?"),
        ("destroy --env prd", 2, "Did you mean prod?"),
        ("pulumi --env prd -- stack", 2, "Did you mean prod?"),
        ("drift --env prod --system nowhere.yaml", 2, "nowhere.yaml: found no such file"),
        ("destroy --env prod --system nowhere.yaml", 2, "nowhere.yaml: found no such file"),
        ("manifests --output Makefile", 2, "Makefile holds something else than manifests"),
        ("manifests --output Makefile/here", 2, "Makefile: Not a directory. Name another place"),
        ("timeline --output docs", 2, "docs: Is a directory. Name a file: OUTPUT=docs/NAME"),
    ],
)
def test_wrong_words_are_told_before_anything_is_looked_for(
    monkeypatch: pytest.MonkeyPatch, words: str, code: int, expected: str
) -> None:
    def find() -> None:
        raise AssertionError("the engine was looked for")

    monkeypatch.setattr("rehearsal.engine.find_engine", find)
    result = RUN.invoke(cli.app, words.split())
    assert (result.exit_code, expected in result.output) == (code, True), result.output


def test_a_mistake_in_approvals_is_told_before_the_engine_is_looked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def find() -> None:
        raise AssertionError("the engine was looked for")

    monkeypatch.setattr("rehearsal.engine.find_engine", find)
    mistaken = [Problem("approvals.yaml", "[0].who", "nobody", "an e-mail address")]

    def read(_: Path) -> None:
        raise ConfigurationError(mistaken)

    monkeypatch.setattr("preview.approvals.read_approvals", read)
    result = RUN.invoke(cli.app, ["preview", "--env", "prod"])
    assert result.exit_code == 1
    assert "approvals.yaml: [0].who" in result.output


@pytest.mark.parametrize("command", ["up", "preview"])
def test_a_day_can_be_tried_before_it_comes(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("GROUNDWORK_TODAY", "2027-11-02")
    result = RUN.invoke(cli.app, [command, "--env", "prod"])
    assert "expiries.apns.ends: found 2027-11-01; allowed: a day that is not over" in result.output
    monkeypatch.setenv("GROUNDWORK_TODAY", "tomorrow")
    assert 'GROUNDWORK_TODAY: found "tomorrow"' in RUN.invoke(cli.app, [command]).output


def test_a_stack_file_alone_makes_no_environment_and_the_refusal_says_what_does(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "Pulumi.qa.yaml").write_text("config: {}\n", encoding="utf-8")
    monkeypatch.setattr(environments, "_ROOT", tmp_path)
    refused = environments.no_such_environment("qa")
    assert refused.startswith("Pulumi.qa.yaml is there, and qa is no environment of the program yet")
    assert "docs/extending.md" in refused


def test_what_is_no_environment_cannot_be_thrown_away() -> None:
    done = RUN.invoke(cli.app, ["reset", "--env", "production"])
    assert done.exit_code == 2
    assert (
        "there is no environment 'production'; there are: dev, staging, prod. Did you mean prod?"
        in done.output
    )


def test_the_table_of_disasters_is_written_of_all_systems_or_not_at_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    played: list[object] = []
    monkeypatch.setattr("rehearsal.disasters.every.play", lambda *_: played)
    result = RUN.invoke(cli.app, ["disasters", "--write", "--system", "examples/systems/node.yaml"])
    assert result.exit_code == 2
    assert "allowed: with all systems" in result.output


@pytest.mark.parametrize("page", ["", "# When something is lost\n"])
def test_a_page_without_a_place_for_the_table_is_told_before_an_hour_of_disasters(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, page: str
) -> None:
    def play(*_: object) -> list[object]:
        raise AssertionError("a disaster was played")

    monkeypatch.setattr("rehearsal.disasters.every.play", play)
    monkeypatch.setattr("rehearsal.throwaway_commands.ROOT", tmp_path)
    if page:
        (tmp_path / "docs").mkdir()
        (tmp_path / "docs" / "recovery.md").write_text(page)
    result = RUN.invoke(cli.app, ["disasters", "--write"])
    assert result.exit_code == 1
    assert "recovery.md" in result.output


def test_what_is_no_version_is_told_before_anything_is_deployed() -> None:
    result = RUN.invoke(cli.app, ["release", "--version", "next"])
    assert result.exit_code == 2
    assert "VERSION: found next; allowed: three numbers" in result.output
