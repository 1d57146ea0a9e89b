"""Output of commands for scripts. docs/output.schema.json says what each prints."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from io import TextIOWrapper
from typing import Any

import typer

# The command that runs, when its result is to be JSON.
_command: ContextVar[str | None] = ContextVar("command", default=None)


def take_any_text() -> None:
    """Has the terminal take what its encoding has no sign for (LC_ALL=C), instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def as_json(wanted: bool, command: str) -> Iterator[bool]:
    """While `command` (`secret set`) runs; gives whether its result is wanted as JSON."""
    before = _command.set(command if wanted else None)
    try:
        yield wanted
    finally:
        _command.reset(before)


def json_wanted() -> bool:
    """Whether the command that runs prints JSON, its errors among it."""
    return _command.get() is not None


def show_json(value: Any) -> None:
    """The result, or what went wrong, as JSON."""
    write(_command.get(), json.dumps(value, indent=2, sort_keys=True, default=str))


def write(command: str | None, text: str) -> None:
    """The text of a command's JSON to standard output."""
    typer.echo(text)
