"""Progress of long work: a bar on a terminal, a line now and then in a log. All on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import typer

EVERY_SECONDS = 15.0


class Step(Protocol):
    """Says that one more is done."""

    def __call__(self) -> None: ...


@contextmanager
def progress(what: str, total: int) -> Iterator[Step]:
    """Shows how many of `total` are done, while the block runs."""
    if sys.stderr.isatty():
        with _bar(what, total) as step:
            yield step
    else:
        yield _lines(what, total)


@contextmanager
def _bar(what: str, total: int) -> Iterator[Step]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as shown:
        task = shown.add_task(what, total=total)
        yield lambda: shown.advance(task)


def _lines(what: str, total: int) -> Step:
    done, told = 0, time.monotonic()

    def step() -> None:
        nonlocal done, told
        done += 1
        if time.monotonic() - told >= EVERY_SECONDS:
            told = time.monotonic()
            typer.echo(f"{what}: {done:,} of {total:,}", err=True)

    return step
