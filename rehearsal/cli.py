"""The command line of the rehearsal: `python -m rehearsal …`, usually called by `make`.

Exit codes: 0 done; 1 the engine refused or failed, mistakes in the configuration among it; 2 no such
environment, no such revision or none that can be deployed, or a port in use; 3 no engine can be
found or built; 4 another session is running; 5 the environment has drifted, or its change is not approved;
130 Ctrl-C.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from commands.errors import Exit, errors_for_people
from commands.group import command_line
from commands.output import show_json
from rehearsal import throwaway_commands
from rehearsal.options import ROOT, Environment, Json, System, check, chosen_engine, workspace_of
from rehearsal.program.programs import load_early

app = command_line()


@app.command()
def up(
    env: Environment = "dev",
    system: System = None,
    json_: Json = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="of nothing: what was kept is thrown away")] = False,
    inventory: Annotated[
        bool, typer.Option("--inventory", help="also after a change: all that there is")
    ] = False,
) -> None:
    """Deploy an environment into the embedded AWS and prove that a second preview is empty.

    Exit codes: 0 it is up, and nothing is left to do; 1 the engine refused, or the files have mistakes; 2
    wrong input; 3 no engine; 4 another session of it is running. Interrupted, the same command finishes it.

    Example: python -m rehearsal up --env prod
    """
    load_early(ROOT)
    from rehearsal.deploy import deploy

    with errors_for_people():
        check(env, system)
        engine = chosen_engine()
        workspace = workspace_of(env, system)
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
    """Show what the working tree would change, risks first: it is previewed where the base is deployed.

    Exit codes: 0 shown; 1 the engine refused, or the files have mistakes; 2 wrong input; 3 no engine; 4
    another session of it is running; 5 a change needs a line in approvals.yaml, which is told.

    Example: python -m rehearsal preview --env prod --base main
    """
    load_early(ROOT)
    from rehearsal.review.base import Base

    revision = Base(ROOT, base)
    from commands.errors import CommandError
    from infra.configuration.validation import ConfigurationError
    from preview.approvals import read_approvals
    from rehearsal.console import Terminal
    from rehearsal.review.review import Refused, Reviewed, review

    terminal = Terminal().out
    width = terminal.width if terminal.is_terminal else None
    whole = diff or width is None

    def show(reviewed: Reviewed) -> None:
        text = reviewed.comment() if markdown else reviewed.page(width=width, diff=whole)
        sys.stdout.write(text)

    with errors_for_people():
        try:
            check(env, system)
            revision.check()
            approvals = read_approvals(ROOT)
            engine = chosen_engine()
            found = review(
                ROOT,
                env,
                engine,
                base=revision,
                approvals=approvals,
                system=system,
                as_json=json_,
                attempt=attempt,
            )
        except Refused as error:
            # As far as it goes: what would change is worth knowing while the rest is refused.
            if not json_:  # for scripts it is in the error
                show(error.reviewed)
            raise
        except (CommandError, ConfigurationError) as error:
            if markdown and not json_:  # a pull request has nothing but the comment
                from preview.markdown import refusal

                sys.stdout.write(refusal(env, str(error)))
            raise
        show_json(found.as_json()) if json_ else show(found)
        if asked := found.asked(width=None if json_ or markdown else width, diff=whole):
            typer.echo(f"\n{asked}", err=True)
            raise typer.Exit(Exit.NOT_APPROVED)


@app.command()
def refresh(env: Environment = "dev", system: System = None, json_: Json = False) -> None:
    """Take the embedded AWS's present values into the state.

    Exit codes: 0 taken; 1 the engine refused, or the files have mistakes; 2 wrong input; 3 no engine; 4
    another session of it is running.

    Example: python -m rehearsal refresh --env dev
    """
    from rehearsal.drift import look

    with errors_for_people():
        workspace = workspace_of(env, system)
        found = look("refresh", ROOT, env, chosen_engine, workspace, system=system, quiet=json_)
        _show_operation("refresh", env, found.changes, found.seconds, json_)


@app.command()
def drift(env: Environment = "dev", system: System = None, json_: Json = False) -> None:
    """Show what the embedded AWS has otherwise than it was deployed.

    Exit codes: 0 nothing is otherwise; 1 the engine refused, or the files have mistakes; 2 wrong input; 3 no
    engine; 4 another session of it is running; 5 something is.

    Example: python -m rehearsal drift --env dev
    """
    from rehearsal.drift import look

    with errors_for_people():
        workspace = workspace_of(env, system)
        found = look("drift", ROOT, env, chosen_engine, workspace, system=system, quiet=json_)
        show_json(found.drift_as_json()) if json_ else found.show_drift()
        if found.changed:
            raise typer.Exit(Exit.DRIFTED)


@app.command()
def destroy(env: Environment = "dev", system: System = None, json_: Json = False) -> None:
    """Remove everything; what is protected is refused.

    Exit codes: 0 removed; 1 the engine refused, or the files have mistakes; 2 wrong input; 3 no engine; 4
    another session of it is running.

    Example: python -m rehearsal destroy --env dev
    """
    from rehearsal.deploy import take_away

    with errors_for_people():
        workspace = workspace_of(env, system)
        result = take_away(ROOT, env, chosen_engine(), workspace, system=system, quiet=json_)
        _show_operation("destroy", env, result.changes, result.seconds, json_)


@app.command()
def reset(env: Environment = "dev", system: System = None, json_: Json = False) -> None:
    """Throw an environment's rehearsal away: state and embedded AWS, protected or not.

    Exit codes: 0 thrown away; 2 wrong input; 4 a session of it is running.

    Example: python -m rehearsal reset --env dev
    """
    with errors_for_people():
        workspace = workspace_of(env, system)
        lock, _ = workspace.lock()
        workspace.remove()
        workspace.unlock(lock)
        if json_:
            show_json({"operation": "reset", "environment": env})


@app.command()
def serve(
    env: Environment = "dev",
    port: Annotated[int, typer.Option(help="of 127.0.0.1")] = 4566,
    system: System = None,
    data: Annotated[bool, typer.Option("--data", help="a real PostgreSQL behind each database")] = False,
) -> None:
    """Deploy, then leave the embedded AWS running on a loopback port until Ctrl-C.

    Exit codes: 0 ended with Ctrl-C; 1 the engine refused, or the files have mistakes; 2 wrong input; 3 no
    engine; 4 another session of it is running. A port in use is wrong input.

    Example: python -m rehearsal serve --env dev --port 4567
    """
    from rehearsal.serve.endpoint import check_port, serve_environment

    with errors_for_people():
        check_port(port)
        check(env, system)
        workspace = workspace_of(env, system)
        serve_environment(ROOT, env, chosen_engine(), workspace, port=port, system=system, data=data)


@app.command()
def shell(env: Environment = "dev", system: System = None) -> None:
    """Open a shell in which `pulumi` is an environment's rehearsal.

    Exit codes: the shell's own; 1 the engine refused, or the files have mistakes; 2 wrong input; 3 no engine;
    4 another session of it is running.

    Example: python -m rehearsal shell --env prod
    """
    from rehearsal.shell import open_shell

    with errors_for_people():
        variables = _shell_variables(env, system)
        raise typer.Exit(open_shell(variables, env))


@app.command("env")
def print_environment(env: Environment = "dev", system: System = None) -> None:
    """Print what a shell's eval takes to have that `pulumi`.

    Exit codes: 0 printed; 1 the engine refused, or the files have mistakes; 2 wrong input; 3 no engine; 4
    another session of it is running.

    Example: python -m rehearsal env --env prod
    """
    from rehearsal.shell import exports

    with errors_for_people():
        sys.stdout.write(exports(_shell_variables(env, system)))


@app.command()
def pulumi(
    arguments: Annotated[list[str] | None, typer.Argument(help="the engine's own, behind --")] = None,
    env: Environment = "dev",
    system: System = None,
) -> None:
    """Run a command of the engine on an environment's rehearsal; its exit code is the engine's.

    Example: python -m rehearsal pulumi --env prod -- stack output
    """
    from rehearsal.engine import find_engine
    from rehearsal.session import Session
    from rehearsal.shell import check_command, run_command

    with errors_for_people():
        check_command(arguments or [], env)
        workspace = workspace_of(env, system)
        with Session(ROOT, env, find_engine().path, workspace, checkpoints=False, system=system) as session:
            raise typer.Exit(run_command(session, arguments or []))


def _shell_variables(env: str, system: Path | None) -> dict[str, str]:
    from rehearsal.session import Session
    from rehearsal.shell import prepare

    check(env, system)
    workspace = workspace_of(env, system)
    with Session(ROOT, env, chosen_engine(), workspace, checkpoints=False, system=system) as session:
        return prepare(session, system)


throwaway_commands.add_to(app)


def _show_operation(
    operation: str, env: str, changes: Mapping[str, int], seconds: float, json_: bool
) -> None:
    if json_:
        show_json({"operation": operation, "environment": env, "changes": dict(changes)})
    else:
        counted = ", ".join(f"{count} {name}" for name, count in changes.items())
        typer.echo(f"{operation} of {env}: {counted or 'nothing changed'} ({seconds:.1f} s)")
