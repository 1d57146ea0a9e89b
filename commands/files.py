"""Files that a person names to a command."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from commands.errors import CommandError


def check_file(path: Path) -> None:
    """Sees that there is something to read, and that it ends.

    Raises:
        CommandError: there is no such file, or it is a folder or a device.
    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:  # a name with NUL in it
        raise CommandError(f"{path}: {getattr(error, 'strerror', None) or error}. Name a file.") from None
    device = stat.S_ISCHR(mode) and path != Path(os.devnull)
    if stat.S_ISDIR(mode) or stat.S_ISBLK(mode) or device:
        found = os.strerror(errno.EISDIR) if stat.S_ISDIR(mode) else "Is a device"
        raise CommandError(f"{path}: {found}. Name a file.")
