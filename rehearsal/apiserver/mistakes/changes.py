"""Changes that make an object wrong on purpose: one thing in it each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from rehearsal.kubernetes.cluster import Content
from rehearsal.kubernetes.pod_templates import pod_template

Change = Callable[[Content], None]


@dataclass(frozen=True)
class Mistake:
    """One thing that is wrong.

    Args:
        name: what it is.
        kinds: of objects that it can be made in; empty for all.
        change: makes it; a LookupError says that this object has nothing to do it to.
    """

    name: str
    kinds: tuple[str, ...]
    change: Change


def replaced(path: str, value: Any) -> Change:
    """Sets what is at a path, where there is something."""

    def change(content: Content) -> None:
        inside: Any = content
        for part in path.split("."):
            inside = inside[part]
        _put(content, path, value)

    return change


def put(path: str, value: Any) -> Change:
    """Sets what is at a path of the object (`spec.ports.0.port`), of which all but the last part is there."""
    return lambda content: _put(content, path, value)


def _put(inside: Any, path: str, value: Any) -> None:
    *way, last = path.split(".")
    for part in way:
        inside = inside[int(part)] if isinstance(inside, list) else inside[part]
    if isinstance(inside, list):
        inside[int(last)] = value
    elif value is None:
        del inside[last]
    else:
        inside[last] = value


def also(path: str, value: Any) -> Change:
    """Adds to a list at a path, which may be missing."""

    def change(content: Content) -> None:
        *way, last = path.split(".")
        inside: Any = content
        for part in way:
            inside = inside[int(part)] if isinstance(inside, list) else inside[part]
        inside.setdefault(last, []).append(value)

    return change


def in_pods(change: Change) -> Change:
    """The same in the pods that an object asks for."""

    def changed(content: Content) -> None:
        template = pod_template(content)
        if template is None:
            raise KeyError("template")
        change(template)

    return changed


def in_container(change: Change) -> Change:
    """The same in the first container of the pods."""
    return in_pods(lambda template: change(template["spec"]["containers"][0]))


def twice(path: str) -> Change:
    """Has the first item of a list at a path there twice."""

    def change(content: Content) -> None:
        inside: Any = content
        for part in path.split("."):
            inside = inside[part]
        inside.append(deepcopy(inside[0]))

    return change


def mistakes(kinds: str, changes: Mapping[str, Change]) -> tuple[Mistake, ...]:
    """Several in the same kinds of objects, which are named with spaces between."""
    return tuple(Mistake(name, tuple(kinds.split()), change) for name, change in changes.items())
