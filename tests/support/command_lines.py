"""The two command lines, and every command of theirs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import typer
from typer.main import get_command

from operations import cli as operations_cli
from rehearsal import cli as rehearsal_cli

APPS: Mapping[str, typer.Typer] = {"rehearsal": rehearsal_cli.app, "operations": operations_cli.app}


def commands_of(app: typer.Typer) -> dict[str, Any]:
    """The commands of a command line by their words, as `secret set`."""
    return dict(_commands(get_command(app), ""))


def _commands(group: Any, words: str) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{words}{name} ")
        else:
            yield f"{words}{name}", command
