"""The command `recover plan`: what a recovery would do, as a table, as bars, and as a picture."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.errors import errors_for_people
from commands.output import show_json
from operations.options import (
    BackupEndpoint,
    BackupProfile,
    Endpoint,
    Environment,
    Json,
    Profile,
    SystemFile,
)
from operations.recovery_frame import OneOfSeveral, aws_errors, check_time, runs_of

if TYPE_CHECKING:
    from operations.environments import Place
    from operations.recovery.run import Runs


class Of(StrEnum):
    """What would be recovered."""

    DATABASE = "database"
    REGION = "region"
    DEPLOYMENT = "deployment"
    ACCOUNT = "account"


Planned = tuple[OneOfSeveral, "Runs", Callable[[], dict[str, Any]]]


def plan(  # noqa: PLR0913, PLR0917  # its options
    env: Environment,
    of: Annotated[Of, typer.Option(help="what would be recovered")] = Of.DATABASE,
    to: Annotated[
        str, typer.Option(help="of database and account: `latest`, or a time with its zone")
    ] = "latest",
    snapshot: Annotated[str, typer.Option(help="of the database: a snapshot, in place of a time")] = "",
    from_backup: Annotated[str, typer.Option(help="of the database: a backup on demand, by its id")] = "",
    back: Annotated[
        bool, typer.Option("--back", help="to the instance, or the versions, that served before")
    ] = False,
    output: Annotated[Path | None, typer.Option(help="a picture of the timeline, as SVG")] = None,
    system: SystemFile = None,
    profile: Profile = None,
    backup_profile: BackupProfile = None,
    endpoint_url: Endpoint = None,
    backup_endpoint_url: BackupEndpoint = None,
    json_: Json = False,
) -> None:
    """Show what a recovery would do, how long AWS takes for each step, and what is lost. Changes nothing.

    Of one that is under way it shows that one. Exit codes: 0 shown; 1 AWS cannot be asked, or it could not
    be recovered; 2 wrong input; 4 of a deployment: the stack is locked; 7 a migration cannot be undone.

    Example: python -m operations recover plan --env prod --of region
    """
    with errors_for_people(), aws_errors():
        from commands.files import check_output, write_atomically
        from operations.environments import Place
        from operations.recovery import timeline
        from operations.recovery.session import plan_as_json, plan_lines

        if of in (Of.DATABASE, Of.ACCOUNT):
            check_time(to)
        check_output(output)
        place = Place(profile, endpoint_url)
        if of is Of.DATABASE:
            one, runs, decide = _database(env, system, place, to, snapshot, from_backup, back)
        elif of is Of.REGION:
            one, runs, decide = _region(env, system, place)
        elif of is Of.ACCOUNT:
            one, runs, decide = _account(env, system, place, Place(backup_profile, backup_endpoint_url), to)
        else:
            one, runs, decide = _deployment(env, system, place, back)
        found = runs.current()
        if found is None or found.kind != one.kind:
            found = runs.imagined(one.kind, decide())
        recovery = one.plan(found)
        if output is not None:
            write_atomically(output, timeline.picture(recovery))
        if json_:
            show_json(plan_as_json(recovery))
            return
        typer.echo("\n".join([*plan_lines(recovery), "", *timeline.lines(recovery)]))
        if output is not None:
            typer.echo(f"\nPicture: {output}")


def _database(  # the command's options
    env: str, system: str | None, place: Place, to: str, snapshot: str, from_backup: str, back: bool
) -> Planned:
    from operations.recovery.database import Wanted
    from operations.recovery_commands import prepared, snapshot_of

    one, runs = prepared(env, system, place.profile, place.endpoint_url)
    named = snapshot_of(runs, snapshot, from_backup)
    wanted = Wanted("" if named or back else to, named, back)
    return one, runs, lambda: one.decide(wanted)


def _region(env: str, system: str | None, place: Place) -> Planned:
    """As if the region did not answer; it is not asked more than whether it does."""
    from operations.checkout import declared
    from operations.environments import connect
    from operations.recovery.region import RegionRecovery, recovered
    from operations.region_commands import surroundings

    after = recovered(declared(env, system))
    given = surroundings(after, place)
    one = RegionRecovery(after, given, lambda: connect(after.in_recovery_region, place))
    return one, runs_of(after, given.connection), lambda: one.decide("", force=True)


def _account(env: str, system: str | None, place: Place, outside: Place, to: str) -> Planned:
    """As if it were empty: nothing of what stands there is looked at."""
    from operations.account_command import prepared

    one, runs = prepared(env, system, place, outside)
    return one, runs, lambda: one.decide(to, force=True)


def _deployment(env: str, system: str | None, place: Place, back: bool) -> Planned:
    from operations.deployment_recovery_command import prepared
    from operations.recovery.way_forward import Wanted

    one, runs = prepared(env, system, place, Wanted(back=back))
    return one, runs, one.decide
