"""Results that all processes of a run of pytest share: who first needs one computes it, others read it."""

from __future__ import annotations

import fcntl
import pickle
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import pytest

Result = TypeVar("Result")

# What a worker of pytest-xdist is told by the process that starts it.
_WORD = "shared results"


class _Folder:
    """Where they are, as long as pytest runs. What tests start beside it shares nothing."""

    path: Path | None = None


@contextmanager
def results_shared(config: pytest.Config) -> Iterator[None]:
    """Inside, results are kept in a folder of this run alone: no file of the checkout changes meanwhile."""
    given = getattr(config, "workerinput", {}).get(_WORD)
    with TemporaryDirectory(prefix="groundwork-tests-") as own:
        _Folder.path = Path(given or own)
        try:
            yield
        finally:
            _Folder.path = None


def hand_on(workerinput: MutableMapping[str, Any]) -> None:
    """Tells a worker where the results are."""
    workerinput[_WORD] = str(_Folder.path)


def shared(function: Callable[..., Result]) -> Callable[..., Result]:
    """`function` is called once with the same texts, by one of the processes.

    What it answers depends on the checkout and on its arguments alone, and nobody changes it.
    """

    @cache
    def of(*texts: str) -> Result:
        if _Folder.path is None:
            return function(*texts)
        file = _Folder.path / "+".join([function.__module__, function.__qualname__, *texts])
        with file.open("a+b") as kept:
            # Whoever comes second waits: that is shorter than to compute the same beside the first.
            fcntl.flock(kept, fcntl.LOCK_EX)
            kept.seek(0)
            if written := kept.read():
                result: Result = pickle.loads(written)  # noqa: S301  # another process of this run has written it
                return result
            result = function(*texts)
            kept.write(pickle.dumps(result, pickle.HIGHEST_PROTOCOL))
            return result

    return of
