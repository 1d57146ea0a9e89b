"""Options that the rehearsal's commands share, and the checks that each makes first."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from infra.configuration.environments import ANY_ENVIRONMENT

if TYPE_CHECKING:
    from infra.configuration import Configuration
    from rehearsal.workspace.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent

Environment = Annotated[str, typer.Option("--env", help=ANY_ENVIRONMENT)]
Json = Annotated[bool, typer.Option("--json", help="machine-readable result on standard output")]
System = Annotated[Path | None, typer.Option(help="another system file than the checkout's system.yaml")]


def check(env: str, system: Path | None) -> Configuration:
    """Reads both files as the program will: their mistakes are told before anything of the engine starts."""
    from infra.configuration.day import day
    from infra.configuration.files import read_environment
    from rehearsal.workspace.stack_file import check_environment

    check_environment(env)
    file = str(system.resolve()) if system else None
    return read_environment(ROOT, env, today=day(os.environ, datetime.now(UTC).date()), system_file=file)


def workspace_of(env: str, system: Path | None) -> Workspace:
    """Where this checkout keeps an environment.

    Raises:
        StackFileError: there is no such environment.
        WorkspaceError: nothing is kept of a system whose file does not exist.
    """
    from rehearsal.workspace.stack_file import check_environment
    from rehearsal.workspace.workspace import Workspace, WorkspaceError

    check_environment(env)
    found = Workspace.of(ROOT, env, system)
    # What is kept of a system can be looked at, and thrown away, when its file has gone.
    if system is not None and not system.exists() and not found.directory.exists():
        raise WorkspaceError(f"{system}: found no such file; allowed: a system file. SYSTEM=… names it.")
    return found


def chosen_engine() -> Path:
    """The engine, which is told on standard error; found, downloaded or built where there is none yet."""
    from rehearsal.engine import find_engine
    from rehearsal.program.programs import prepare

    prepare()  # what it loads takes longer than all that comes before it is needed
    found = find_engine()
    typer.echo(f"engine: {found}", err=True)
    return found.path
