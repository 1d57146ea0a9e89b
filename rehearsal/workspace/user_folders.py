"""Folders for this user's things, as the XDG base directory specification has them."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path


def state_home(environment: Mapping[str, str] = os.environ) -> Path:
    """`$XDG_STATE_HOME`, or `~/.local/state`.

    A relative one is not taken: it would be another folder in each folder that a command is called in. The
    specification has such values ignored ("All paths must be absolute").
    """
    home = Path(environment.get("XDG_STATE_HOME", ""))
    return home if home.is_absolute() else Path.home() / ".local" / "state"


def cache_home(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder for what can be made again: in `$XDG_CACHE_HOME`, or `~/.cache`."""
    cache, home = Path(environment.get("XDG_CACHE_HOME", "")), environment.get("HOME")
    base = cache if cache.is_absolute() else (Path(home) if home else Path.home()) / ".cache"
    return base.absolute() / "groundwork"


def keep_whole(folder: Path, fill: Callable[[Path], object]) -> None:
    """Makes a folder that is at its place when it is whole: nobody ever sees half of it.

    Where there is no room for it, or another process was quicker with the same, nothing is kept.

    Args:
        folder: its place.
        fill: puts what is to be kept into the folder that it is called with.
    """
    with contextlib.suppress(OSError):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".", ignore_cleanup_errors=True) as half:
            whole = Path(half) / folder.name
            whole.mkdir()
            fill(whole)
            whole.rename(folder)
