"""Versions and settings of what AWS runs for us: add-ons of the cluster, runtimes of functions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from preview.change import Change, Step, Verb
from preview.lifecycles import LOOKED_UP, RUNTIMES
from preview.risk import Kind, Risk
from preview.support import runtime_ends
from preview.values import UNKNOWN

_ADD_ON = "aws:eks/addon:Addon"
_FUNCTION = "aws:lambda/function:Function"
_VERSION = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?(?:-eksbuild\.(\d+))?")
_RUNTIME = re.compile(r"([a-z]+)(\d+)(?:\.(\d+))?")
_CLASHES = "resolveConflictsOnUpdate"

Told = Iterator[tuple[Kind, str, str]]


def version_risks(change: Change) -> Iterator[Risk]:
    """What goes back, or to something that behaves otherwise."""
    for step in change.changed:
        if step.verb in (Verb.UPDATED, Verb.REPLACED):
            for rule in _RULES.get(step.type, ()):
                for kind, what, path in rule(step):
                    yield Risk(kind, step, what, (path,))


def _add_on(step: Step) -> Told:
    old, new = (str(side.get("addonVersion")) for side in (step.before, step.after))
    versions = [_VERSION.fullmatch(each) for each in (old, new)]
    before, after = ([int(part or 0) for part in each.groups()] if each else [] for each in versions)
    if before and after and after < before:
        what = f"goes back from {old} to {new}: what the newer one has set up may not be understood"
        yield Kind.INTERRUPTION, what, "addonVersion"
    elif before and after and after[0] > before[0]:
        what = f"goes from {old} to {new}, another major version: what it does, and its settings, may differ"
        yield Kind.INTERRUPTION, what, "addonVersion"


def _clashes(step: Step) -> Told:
    """What EKS does in an update where somebody has changed the add-on (API reference, UpdateAddon)."""
    # NONE is what EKS does where nothing is said.
    old, new = (str(side.get(_CLASHES) or "NONE") for side in (step.before, step.after))
    if old != new and (what := _OF_CLASHES.get(new)):
        yield (*what, _CLASHES)


_OF_CLASHES: Mapping[str, tuple[Kind, str]] = {
    "NONE": (
        Kind.INTERRUPTION,
        "is not updated where somebody has changed it in the cluster: the update fails",
    ),
    "OVERWRITE": (Kind.INTERRUPTION, "loses what somebody has changed in the cluster with its next update"),
    "PRESERVE": (
        Kind.PROTECTION,
        "keeps what somebody has changed in the cluster, whatever the program says",
    ),
}


def _settings(step: Step) -> Told:
    """Settings that are switched off, or left to the add-on."""
    before, after = (dict(_leaves(_parsed(side))) for side in (step.before, step.after))
    if step.after.get("configurationValues") == UNKNOWN:
        return
    for name, value in before.items():
        if value is True and after.get(name) is False:
            yield Kind.PROTECTION, f"has {name} switched off", "configurationValues"
    left = sorted(name for name in before if name not in after and not _within(name, after))
    if left:
        shown = ", ".join(left[:3]) + ("…" if len(left) > 3 else "")
        what = f"has its own defaults for {shown}, instead of the program's"
        yield Kind.PROTECTION, what, "configurationValues"


def _within(name: str, after: Mapping[str, Any]) -> bool:
    """Whether something is said of it in another form: a group in the place of a value."""
    return any(each.startswith(f"{name}.") for each in after)


def _parsed(side: Mapping[str, Any]) -> Any:
    text = side.get("configurationValues")
    try:
        return json.loads(text) if isinstance(text, str) else {}
    except ValueError:
        return {}


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for name, item in value.items():
            yield from _leaves(item, f"{path}.{name}" if path else str(name))
    elif path:
        yield path, value


def _runtime(step: Step) -> Told:
    old, new = (str(side.get("runtime") or "") for side in (step.before, step.after))
    if not old or not new or old == new:
        return
    if _deprecated(new) and not _deprecated(old):
        ends = runtime_ends("it", RUNTIMES[new], LOOKED_UP)
        yield Kind.PROTECTION, f"runs on {new}, instead of {old}: {ends}", "runtime"
    before, after = (_RUNTIME.match(each) for each in (old, new))
    if before is None or after is None or before[1] != after[1]:
        what = f"runs on {new}, instead of {old}: code of the one does not start on the other"
        yield Kind.INTERRUPTION, what, "runtime"
    elif _number(after) < _number(before):
        what = f"goes back to {new}, from {old}: code that needs the newer one fails"
        yield Kind.INTERRUPTION, what, "runtime"


def _deprecated(name: str) -> bool:
    """By the day on which the table was read: what ends later is told when its day comes (support.py)."""
    return name in RUNTIMES and RUNTIMES[name].mended_until <= LOOKED_UP


def _number(found: re.Match[str]) -> tuple[int, int]:
    return int(found[2]), int(found[3] or 0)


_RULES = {_ADD_ON: (_add_on, _clashes, _settings), _FUNCTION: (_runtime,)}
