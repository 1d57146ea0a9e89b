"""Files of the commands: those that a person names, and those that nobody may see half of."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
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


def check_output(path: Path | None) -> None:
    """Sees that a file can be written, before the work whose result it is to have.

    Args:
        path: the file, whose folder may still be missing; None for none.

    Raises:
        CommandError: it is a folder, or its folder is none or may not be written.
    """
    if path is None:
        return
    if path.is_dir():
        raise CommandError(f"{path}: {os.strerror(errno.EISDIR)}. Name a file: OUTPUT={path / 'NAME'}.")
    folder = next(each for each in path.absolute().parents if each.exists())
    refused = errno.EACCES if folder.is_dir() else errno.ENOTDIR
    if not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
        raise CommandError(f"{path}: {folder}: {os.strerror(refused)}. Name another place.")


def write_atomically(path: Path, content: str | bytes, *, mode: int | None = None) -> None:
    """Writes under a temporary name and renames, so that nobody ever sees half a file.

    A file that is there keeps its mode, and a link goes on pointing to what it points to.

    Args:
        path: the file.
        content: all of it; line endings are written as they stand there.
        mode: of a new file; what is usual for the user where none is given.
    """
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), _mode(path, mode))
            file.write(content.encode() if isinstance(content, str) else content)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _mode(path: Path, mode: int | None) -> int:
    with contextlib.suppress(FileNotFoundError):
        return stat.S_IMODE(path.stat().st_mode)
    if mode is not None:
        return mode
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
