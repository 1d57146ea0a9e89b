"""Errors and tables that the operations share."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from commands.errors import CommandError, Exit


class OperationError(CommandError):
    """Something cannot be done; the message says what was found, what is allowed and what to do."""


class OperationFailed(OperationError):
    """The input was right, and still it did not work."""

    code = Exit.FAILED


def without(error: Exception, value: str) -> str:
    """AWS's words about a secret, in which its value has no business to be."""
    return str(error).replace(value, "…") if value else str(error)


def show_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on standard output; without colours where NO_COLOR is set or nobody is looking."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, heading in enumerate(headings):
        table.add_column(heading, overflow="fold", no_wrap=number == 0)  # a name stays in one piece
    for row in rows:
        table.add_row(*row)
    console = Console(highlight=False, soft_wrap=True)
    if not console.is_terminal:  # a file or another program takes lines of any length
        console.width = 200
    console.print(table)


def to_errors(line: str) -> None:
    """A line on standard error: what goes on, beside what a command answers."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def where_lines_go(json_: bool) -> Callable[[str], None]:
    """Where the engine's lines go: with --json nothing but JSON is on standard output."""
    stream = sys.stderr if json_ else sys.stdout

    def show(line: str) -> None:
        stream.write(line)
        stream.flush()

    return show
