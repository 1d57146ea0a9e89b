"""The command `recover files`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.errors import Exit, errors_for_people
from commands.output import show_json
from operations.options import Endpoint, Environment, Json, Profile, SystemFile, Yes

if TYPE_CHECKING:
    from infra.configuration import Configuration
    from operations.environments import Connection
    from operations.recovery.file_plan import Plan
    from operations.recovery.files import Done, Wanted
    from operations.recovery.record import Kept

To = Annotated[str, typer.Option("--to", help="the time, as 2026-11-28T02:41:00Z")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="only say what would be done")]


def files(
    bucket: Annotated[str, typer.Argument(help="what the program calls it (documents), or S3's name")],
    to: To,
    env: Environment,
    prefix: Annotated[str, typer.Option(help="only keys that begin so")] = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    output: Annotated[Path, typer.Option(help="the folder for the record on this machine")] = Path(
        "recoveries"
    ),
    system: SystemFile = None,
    profile: Profile = None,
    endpoint_url: Endpoint = None,
    json_: Json = False,
) -> None:
    """Bring a bucket's files back to a time. No version is ever deleted; run again, it goes on.

    Each key gets its last version up to that time copied on top, with its metadata, tags and key of KMS; what
    was not there then is hidden by a delete marker. A check afterwards compares all of it.

    Exit codes: 0 done, or nothing to do; 1 AWS refused something, or files come from the archive first (run
    again); 2 wrong input, or not confirmed; 3 the check afterwards found differences.

    Example: python -m operations recover files documents --env prod --to 2026-11-28T14:30Z
    """
    with errors_for_people():
        from operations.checkout import declared
        from operations.environments import Place, connect
        from operations.recovery import file_screen
        from operations.recovery.buckets import meant
        from operations.recovery.confirmation import confirm
        from operations.recovery.file_record import copies_in, folder_of, planned
        from operations.recovery.files import Done, Wanted, clock_of, look, s3_of
        from operations.recovery.moment import ago, parse
        from operations.recovery.record import earlier

        configuration = declared(env, system)
        found = meant(configuration, bucket)
        connection = connect(configuration, Place(profile, endpoint_url))
        client = s3_of(connection, found.region)
        now = clock_of(client, found)
        wanted = Wanted(found, prefix, parse(to, "--to", now, oldest=ago(found.days, now)))
        backups = _backups(configuration, connection)
        copies = copies_in(earlier(*backups, folder_of(wanted)))
        plan = look(client, wanted, copies)
        if not json_:
            file_screen.show_plan(env, wanted, plan)
        if dry_run or not plan.changes:
            _nothing_done(planned(plan), dry_run=dry_run, json_=json_)
            return
        confirm(env, yes=yes)
        done = Done()
        record, kept = _carried_out(client, backups, env, wanted, plan, copies, done, output)
        if json_:
            show_json({**record, "record": kept.address or str(kept.file)})
        else:
            file_screen.show_result(record, kept.address or str(kept.file))
        if kept.problem:
            typer.echo(f"The record is on this machine alone: {kept.problem}", err=True)
        _end(done, kept)


def _backups(configuration: Configuration, connection: Connection) -> tuple[Any, str]:
    """A client, and the bucket for the record: of the region that the environment is at home in."""
    from infra.configuration.buckets import BACKUPS

    region = configuration.settings.region
    return connection.client("s3", region), configuration.naming.bucket(BACKUPS, region)


def _carried_out(
    client: Any,
    backups: tuple[Any, str],
    env: str,
    wanted: Wanted,
    plan: Plan,
    copies: dict[str, str],
    done: Done,
    output: Path,
) -> tuple[dict[str, Any], Kept]:
    """Does it, checks it, and keeps the record: of an interrupted one as well."""
    from operations.recovery import file_record, files
    from operations.recovery.record import keep

    def kept() -> tuple[dict[str, Any], Kept]:
        record = file_record.as_json(env, wanted, plan, done, datetime.now(UTC))
        name = file_record.name_of(wanted, done.began or datetime.now(UTC))
        return record, keep(*backups, name, record, file_record.as_markdown(record), output)

    try:
        files.carry_out(client, wanted, plan, done)
        if not done.stopped:
            files.check(client, wanted, copies, done)
    except BaseException as error:
        done.stopped = str(error) or "it was interrupted"
        _, where = kept()
        typer.echo(
            f"Record of what was done: {where.address or where.file}. Run it again to go on.", err=True
        )
        raise
    return kept()


def _nothing_done(plan: dict[str, Any], *, dry_run: bool, json_: bool) -> None:
    if json_:
        show_json({"planned": plan, "dryRun": dry_run})
    elif plan["restore"]["files"] + plan["remove"]["files"] == 0:
        typer.echo("\nNothing to do: the bucket shows what it showed then.")
    else:
        typer.echo("\nNothing was done (--dry-run).")


def _end(done: Done, kept: Kept) -> None:
    if done.failed or done.stopped or done.waiting or kept.problem:
        raise typer.Exit(Exit.FAILED)
    if not done.checked:
        raise typer.Exit(Exit.CHECKS_FAILED)


def add_to(recover: typer.Typer) -> None:
    """Adds the command to those that bring back what was lost."""
    recover.command()(files)
