"""The report of `check-logs` on a log file."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import typer

from commands.files import check_file
from infra.configuration import Configuration
from operations.console import OperationError, show_table
from operations.log_checks import Verdict, check
from operations.log_lines import Log, read_log

STANDARD_INPUT = Path("-")


@dataclass(frozen=True)
class Report:
    """A log, and a verdict on each metric."""

    log: Log
    verdicts: Sequence[Verdict]

    @property
    def is_fine(self) -> bool:
        """Whether every line is found, and every alarm can fire, as far as a log can tell."""
        return (
            self.log.objects > 0
            and not self.log.mistakes
            and all(verdict.state.is_fine for verdict in self.verdicts)
        )

    def as_json(self) -> dict[str, Any]:
        """The report for scripts."""
        return {
            "fine": self.is_fine,
            "lines": self.log.lines,
            "objects": self.log.objects,
            "others": self.log.others,
            "mistakes": [asdict(mistake) for mistake in self.log.mistakes.values()],
            "metrics": [asdict(verdict) for verdict in self.verdicts],
        }

    def show(self) -> None:
        """The report for people."""
        typer.echo(self._counted())
        if self.log.mistakes:
            typer.echo("\nNot found, counted or measured:")
            show_table(
                ("line", "times", "what"),
                [(str(each.first), str(each.count), each.text) for each in self.log.mistakes.values()],
            )
        typer.echo()
        show_table(
            ("metric", "dimensions", "seen", "state", "alarms", "why"),
            [
                (each.metric, each.dimensions, str(each.seen), each.state, ", ".join(each.alarms), each.why)
                for each in self.verdicts
            ],
        )
        silent = sorted({name for each in self.verdicts if not each.state.is_fine for name in each.alarms})
        typer.echo(f"\nAlarms that can never fire with this: {', '.join(silent) or 'none'}.")

    def _counted(self) -> str:
        log = self.log
        counted = f"{log.lines} lines, {log.objects} of them JSON objects"
        return f"{counted}; the first that is none: line {log.others[0]}" if log.others else counted


def report_on(file: Path, configuration: Configuration, service: str | None) -> Report:
    """Reads a log file, or standard input, and checks it.

    Raises:
        OperationError: it cannot be read, is empty, or there is no such service.
    """
    services = configuration.system.services
    if service is not None and service not in services:
        raise OperationError(f"there is no service {service!r}; there are: {', '.join(services)}.")
    try:
        if file == STANDARD_INPUT:
            log = read_log(sys.stdin.buffer)
        else:
            check_file(file)
            with file.open("rb") as lines:
                log = read_log(lines)
    except OSError as error:
        raise OperationError(f"{file}: {error.strerror}. Name a log file, or - for standard input.") from None
    if not log.lines:
        raise OperationError(f"{file}: found nothing; allowed: a log with one JSON object a line.")
    return Report(log, check(log, configuration, service))
