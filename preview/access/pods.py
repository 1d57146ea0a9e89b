"""Access of pods that they did not have before: to their node, to Secrets, to the cluster's API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from preview.change import Change, Step, Verb
from preview.pods import PODS
from preview.risk import Kind, Risk
from preview.values import at, on

_OF_THE_NODE: Mapping[str, str] = {
    "hostNetwork": "has the network of its node",
    "hostPID": "sees the processes of its node",
    "hostIPC": "shares memory with processes of its node",
}

Pod = Mapping[str, Any]


def pod_access(change: Change) -> Iterator[Risk]:
    """What pods have more; of new ones what no pod should have."""
    for step in change.of(*PODS):
        if step.verb in (Verb.CREATED, Verb.UPDATED, Verb.REPLACED):
            path = PODS[step.type]
            before, after = (at(side, path) or {} for side in (step.before, step.after))
            yield from _node(step, before, after, path)
            if step.before:
                yield from _secrets(step, before, after, path)
                yield from _identity(step, before, after, path)


def _node(step: Step, before: Pod, after: Pod, path: str) -> Iterator[Risk]:
    for name, what in _OF_THE_NODE.items():
        if on(before.get(name), after.get(name)):
            yield Risk(Kind.ACCESS, step, what, (f"{path}.{name}",))
    folders = sorted(_folders(after) - _folders(before))
    if folders:
        what = f"has files of its node: {', '.join(folders)}"
        yield Risk(Kind.ACCESS, step, what, (f"{path}.volumes",))


def _folders(pod: Pod) -> set[str]:
    volumes = pod.get("volumes") or []
    return {str(each["hostPath"].get("path")) for each in volumes if each.get("hostPath")}


def _secrets(step: Step, before: Pod, after: Pod, path: str) -> Iterator[Risk]:
    """Secrets of others; its own is filled by the policy of its role, which is judged by itself."""
    own = (step.after.get("metadata") or {}).get("name")
    added = sorted(_secrets_of(after) - _secrets_of(before) - {own})
    if added:
        plural = "s" if len(added) > 1 else ""
        yield Risk(Kind.ACCESS, step, f"is given the Secret{plural} {', '.join(added)}", (path,))


def _secrets_of(pod: Pod) -> set[str]:
    names: set[Any] = set()
    for volume in pod.get("volumes") or []:
        names.add((volume.get("secret") or {}).get("secretName"))
        sources = (volume.get("projected") or {}).get("sources") or []
        names |= {(each.get("secret") or {}).get("name") for each in sources}
    for container in [*(pod.get("initContainers") or []), *(pod.get("containers") or [])]:
        for variable in container.get("env") or []:
            names.add(((variable.get("valueFrom") or {}).get("secretKeyRef") or {}).get("name"))
        names |= {(each.get("secretRef") or {}).get("name") for each in container.get("envFrom") or []}
    return {str(name) for name in names if name}


def _identity(step: Step, before: Pod, after: Pod, path: str) -> Iterator[Risk]:
    name = "serviceAccountName"
    old, new = (str(pod.get(name) or "default") for pod in (before, after))
    if old != new:
        what = f"works as {new}, instead of {old}: with its role in AWS and its rights in the cluster"
        yield Risk(Kind.ACCESS, step, what, (f"{path}.{name}",))
    name = "automountServiceAccountToken"
    # Kubernetes mounts it where nothing is said.
    if before.get(name) is False and after.get(name) is not False:
        yield Risk(Kind.ACCESS, step, "gets a token of the cluster's API", (f"{path}.{name}",))
