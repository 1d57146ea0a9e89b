"""`make timeline`: how an environment would come into being on AWS, as a picture or as JSON."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from commands.files import write_atomically
from rehearsal.console import Terminal
from rehearsal.throwaway import throwaway_session
from timing.forecast import Forecast
from timing.picture import picture


def timeline(
    root: Path, environment: str, engine: Path, *, workers: int, system: Path | None = None
) -> Forecast:
    """The creation of a whole environment; nothing is made for it, the engine's preview is enough.

    Args:
        root: the checkout.
        environment: the stack's name.
        engine: the `pulumi` command.
        workers: how many operations the engine has under way at once.
        system: another system file than the checkout's.
    """
    with (
        throwaway_session(root, environment, engine, system=system) as session,
        Terminal().progress(f"preview of {environment}") as progress,
    ):
        _, forecast = session.forecast(progress)
        return replace(forecast, workers=workers)


def write_picture(forecast: Forecast, environment: str, file: Path) -> None:
    """Writes the schedule as SVG."""
    write_atomically(file, picture(forecast, f"{environment}, from nothing"))


def as_json(forecast: Forecast, environment: str) -> dict[str, Any]:
    """The schedule for scripts: seconds from the start of the deployment."""
    return {
        "environment": environment,
        "parallel": forecast.workers,
        **forecast.as_json(),
        "steps": forecast.steps_as_json(),
    }
