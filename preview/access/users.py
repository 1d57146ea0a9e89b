"""Users of a role, and which of its rights none of them asks for any more after a change.

Rights that go with what asked for them are missed by nobody.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from preview.change import Change, Step, Verb
from preview.pods import PODS
from preview.values import at

_POD_ROLE = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
_SECRETS = "kubernetes:secrets-store.csi.x-k8s.io/v1:SecretProviderClass"
_FUNCTION = "aws:lambda/function:Function"
# What says who may do what: it follows the use, and is none.
_RIGHTS = ("aws:iam/", "aws:kms/")
_POLICIES = ("Policy:", "policy:")
# Shorter ones are parts of other words.
_SHORTEST_NAME = 4


@dataclass(frozen=True)
class Missed:
    """What nobody who works as a role asks for any more.

    Args:
        everything: nobody works as it any more, or one of our functions is told less: what each of these
            calls is evaluated against its role in the tests, so that what it lacks is seen there.
        words: that its users were told, and no user is told any more.
    """

    everything: bool
    words: frozenset[str] = frozenset()

    def has(self, resource: str) -> bool:
        """Whether a right to a resource goes with what asked for it: something that has its name."""
        if self.everything:
            return True
        _, _, name = resource.rstrip("*").rstrip("/:-").rpartition(":")
        # Of an object in S3 the bucket; Secrets Manager adds a hyphen and six characters (its user guide).
        name = name.partition("/")[0] if ":::" in resource else name.rpartition("/")[2]
        return len(name) >= _SHORTEST_NAME and any(name in word for word in self.words)


def no_more_asked(change: Change, role: Step) -> Missed:
    """What of a role's rights the change leaves without anybody who asks for it.

    Another image, or other code, says nothing of what it asks for.
    """
    users = list(_users(change, role))
    working = [step for step in users if step.type in (*PODS, _FUNCTION)] or users
    if working and all(step.gone for step in working):
        return Missed(everything=True)
    if any(step.type == _FUNCTION and _told(step, 0) - _told(step, 1) for step in working):
        return Missed(everything=True)
    told = [step for step in users if step.type != _POD_ROLE]  # which says who works as it, not with what
    before, after = ({word for step in told for word in _told(step, side)} for side in (0, 1))
    return Missed(everything=False, words=frozenset(before - after))


def _users(change: Change, role: Step) -> Iterator[Step]:
    names = {str(role.before.get("name")), str(role.outputs.get("arn")), str(role.record[0].get("id"))}
    accounts, classes = set(), set()
    for step in change.steps:
        if not is_policy(step) and names & set(_texts(step.before)):
            if step.type == _POD_ROLE:
                accounts.add(step.before.get("serviceAccount"))
            yield step
    for step in change.of(*PODS):
        pod = at(step.before, PODS[step.type]) or {}
        if pod.get("serviceAccountName") in accounts:
            volumes = pod.get("volumes") or []
            classes |= {at(each, "csi.volumeAttributes.secretProviderClass") for each in volumes}
            yield step
    for step in change.of(_SECRETS):
        if at(step.before, "metadata.name") in classes:
            yield step


def _told(step: Step, side: int) -> set[str]:
    """The words with which something is told what it works with, before (0) or after (1)."""
    inputs = (step.before, step.after)[side]
    if step.type == _FUNCTION:
        # The rest of what it is told is a file of data beside its code.
        told = [at(inputs, "environment.variables"), *_data_in(at(inputs, "code.assets"))]
        return {text for each in told for text in _texts(each)}
    if step.type in PODS:
        pods = at(inputs, f"{PODS[step.type]}.containers") or []
        return {text for each in pods for text in _texts(each.get("env"))}
    if step.type == _SECRETS:
        return set(_texts(_parsed(at(inputs, "spec.parameters.objects"))))
    return set(_texts(inputs))


def _parsed(text: Any) -> Any:
    """A document in a text; the text where it is none."""
    try:
        return json.loads(text or "")
    except ValueError:
        return text


def _data_in(assets: Any) -> Iterator[Any]:
    for name, asset in (assets if isinstance(assets, Mapping) else {}).items():
        if name.endswith(".json") and isinstance(asset, Mapping):
            yield _parsed(asset.get("text"))


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
