"""The commands `recover …`: bringing back what was lost (docs/recovery.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from commands.errors import Exit, errors_for_people
from commands.group import command_line
from commands.output import json_wanted, show_json
from operations.options import Endpoint, Environment, Json, Profile, SystemFile

if TYPE_CHECKING:
    from infra.configuration import Configuration
    from operations.environments import Connection
    from operations.recovery.database import DatabaseRecovery
    from operations.recovery.run import Run, Runs
    from operations.recovery.steps import Recovery

recover = command_line(help="Bring back what was lost.")

To = Annotated[str, typer.Option(help="`latest`, or a time with its zone: 2026-11-28T14:30Z")]
Snapshot = Annotated[str, typer.Option(help="a snapshot's identifier, in place of a time")]
FromBackup = Annotated[str, typer.Option(help="a backup on demand, by its id: see `backups`")]
Back = Annotated[bool, typer.Option("--back", help="to the instance that served before; also gives up")]
Yes = Annotated[bool, typer.Option("--yes", help="ask nothing")]
TakeOver = Annotated[bool, typer.Option("--take-over", help="go on with what somebody else has begun")]


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
    """
    with errors_for_people(), _aws_errors():
        from operations.recovery.database import Wanted

        one, runs = _prepared(env, system, profile, endpoint_url)
        wanted = Wanted(to, _snapshot(runs, snapshot, from_backup), back)
        found = _under_way(runs, one.kind, take_over)
        if found is not None and back:
            one.give_up(found)
        about = found.about if found is not None else one.decide(wanted)
        _carry_out(_Asked(env, yes, json_), one, runs, found, about)


@recover.command()
def region(
    env: Environment,
    force: Annotated[bool, typer.Option("--force", help="also when the region still answers")] = False,
    yes: Yes = False,
    take_over: TakeOver = False,
    system: SystemFile = None,
    profile: Profile = None,
    endpoint_url: Endpoint = None,
    json_: Json = False,
) -> None:
    """Run everything in the recovery region, when the one that it runs in is lost.

    Promotes the replica, takes the lost region out of the state, deploys, and looks whether people can work.
    Nothing asks the lost region. Interrupted anywhere, the same command goes on. Exit codes: 0 done;
    1 failed, the message says what stands; 2 wrong input, or the region answers.
    """
    with errors_for_people(), _aws_errors():
        from operations.checkout import ROOT, declared
        from operations.environments import Place, connect
        from operations.recovery.pulumi import Pulumi
        from operations.recovery.region import RegionRecovery, Surroundings, recovered
        from operations.versions import stack_file

        after = recovered(declared(env, system))
        connection = connect(after, Place(profile, endpoint_url))
        runs = _runs(after, connection)
        given = Surroundings(connection, Pulumi(ROOT, env), stack_file(ROOT, env), ROOT / "recoveries")
        one = RegionRecovery(after, given)
        found = _under_way(runs, one.kind, take_over)
        about = found.about if found is not None else one.decide(force=force)
        _carry_out(_Asked(env, yes, json_), one, runs, found, about)


@recover.command()
def plan(  # noqa: PLR0913, PLR0917  # its options
    env: Environment,
    to: To = "latest",
    snapshot: Snapshot = "",
    from_backup: FromBackup = "",
    back: Back = False,
    system: SystemFile = None,
    profile: Profile = None,
    endpoint_url: Endpoint = None,
    json_: Json = False,
) -> None:
    """Show what `recover database` would do, how long AWS takes, and what would be lost. Changes nothing.

    Exit codes: 0 shown; 1 AWS cannot be asked; 2 wrong input.
    """
    with errors_for_people(), _aws_errors():
        from operations.recovery.database import Wanted
        from operations.recovery.session import plan_as_json, plan_lines

        one, runs = _prepared(env, system, profile, endpoint_url)
        snapshot = _snapshot(runs, snapshot, from_backup)
        wanted = Wanted("" if snapshot or back else to, snapshot, back)
        recovery = one.plan(runs.current() or runs.imagined(one.kind, one.decide(wanted)))
        if json_:
            show_json(plan_as_json(recovery))
        else:
            typer.echo("\n".join(plan_lines(recovery)))


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
    """
    with errors_for_people(), _aws_errors():
        from dataclasses import asdict

        from infra.configuration.strict_yaml import parse
        from operations.checkout import ROOT, declared
        from operations.console import show_table
        from operations.environments import Place, connect
        from operations.recovery.readiness import Readiness, State
        from operations.versions import stack_file

        configuration = declared(env, system)
        connection = connect(configuration, Place(profile, endpoint_url))
        content = parse(stack_file(ROOT, env).read_text(encoding="utf-8"))
        provider = str(content.get("secretsprovider", "")) if isinstance(content, dict) else ""
        found = Readiness(configuration, connection, provider, datetime.now(UTC)).findings()
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
    """
    with errors_for_people(), _aws_errors():
        from operations.console import show_table

        one, runs = _prepared(env, system, profile, endpoint_url)
        run, rows = runs.current(), one.generations()
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
    """
    with errors_for_people(), _aws_errors():
        one, _ = _prepared(env, system, profile, endpoint_url)
        changed = one.finish()
        if json_:
            show_json({"environment": env, "changed": changed})
        else:
            typer.echo(
                f"Pulumi.{env}.yaml: `adopt` is out; commit it." if changed else "There is nothing to finish."
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
    """
    with errors_for_people(), _aws_errors():
        from operations.console import OperationError
        from operations.recovery.session import agree

        one, _ = _prepared(env, system, profile, endpoint_url)
        name = one.check_retired(generation)
        if not yes:
            if json_wanted():
                raise OperationError("--json asks nothing: add --yes.")
            agree(name, typer.prompt)
        left = one.retire(generation)
        if json_:
            show_json({"environment": env, "instance": name, "left": left})
            return
        typer.echo(
            f"{name} can be deleted now, and Pulumi.{env}.yaml does not name it any more. What is left:"
        )
        for line in left:
            typer.echo(f"  {line}")


