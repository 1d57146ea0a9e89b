"""Commands start quickly: to explain themselves they load neither Pulumi nor the embedded AWS."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.checkout import ROOT

# The help of a command line and of all its commands, in one process: each start of Python takes time.
ALL_HELP = """
import importlib, sys
from typer.main import get_command
from typer.testing import CliRunner

app = importlib.import_module(f"{sys.argv[1]}.cli").app

def show(group, *words):
    result = CliRunner().invoke(app, [*words, "--help"])
    assert result.exit_code == 0 and "Usage:" in result.output, result.output
    for name, command in getattr(group, "commands", {}).items():
        show(command, *words, name)

show(get_command(app))
print(sorted({*sys.argv[2:]} & {*sys.modules}))
"""

ALL_MODULES = """
import importlib, sys
for name in sys.argv[1].split():
    importlib.import_module(name)
print(sorted({*sys.argv[2:]} & {*sys.modules}))
"""

SLOW = (
    "boto3",
    "botocore",
    "grpc",
    "infra.configuration.both_files",
    "moto",
    "pulumi",
    "pydantic",
    "rich",
    "yaml",
)


def _loaded(code: str, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(("package", "others"), [("operations", "rehearsal"), ("rehearsal", "operations")])
def test_no_help_loads_what_commands_need_to_do_their_work(package: str, others: str) -> None:
    assert _loaded(ALL_HELP, package, others, *SLOW) == "[]"


def test_no_operation_loads_the_rehearsal_or_pulumi() -> None:
    # What both need is in `commands`: the rehearsal has the embedded AWS and the engine behind it. What they
    # need of the program is known without Pulumi, which takes longer to load than most of them work.
    files = [path.relative_to(ROOT).with_suffix("") for path in (ROOT / "operations").rglob("*.py")]
    modules = [".".join(file.parts) for file in files if file.stem != "__main__"]
    assert _loaded(ALL_MODULES, " ".join(modules), "moto", "pulumi", "rehearsal") == "[]"
