"""Errors of commands: an exit code, and a message instead of a traceback.

Standard library only at import: the search for the engine says its errors before anything else is known to
work.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum, StrEnum
from typing import Any


class Exit(IntEnum):
    """The exit codes; 0 is success."""

    FAILED = 1
    WRONG_INPUT = 2
    NO_ENGINE = 3  # of the rehearsal
    CHECKS_FAILED = 3  # of the operations, which need none
    LOCKED = 4
    DRIFTED = 5  # of the rehearsal's `drift` and of an account's `drifted`
    NOT_APPROVED = 5  # of preview: what loses data or weakens protection has no line in approvals.yaml
    ALARM = 6  # one that wakes somebody up, in the watch after a deployment
    NO_WAY_BACK = 7  # the release's migration cannot be undone
    PLAN_CHANGED = 8  # what would be done is not what was agreed to
    INTERRUPTED = 130


class ErrorCode(StrEnum):
    """What went wrong, in one word for scripts."""

    USAGE = "usage"  # no such command, option or value
    WRONG_INPUT = "wrong-input"
    CONFIGURATION = "configuration"  # mistakes in the two files
    FAILED = "failed"
    NO_ENGINE = "no-engine"
    CHECKS_FAILED = "checks-failed"  # what was restored is not good, and nothing was switched to it
    LOCKED = "locked"
    NOT_APPROVED = "not-approved"
    NO_WAY_BACK = "no-way-back"
    PLAN_CHANGED = "plan-changed"
    INTERRUPTED = "interrupted"
    SYSTEM = "system"  # of the machine: a full disk, no permission
    UNEXPECTED = "unexpected"  # a mistake of this program; its traceback is on standard error


class CommandError(Exception):
    """Something cannot be done; the message says what was found, what is allowed and what to do."""

    code = Exit.WRONG_INPUT

    @property
    def word(self) -> ErrorCode:
        """What went wrong, for scripts."""
        return ErrorCode[self.code.name]

    def details(self) -> dict[str, Any]:
        """More than the message, for scripts."""
        return {}


class CommandFailed(CommandError):
    """The input was right, and still it did not work."""

    code = Exit.FAILED


_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def errors_for_people() -> Iterator[None]:
    """Turns every expected failure into its message (with `--json`, into JSON) and exit code."""
    from infra.configuration.validation import ConfigurationError

    try:
        yield
    except CommandError as error:
        _end(error.word, str(error), error.code, **error.details())
    except ConfigurationError as error:
        problems = [vars(problem) for problem in error.problems]
        _end(ErrorCode.CONFIGURATION, str(error), Exit.FAILED, problems=problems)
    except KeyboardInterrupt:
        _end(ErrorCode.INTERRUPTED, "Interrupted.", Exit.INTERRUPTED)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        full = "Free some space, or name" if error.errno in _NO_SPACE else "Name"
        _end(
            ErrorCode.SYSTEM,
            f"{where}{error.strerror or error}. {full} another place: OUTPUT=… for what is written, "
            "XDG_STATE_HOME for what is kept of environments, TMPDIR for what is in passing.",
            Exit.FAILED,
        )


def _end(word: ErrorCode, message: str, code: Exit, **details: Any) -> None:
    import typer

    show_error(word, message, code, **details)
    raise typer.Exit(code) from None


def show_error(word: ErrorCode, message: str, code: Exit, **details: Any) -> None:
    """What went wrong: the message on standard error, or JSON on standard output."""
    import typer

    from commands.output import json_wanted, show_json

    if json_wanted():
        told = {"code": word.value, "message": message, "details": {"exitCode": int(code), **details}}
        show_json({"error": told})
    else:
        typer.echo(message, err=True)
