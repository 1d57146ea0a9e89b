"""The commands about jobs that a person starts: `job run`, `job list`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from commands.errors import errors_for_people
from commands.group import command_line
from commands.output import show_json
from operations.console import show_table
from operations.options import Endpoint, Environment, Json, Profile, SystemFile

if TYPE_CHECKING:
    from infra.configuration import Configuration
    from operations.one_off_jobs import Jobs

job = command_line(help="Jobs of the system file that run once, when a person starts them.")


@job.command()
def run(
    name: Annotated[str, typer.Argument(help="the job's name in the system file")],
    env: Environment,
    set_: Annotated[list[str] | None, typer.Option("--set", help="PARAMETER=VALUE; repeatable")] = None,
    detach: Annotated[bool, typer.Option("--detach", help="only start it")] = False,
    system: SystemFile = None,
    profile: Profile = None,
    endpoint_url: Endpoint = None,
    json_: Json = False,
) -> None:
    """Start a job, show its log, and end with its exit code. One job runs at a time.

    Refused where the system file does not declare it for the environment. Ctrl-C ends the showing alone.
    Exit codes: the job's own; 1 also when it never ran or the cluster refused; 2 no such job here, or a
    parameter is missing.

    Example: python -m operations job run --env prod migrate-users --set BATCH=100
    """
    with errors_for_people():
        from operations import one_off_jobs
        from operations.checkout import declared

        configuration = declared(env, system)
        wanted = one_off_jobs.declared_job(configuration, name, _given(set_ or []))
        jobs = _jobs(configuration, profile, endpoint_url)
        every = [each.name for each in one_off_jobs.declared_jobs(configuration)]
        started = jobs.start(wanted, _given(set_ or []), datetime.now(UTC), every)
        made = started["metadata"]["name"]
        typer.echo(f"[{made} was started in {env}]", err=True)
        code = None if detach else jobs.follow(made, lambda line: typer.echo(line, err=json_))
        if json_:
            show_json({"job": made, "exitCode": code})
        if code:
            typer.echo(f"[{made} ended with {code}]", err=True)
            raise typer.Exit(code)


@job.command("list")
def list_(
    env: Environment,
    system: SystemFile = None,
    profile: Profile = None,
    endpoint_url: Endpoint = None,
    json_: Json = False,
) -> None:
    """Show the jobs that can be started in an environment, and how the last run of each went.

    Exit codes: 0 shown; 1 the cluster cannot be asked; 2 wrong input.

    Example: python -m operations job list --env prod
    """
    with errors_for_people():
        from operations.checkout import declared
        from operations.one_off_jobs import declared_jobs

        configuration = declared(env, system)
        here = declared_jobs(configuration)
        found = _jobs(configuration, profile, endpoint_url).listed(here) if here else []
        if json_:
            show_json([vars(each) for each in found])
        elif not found:
            typer.echo(f"{env} has no jobs: the system file's `jobs` declares none for it.")
        else:
            show_table(
                ("job", "service", "command", "parameters", "last run", "state"),
                [
                    (
                        each.name,
                        each.service,
                        each.command,
                        " ".join(each.parameters),
                        each.last or "-",
                        each.state,
                    )
                    for each in found
                ],
            )


def _given(texts: list[str]) -> dict[str, str]:
    return dict(text.partition("=")[::2] for text in texts)


def _jobs(configuration: Configuration, profile: str | None, endpoint_url: str | None) -> Jobs:
    from operations.environments import Place, connect
    from operations.kubernetes_api import KubernetesApi
    from operations.one_off_jobs import Jobs

    connection = connect(configuration, Place(profile, endpoint_url))
    return Jobs(KubernetesApi(connection, configuration.naming.prefix), configuration.system.name)


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the command line."""
    app.add_typer(job, name="job")
