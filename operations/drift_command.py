"""The command `drifted`: whether an account still has what was deployed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.errors import CommandError, Exit, errors_for_people
from commands.output import show_json
from operations.options import Environment, Json

if TYPE_CHECKING:
    from operations.deployment.drift import Drift


def drifted(
    env: Environment,
    output: Annotated[
        Path | None, typer.Option(help="where the issue is written, in Markdown; only when there is one")
    ] = None,
    json_: Json = False,
) -> None:
    """Say whether an account still has what was deployed; who only looks may run it, and no secret is read.

    Exit codes: 0 it has; 1 AWS, the cluster or the state could not be asked, so nothing is known; 2 wrong
    input; 4 a deployment is under way or was cut off, so nothing is known; 5 it has drifted, or lacks what
    main has.

    Example: python -m operations drifted --env prod
    """
    with errors_for_people():
        from commands.files import check_output
        from operations.checkout import ROOT, environment_named
        from operations.deployment.drift import could_not_look, look
        from operations.deployment.engine import Engine
        from operations.recovery.pulumi import Pulumi

        environment_named(env)
        check_output(output)
        try:
            found = look(env, Engine(ROOT, env), Pulumi(ROOT, env))
        except CommandError as error:
            _write(output, could_not_look(env, str(error)))
            raise
        if json_:
            show_json(found.as_json())
        else:
            _show(found)
        if found:
            _write(output, found.markdown())
            raise typer.Exit(Exit.DRIFTED)


def _write(output: Path | None, text: str) -> None:
    from commands.files import write_atomically

    if output is not None:
        write_atomically(output, text)


def _show(found: Drift) -> None:
    from operations.console import show_table
    from preview.page import page

    if not found:
        typer.echo(f"{found.environment}: the account has what was deployed. Secrets' values were not read.")
        return
    if found.steps:
        typer.echo("\n".join(page(found.found, width=None)) + "\n")
        show_table(
            ("resource", "property", "deployed", "found"),
            [(resource, each.path, each.before, each.after) for resource, each in found.rows()],
        )
    if found.waiting:
        typer.echo(f"\nNot deployed yet: {', '.join(found.waiting)}.")
    typer.echo(
        "\nA deployment would do this (make plan, make deploy):\n" + "\n".join(page(found.back, width=None))
    )
