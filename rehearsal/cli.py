"""The command line of the rehearsal: `python -m rehearsal …`, usually called by `make`.

Exit codes: 0 done; 1 the engine refused or failed, mistakes in the configuration among it; 2 no such
environment or stack file, no such revision or none that can be deployed, or a port in use; 3 no engine can be
found or built; 4 another session is running; 5 the environment has drifted, or its change is not approved;
130 Ctrl-C.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.errors import Exit, errors_for_people
from commands.group import command_line
from commands.output import show_json
from infra.configuration.environments import ANY_ENVIRONMENT
from infra.configuration.environments import Environment as Names
from timing.simulation import WORKERS

if TYPE_CHECKING:
    from rehearsal.workspace import Workspace

app = command_line()

ROOT = Path(__file__).resolve().parent.parent

Environment = Annotated[str, typer.Option("--env", help=ANY_ENVIRONMENT)]
Json = Annotated[bool, typer.Option("--json", help="machine-readable result on standard output")]
System = Annotated[Path | None, typer.Option(help="another system file than the checkout's system.yaml")]


@app.command()
def up(
    env: Environment = "dev",
    system: System = None,
    json_: Json = False,
    fresh: bool = False,
    inventory: Annotated[bool, typer.Option(help="also after a change: all that there is")] = False,
) -> None:
    """Deploy an environment into the embedded AWS and prove that a second preview is empty."""
    from rehearsal.deploy import deploy

    with errors_for_people():
        _check(env, system)
        engine = _engine()
        workspace = _workspace(env, system)
        result = deploy(ROOT, env, engine, workspace, system=system, fresh=fresh, quiet=json_)
        show_json(result.as_json()) if json_ else result.show(inventory=inventory)
        if not (result.settled and result.fits):
            raise typer.Exit(Exit.FAILED)


@app.command()
def preview(
    env: Environment = "dev",
    base: Annotated[str, typer.Option(help="the revision to compare with")] = "HEAD",
    attempt: Annotated[bool, typer.Option("--try", help="deploy the change on the base too")] = False,
    system: System = None,
    diff: Annotated[bool, typer.Option("--diff", help="the engine's diff too; always in a pipe")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="as the comment of a pull request")] = False,
    json_: Json = False,
) -> None:
    """Show what the working tree would change, risks first: it is previewed where the base is deployed."""
    from rehearsal.console import Terminal
    from rehearsal.review import Refused, Reviewed, review

    def show(reviewed: Reviewed) -> None:
        terminal = Terminal().out
        width = terminal.width if terminal.is_terminal else None
        text = reviewed.comment() if markdown else reviewed.page(width=width, diff=diff or width is None)
        sys.stdout.write(text)

    with errors_for_people():
        _check(env, system)
        try:
            found = review(ROOT, env, _engine(), base=base, system=system, as_json=json_, attempt=attempt)
        except Refused as error:
            # As far as it goes: what would change is worth knowing while the rest is refused.
            if not json_:  # for scripts it is in the error
                show(error.reviewed)
            raise
        show_json(found.as_json()) if json_ else show(found)
        if found.report.approved.missing:
            typer.echo(f"\n{found.report.approved.message(env)}", err=True)
            raise typer.Exit(Exit.NOT_APPROVED)


@app.command()
def refresh(env: Environment = "dev", system: System = None, json_: Json = False) -> None:
    """Take the embedded AWS's present values into the state."""
    from rehearsal.drift import look

    with errors_for_people():
        workspace = _workspace(env, system)
        found = look("refresh", ROOT, env, _engine, workspace, system=system, quiet=json_)
        _show_operation("refresh", env, found.changes, found.seconds, json_)


@app.command()
def drift(env: Environment = "dev", system: System = None, json_: Json = False) -> None:
    """Show what the embedded AWS has otherwise than it was deployed; exit code 5 when there is anything."""
    from rehearsal.drift import look

    with errors_for_people():
        workspace = _workspace(env, system)
        found = look("drift", ROOT, env, _engine, workspace, system=system, quiet=json_)
        show_json(found.drift_as_json()) if json_ else found.show_drift()
        if found.changed:
            raise typer.Exit(Exit.DRIFTED)


@app.command()
def destroy(env: Environment = "dev", system: System = None, json_: Json = False) -> None:
    """Remove everything; what is protected is refused."""
    from rehearsal.deploy import take_away

    with errors_for_people():
        workspace = _workspace(env, system)
        result = take_away(ROOT, env, _engine(), workspace, system=system, quiet=json_)
        _show_operation("destroy", env, result.changes, result.seconds, json_)


@app.command()
def reset(env: Environment = "dev", system: System = None, json_: Json = False) -> None:
    """Throw an environment's rehearsal away: state and embedded AWS, protected or not."""
    from rehearsal.stackfile import check_environment

    with errors_for_people():
        check_environment(env)
        workspace = _workspace(env, system)
        lock, _ = workspace.lock()
        workspace.remove()
        workspace.unlock(lock)
        if json_:
            show_json({"operation": "reset", "environment": env})


