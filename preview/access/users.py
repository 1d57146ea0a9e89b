"""Users of a role, and whether one of them asks for less by the same change.

Rights that go with what asked for them are missed by nobody.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from preview.change import Change, Step, Verb
from preview.values import at

_POD_ROLE = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
_PODS: Mapping[str, str] = {
    "kubernetes:apps/v1:Deployment": "spec.template.spec",
    "kubernetes:batch/v1:CronJob": "spec.jobTemplate.spec.template.spec",
    "kubernetes:batch/v1:Job": "spec.template.spec",
}
_FUNCTION = "aws:lambda/function:Function"
# What says who may do what: it follows the use, and is none.
_RIGHTS = ("aws:iam/", "aws:kms/")
_POLICIES = ("Policy:", "policy:")


def uses_less(change: Change, role: Step) -> bool:
    """Whether something that works as a role goes, or is told less of what it works with.

    Another image, or other code, says nothing of what it asks for.
    """
    return any(
        step.gone or _told(step, step.before) - _told(step, step.after) for step in _users(change, role)
    )


def _users(change: Change, role: Step) -> Iterator[Step]:
    names = {str(role.before.get("name")), str(role.outputs.get("arn")), str(role.record[0].get("id"))}
    accounts = set()
    for step in change.steps:
        if not is_policy(step) and names & set(_texts(step.before)):
            if step.type == _POD_ROLE:
                accounts.add(step.before.get("serviceAccount"))
            yield step
    for step in change.of(*_PODS):
        if at(step.before, f"{_PODS[step.type]}.serviceAccountName") in accounts:
            yield step


def _told(step: Step, inputs: Mapping[str, Any]) -> set[str]:
    """The words with which something is told what it works with."""
    if step.type == _FUNCTION:
        # The rest of what it is told is a file of data beside its code.
        told = [at(inputs, "environment.variables"), *_data_in(at(inputs, "code.assets"))]
        return {text for each in told for text in _texts(each)}
    if step.type in _PODS:
        pods = at(inputs, f"{_PODS[step.type]}.containers") or []
        return {text for each in pods for text in _texts(each.get("env"))}
    return set(_texts(inputs))


def _data_in(assets: Any) -> Iterator[Any]:
    for name, asset in (assets if isinstance(assets, Mapping) else {}).items():
        if name.endswith(".json") and isinstance(asset, Mapping):
            try:
                yield json.loads(asset.get("text") or "")
            except ValueError:
                yield asset.get("text")


def dropped(change: Change) -> frozenset[str]:
    """All words that the change takes out of what is no policy."""
    found: set[str] = set()
    for step in change.changed:
        if not is_policy(step):
            known = step.record[0].get("id")
            gone = (
                {known} if step.verb in (Verb.DELETED, Verb.FORGOTTEN) and isinstance(known, str) else set()
            )
            found |= gone | (set(_texts(step.before)) - set(_texts(step.after)))
    return frozenset(found)


def is_policy(step: Step) -> bool:
    """Whether it says who may do what."""
    return step.type.startswith(_RIGHTS) or any(each in step.type for each in _POLICIES)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
