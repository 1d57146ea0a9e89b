"""A person's confirmation, asked for once, before something changes that many depend on."""

from __future__ import annotations

import sys

import typer

from operations.console import OperationError


def confirm(environment: str, *, yes: bool, asked: str = "Nothing was changed.") -> None:
    """Goes on when the environment's name is typed, or with `--yes`.

    Args:
        environment: whose name has to be typed.
        yes: `--yes` was given.
        asked: what stands as it was, for who types something else.

    Raises:
        OperationError: another name was typed, or there is nobody to ask.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise OperationError(
            f"nobody can be asked whether to go on: standard input is no terminal. {asked} "
            "Look at it with --dry-run, then add --yes."
        )
    typed = typer.prompt(f"Type {environment} to begin", default="", show_default=False, err=True)
    if typed.strip() != environment:
        raise OperationError(f"found {typed.strip()!r}, not {environment}. {asked}")
