"""The screen of a recovery of files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import typer

from operations.console import show_table
from operations.recovery.file_plan import MANY, Action, Plan, examples
from operations.recovery.files import Wanted
from operations.recovery.moment import show

_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")


def size(number: float) -> str:
    """Bytes as people read them: 1.2 GB."""
    unit = 0
    while number >= 1000 and unit < len(_UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.0f} bytes" if unit == 0 else f"{number:.1f} {_UNITS[unit]}"


def duration(seconds: float) -> str:
    """Seconds as people read them: 25 s, 12 min, 3 h 20 min."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def show_plan(environment: str, wanted: Wanted, plan: Plan) -> None:
    """What will be done, before anybody is asked."""
    where = f"{wanted.bucket.name}" + (f", keys that begin with {wanted.prefix}" if wanted.prefix else "")
    typer.echo(f"{environment}  {where}, as of {show(wanted.moment)}\n")
    restored, removed = plan.of(Action.RESTORE), plan.of(Action.REMOVE)
    show_table(
        ("", "files", "size", "for example"),
        [
            (
                "restored: the version of then is copied on top",
                f"{len(restored):,}",
                size(sum(change.size for change in restored)),
                ", ".join(examples(plan, Action.RESTORE, 3)),
            ),
            (
                "removed by a marker: not there then",
                f"{len(removed):,}",
                size(sum(change.now.size for change in removed)),
                ", ".join(examples(plan, Action.REMOVE, 3)),
            ),
            ("unchanged", f"{plan.unchanged:,}", size(plan.unchanged_bytes), ""),
        ],
    )
    if plan.archived:
        typer.echo(
            f"\n{len(plan.archived):,} of them are in S3's archive, which takes 3 to 5 hours to give them "
            "back; the others do not wait for them."
        )
    if len(plan.changes) > MANY:
        typer.echo(
            f"\nThat takes about {duration(plan.seconds)} (an estimate: S3 promises no speed). Stop the "
            "services that write there for so long, or run it again afterwards. It can be interrupted: run "
            "again, it goes on."
        )
    typer.echo(
        "\nNo version is deleted: what is there now stays below, and can be brought back the same way."
    )


def show_result(record: Mapping[str, Any], address: str) -> None:
    """What was done, and what to do next."""
    counts = ", ".join(
        f"{len(record[name]):,} {name}"
        for name in ("restored", "removed", "waiting", "failed")
        if record[name]
    )
    typer.echo(f"\n{counts or 'Nothing was done'}.")
    for each in record["failed"][:5]:
        typer.echo(f"  {each['key']}: {each['error']}", err=True)
    if record["stopped"]:
        typer.echo(
            f"Ended early: {record['stopped']}. What is told above stands; run it again to go on.", err=True
        )
    if record["waiting"]:
        typer.echo(
            f"S3 brings {len(record['waiting']):,} files back from its archive: run the same command again "
            "in 5 hours; it goes on with them."
        )
    if record["checked"]:
        which = "every other file" if record["failed"] or record["waiting"] else "every file"
        typer.echo(f"check  ok: {which} is as it was then, by size, checksum, metadata and tags.")
    elif record["differing"]:
        typer.echo(
            f"check  FAILED: {len(record['differing']):,} files are not as they were then, as "
            f"{', '.join(record['differing'][:3])}. Somebody wrote them meanwhile: stop who writes there, "
            "and run the same command again.",
            err=True,
        )
    typer.echo(f"Record: {address}\nBack:   {record['back']}")
