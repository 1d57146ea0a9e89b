"""The commands `recover …`: bringing back what was lost (docs/recovery.md)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from commands.errors import Exit, errors_for_people
from commands.group import command_line
from commands.output import json_wanted, show_json
from infra.configuration.file_names import stack_file_name
from operations.options import Endpoint, Environment, Json, Profile, SystemFile, TakeOver, Yes
from operations.recovery_frame import Asked, aws_errors, carry_out, check_time, runs_of, under_way

if TYPE_CHECKING:
    from pathlib import Path

    from infra.configuration import Configuration
    from operations.environments import Connection
    from operations.recovery.database import DatabaseRecovery
    from operations.recovery.kept_generations import KeptGenerations
    from operations.recovery.run import Runs

recover = command_line(help="Bring back what was lost.")

To = Annotated[str, typer.Option(help="`latest`, or a time with its zone: 2026-11-28T14:30Z")]
Snapshot = Annotated[str, typer.Option(help="a snapshot's identifier, in place of a time")]
FromBackup = Annotated[str, typer.Option(help="a backup on demand, by its id: see `backups`")]
Back = Annotated[bool, typer.Option("--back", help="to the instance that served before; also gives up")]


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the command line."""
    app.add_typer(recover, name="recover")


@recover.command()
def database(  # noqa: PLR0913, PLR0917  # its options
    env: Environment,
    to: To = "",
    snapshot: Snapshot = "",
    from_backup: FromBackup = "",
    back: Back = False,
    yes: Yes = False,
    take_over: TakeOver = False,
    system: SystemFile = None,
    profile: Profile = None,
    endpoint_url: Endpoint = None,
    json_: Json = False,
) -> None:
    """Restore PostgreSQL to a time, snapshot or backup, beside the one that serves, and send people to it.

    Interrupted anywhere, the same command goes on. Exit codes: 0 done; 1 failed, the message says what
    stands; 2 wrong input; 3 the restored one is not good, and nothing was switched.

    Example: python -m operations recover database --env prod --to 2026-11-28T14:30Z
    """
    with errors_for_people(), aws_errors():
        from operations.recovery.database import Wanted

        check_time(to)
        one, runs = prepared(env, system, profile, endpoint_url)
        wanted = Wanted(to, snapshot_of(runs, snapshot, from_backup), back)
        found = under_way(runs, one.kind, take_over)
        if found is not None and back:
            one.give_up(found)
        about = found.about if found is not None else one.decide(wanted)
        carry_out(Asked(env, yes, json_), one, runs, found, about)


@recover.command()
def check(
    env: Environment,
    system: SystemFile = None,
    profile: Profile = None,
    endpoint_url: Endpoint = None,
    json_: Json = False,
) -> None:
    """Ask AWS whether a recovery would work today: copies, their age, keys. Changes nothing.

    Exit codes: 0 ready; 1 AWS cannot be asked; 2 wrong input; 3 something is not ready, or not known.

    Example: python -m operations recover check --env prod
    """
    with errors_for_people(), aws_errors():
        from dataclasses import asdict

        from infra.configuration.strict_yaml import parse
        from operations.checkout import ROOT, declared
        from operations.console import show_table
        from operations.environments import Place, connect
        from operations.recovery.readiness import State, readiness
        from operations.versions import stack_file

        configuration = declared(env, system)
        connection = connect(configuration, Place(profile, endpoint_url))
        content = parse(stack_file(ROOT, env).read_text(encoding="utf-8"))
        provider = str(content.get("secretsprovider", "")) if isinstance(content, dict) else ""
        found = readiness(configuration, connection, provider, datetime.now(UTC))
        ready = all(each.state is State.READY for each in found)
        if json_:
            show_json({"environment": env, "ready": ready, "checks": [asdict(each) for each in found]})
        else:
            show_table(
                ("check", "", "found", "what to do"),
                [(each.check, each.state.value, each.found, each.advice) for each in found],
            )
        if not ready:
            raise typer.Exit(Exit.CHECKS_FAILED)


