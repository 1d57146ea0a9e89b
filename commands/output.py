"""What a command prints for scripts."""

from __future__ import annotations

import json
from typing import Any

import typer


def show_json(value: Any) -> None:
    """The result as JSON."""
    typer.echo(json.dumps(value, indent=2, sort_keys=True, default=str))
