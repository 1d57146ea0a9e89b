"""What a command prints for scripts."""

from __future__ import annotations

import json
import sys
from io import TextIOWrapper
from typing import Any

import typer


def take_any_text() -> None:
    """Has the terminal take what its encoding has no sign for (LC_ALL=C), instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def show_json(value: Any) -> None:
    """The result as JSON."""
    typer.echo(json.dumps(value, indent=2, sort_keys=True, default=str))
