"""With --json every command prints JSON, errors among it, as docs/output.schema.json says.

What commands print in the other tests is compared with it as well (tests/conftest.py, check_output).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner, Result

from commands.errors import Exit
from preview.change import Change, Step, Verb
from preview.property import Property
from preview.report import Report
from rehearsal import cli, engine, options, systems
from rehearsal.audit.audit import Audit
from rehearsal.audit.checkers import Checked
from rehearsal.audit.findings import Finding
from rehearsal.audit.waivers import Waiver
from rehearsal.bench import bench
from rehearsal.bench import commands as bench_commands
from rehearsal.bench import sdk as sdk_bench
from rehearsal.changed import Changed
from rehearsal.drift import Found
from rehearsal.events import Log
from rehearsal.outcome import EngineError
from rehearsal.outcome import Result as Done
from rehearsal.review.review import Refused, Reviewed
from rehearsal.workspace.stack_file import StackFileError
from tests.support.command_lines import APPS, commands_of
from tests.support.json_output import SCHEMA, check_output

RUN = CliRunner()
# What is beside the commands.
PARTS = {
    "onAws",
    "approvals",
    "risk",
    "verbs",
    "error",
    "run",
    "steps",
    "seconds",
    "timed",
    "diff",
    "processing",
    "counted",
    "planned",
    "rehearsed",
    "onAwsEach",
}


def _with_json() -> Iterator[tuple[str, str]]:
    for program, app in APPS.items():
        for name, command in commands_of(app).items():
            if any("--json" in parameter.opts for parameter in command.params):
                yield program, name


WITH_JSON = list(_with_json())


def _error(result: Result) -> Mapping[str, Any]:
    told = json.loads(result.stdout)
    assert result.exit_code == told["error"]["details"]["exitCode"] != 0
    error: Mapping[str, Any] = told["error"]
    return error


def test_the_schema_has_every_command_and_no_other() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    names = {name for _, name in WITH_JSON}
    assert names == SCHEMA["$defs"].keys() - PARTS
    named = {each["$ref"].rpartition("/")[2].replace("%20", " ") for each in SCHEMA["anyOf"]}
    assert named == names | {"error"}


def test_what_has_no_json_talks_to_a_person_or_is_the_engine_itself() -> None:
    every = {name for app in APPS.values() for name in commands_of(app)}
    assert every - {name for _, name in WITH_JSON} == {"serve", "shell", "env", "pulumi"}


@pytest.mark.parametrize(("program", "name"), WITH_JSON, ids=[name for _, name in WITH_JSON])
def test_an_option_that_there_is_not_is_told_as_json(program: str, name: str) -> None:
    error = _error(RUN.invoke(APPS[program], [*name.split(), "--json", "--nonsense"]))
    assert error["code"] == "usage"
    assert "--nonsense" in error["message"]


ARGUMENTS = {
    "prices": ["--profile", "nowhere"],
    "refresh": ["--env", "dev"],
    "drift": ["--env", "dev"],
    "destroy": [],
    "reset": [],
    "bench": [],
    "bench-sdk": [],
    "docs": [],
    "systems": [],
    "promote": ["--from", "nowhere", "--to", "prod"],
    "parity": ["--from", "nowhere", "--to", "prod"],
    "secret set": ["--env", "nowhere", "sentry-dsn"],
    "disaster": ["--name", "nowhere"],
    "disasters": ["--only", "nowhere"],
    "release": ["--version", "nowhere"],
    "recover retire": ["--env", "nowhere", "--generation", "1"],
    "revoke": ["--env", "nowhere", "database"],
    "emergency": ["--env", "nowhere", "--reason", "x", "--second", "y"],
    "recover files": ["documents", "--to", "2026-11-01T00:00:00Z", "--env", "nowhere"],
    "job run": ["clean", "--env", "nowhere"],
    "check-logs": ["--env", "nowhere", "/dev/null"],
    "protect-branch": ["--system", "nowhere.yaml"],
    "audit": ["--env", "nowhere", "--checkers", "/nonexistent"],
}


@pytest.mark.parametrize(("program", "name"), WITH_JSON, ids=[name for _, name in WITH_JSON])
def test_what_a_command_refuses_is_told_as_json(
    monkeypatch: pytest.MonkeyPatch, program: str, name: str
) -> None:
    def none() -> None:
        raise engine.EngineNotFound([("pulumi on PATH", engine.Unavailable("there is none"))])

    monkeypatch.setattr("rehearsal.engine.find_engine", none)
    monkeypatch.setenv("XDG_STATE_HOME", "/dev/null")  # no state can be there
    arguments = ARGUMENTS.get(name, ["--env", "nowhere"])
    error = _error(RUN.invoke(APPS[program], [*name.split(), "--json", *arguments]))
    assert error["code"] in ("no-engine", "wrong-input", "configuration", "failed", "system")
    expected = {"reset": "/dev/null", "refresh": "nothing of dev", "drift": "nothing of dev"}
    assert expected.get(name, "nowhere" if arguments else "pulumi") in error["message"]


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is an engine; nothing runs it here."""
    monkeypatch.setattr(
        "rehearsal.engine.find_engine", lambda: engine.Engine(Path("/nowhere/pulumi"), "3.256.0", "x")
    )


