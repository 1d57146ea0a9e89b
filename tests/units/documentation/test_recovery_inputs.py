"""The table of inputs in docs/recovery.md: what each recovery takes, and where that lives."""

from __future__ import annotations

from typing import Any

import pytest
from typer.main import get_command

from documentation.markdown import END
from documentation.recovery_inputs import PART, with_inputs
from operations.cli import app
from rights.recoveries import RECOVERIES
from rights.recovery_inputs import INPUTS, LOCKS, Lives
from tests.support.checkout import ROOT

PAGE = f"# When something is lost\n\n{PART.begin}\nof yesterday\n{END}\n\n## Next\n"
# They only look, or unprotect what somebody gives up.
NO_RECOVERY = {"check", "plan", "retire", "status", "tests"}


def test_the_page_has_the_table_of_today() -> None:
    page = (ROOT / "docs" / "recovery.md").read_text(encoding="utf-8")
    assert with_inputs(page) == page, "write the page anew: make docs"


@pytest.mark.contract("DR-3")
def test_every_recovery_has_its_inputs_listed() -> None:
    program: Any = get_command(app)
    commands = {name.replace("-", "_") for name in program.commands["recover"].commands}
    assert commands - NO_RECOVERY == INPUTS.keys()
    assert INPUTS.keys() >= RECOVERIES.keys()


@pytest.mark.contract("DR-3")
def test_no_recovery_needs_a_file_of_one_machine() -> None:
    assert not [command for command, inputs in INPUTS.items() if Lives.MACHINE in inputs]


@pytest.mark.parametrize("command", INPUTS)
def test_each_input_is_in_it_with_where_it_lives(command: str) -> None:
    lines = with_inputs(PAGE).splitlines()
    begin = next(
        n for n, line in enumerate(lines) if line.startswith(f"| `recover {command.replace('_', '-')}` |")
    )
    end = next((n for n in range(begin + 1, len(lines)) if not lines[n].startswith("|  |")), len(lines))
    cells = [[cell.strip() for cell in line.split("|")[2:4]] for line in lines[begin:end]]
    for lives, inputs in INPUTS[command].items():
        for each in inputs if lives is not Lives.NETWORK else ():
            named = each if each == LOCKS else f"`{each}`"
            assert any(named in what for _, what in cells), each
    places = [where for where, _ in cells]
    assert len(set(places)) == len(places)
    # What is in AWS follows what is not.
    assert "region" in places[-1] or "account" in places[-1]


@pytest.mark.parametrize("command", RECOVERIES)
def test_what_is_asked_in_aws_is_in_it(command: str) -> None:
    page = with_inputs(PAGE)
    for part in RECOVERIES[command]:
        assert str(part.about) == "*" or str(part.about) in page
