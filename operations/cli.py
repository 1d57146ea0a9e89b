"""The command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.errors import Exit, errors_for_people
from commands.group import command_line
from commands.output import show_json
from infra.configuration.file_names import stack_file_name
from operations import (
    account_command,
    backup_account_command,
    backup_commands,
    bootstrap_commands,
    compare_command,
    deployment_commands,
    deployment_recovery_command,
    dns_commands,
    drift_command,
    file_commands,
    job_commands,
    prices_command,
    recovery_commands,
    recovery_plan_command,
    region_commands,
    restore_tests_command,
    secret_commands,
)
from operations.console import show_table
from operations.options import Endpoint, Environment, Json, Profile, SystemFile

if TYPE_CHECKING:
    from operations.release_history import Release

app = command_line()
secret_commands.add_to(app)
dns_commands.add_to(app)
recovery_commands.add_to(app)
region_commands.add_to(recovery_commands.recover)
account_command.add_to(recovery_commands.recover)
recovery_commands.recover.command()(deployment_recovery_command.deployment)
recovery_commands.recover.command()(recovery_plan_command.plan)
file_commands.add_to(recovery_commands.recover)
restore_tests_command.add_to(recovery_commands.recover)
job_commands.add_to(app)
backup_commands.add_to(app)
deployment_commands.add_to(app)
bootstrap_commands.add_to(app)
app.command()(drift_command.drifted)
app.command()(prices_command.prices)
app.command()(compare_command.compare)
app.command()(backup_account_command.deploy_backup_account)


@app.command()
def promote(
    source: Annotated[str, typer.Option("--from", help="the environment where it was tried")],
    target: Annotated[str, typer.Option("--to", help="the environment that gets it")],
    digest: Annotated[
        list[str] | None, typer.Option(help="SERVICE=sha256:…, for what dev runs by tag; repeatable")
    ] = None,
    json_: Json = False,
) -> None:
    """Copy the image digests of one environment's stack file into the next one's; nothing is built.

    Exit codes: 0 written, or nothing to write; 2 wrong input.

    Example: python -m operations promote --from staging --to prod
    """
    from operations import releases
    from operations.checkout import ROOT

    with errors_for_people():
        changes = releases.promote(ROOT, source, target, releases.parse_digests(digest or []))
        _show(changes, stack_file_name(target), json_)


@app.command()
def rollback(
    env: Environment,
    to: Annotated[
        str, typer.Option(help="a revision with the release to return to; the one before without")
    ] = "",
    list_: Annotated[bool, typer.Option("--list", help="show the releases instead")] = False,
    automatic: Annotated[
        bool,
        typer.Option("--automatic", help="only when the last deployment went wrong; to the last good one"),
    ] = False,
    system: SystemFile = None,
    profile: Profile = None,
    endpoint_url: Endpoint = None,
    json_: Json = False,
) -> None:
    """Write the image digests that an environment ran before into its stack file again.

    What was rolled back before is passed over, unless it is named. Exit codes: 0 written, or nothing to
    write; 1 with --automatic: nothing is to be taken back; 2 wrong input; 7 with --automatic: a migration
    cannot be undone, and what to decide is told.

    Example: python -m operations rollback --env prod --list
    """
    from operations import releases
    from operations.checkout import ROOT
    from operations.release_history import releases as all_releases
    from operations.versions import stack_file

    with errors_for_people():
        if list_:
            _show_releases(all_releases(ROOT, stack_file(ROOT, env)), json_)
            return
        if automatic:
            from operations.checkout import declared
            from operations.deployment import way_back
            from operations.deployment.records import records_of
            from operations.environments import Place, connect
            from operations.recovery.pulumi import Pulumi

            configuration = declared(env, system)
            records = records_of(configuration, connect(configuration, Place(profile, endpoint_url)))
            pulumi = Pulumi(ROOT, env)
            chosen, changes = way_back.roll_back(ROOT, configuration, records, pulumi.export)
        else:
            chosen, changes = releases.roll_back(ROOT, env, to)
        if chosen.rolled_back:
            typer.echo(f"This release was itself rolled back on {chosen.rolled_back}.", err=True)
        _show(changes, stack_file_name(env), json_)


@app.command()
def protect_branch(
    team: Annotated[
        list[str] | None,
        typer.Option(help="agrees to deployments of prod, by its name in addresses; repeatable"),
    ] = None,
    system: SystemFile = None,
    json_: Json = False,
) -> None:
    """Set the rules of main and of the environments on GitHub; GITHUB_TOKEN administers the repository.

    Exit codes: 0 set; 1 GitHub refused; 2 wrong input, or no token.

    Example: python -m operations protect-branch --team on-call
    """
    import os

    from operations import branch_protection
    from operations.checkout import declared

    with errors_for_people():
        # The rules are those of the repository that deploys prod.
        repository = declared("prod", system).system.repository.full_name
        token = os.environ.get("GITHUB_TOKEN", "")
        api = os.environ.get("GITHUB_API_URL", branch_protection.API)
        rules = branch_protection.protect(token, repository, team or [], api=api)
        if json_:
            show_json({"repository": repository, "rules": {rule.path: rule.body for rule in rules}})
        else:
            show_table(("rule",), [(rule.description,) for rule in rules])


@app.command()
def purge(
    env: Environment,
    paths: Annotated[list[str] | None, typer.Argument(help="what to remove; everything without any")] = None,
    system: SystemFile = None,
    profile: Profile = None,
    endpoint_url: Endpoint = None,
    json_: Json = False,
) -> None:
    """Remove paths from CloudFront's caches, in every distribution of an environment.

    Exit codes: 0 CloudFront has begun; 1 AWS refused, or there is no distribution; 2 a path is wrong.

    Example: python -m operations purge --env prod /index.html
    """
    with errors_for_people():
        from operations.checkout import declared
        from operations.environments import Place, connect
        from operations.purge import check_paths
        from operations.purge import purge as invalidate

        wanted = paths or ["/*"]
        check_paths(wanted)
        configuration = declared(env, system)
        client = connect(configuration, Place(profile, endpoint_url)).client("cloudfront")
        made = invalidate(client, configuration.domain, wanted)
        if json_:
            show_json([vars(each) for each in made])
        else:
            show_table(
                ("host", "distribution", "invalidation", "status"),
                [(each.host, each.distribution, each.identifier, each.status) for each in made],
            )


@app.command()
def check_logs(
    file: Annotated[Path, typer.Argument(help="the log, one JSON object a line; - reads standard input")],
    service: Annotated[str | None, typer.Option(help="who wrote it; all services without")] = None,
    env: Annotated[str, typer.Option("--env", help="whose alarms are meant")] = "dev",
    system: SystemFile = None,
    json_: Json = False,
) -> None:
    """Say which alarms could never fire with what a service writes to its log (docs/application.md).

    Exit codes: 0 all is as it should be; 1 something would not be found, counted or measured; 2 there is
    no such file or service.

    Example: python -m operations check-logs api.log --service api
    """
    with errors_for_people():
        from operations.checkout import declared
        from operations.log_report import report_on

        report = report_on(file, declared(env, system), service)
        show_json(report.as_json()) if json_ else report.show()
        if not report.is_fine:
            raise typer.Exit(Exit.FAILED)


def _show_releases(found: Sequence[Release], json_: bool) -> None:
    if json_:
        show_json([vars(each) for each in found])
        return
    rows = []
    for number, each in enumerate(found):
        images = ", ".join(
            f"{name} {version.removeprefix('sha256:')[:12]}" for name, version in each.images.items()
        )
        note = "now" if number == 0 else (f"rolled back {each.rolled_back}" if each.rolled_back else "")
        rows.append((each.commit or "-", each.day, images, note))
    show_table(("commit", "since", "versions", ""), rows)


def _show(changes: dict[str, tuple[str, str]], file: str, json_: bool) -> None:
    if json_:
        show_json({"file": file, "images": {name: list(pair) for name, pair in changes.items()}})
    elif not changes:
        typer.echo(f"{file} has these versions already; nothing was written.")
    else:
        show_table(
            ("service", "before", "now"), [(name, old or "-", new) for name, (old, new) in changes.items()]
        )
        typer.echo(f"\nWritten to {file}. Look at it with `make preview`, then commit and deploy it.")
