"""What all commands share: their exit codes, and messages instead of tracebacks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

import typer
from rich.console import Console
from rich.table import Table


class Exit(IntEnum):
    """The exit codes; 0 is success."""

    FAILED = 1
    WRONG_INPUT = 2


class OperationError(Exception):
    """Something cannot be done; the message says what was found, what is allowed and what to do."""

    code = Exit.WRONG_INPUT


class OperationFailed(OperationError):
    """The input was right, and still it did not work."""

    code = Exit.FAILED


def without(error: Exception, value: str) -> str:
    """AWS's words about a secret, in which its value has no business to be."""
    return str(error).replace(value, "…") if value else str(error)


@contextmanager
def errors_for_people() -> Iterator[None]:
    """Turns every expected failure into its message and exit code."""
    try:
        yield
    except OperationError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(error.code) from None
    except KeyboardInterrupt:
        typer.echo("Interrupted.", err=True)
        raise typer.Exit(130) from None


def show_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on standard output; without colours where NO_COLOR is set or nobody is looking."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, heading in enumerate(headings):
        table.add_column(heading, overflow="fold", no_wrap=number == 0)  # a name stays in one piece
    for row in rows:
        table.add_row(*row)
    console = Console(highlight=False, soft_wrap=True)
    if not console.is_terminal:  # a file or another program takes lines of any length
        console.width = 200
    console.print(table)


def show_json(value: Any) -> None:
    """The result for scripts."""
    typer.echo(json.dumps(value, indent=2, sort_keys=True, default=str))
