"""Where this user's things are kept, as the XDG base directory specification has it."""

from __future__ import annotations

import os
from collections.abc import Mapping
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
