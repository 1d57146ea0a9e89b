"""Whatever a person gives a command, it ends within seconds: well, or with a message of ours."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from infra.configuration.secret_sources import SecretSource
from infra.configuration.secrets import SecretEntry
from operations import live_or_test
from operations.console import OperationError, OperationFailed
from operations.live_or_test import looks_live
from rehearsal.engine import EngineNotFound, Unavailable
from tests.support.checkout import ROOT
from tests.support.command_lines import APPS, commands_of

SECONDS = 2.0
TEXTS = st.one_of(
    st.sampled_from(
        ["", "-", "--", "=", "a=b", "*", "..", "/", "/dev/zero", "/dev/null", "$(x)", "HEAD", "--help"]
    ),
    st.sampled_from(["prod", "dev", "system.yaml", "0", "-1", "99999", "1e9", "\0", "é", "\ud800", "a\nb"]),
    st.sampled_from(["x" * 5000, "sha256:" + "0" * 64, "http://[", "http://a b", "http://127.0.0.1:99999"]),
    st.text(max_size=12),
)


@pytest.fixture(scope="module", autouse=True)
def _alone(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """No engine, no AWS and no network is asked, nothing of the checkout written."""

    def none() -> None:
        raise EngineNotFound([("pulumi on PATH", Unavailable("there is none"))])

    def ask(*_: object) -> None:
        raise OperationFailed("nobody can be asked")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rehearsal.engine.find_engine", none)
        patch.setattr("operations.versions.write_atomically", lambda *_: None)
        patch.setattr("operations.branch_protection.protect", lambda *_, **__: ())
        patch.setattr("operations.name_servers.NameServers.records", ask)
        patch.setattr("operations.deployment.engine.Engine._run", ask)
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@st.composite
def _lines(draw: st.DrawFn, parameters: Sequence[Any]) -> list[str]:
    options, arguments = [], []
    for parameter in parameters:
        if parameter.name == "help" or not (parameter.required or draw(st.booleans())):
            continue
        if parameter.param_type_name == "argument":
            arguments.append(draw(TEXTS))
        else:
            options += [parameter.opts[0], *([] if parameter.is_flag else [draw(TEXTS)])]
    return [*options, "--", *arguments]


COMMANDS = {
    (program, *name.split()): (app, command.params)
    for program, app in APPS.items()
    for name, command in commands_of(app).items()
}


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
@settings(max_examples=8, deadline=None, derandomize=True)
@given(data=st.data())
def test_every_command_takes_any_arguments(path: tuple[str, ...], data: st.DataObject) -> None:
    app, parameters = COMMANDS[path]
    line = [*path[1:], *data.draw(_lines(parameters))]
    given = data.draw(st.binary(max_size=8))
    result, seconds = _timed(app, line, given)
    assert isinstance(result.exception, SystemExit | None), (line, result.exception)
    assert "Traceback" not in result.output
    assert result.exit_code == 0 or result.output.strip(), line
    # The first call of a process may be the one that loads Python's modules: a second one has them.
    assert seconds < SECONDS or _timed(app, line, given)[1] < SECONDS, line


def _timed(app: typer.Typer, line: Sequence[str], given: bytes) -> tuple[Result, float]:
    """What a command answers, and its own seconds: the machine may be busy."""
    begun = time.process_time()
    return CliRunner().invoke(app, line, input=given), time.process_time() - begun


@pytest.mark.parametrize("expression", ["(a+)+$", "(a|aa)+$", "^(([a-z])+.)+[A-Z]([a-z])+$"])
def test_an_expression_that_would_try_for_ever_is_given_up(
    expression: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_or_test, "SECONDS", 0.1)
    entry = SecretEntry("key", "A key", SecretSource.PERSON, None, expression, None)
    begun = time.monotonic()
    with pytest.raises(OperationError, match=r"takes more than 0\.1 s for this value; nothing was set"):
        looks_live("a" * 60 + "!", entry)
    assert time.monotonic() - begun < 10  # on a busy machine


@pytest.mark.parametrize("line", ["operations promote --help", "rehearsal up --env dev\udcff --system é"])
def test_a_terminal_without_signs_for_all_is_no_obstacle(line: str) -> None:
    own = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PATH": "", "HOME": "/nonexistent"}
    command = [sys.executable, "-m", *line.split()]
    done = subprocess.run(command, cwd=ROOT, env=own, capture_output=True, check=False)
    assert done.returncode in (0, 2)
    assert b"Traceback" not in done.stderr
    assert done.stdout + done.stderr
