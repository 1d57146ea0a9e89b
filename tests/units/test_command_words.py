"""Words of a command line: what has to be converted is, and nothing is loaded for the others."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from typer.core import TyperOption
from typer.main import get_command

from tests.support.checkout import ROOT
from tests.support.command_lines import APPS

# No command of such an environment goes further than its words.
WORDS = {"operations": "ledger --env nowhere", "rehearsal": "preview --env nowhere --json"}
RUN = """
import atexit, importlib, sys
app = importlib.import_module(f"{sys.argv.pop(1)}.cli").app
atexit.register(lambda: print("pydantic" in sys.modules))
app()
"""


@pytest.mark.parametrize("package", APPS)
def test_a_command_whose_words_are_taken_as_they_are_starts_without_pydantic(package: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN, package, *WORDS[package].split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "nowhere" in done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "False"


@pytest.mark.parametrize("package", APPS)
def test_every_option_has_the_value_that_typer_would_give_it(package: str) -> None:
    compared = 0
    for name, command, context in _commands(get_command(APPS[package])):
        for option in command.get_params(context):
            ours, of_typer = option.get_runtime_param(), TyperOption.get_runtime_param(option)
            assert ours is not of_typer, f"{name}: {option.name}"
            for value in (None, option.default, "", "text", "5", b"text", True, 5, ["a", "b"], ("a",)):
                assert _of(ours, value, option, context) == _of(of_typer, value, option, context), value
                compared += 1
    assert compared > 500


def _commands(group: Any) -> Iterator[tuple[str, Any, Any]]:
    """Every command, found as a command line finds it, with its context."""
    own = group.make_context("", [], resilient_parsing=True)
    for name in group.list_commands(own):
        command = group.get_command(own, name)
        if hasattr(command, "commands"):
            yield from _commands(command)
        else:
            yield name, command, command.make_context(name, [], resilient_parsing=True)


def _of(converting: Any, value: Any, option: Any, context: Any) -> tuple[type, object]:
    """A value, or the refusal of it, with its type: True is no 1."""
    try:
        found = converting.coerce(value, param=option, ctx=context)
    except Exception as refused:  # noqa: BLE001  # whatever it is, it has to be the same
        return type(refused), str(refused)
    return type(found), found
