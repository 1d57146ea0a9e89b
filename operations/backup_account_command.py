"""The command `deploy-backup-account`: the small stack of the account that copies go to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.errors import errors_for_people
from commands.output import show_json
from infra.configuration.file_names import stack_file_name
from operations.console import OperationError, to_errors, where_lines_go
from operations.options import Endpoint, Environment, Json, SystemFile

if TYPE_CHECKING:
    from infra.configuration import Configuration
    from infra.naming import Naming
    from preview.report import Report

PROJECT = "backup_account"
BASE = "what the backup account has"


def deploy_backup_account(
    env: Environment,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="only show what would be done, and keep it as a plan")
    ] = False,
    plan: Annotated[
        Path | None, typer.Option(help="of `--dry-run`: when anything else would be done, nothing is")
    ] = None,
    system: SystemFile = None,
    endpoint_url: Endpoint = None,
    json_: Json = False,
) -> None:
    """Deploy the backup account's own stack with `pulumi up` in backup_account/, risks first.

    With credentials of that account. What would be lost or weakened there needs its line of approvals.yaml,
    as in the environment itself: that of `make preview`. With `--plan` exactly what was shown is done: what
    somebody else has changed since then is found. Exit codes: 0 deployed, or shown; 1 the engine refused or
    failed, or the credentials are another account's; 2 wrong input; 4 the stack is locked, by whom is told;
    5 a line is missing or over, and nothing was done; with `--plan` 8 something else would be done; 130
    interrupted, the same command finishes it.

    Example: python -m operations deploy-backup-account --env prod --plan plans/prod-backup-account.json
    """
    with errors_for_people():
        import os
        from datetime import UTC, datetime

        from infra.configuration.day import day
        from operations.checkout import ROOT, declared
        from operations.deployment.approval import NotApproved
        from operations.deployment.engine import Engine
        from operations.deployment.plan import Plan, keep, read
        from operations.deployment.reviewed import review_of
        from operations.environments import Place, connect_outside
        from operations.release_history import commit_of
        from preview.approvals import read_approvals

        agreed = read(plan) if plan else None
        outside = _outside(declared(env, system))
        approvals = read_approvals(ROOT)
        # The engine takes whatever credentials there are: whose they are is seen before it asks with them.
        connect_outside(outside, Place(None, endpoint_url), "its own stack is deployed with these alone.")
        engine = Engine(ROOT / PROJECT, env)
        to_errors(f"deploy-backup-account {env}: what would be done in account {outside.account}")
        today = day(os.environ, datetime.now(UTC).date())
        preview = engine.preview("--show-sames")
        found = Plan.of(f"{env}-backup-account", commit_of(ROOT), preview)
        review = review_of(env, preview, approvals, today, base=BASE)
        if not json_:
            _show(review)
        if agreed is not None:
            found.check(agreed, anew=f"make deploy ENV={env} BACKUP_ACCOUNT=1 WHAT=plan")
        if review.approved.missing and not dry_run:
            raise NotApproved(f"{review.approved.message(env)}\n\nNothing was done.")
        file = keep(found, ROOT) if dry_run else None
        if not dry_run:
            engine.up(where_lines_go(json_))
        if json_:
            told = {name: review.as_json()[name] for name in ("changes", "risks", "approvals", "onAws")}
            place = {"environment": env, "account": outside.account, "region": outside.region}
            show_json({**place, "deployed": not dry_run, "file": str(file) if file else None, **told})
        elif file is not None:
            _show_missing(review, env)
            typer.echo(
                f"\nNothing was done (--dry-run). Kept in {file}: make deploy ENV={env} BACKUP_ACCOUNT=1 "
                f"PLAN={file.relative_to(ROOT)} does exactly that, or nothing."
            )
        else:
            typer.echo(f"The backup account of {env} is deployed. Next: make plan ENV={env}.")


def _outside(configuration: Configuration) -> Naming:
    outside = configuration.naming.in_home.in_backup_account
    if outside is None:
        raise OperationError(
            f"{stack_file_name(configuration.settings.environment)}: groundwork:backupAccount: "
            "found nothing; allowed: an account id of 12 digits. Without one nothing is copied out of the "
            "environment's account, and there is nothing to deploy."
        )
    return outside


def _show(review: Report) -> None:
    from preview.page import page

    typer.echo("\n".join(page(review, width=None)))


def _show_missing(review: Report, env: str) -> None:
    if review.approved.missing:
        typer.echo(f"\n{review.approved.message(env)}")
