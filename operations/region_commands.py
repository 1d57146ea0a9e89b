"""The commands `recover region` and `recover region-back`: a region that is lost, left, or there again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from commands.errors import errors_for_people
from operations.options import Endpoint, Environment, Json, Profile, SystemFile, TakeOver, Yes
from operations.recovery_frame import Asked, aws_errors, carry_out, runs_of, under_way

if TYPE_CHECKING:
    from infra.configuration import Configuration
    from operations.environments import Place
    from operations.recovery.region import Surroundings


def add_to(recover: typer.Typer) -> None:
    """Adds the commands to `recover`."""
    recover.command()(region)
    recover.command()(region_back)


def region(  # noqa: PLR0913, PLR0917  # its options
    env: Environment,
    to: Annotated[str, typer.Option(help="the other region, to move there on purpose: no row is lost")] = "",
    force: Annotated[bool, typer.Option("--force", help="also when the region still answers")] = False,
    yes: Yes = False,
    take_over: TakeOver = False,
    system: SystemFile = None,
    profile: Profile = None,
    endpoint_url: Endpoint = None,
    json_: Json = False,
) -> None:
    """Run everything in the recovery region, when the one that it runs in is lost, or is left on purpose.

    Promotes the replica, takes the lost region out of the state, deploys, and looks whether people can work.
    Nothing asks the lost region. Interrupted anywhere, the same command goes on. Exit codes: 0 done;
    1 failed, the message says what stands; 2 wrong input, or the region answers.

    Example: python -m operations recover region --env prod
    """
    with errors_for_people(), aws_errors():
        from operations.checkout import declared

        found_there = declared(env, system)  # a mistake in the files is told before all else is loaded
        from operations.environments import Place, connect
        from operations.recovery.region import RegionRecovery, check_target, recovered

        after, place = recovered(found_there), Place(profile, endpoint_url)
        if to:
            check_target(after, to)
        given = surroundings(after, place)
        one = RegionRecovery(after, given, lambda: connect(after.in_recovery_region, place))
        runs = runs_of(after, given.connection)
        found = under_way(runs, one.kind, take_over, outranks=not to)
        about = found.about if found is not None else one.decide(to, force=force)
        carry_out(Asked(env, yes, json_, outranks=not to), one, runs, found, about)


def region_back(
    env: Environment,
    yes: Yes = False,
    take_over: TakeOver = False,
    system: SystemFile = None,
    profile: Profile = None,
    endpoint_url: Endpoint = None,
    json_: Json = False,
) -> None:
    """Fence a lost region that answers again, and have it wait with copies of the one that serves.

    People go on working meanwhile. Its database is put aside, and all else that stands there is the engine's
    again. Interrupted anywhere, the same command goes on. Exit codes: 0 done; 1 failed, the message says what
    stands, or the region does not answer yet; 2 wrong input, or no region is lost.

    Example: python -m operations recover region-back --env prod
    """
    with errors_for_people(), aws_errors():
        from operations.checkout import declared
        from operations.environments import Place, connect
        from operations.recovery.region_back import RegionBack

        serving, place = declared(env, system), Place(profile, endpoint_url)
        given = surroundings(serving, place)
        one = RegionBack(serving, given, connect(serving.in_recovery_region, place))
        runs = runs_of(serving, given.connection)
        found = under_way(runs, one.kind, take_over)
        about = found.about if found is not None else one.decide()
        carry_out(Asked(env, yes, json_), one, runs, found, about)


def surroundings(configuration: Configuration, place: Place) -> Surroundings:
    """What a recovery of a region works with, in the region that everything runs in afterwards."""
    from operations.checkout import ROOT
    from operations.environments import connect
    from operations.recovery.pulumi import Pulumi
    from operations.recovery.region import Surroundings
    from operations.versions import stack_file

    env = configuration.settings.environment.value
    connection = connect(configuration, place)
    return Surroundings(connection, Pulumi(ROOT, env), stack_file(ROOT, env), ROOT / "recoveries")
