"""Changes of a stack file's text, which leave comments, line endings and all else as they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from commands.files import write_atomically
from operations.console import OperationError


def rewrite(file: Path, change: Callable[[str], str]) -> None:
    """Writes a file as a change of its text has it.

    Args:
        file: the stack file.
        change: of its whole text.

    Raises:
        OperationError: the change cannot be made; it says what to write by hand, and this names the file.
    """
    with file.open(encoding="utf-8", newline="") as opened:
        text = opened.read()
    try:
        write_atomically(file, change(text))
    except OperationError as error:
        raise OperationError(f"{file.name}: {error}") from None
