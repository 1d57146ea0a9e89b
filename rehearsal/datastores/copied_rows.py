"""Rows in AWS Backup's copies: they outlive the servers, and the account, that they come from.

A copy belongs to no account's servers: the one that has it may have none, and the one that it came from may
have stopped its own. The files never change, so that copies share them. They are there until the recovery
point is deleted or this process ends.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import threading
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from rehearsal.datastores.postgresql import remove_folder
from rehearsal.datastores.processes import copy_folder, make_folder, temporary_folder

# By the ARN of the snapshot that is a copy.
_COPIED: dict[str, Path] = {}
_lock = threading.Lock()


def copied_folder(arn: str) -> Path | None:
    """What a copied snapshot has; None where it is no copy, or one of nothing."""
    return _COPIED.get(arn)


def keep(arn: str, source: Path | None) -> None:
    """From here on a copied snapshot has what `source` has now, or nothing.

    Raises:
        NoServer: it cannot be copied.
    """
    with _lock:
        before = _COPIED.pop(arn, None)
        if before is not None:
            remove_folder(before)
        if source is not None:
            copied = _folder() / hashlib.sha256(arn.encode()).hexdigest()[:20]
            _share(source, copied)
            _COPIED[arn] = copied


def _share(source: Path, copied: Path) -> None:
    make_folder(copied)
    try:
        for file in source.iterdir():
            os.link(file, copied / file.name)
    except OSError:
        # Another file system.
        remove_folder(copied)
        copy_folder(source, copied)


@cache
def _folder() -> Path:
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(temporary_folder())