@recover.command()
def status(
    env: Environment,
    system: SystemFile = None,
    profile: Profile = None,
    endpoint_url: Endpoint = None,
    json_: Json = False,
) -> None:
    """Show the recovery that is under way, and the instances that there are.

    Exit codes: 0 shown; 1 AWS cannot be asked; 2 wrong input.

    Example: python -m operations recover status --env prod
    """
    with errors_for_people(), aws_errors():
        from operations.console import show_table

        kept, runs = _kept(env, system, profile, endpoint_url)
        run, rows = runs.current(), kept.told()
        if json_:
            show_json({"environment": env, "run": run.as_json() if run else None, "generations": rows})
            return
        if run is None:
            typer.echo("No recovery is under way.")
        else:
            ended = [name for name, noted in run.steps.items() if "ended" in noted]
            typer.echo(
                f"{run.who} recovers {run.kind} since {run.since}; done: {', '.join(ended) or 'nothing'}."
            )
        show_table(
            ("generation", "instance", "", "status", "restorable until"),
            [
                (str(row["generation"]), row["instance"], row["role"], row["status"], row["restorable"])
                for row in rows
            ],
        )


@recover.command()
def finish(
    env: Environment,
    system: SystemFile = None,
    profile: Profile = None,
    endpoint_url: Endpoint = None,
    json_: Json = False,
) -> None:
    """Take `adopt` out of the stack file, when the engine has adopted what was restored.

    Exit codes: 0 done, or nothing to do; 1 it is not adopted yet; 2 wrong input.

    Example: python -m operations recover finish --env prod
    """
    with errors_for_people(), aws_errors():
        kept, _ = _kept(env, system, profile, endpoint_url)
        changed = kept.finish()
        if json_:
            show_json({"environment": env, "changed": changed})
        else:
            typer.echo(
                f"{stack_file_name(env)}: `adopt` is out; commit it."
                if changed
                else "There is nothing to finish."
            )


@recover.command()
def retire(
    env: Environment,
    generation: Annotated[int, typer.Option(help="which one; see `recover status`")],
    yes: Yes = False,
    system: SystemFile = None,
    profile: Profile = None,
    endpoint_url: Endpoint = None,
    json_: Json = False,
) -> None:
    """Give up an instance that served before: unprotect it in AWS, and take it out of the stack file.

    The third act is a person's: `pulumi state unprotect`, then `pulumi up` deletes it and leaves a final
    snapshot. Exit codes: 0 done; 1 AWS refused; 2 wrong input.

    Example: python -m operations recover retire --env prod --generation 1
    """
    with errors_for_people(), aws_errors():
        from operations.console import OperationError
        from operations.recovery.session import agree

        kept, _ = _kept(env, system, profile, endpoint_url)
        name = kept.check_retired(generation)
        if not yes:
            if json_wanted():
                raise OperationError("--json asks nothing: add --yes.")
            agree(name, typer.prompt)
        left = kept.retire(generation)
        if json_:
            show_json({"environment": env, "instance": name, "left": left})
            return
        typer.echo(
            f"{name} can be deleted now, and {stack_file_name(env)} does not name it any more. What is left:"
        )
        for line in left:
            typer.echo(f"  {line}")


def snapshot_of(runs: Runs, snapshot: str, from_backup: str) -> str:
    """The snapshot that is meant; of a backup, as its manifest says."""
    from operations.console import OperationError

    if not from_backup:
        return snapshot
    if snapshot:
        raise OperationError("found --snapshot and --from-backup; allowed: one of them.")
    return str(runs.manifests.read(from_backup)["database"]["snapshot"])


def prepared(
    env: str, system: str | None, profile: str | None, endpoint_url: str | None
) -> tuple[DatabaseRecovery, Runs]:
    """The recovery of a database, and where recoveries are written down."""
    from operations.recovery.database import DatabaseRecovery

    configuration, connection, file = _asked(env, system, profile, endpoint_url)
    return DatabaseRecovery(configuration, connection, file), runs_of(configuration, connection)


def _kept(
    env: str, system: str | None, profile: str | None, endpoint_url: str | None
) -> tuple[KeptGenerations, Runs]:
    from operations.recovery.kept_generations import KeptGenerations

    configuration, connection, file = _asked(env, system, profile, endpoint_url)
    return KeptGenerations(configuration, connection, file), runs_of(configuration, connection)


def _asked(
    env: str, system: str | None, profile: str | None, endpoint_url: str | None
) -> tuple[Configuration, Connection, Path]:
    """What a person's options mean: the environment, its account, its stack file."""
    from operations.checkout import ROOT, declared
    from operations.environments import Place, connect
    from operations.versions import stack_file

    configuration = declared(env, system)
    return configuration, connect(configuration, Place(profile, endpoint_url)), stack_file(ROOT, env)