@pytest.mark.usefixtures("found")
@pytest.mark.parametrize(("program", "words"), [("rehearsal", "up"), ("operations", "ledger --env dev")])
def test_mistakes_in_the_files_are_told_one_by_one(tmp_path: Path, program: str, words: str) -> None:
    system = tmp_path / "system.yaml"
    system.write_text("name: UPPER\n", encoding="utf-8")
    error = _error(RUN.invoke(APPS[program], [*words.split(), "--json", "--system", str(system)]))
    assert error["code"] == "configuration"
    problems = {problem["key"]: problem for problem in error["details"]["problems"]}
    assert problems["name"]["found"] == '"UPPER"'
    assert problems["name"]["file"] == str(system)


@pytest.mark.usefixtures("found")
@pytest.mark.parametrize(
    ("mistake", "code", "exit_code"),
    [
        (StackFileError("no such environment"), "wrong-input", 2),
        (KeyboardInterrupt(), "interrupted", 130),
        (OSError(28, "No space left on device"), "system", 1),
        (ZeroDivisionError("ours"), "unexpected", 1),
    ],
)
def test_whatever_happens_is_one_document(
    monkeypatch: pytest.MonkeyPatch, mistake: BaseException, code: str, exit_code: int
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise mistake

    monkeypatch.setattr("rehearsal.deploy.deploy", refuse)
    result = RUN.invoke(cli.app, ["up", "--json"])
    assert (_error(result)["code"], result.exit_code) == (code, exit_code)
    assert ("Traceback" in result.stderr) is (code == "unexpected")


@pytest.mark.usefixtures("found")
def test_a_refused_preview_has_the_diff_in_its_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        error = EngineError("Subnet wrong: no", Log(diagnostics=["Subnet wrong: no"]))
        report = Report(Change("dev", (), ("Subnet wrong: no",)), "main")
        raise Refused(str(error), error, Reviewed(report, '{"steps": [], "changeSummary": {"same": 1}}'))

    monkeypatch.setattr("rehearsal.review.review.review", refuse)
    details = _error(RUN.invoke(cli.app, ["preview", "--json"]))["details"]
    assert details["diagnostics"] == ["Subnet wrong: no"]
    check_output("preview", details["preview"])
    assert details["preview"]["refused"] == ["Subnet wrong: no"]
    assert details["preview"]["diff"]["changeSummary"] == {"same": 1}


@pytest.mark.usefixtures("found")
def test_a_change_that_nobody_has_approved_ends_with_5_and_the_line_to_write(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    urn = "urn:pulumi:prod::groundwork::aws:kms/key:Key::data"
    inputs = {"enableKeyRotation": True}
    step = Step(Verb.UPDATED, urn, "aws:kms/key:Key", {"enableKeyRotation": "update"}, inputs)
    report = Report(Change("prod", (step,)), "main")
    monkeypatch.setattr("rehearsal.review.review.review", lambda *_, **__: Reviewed(report, "{}"))
    result = RUN.invoke(cli.app, ["preview", "--env", "prod"])
    assert result.exit_code == 5
    assert "APPROVE     1 of these needs a line in approvals.yaml that holds" in result.stdout
    assert "prod: 1 change needs a line in approvals.yaml" in result.stderr
    assert "  what: KMS key data is not rotated any more" in result.stderr


@pytest.mark.usefixtures("found")
def test_the_comment_of_a_pull_request_has_the_mistakes_of_its_files(tmp_path: Path) -> None:
    """There is nothing else that a reviewer would see of them."""
    system = tmp_path / "system.yaml"
    system.write_text("name: UPPER\n", encoding="utf-8")
    result = RUN.invoke(cli.app, ["preview", "--markdown", "--system", str(system)])
    assert result.exit_code == Exit.FAILED
    first, _, *mistakes = result.stdout.splitlines()
    assert first.startswith("### dev: REFUSED. ")
    assert "mistakes in the configuration; nothing was changed." in first
    assert any('name: found "UPPER"' in line for line in mistakes)


def test_without_json_an_error_is_a_sentence() -> None:
    result = RUN.invoke(cli.app, ["up", "--env", "nowhere"])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "nowhere" in result.stderr


FOUND = Finding("checkov", "CKV_1", "dev", "Pod.a", "text")
AUDIT = Audit(
    ("dev",),
    {"checkov": Checked([FOUND], frozenset({"CKV_1"}), 3)},
    waivers=[Waiver("CKV_1", ("*",), "because", date(2027, 1, 1))],
)


@pytest.mark.usefixtures("found")
def test_results_that_the_engine_is_not_needed_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    done = Done(Log(), 1.0)
    done.log.changes.update({"update": 1, "same": 3})
    timing = bench.Timing(3, 1.0, 2.0)
    whole = bench_commands.Commands(4.0, 9.0, 3.0, 8.0, 3.0)
    figures: dict[str, Any] = {"scaled": {3: timing}, "commands": whole}
    figures |= dict.fromkeys(("base", "floor", "side_by_side", "published"), timing)
    monkeypatch.setattr("rehearsal.deploy.take_away", lambda *_, **__: done)
    line = Changed("updated", "urn:x::y", "aws:sqs/queue:Queue", (Property("delaySeconds", "1", "2"),))
    monkeypatch.setattr("rehearsal.drift.look", lambda *_, **__: Found("dev", {"update": 1}, (line,), 1.0, 2))
    monkeypatch.setattr("rehearsal.manifests.write_manifests", lambda *_, **__: ["00-cluster/one.yaml"])
    monkeypatch.setattr("documentation.pages.write_documentation", lambda *_: [options.ROOT / "a.md"])
    monkeypatch.setattr("rehearsal.bench.bench.bench", lambda *_: figures)
    cost = sdk_bench.Cost(2.0, 1.0)
    sdk = sdk_bench.Figures("dev", 3, cost, cost, {"waiting": cost}, ())
    monkeypatch.setattr("rehearsal.bench.sdk.bench_sdk", lambda *_: sdk)
    attempt = systems.Attempt("triangle", "dev", 3, 1.0, settled=True)
    monkeypatch.setattr("rehearsal.systems.attempts", lambda *_: [attempt])
    monkeypatch.setattr("rehearsal.audit.audit.audit", lambda *_, **__: AUDIT)
    assert RUN.invoke(cli.app, ["drift", "--json"]).exit_code == Exit.DRIFTED
    commands = ["refresh", "destroy", "reset", "manifests", "docs", "bench", "bench-sdk", "systems"]
    (tmp_path / "bin").mkdir()
    for words in [*([name] for name in commands), ["audit", "--checkers", str(tmp_path)]]:
        result = RUN.invoke(cli.app, [*words, "--json"])
        assert result.exit_code == 0, result.output
        json.loads(result.stdout)
