"""Makes Pulumi's and AWS's Python SDKs quick enough for rehearsals.

Nothing of it is there in a plain `pulumi up`. Three places of Pulumi's SDK cost more than the
deployment itself once there are some hundred resources:

* waiting for outputs arms all of them again each time one is done, which is quadratic;
* every line of debug logging is a blocking call to the engine, which throws it away;
* every resource sends the whole Python stack of its creation, which nobody reads in a rehearsal.

They are replaced while a session runs, only in SDK versions in which this was tried, and put back
afterwards. The garbage collector is relaxed for the rest of the process: a session makes many objects
and drops few, and tightening it again would go through all of them once more.

botocore reads its models of AWS's services, some megabytes of JSON each, once for every session, and
moto opens many: what has been read is kept for all of them.
"""

from __future__ import annotations

import asyncio
import gc
import importlib.metadata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

TRIED_WITH = ("3.272.",)

# Collections of young objects once in so many allocations; Python's own figure is 700.
_GARBAGE_THRESHOLD = 100_000


class _AllAtOnce:
    """`asyncio`, but that waiting for the first of many tasks waits for all of them (or an error)."""

    FIRST_COMPLETED = asyncio.FIRST_EXCEPTION

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)


@contextmanager
def quick_sdk() -> Iterator[None]:
    """Applies the replacements inside the block."""
    if gc.get_threshold()[0] < _GARBAGE_THRESHOLD:
        gc.freeze()
        gc.set_threshold(_GARBAGE_THRESHOLD, *gc.get_threshold()[1:])
    undo = _replace() if importlib.metadata.version("pulumi").startswith(TRIED_WITH) else []
    try:
        yield
    finally:
        for target, name, original in undo:
            setattr(target, name, original)


def share_service_models() -> None:
    """From here on botocore reads each of its model files once in this process."""
    from botocore.loaders import JSONFileLoader

    if not hasattr(JSONFileLoader.load_file, "cache_info"):
        original = JSONFileLoader.load_file
        kept = lru_cache(maxsize=None)(lambda path: original(JSONFileLoader(), path))
        JSONFileLoader.load_file = lambda _, file_path: kept(file_path)
        JSONFileLoader.load_file.cache_info = kept.cache_info


def _replace() -> list[tuple[Any, str, Any]]:
    import pulumi.log
    import pulumi.runtime.resource
    import pulumi.runtime.stack
    from pulumi.runtime.proto import source_pb2

    replacements: list[tuple[Any, str, Any]] = [
        (pulumi.runtime.stack, "asyncio", _AllAtOnce()),
        (pulumi.log, "debug", lambda *_, **__: None),
        (pulumi.runtime.resource, "_get_stack_trace", source_pb2.StackTrace),
    ]
    undo = [(target, name, getattr(target, name)) for target, name, _ in replacements]
    for target, name, value in replacements:
        setattr(target, name, value)
    return undo
