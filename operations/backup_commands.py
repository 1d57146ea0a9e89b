"""The commands `backup` and `backups`: everything taken on demand, and what one can go back to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from commands.errors import errors_for_people
from commands.output import json_wanted, show_json
from operations.options import Endpoint, Environment, Json, Profile, SystemFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from operations.backup.available import Available, Unknown
    from operations.backup.manifest import Begun, Manifests

# Of each kind, unless all are asked for: 30 days of snapshots of everything fill many screens.
SHOWN = 5

Anew = Annotated[bool, typer.Option("--anew", help="begin another one, where one was interrupted")]
All = Annotated[bool, typer.Option("--all", help=f"all of them, and not the latest {SHOWN} of each kind")]


def backup(
    env: Environment,
    anew: Anew = False,
    system: SystemFile = None,
    profile: Profile = None,
    endpoint_url: Endpoint = None,
    json_: Json = False,
) -> None:
    """Take a backup of everything now: database, its copy, Redis queue, secrets, state, release.

    Its manifest is written last, into the backups bucket: with one, it is complete. Interrupted anywhere, the
    same command goes on. Exit codes: 0 complete, and what is not in it is said; 1 AWS refused something, the
    message says what stands; 2 wrong input.

    Example: python -m operations backup --env prod
    """
    with errors_for_people():
        from infra.configuration.buckets import BACKUPS
        from operations.backup.manifest import Manifests
        from operations.backup.take import Backup, carry_out, plan_lines
        from operations.checkout import ROOT, declared
        from operations.environments import Place, connect
        from operations.recovery.run import person

        def say(line: str) -> None:
            typer.echo(line, err=json_wanted())

        configuration = declared(env, system)
        connection = connect(configuration, Place(profile, endpoint_url))
        manifests = Manifests(connection.client("s3"), configuration.naming.bucket(BACKUPS))
        who = person(connection.client("sts").get_caller_identity()["Arn"])
        begun, goes_on = _begun(manifests, who, anew=anew)
        steps = Backup(configuration, connection, manifests, begun, ROOT).steps()
        say(f"{env}  backup {begun.id}" + (f", begun by {begun.who}: it goes on" if goes_on else ""))
        for line in plan_lines(steps):
            say(line)
        carry_out(steps, begun, say)
        manifest = manifests.read(begun.id)
        if json_:
            show_json({**manifest, "manifest": manifests.address(begun.id)})
            return
        for missing in manifest["missing"]:
            typer.echo(f"\nNot in it: {missing}.")
        typer.echo(f"\nComplete: {manifests.address(begun.id)}")
        typer.echo(f"Back to it: make recover ENV={env} BACKUP={begun.id}")


def _begun(manifests: Manifests, who: str, *, anew: bool) -> tuple[Begun, bool]:
    interrupted = None if anew else manifests.interrupted(datetime.now(UTC))
    return (interrupted, True) if interrupted else (manifests.begin(who), False)


def backups(
    env: Environment,
    all_: All = False,
    system: SystemFile = None,
    profile: Profile = None,
    endpoint_url: Endpoint = None,
    json_: Json = False,
) -> None:
    """List what one can go back to: times, snapshots, backups on demand, AWS Backup's recovery points.

    Exit codes: 0 listed, and what AWS did not tell is said; 1 AWS cannot be asked; 2 wrong input.

    Example: python -m operations backups --env prod --all
    """
    with errors_for_people():
        from operations.backup.available import Inventory, as_json
        from operations.checkout import declared
        from operations.environments import Place, connect

        configuration = declared(env, system)
        connection = connect(configuration, Place(profile, endpoint_url))
        found, unknown = Inventory(configuration, connection).asked()
        if json_:
            show_json(as_json(env, found, unknown))
        else:
            _show(found, unknown, datetime.now(UTC), every=all_)


def _show(found: Sequence[Available], unknown: Sequence[Unknown], now: datetime, *, every: bool) -> None:
    from operations.console import show_table
    from operations.recovery.file_screen import size

    rows = []
    for kind in dict.fromkeys(each.kind for each in found):
        there = [each for each in found if each.kind is kind]
        for each in there if every else there[:SHOWN]:
            taken = _age(each.made, now)
            when = f"{_age(each.since, now)} … {taken}" if each.since else taken
            much = "" if each.size is None else size(each.size)
            rows.append((kind.value, each.id, each.region, when, much, each.state, each.use))
        if len(there) > SHOWN and not every:
            rows.append(("", f"and {len(there) - SHOWN} older ones: --all", "", "", "", "", ""))
    show_table(("what", "id", "region", "age", "size", "", "to go back"), rows)
    for untold in unknown:
        typer.echo(f"Not known: {untold.kind.value} in {untold.region}: {untold.why}")


def _age(made: str, now: datetime) -> str:
    if not made:
        return ""
    minutes = max((now - datetime.fromisoformat(made)).total_seconds(), 0) / 60
    if minutes < 120:
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.0f} h" if minutes < 72 * 60 else f"{minutes / 60 / 24:.0f} days"


def add_to(app: typer.Typer) -> None:
    """Adds the commands to the command line."""
    app.command()(backup)
    app.command()(backups)
