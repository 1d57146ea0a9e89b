"""Collection of garbage in processes that make many objects and drop few."""

from __future__ import annotations

import gc
from functools import cache

# Collections of young objects once in so many allocations; Python's own figure is 700.
_THRESHOLD = 1_000_000


def collect_garbage_rarely() -> None:
    """For the rest of the process: what is being loaded is looked through a few times only."""
    gc.set_threshold(_THRESHOLD, *gc.get_threshold()[1:])


def keep_what_is_loaded() -> None:
    """The same, and what has been made so far is not looked at any more; what comes later is."""
    _freeze_once()
    collect_garbage_rarely()


@cache  # Python counts what is frozen by going through all of it
def _freeze_once() -> None:
    gc.freeze()
