"""The frame of every command `recover …`: it finds the one under way, asks once, and carries it out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

import typer

from commands.output import json_wanted, show_json

if TYPE_CHECKING:
    from infra.configuration import Configuration
    from operations.environments import Connection
    from operations.recovery.run import Run, Runs
    from operations.recovery.steps import Recovery


@dataclass(frozen=True)
class Asked:
    """How a person wants it: for which environment, without a question, for a script; and whether a recovery
    of another kind ends with it.
    """

    env: str
    yes: bool
    as_json: bool
    outranks: bool = False


class OneOfSeveral(Protocol):
    """A recovery of some kind."""

    @property
    def kind(self) -> str: ...

    def plan(self, run: Run) -> Recovery: ...


def under_way(
    runs: Runs,
    kind: str,
    take_over: bool,  # an option's value
    *,
    outranks: bool = False,
) -> Run | None:
    """The recovery that this command goes on with; None when none is under way.

    Args:
        runs: where they are written down.
        kind: of this one.
        take_over: also when somebody else has begun it.
        outranks: one of another kind is no hindrance: what it was at is lost with the region.

    Raises:
        OperationFailed: it is of another kind, or somebody else's.
    """
    from operations.console import OperationFailed

    found = runs.current()
    if found is None:
        return None
    if found.kind != kind and outranks:
        return None
    if found.kind != kind:
        raise OperationFailed(f"{found.who} recovers {found.kind} since {found.since}; one at a time.")
    return runs.take(found, over=take_over)


def carry_out(
    asked: Asked, one: OneOfSeveral, runs: Runs, found: Run | None, about: Mapping[str, Any]
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
    from operations.recovery.session import agree, plan_lines
    from operations.recovery.session import carry_out as do_it

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
    if found is not None:
        run = found
    else:
        run = runs.begin(one.kind, about, datetime.now(UTC), outranks=asked.outranks)
    run.decisions.append(f"{runs.who} agreed to: {recovery.steps[0].does}, and what follows")
    outcome = do_it(one.plan(run), run, runs, ROOT / "recoveries", say)
    if asked.as_json:
        show_json(outcome.as_json())
        return
    typer.echo(f"\nRecord: {outcome.record}, and recoveries/{run.id}.md. What is left to do:")
    for line in recovery.afterwards:
        typer.echo(f"  {line}")


@contextmanager
def aws_errors() -> Iterator[None]:
    """Turns what AWS refuses into a message."""
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        NoCredentialsError,
        PartialCredentialsError,
        ProfileNotFound,
    )

    from operations.console import OperationFailed

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        who = isinstance(error, NoCredentialsError | PartialCredentialsError | ProfileNotFound)
        advice = " Take an account's credentials, for example with AWS_PROFILE." if who else ""
        raise OperationFailed(f"AWS: {str(error).rstrip('.')}.{advice}") from None


def check_time(to: str) -> None:
    """Sees that a time of the command line is one, before anybody is asked; `latest` and none are fine.

    Raises:
        OperationError: it is none, or has no zone.
    """
    from operations.recovery.instances import LATEST, time_of

    if to not in ("", LATEST):
        time_of(to)


def runs_of(configuration: Configuration, connection: Connection) -> Runs:
    """Where recoveries are written down, in the region that everything runs in."""
    from infra.configuration.buckets import BACKUPS
    from operations.recovery.run import Runs, person

    arn = connection.client("sts").get_caller_identity()["Arn"]
    return Runs(connection.client("s3"), configuration.naming.bucket(BACKUPS), person(arn))