@app.command()
def serve(
    env: Environment = "dev",
    port: int = 4566,
    system: System = None,
    data: Annotated[bool, typer.Option("--data", help="a real PostgreSQL behind each database")] = False,
) -> None:
    """Deploy, then leave the embedded AWS running on a loopback port until Ctrl-C."""
    from rehearsal.endpoint import check_port, serve_environment

    with errors_for_people():
        check_port(port)
        _check(env, system)
        workspace = _workspace(env, system)
        serve_environment(ROOT, env, _engine(), workspace, port=port, system=system, data=data)


@app.command()
def shell(env: Environment = "dev", system: System = None) -> None:
    """Open a shell in which `pulumi` is an environment's rehearsal."""
    from rehearsal.shell import open_shell

    with errors_for_people():
        variables = _shell_variables(env, system)
        raise typer.Exit(open_shell(variables, env))


@app.command("env")
def print_environment(env: Environment = "dev", system: System = None) -> None:
    """Print what a shell's eval takes to have that `pulumi`."""
    from rehearsal.shell import exports

    with errors_for_people():
        sys.stdout.write(exports(_shell_variables(env, system)))


@app.command()
def pulumi(
    arguments: Annotated[list[str] | None, typer.Argument(help="the engine's own, behind --")] = None,
    env: Environment = "dev",
    system: System = None,
) -> None:
    """Run a command of the engine on an environment's rehearsal; its exit code is the engine's."""
    from rehearsal.engine import find_engine
    from rehearsal.session import Session
    from rehearsal.shell import check_command, run_command

    with errors_for_people():
        check_command(arguments or [])
        workspace = _workspace(env, system)
        with Session(ROOT, env, find_engine().path, workspace, checkpoints=False, system=system) as session:
            raise typer.Exit(run_command(session, arguments or []))


def _shell_variables(env: str, system: Path | None) -> dict[str, str]:
    from rehearsal.session import Session
    from rehearsal.shell import prepare

    _check(env, system)
    workspace = _workspace(env, system)
    with Session(ROOT, env, _engine(), workspace, checkpoints=False, system=system) as session:
        return prepare(session, system)


@app.command()
def manifests(
    env: Environment = "dev", output: Path | None = None, system: System = None, json_: Json = False
) -> None:
    """Write the Kubernetes objects of an environment as YAML files."""
    from rehearsal.manifests import write_manifests

    with errors_for_people():
        _check(env, system)
        folder = output or ROOT / "manifests" / env
        files = write_manifests(ROOT, env, _engine(), folder, system=system)
        if json_:
            show_json({"folder": str(folder), "files": files})
        else:
            typer.echo(f"{len(files)} files in {folder}")


@app.command()
def timeline(
    env: Environment = "dev",
    output: Annotated[Path | None, typer.Option(help="the picture's file; timelines/ENV.svg")] = None,
    parallel: Annotated[
        int, typer.Option(min=1, help="operations that the engine has under way at once")
    ] = WORKERS,
    system: System = None,
    json_: Json = False,
) -> None:
    """Draw how long each step of an environment's creation would take on AWS, and what decides it."""
    from rehearsal import timeline as schedule

    with errors_for_people():
        _check(env, system)
        forecast = schedule.timeline(ROOT, env, _engine(), workers=parallel, system=system)
        file = output or (None if json_ else ROOT / "timelines" / f"{env}.svg")
        if file is not None:
            schedule.write_picture(forecast, env, file)
        if json_:
            show_json(schedule.as_json(forecast, env))
        else:
            typer.echo(f"{forecast.sentence()}\n{file}")


@app.command()
def cost(env: Environment = "dev", system: System = None, json_: Json = False) -> None:
    """Show what an environment costs a month at list prices, by part, and what has no price here."""
    from rehearsal import cost as bills

    with errors_for_people():
        _check(env, system)
        found = bills.bill(ROOT, env, _engine(), system=system)
        show_json(bills.as_json(found, env)) if json_ else bills.show(found, env)


@app.command()
def systems(json_: Json = False) -> None:
    """Bring every system of examples/systems up in every environment, each in a throw-away AWS."""
    from rehearsal import systems as all_systems

    with errors_for_people():
        found = []
        for attempt in all_systems.attempts(ROOT, _engine()):
            found.append(attempt)
            if not json_:
                typer.echo(str(attempt))
        if json_:
            show_json(all_systems.as_json(found))
        if not all(attempt.good for attempt in found):
            raise typer.Exit(Exit.FAILED)


