"""How a command ends: its exit code, and a message instead of a traceback.

Standard library only at import: the search for the engine says its errors before anything else is known to
work.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum


class Exit(IntEnum):
    """The exit codes; 0 is success."""

    FAILED = 1
    WRONG_INPUT = 2
    NO_ENGINE = 3
    LOCKED = 4
    DRIFTED = 5
    INTERRUPTED = 130


class CommandError(Exception):
    """Something cannot be done; the message says what was found, what is allowed and what to do."""

    code = Exit.WRONG_INPUT


class CommandFailed(CommandError):
    """The input was right, and still it did not work."""

    code = Exit.FAILED


@contextmanager
def errors_for_people() -> Iterator[None]:
    """Turns every expected failure into its message and exit code."""
    from infra.configuration.validation import ConfigurationError

    try:
        yield
    except CommandError as error:
        _end(str(error), error.code)
    except ConfigurationError as error:
        _end(str(error), Exit.FAILED)
    except KeyboardInterrupt:
        _end("Interrupted.", Exit.INTERRUPTED)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _end(
            f"{where}{error.strerror or error}. Is the disk full or read-only? Free some space, or name "
            "another place: OUTPUT=… for what is written, TMPDIR for what is in passing.",
            Exit.FAILED,
        )


def _end(message: str, code: Exit) -> None:
    import typer

    typer.echo(message, err=True)
    raise typer.Exit(code) from None