@dataclass(frozen=True)
class _Asked:
    """How a person wants it: for which environment, without a question, for a script."""

    env: str
    yes: bool
    as_json: bool


class _OneOfTwo(Protocol):
    """A recovery of some kind."""

    @property
    def kind(self) -> str: ...

    def plan(self, run: Run) -> Recovery: ...


def _under_way(runs: Runs, kind: str, take_over: bool) -> Run | None:  # an option's value
    """The recovery that this command goes on with; None when none is under way.

    Raises:
        OperationFailed: it is of another kind, or somebody else's.
    """
    from operations.console import OperationFailed

    found = runs.current()
    if found is None:
        return None
    if found.kind != kind:
        raise OperationFailed(f"{found.who} recovers {found.kind} since {found.since}; one at a time.")
    return runs.take(found, over=take_over)


def _carry_out(
    asked: _Asked, one: _OneOfTwo, runs: Runs, found: Run | None, about: Mapping[str, Any]
) -> None:
    """Shows the plan, asks once, does it and tells what is left to do.

    Args:
        asked: how a person wants it.
        one: the recovery.
        runs: where it is written down.
        found: it, when it is under way already.
        about: what was decided.
    """
    from operations.checkout import ROOT
    from operations.console import OperationError
    from operations.recovery.session import agree, carry_out, plan_lines

    def say(line: str) -> None:
        typer.echo(line, err=json_wanted())

    run = found if found is not None else runs.imagined(one.kind, about)
    recovery = one.plan(run)
    for line in [*plan_lines(recovery), *([f"It goes on: begun {run.since}."] if found else [])]:
        say(line)
    if not asked.yes:
        if json_wanted():
            raise OperationError("--json asks nothing: add --yes.")
        agree(asked.env, typer.prompt)
    run = found if found is not None else runs.begin(one.kind, about, datetime.now(UTC))
    run.decisions.append(f"{runs.who} agreed to: {recovery.steps[0].does}, and what follows")
    outcome = carry_out(one.plan(run), run, runs, ROOT / "recoveries", say)
    if asked.as_json:
        show_json(outcome.as_json())
        return
    typer.echo(f"\nRecord: {outcome.record}, and recoveries/{run.id}.md. What is left to do:")
    for line in recovery.afterwards:
        typer.echo(f"  {line}")


def _snapshot(runs: Runs, snapshot: str, from_backup: str) -> str:
    """The snapshot that is meant; of a backup, as its manifest says."""
    from operations.console import OperationError

    if not from_backup:
        return snapshot
    if snapshot:
        raise OperationError("found --snapshot and --from-backup; allowed: one of them.")
    return str(runs.manifests.read(from_backup)["database"]["snapshot"])


@contextmanager
def _aws_errors() -> Iterator[None]:
    """Turns what AWS refuses into a message."""
    from botocore.exceptions import BotoCoreError, ClientError

    from operations.console import OperationFailed

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise OperationFailed(f"AWS: {error}") from None


def _prepared(
    env: str, system: str | None, profile: str | None, endpoint_url: str | None
) -> tuple[DatabaseRecovery, Runs]:
    from operations.checkout import ROOT, declared
    from operations.environments import Place, connect
    from operations.recovery.database import DatabaseRecovery
    from operations.versions import stack_file

    configuration = declared(env, system)
    connection = connect(configuration, Place(profile, endpoint_url))
    runs = _runs(configuration, connection)
    return DatabaseRecovery(configuration, connection, stack_file(ROOT, env)), runs


def _runs(configuration: Configuration, connection: Connection) -> Runs:
    """Where recoveries are written down, in the region that everything runs in."""
    from infra.configuration.buckets import BACKUPS
    from operations.recovery.run import Runs, person

    arn = connection.client("sts").get_caller_identity()["Arn"]
    return Runs(connection.client("s3"), configuration.naming.bucket(BACKUPS), person(arn))
