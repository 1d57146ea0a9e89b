"""The same work on many things at once, without holding them all in memory."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

Item = TypeVar("Item")
Done = TypeVar("Done")

# S3 answers 3,500 writes a second to one prefix ("Optimizing Amazon S3 performance"); a copy takes about
# 150 ms, so this many at once stay far below and still come to two hundred a second.
THREADS = 32


def in_parallel(
    work: Callable[[Item], Done], items: Iterable[Item], threads: int = THREADS
) -> Generator[Done]:
    """What came of each item, in the order in which it ended.

    Whoever stops asking, or is interrupted, waits for what runs already; nothing else begins.
    """
    pool = ThreadPoolExecutor(threads)
    running: set[Future[Done]] = set()
    try:
        for item in items:
            running.add(pool.submit(work, item))
            if len(running) >= 4 * threads:
                ended, running = wait(running, return_when=FIRST_COMPLETED)
                yield from (each.result() for each in ended)
        while running:
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (each.result() for each in ended)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