@app.command()
def disaster(
    name: Annotated[str, typer.Option(help="bad-data, database-lost, files-lost, region-lost, failback")],
    env: Environment = "prod",
    json_: Json = False,
) -> None:
    """Break something in an environment with real rows, and have the command of the day bring it back."""
    from rehearsal.disasters import database, failback, files, region
    from rehearsal.disasters.table import show

    def say(line: str) -> None:
        typer.echo(line, err=True)

    with errors_for_people():
        result: (
            database.Rehearsed | region.RegionRehearsed | failback.FailbackRehearsed | files.FilesRehearsed
        )
        if name == region.NAME:
            _check(env, None)
            result = region.rehearse(ROOT, env, _engine(), say)
        elif name == failback.NAME:
            _check(env, None)
            result = failback.rehearse(ROOT, env, _engine(), say)
        elif name == files.NAME:
            _check(env, None)
            result = files.rehearse(ROOT, env, _engine(), say)
        else:
            wanted = database.disaster_named(name, (failback.NAME, files.NAME, region.NAME))
            _check(env, None)
            result = database.rehearse(ROOT, env, _engine(), wanted, say)
        show_json(result.as_json()) if json_ else show(result)
        if not result.good:
            raise typer.Exit(Exit.FAILED)


@app.command()
def bench(
    env: Environment = "prod",
    write: Annotated[bool, typer.Option("--write", help="into docs/benchmark.md as well")] = False,
    json_: Json = False,
) -> None:
    """Measure deployment, preview and growth against the engine's own floor."""
    from commands.files import write_atomically
    from documentation.benchmark_page import benchmark_page
    from rehearsal import bench as benchmark

    with errors_for_people():
        figures = benchmark.bench(ROOT, _engine(), env)
        if write:
            page = benchmark_page(benchmark.as_json(figures), datetime.now(UTC).date(), os.cpu_count() or 1)
            write_atomically(ROOT / "docs" / "benchmark.md", page)
        show_json(benchmark.as_json(figures)) if json_ else benchmark.show(figures)


@app.command()
def bench_sdk(env: Environment = "prod", json_: Json = False) -> None:
    """Measure what each replaced part of Pulumi's SDK saves, and see that none of them changes a state."""
    from rehearsal import sdk_bench

    with errors_for_people():
        figures = sdk_bench.bench_sdk(ROOT, _engine(), env)
        show_json(figures.as_json()) if json_ else figures.show()
        if figures.differences:
            raise typer.Exit(Exit.FAILED)


@app.command()
def audit(
    checkers: Annotated[Path, typer.Option(help="the checkers' Python environment; `make audit` makes it")],
    env: Annotated[str, typer.Option("--env", help="one environment; all of them when left out")] = "",
    system: System = None,
    json_: Json = False,
) -> None:
    """Run checkers made by others on every environment; 0 findings, or a waiver for each."""
    from rehearsal.audit.audit import audit as run_audit
    from rehearsal.audit.waivers import read_waivers

    with errors_for_people():
        waivers = read_waivers(ROOT / "waivers.yaml")
        environments = (env,) if env else tuple(Names)
        for each in environments:
            _check(each, system)
        result = run_audit(
            ROOT,
            environments,
            _engine(),
            checkers,
            waivers,
            datetime.now(UTC).date(),
            system=system,
            complete=not env and system is None,
        )
        show_json(result.as_json()) if json_ else result.show()
        if not result.passed:
            raise typer.Exit(Exit.FAILED)


@app.command()
def docs(json_: Json = False) -> None:
    """Write the generated parts of the documentation anew."""
    from documentation.pages import write_documentation

    with errors_for_people():
        files = [str(path.relative_to(ROOT)) for path in write_documentation(ROOT, _engine())]
        show_json({"folder": str(ROOT), "files": files}) if json_ else typer.echo("\n".join(files))


def _show_operation(
    operation: str, env: str, changes: Mapping[str, int], seconds: float, json_: bool
) -> None:
    if json_:
        show_json({"operation": operation, "environment": env, "changes": dict(changes)})
    else:
        counted = ", ".join(f"{count} {name}" for name, count in changes.items())
        typer.echo(f"{operation} of {env}: {counted or 'nothing changed'} ({seconds:.1f} s)")


def _check(env: str, system: Path | None) -> None:
    """Reads both files as the program will: their mistakes are told before anything of the engine starts."""
    from infra.configuration.day import day
    from infra.configuration.files import read_environment
    from rehearsal.stackfile import StackFile

    StackFile.read(ROOT, env)
    file = str(system.resolve()) if system else None
    read_environment(ROOT, env, today=day(os.environ, datetime.now(UTC).date()), system_file=file)


def _workspace(env: str, system: Path | None) -> Workspace:
    from rehearsal.workspace import Workspace

    return Workspace.of(ROOT, env, system)


def _engine() -> Path:
    from rehearsal.engine import find_engine
    from rehearsal.programs import prepare

    prepare()  # what it loads takes longer than all that comes before it is needed

    found = find_engine()
    typer.echo(f"engine: {found}", err=True)
    return found.path
