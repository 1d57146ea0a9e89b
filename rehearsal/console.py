"""The terminal: progress while the engine works, tables when it is done.

On a terminal progress is one line that changes; elsewhere (CI, a file) a plain line every few
seconds. NO_COLOR and TERM=dumb are honoured (rich does). With `--json` nothing but JSON goes to
standard output; progress always goes to standard error.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from preview.property import Property
from rehearsal.changed import Changed
from rehearsal.engine_process import Progress
from rehearsal.events import Log
from rehearsal.inventory import Inventory, Standing

# Away from a terminal a line this often shows that work goes on.
_PLAIN_LINE_SECONDS = 3.0

_VERBS = {
    "create": "creating",
    "update": "updating",
    "delete": "deleting",
    "refresh": "reading",
    "replace": "replacing",
}


_COLOURS = {"replaced": "red", "deleted": "red", "forgotten": "red", "updated": "yellow"}


class Terminal:
    """Standard output for results and standard error for progress."""

    def __init__(self) -> None:
        self.out = Console(highlight=False, soft_wrap=True)
        self.err = Console(stderr=True, highlight=False, soft_wrap=True)

    def say(self, text: str) -> None:
        """A line about what is going on."""
        self.err.print(Text(text))

    @contextmanager
    def progress(self, what: str) -> Iterator[Progress]:
        """Shows an operation of the engine while the block runs."""
        if self.err.is_terminal:
            with Live(console=self.err, refresh_per_second=10, transient=True) as live:
                begun = time.monotonic()
                yield lambda log: live.update(_line(what, log, time.monotonic() - begun))
            return
        shown = [time.monotonic()]

        def plain(log: Log) -> None:
            if time.monotonic() - shown[0] >= _PLAIN_LINE_SECONDS:
                shown[0] = time.monotonic()
                self.say(f"{what}: {len(log.done)} resources done")

        yield plain

    def inventory(self, inventory: Inventory) -> None:
        """A table of what was made, by area."""
        standings = [standing for standing in Standing if inventory.totals[standing]]
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("Area")
        for standing in standings:
            table.add_column(standing.value, justify="right")
        for area, counts in sorted(inventory.areas.items()):
            table.add_row(area, *(str(counts[s] or "") for s in standings))
        table.add_section()
        table.add_row("all", *(str(inventory.totals[s]) for s in standings), style="bold")
        self.out.print(table)

    def recorded(self, inventory: Inventory) -> None:
        """The types that nothing stands behind, named one by one."""
        if not inventory.recorded:
            return
        self.out.print("\nRecorded only (moto has no such API; nothing stands behind them):")
        for kind, count in sorted(inventory.recorded.items()):
            note = "  not described yet" if kind in inventory.undescribed else ""
            self.out.print(f"  {count:3}  {kind}{note}")

    def changed(self, changes: Sequence[Changed]) -> None:
        """A line for each resource that is other than before, and what of it."""
        verbs = max((len(each.verb) for each in changes), default=0)
        areas = max((len(each.area) for each in changes), default=0)
        for each in changes:
            line = Text.assemble(
                (each.verb.ljust(verbs), _COLOURS.get(each.verb, "green")),
                f"  {each.area.ljust(areas)}  {each.resource}",
                f"  {'; '.join(map(str, each.properties))}" if each.properties else "",
            )
            self.out.print(line)

    def changed_outputs(self, outputs: Sequence[Property]) -> None:
        """The outputs that are others than before."""
        if outputs:
            self.out.print("\nOutputs that are others than before:")
        for each in outputs:
            self.out.print(Text(f"  {each.path}: {each.before or '(none)'} => {each.after or '(none)'}"))

    def outputs(self, outputs: Mapping[str, Any]) -> None:
        """The stack's outputs, as the engine gave them (secrets masked by it), one value a line."""
        self.out.print("\nOutputs:")
        lines = [line for name, value in sorted(outputs.items()) for line in _flat(name, value)]
        width = max((len(name) for name, _ in lines), default=0)
        for name, value in lines:
            self.out.print(Text(f"  {name.ljust(width)}  {value}"))


def _line(what: str, log: Log, seconds: float) -> Text:
    current = log.planned[-1] if log.planned else None
    doing = f"{_VERBS.get(current.operation, current.operation)} {current.type}" if current else "starting"
    return Text(f"{what}  {len(log.done)} done  {seconds:4.1f} s  {doing}")


def _flat(name: str, value: Any) -> list[tuple[str, str]]:
    """A nested output as lines: `buckets.photos` and its value."""
    if isinstance(value, Mapping):
        return [line for key, item in value.items() for line in _flat(f"{name}.{key}", item)]
    return [(name, value if isinstance(value, str) else json.dumps(value))]
