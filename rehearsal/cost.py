"""`make cost`: what an environment costs a month, by part, and what of it nobody can say."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.table import Table

from costs.bill import Bill, told
from infra.configuration.day import day
from preview.change import change_of
from preview.money import bill_after
from preview.support import support_notices
from rehearsal.console import Terminal
from rehearsal.throwaway import throwaway_session


def bill(root: Path, environment: str, engine: Path, *, system: Path | None = None) -> Bill:
    """The bill of an environment, from the engine's preview of all of it; nothing is made.

    Args:
        root: the checkout.
        environment: the stack's name.
        engine: the `pulumi` command.
        system: another system file than the checkout's.
    """
    with (
        throwaway_session(root, environment, engine, system=system) as session,
        Terminal().progress(f"preview of {environment}") as progress,
    ):
        change = change_of(environment, session.preview(progress).log.planned)
    today = day(os.environ, datetime.now(UTC).date())
    return replace(bill_after(change), notes=tuple(support_notices(change, today)))


def show(found: Bill, environment: str) -> None:
    """A table by part, then what is not in it."""
    terminal = Terminal()
    terminal.out.print(f"{environment}: {found.total:,.2f} US$ a month at list prices, on demand")
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Part")
    table.add_column("US$", justify="right")
    table.add_column("for")
    for area, dollars in found.parts.items():
        lines = [str(line) for line in found.lines if line.area == area and line.price]
        table.add_row(area, f"{dollars:,.2f}", ", ".join(lines))
    terminal.out.print(table)
    if found.missing:
        items = ", ".join(told(what, count, region) for (what, region), count in found.missing.items())
        terminal.out.print(f"\nprice not known, and not in the sum: {items}")
        terminal.out.print("`make prices` asks AWS's price list, with the credentials of any account")
    if found.by_use:
        terminal.out.print(f"\npaid for by use, and not in the sum: {'; '.join(found.by_use)}")
    if found.unknown:
        terminal.out.print(f"\nnothing is known of: {', '.join(found.unknown)}")
    for note in found.notes:
        terminal.out.print(f"\n{note}")


def as_json(found: Bill, environment: str) -> dict[str, Any]:
    """The same for scripts, with the source of each price."""
    return {
        "environment": environment,
        "dollars": round(found.total, 2),
        "parts": {area: round(dollars, 2) for area, dollars in found.parts.items()},
        "lines": [
            {
                "part": line.area,
                "what": line.item.what,
                "region": line.item.region,
                "quantity": line.item.quantity,
                "dollars": None if line.monthly is None else round(line.monthly, 2),
                "source": line.price.source.where if line.price else "",
                "day": line.price.source.day.isoformat() if line.price else "",
            }
            for line in found.lines
        ],
        "byUse": list(found.by_use),
        "unknown": list(found.unknown),
        "notes": list(found.notes),
    }
