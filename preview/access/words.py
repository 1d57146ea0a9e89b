"""Words for people of what policies say: who, which actions, on what and when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from preview.access.candidates import Asked
from preview.change import Change
from preview.values import some
from rights.evaluation import Principal

_MOST_ACTIONS = 3  # named in a line


def who_of(principal: Principal) -> str:
    """Whom a policy of a resource names."""
    if principal.name == "*":
        return "everybody"
    short = principal.name.rpartition("/")[2] if principal.kind == "AWS" else principal.name
    return {"AWS": short, "Service": f"the service {short}"}.get(principal.kind, f"whom {short} vouches for")


def label(change: Change, pattern: str) -> str:
    """A resource of a policy, for people: what it is called here, where it is one of the environment's."""
    if pattern == "*":
        return "everything"
    names = _names(change)
    for end in ("", "/*", ":*", "*"):
        stem = pattern.removesuffix(end) if end else pattern
        if stem in names and (end == "" or pattern.endswith(end)):
            return f"{names[stem]}{end}"
    return pattern


def _names(change: Change) -> Mapping[str, str]:
    cached: Mapping[str, str] | None = change.__dict__.get("_names_of_arns")
    if cached is None:
        cached = {}
        for step in change.steps:
            if arn := step.outputs.get("arn"):
                cached.setdefault(str(arn), f"{step.noun}{step.where}")
            if step.type == "aws:s3/bucket:Bucket":
                cached.setdefault(
                    f"arn:aws:s3:::{(step.after or step.before).get('bucket')}", f"{step.noun}{step.where}"
                )
        change.__dict__["_names_of_arns"] = cached
    return cached


def listed_actions(actions: Iterable[str]) -> str:
    """The first ones, and how many more there are."""
    return some(sorted(set(actions)), _MOST_ACTIONS)


def when(under: str) -> str:
    """The conditions behind what they are of."""
    return f", where {under}" if under else ""


def grouped(wider: Iterable[Asked], key: Callable[[Asked], str]) -> dict[tuple[str, str], list[str]]:
    """The actions, by a part of the request and by the conditions that they are under."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for asked in wider:
        found[key(asked), asked.under].append(asked.request.action)
    return found
