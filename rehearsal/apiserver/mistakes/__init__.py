"""Objects that are wrong on purpose: ours, with one thing changed that an API server or admission refuses.

Each is given to the real server and to the embedded cluster. What a mistake is depends on the version of
Kubernetes, so that no answer is written down here: the two have to agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy

from rehearsal.apiserver.mistakes.changes import Mistake
from rehearsal.apiserver.mistakes.objects import IN_OBJECTS
from rehearsal.apiserver.mistakes.pods import IN_PODS
from rehearsal.apiserver.mistakes.updates import UPDATES
from rehearsal.apiserver.mistakes.workloads import IN_WORKLOADS
from rehearsal.kubernetes.cluster import Content

MISTAKES: tuple[Mistake, ...] = (*IN_OBJECTS, *IN_WORKLOADS, *IN_PODS)


def wrong_objects(objects: Iterable[Content]) -> Iterator[tuple[str, Content]]:
    """Each mistake in the first object of each kind that it can be made in, with its name."""
    yield from _changed(objects, MISTAKES, "-wrong")


def updated_objects(objects: Iterable[Content]) -> Iterator[tuple[str, Content]]:
    """The same with what may be a change of the object itself, which keeps its name."""
    yield from _changed(objects, UPDATES, "")


def _changed(
    objects: Iterable[Content], changes: Iterable[Mistake], suffix: str
) -> Iterator[tuple[str, Content]]:
    listed = list(objects)
    for mistake in changes:
        done: set[str] = set()
        for content in listed:
            kind = content["kind"]
            if kind in done or (mistake.kinds and kind not in mistake.kinds):
                continue
            wrong = deepcopy(content)
            if suffix:  # its own name is taken
                wrong["metadata"]["name"] = f"{content['metadata']['name'][:40]}{suffix}"
            try:
                mistake.change(wrong)
            except LookupError:
                continue
            done.add(kind)
            yield mistake.name, wrong
