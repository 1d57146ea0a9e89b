"""The command `compare`: what a deployment of this checkout would do to an account as it is now."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands.errors import CommandError, Exit, errors_for_people
from commands.output import show_json
from operations.options import Environment, Json

BASE = "what the account has now"


def compare(
    env: Environment,
    output: Annotated[
        Path | None, typer.Option(help="where the comment of a pull request is written, in Markdown")
    ] = None,
    json_: Json = False,
) -> None:
    """Show what a deployment of this checkout would do to an account as it is now, risks first.

    It changes nothing: who only looks may run it, and no secret is read. It runs the checkout's program with
    the rights of whoever runs it, so look at somebody else's change before. Exit codes: 0 shown; 1 AWS, the
    cluster or the program refuses; 2 wrong input; 4 a deployment is under way or was cut off, so nothing is
    known; 5 what would be lost or weakened has no line in approvals.yaml.

    Example: python -m operations compare --env prod
    """
    with errors_for_people():
        import os
        from datetime import UTC, datetime

        from commands.files import check_output, write_atomically
        from infra.configuration.day import day
        from operations.checkout import ROOT, environment_named
        from operations.deployment.drift import could_not_look, drift_in, planned, refreshed
        from operations.deployment.engine import Engine
        from operations.deployment.reviewed import review_of
        from operations.recovery.pulumi import Pulumi
        from preview.approvals import read_approvals
        from preview.markdown import comment
        from preview.page import page

        environment_named(env)
        check_output(output)
        approvals = read_approvals(ROOT)
        try:
            preview = refreshed(env, Engine(ROOT, env), Pulumi(ROOT, env))
            drift = drift_in(env, preview)
        except CommandError as error:
            if output is not None:
                write_atomically(output, could_not_look(env, str(error)))
            raise
        today = day(os.environ, datetime.now(UTC).date())
        review = review_of(env, planned(preview), approvals, today, base=BASE)
        count = len(drift.steps)
        told = f"{count} of the account's resources differ from what was deployed: make drifted ENV={env}"
        notes = [told] if count else []
        if output is not None:
            write_atomically(output, comment(review) + "".join(f"\n{note}\n" for note in notes))
        if json_:
            told_of = {name: review.as_json()[name] for name in ("changes", "risks", "approvals", "onAws")}
            show_json({"environment": env, "drifted": count, **told_of})
        else:
            typer.echo("\n".join([*page(review, width=None), *notes]))
            if review.approved.missing:
                typer.echo(f"\n{review.approved.message(env)}")
        if review.approved.missing:
            raise typer.Exit(Exit.NOT_APPROVED)
