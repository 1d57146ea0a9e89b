"""`--help` of every command: its exit codes, an example that it takes, what each option is for."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from typing import Any

import pytest

from tests.support.checkout import ROOT
from tests.support.command_lines import APPS, commands_of

COMMANDS = [
    (program, name, command) for program, app in APPS.items() for name, command in commands_of(app).items()
]
IDS = [f"{program} {name}" for program, name, _ in COMMANDS]
# Its exit code is the engine's, or the job's.
OF_ANOTHER = {"pulumi", "job run"}


@pytest.mark.parametrize(("program", "name", "command"), COMMANDS, ids=IDS)
def test_help_has_the_exit_codes(program: str, name: str, command: Any) -> None:
    codes = re.search(r"Exit codes: (.*?)\.(\s|$)", command.help, re.DOTALL)
    if name in OF_ANOTHER:
        assert "exit code" in command.help
        return
    assert codes is not None, f"{program} {name}"
    numbers = [int(number) for number in re.findall(r"(?:^|; |\s)(\d+) (?!%)", f"; {codes[1]}")]
    assert numbers == sorted(set(numbers))
    assert numbers[:1] == [0] or name == "shell"


@pytest.mark.parametrize(("program", "name", "command"), COMMANDS, ids=IDS)
def test_help_ends_with_an_example_that_the_command_takes(program: str, name: str, command: Any) -> None:
    last = command.help.rsplit("\n\n", 1)[-1]
    beginning = f"Example: python -m {program} {name}"
    assert last.startswith(beginning), last
    words = shlex.split(last.removeprefix(beginning))
    with command.make_context(name, words) as context:
        assert context.params


@pytest.mark.parametrize(("program", "name", "command"), COMMANDS, ids=IDS)
def test_every_option_says_what_it_is_for_and_a_switch_has_one_name(
    program: str, name: str, command: Any
) -> None:
    for parameter in command.params:
        assert parameter.help, f"{program} {name}: {parameter.name}"
        assert not parameter.secondary_opts, f"{program} {name}: {parameter.secondary_opts}"


@pytest.mark.parametrize("program", APPS)
def test_the_usage_is_what_a_person_types(program: str) -> None:
    command = [sys.executable, "-m", program, "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"Usage: python -m {program} [OPTIONS] COMMAND")
