"""The command `recover deployment`: a deployment that was killed, or a release that is bad."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from commands.errors import errors_for_people
from commands.output import show_json
from operations.options import Endpoint, Environment, Json, Profile, SystemFile, TakeOver, Yes
from operations.recovery_frame import Asked, aws_errors, carry_out, runs_of, under_way

if TYPE_CHECKING:
    from operations.environments import Place
    from operations.recovery.deployment import DeploymentRecovery
    from operations.recovery.run import Runs
    from operations.recovery.way_forward import Wanted


def deployment(  # noqa: PLR0913, PLR0917  # its options
    env: Environment,
    back: Annotated[
        bool, typer.Option("--back", help="to the versions that were good before; by itself after a failure")
    ] = False,
    forward: Annotated[
        bool, typer.Option("--forward", help="to its end; by itself where it was only killed")
    ] = False,
    to: Annotated[str, typer.Option(help="to the versions that a revision of the checkout has")] = "",
    owner_gone: Annotated[
        bool,
        typer.Option("--owner-gone", help="somebody has seen that the runner that holds the lock has ended"),
    ] = False,
    made: Annotated[
        list[str] | None, typer.Option(help="URN=ID: AWS has it, where this cannot be found out; repeatable")
    ] = None,
    not_made: Annotated[list[str] | None, typer.Option(help="URN: AWS has it not; repeatable")] = None,
    yes: Yes = False,
    take_over: TakeOver = False,
    system: SystemFile = None,
    profile: Profile = None,
    endpoint_url: Endpoint = None,
    json_: Json = False,
) -> None:
    """Bring a deployment that was killed, or a release that is bad, to its end, or back to what was before.

    Removes the lock of a dead runner, settles what the engine had begun, deploys, checks pods and answers.
    Interrupted anywhere, the same command goes on. Exit codes: 0 done, or nothing to do; 1 failed, the
    message says what stands; 2 wrong input; 3 the checks fail; 4 the stack is locked, and its
    owner may run; 7 a migration cannot be undone, the ways out are told.

    Example: python -m operations recover deployment --env prod --back
    """
    with errors_for_people(), aws_errors():
        from operations.environments import Place
        from operations.recovery.way_forward import Wanted

        wanted = Wanted(back, forward, to, owner_gone, _answers(made or [], not_made or []))
        one, runs = prepared(env, system, Place(profile, endpoint_url), wanted)
        found = under_way(runs, one.kind, take_over)
        if found is not None:
            one.go_on(found)
        about = found.about if found is not None else one.decide()
        if found is None and one.nothing(about):
            if json_:
                show_json({"environment": env, "nothing": True, "about": about})
            else:
                typer.echo(
                    f"{env}: there is nothing to recover: no lock, nothing cut off, and what runs is what "
                    f"the files say. A release that is bad all the same: --back."
                )
            return
        carry_out(Asked(env, yes, json_), one, runs, found, about)


def prepared(env: str, system: str | None, place: Place, wanted: Wanted) -> tuple[DeploymentRecovery, Runs]:
    """The recovery of a deployment, and where recoveries are written down."""
    import os
    from datetime import UTC, datetime

    from infra.configuration.day import day
    from operations.checkout import ROOT, declared
    from operations.deployment.deploy import Deployment
    from operations.deployment.records import records_of
    from operations.deployment.smoke import Smoke
    from operations.environments import connect
    from operations.recovery.deployment import DeploymentRecovery, Surroundings
    from operations.recovery.pulumi import Pulumi
    from operations.release_history import commit_of

    configuration = declared(env, system)
    connection = connect(configuration, place)
    records = records_of(configuration, connection)
    today = day(os.environ, datetime.now(UTC).date())
    given = Surroundings(
        connection,
        Pulumi(ROOT, env),
        ROOT,
        _project(),
        records,
        lambda now: Deployment(ROOT, now, records, commit_of(ROOT), today),
        lambda: declared(env, system),
        lambda now: Smoke(now, connection),
    )
    return DeploymentRecovery(given, wanted), runs_of(configuration, connection)


def _project() -> str:
    from infra.configuration.strict_yaml import parse
    from operations.checkout import ROOT

    content = parse((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))
    return str(content["name"])


def _answers(made: list[str], not_made: list[str]) -> dict[str, str]:
    """What people have looked up in AWS."""
    from operations.console import OperationError

    found = dict.fromkeys(not_made, "")
    for text in made:
        urn, _, identifier = text.rpartition("=")
        if not urn.startswith("urn:pulumi:") or not identifier:
            raise OperationError(f"--made: found {text}; allowed: URN=ID.")
        found[urn] = identifier
    return found
