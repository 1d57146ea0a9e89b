"""One cluster of an environment on an API server of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from rehearsal.apiserver.client import Client
from rehearsal.apiserver.declared import DeclaredCluster
from rehearsal.apiserver.definitions import Definition
from rehearsal.apiserver.findings import Finding, Kind, label
from rehearsal.apiserver.mistakes import updated_objects, wrong_objects
from rehearsal.apiserver.pods import differences, pod_of
from rehearsal.apiserver.roles import check_roles, policies
from rehearsal.apiserver.verdicts import EmbeddedCluster, refusal_there
from rehearsal.datastores.processes import NoServer
from rehearsal.kubernetes.cluster import Content
from rehearsal.kubernetes.kinds import kind_of_object

_WAIT_SECONDS = 20.0
_PAUSE_SECONDS = 0.05
# A Job gets another version by an apply that changes nothing that anybody can see.
_BOOKKEEPING = ("managedFields", "resourceVersion")


@dataclass(frozen=True)
class Checked:
    """What was given to the server, and what it says otherwise than the rehearsal.

    Args:
        cluster: EKS's name.
        objects: how many were applied.
        pods: how many of them ask for pods.
        questions: how many were asked about rights.
        mistakes: how many objects were wrong on purpose.
        unchecked: objects of kinds that the server has no definition of.
        findings: what is different.
    """

    cluster: str
    objects: int
    pods: int
    questions: int
    mistakes: int
    unchecked: tuple[str, ...]
    findings: tuple[Finding, ...]

    def as_json(self) -> dict[str, Any]:
        """The result for scripts."""
        return {
            "cluster": self.cluster,
            "objects": self.objects,
            "pods": self.pods,
            "questions": self.questions,
            "mistakes": self.mistakes,
            "unchecked": list(self.unchecked),
            "findings": [finding.as_json() for finding in self.findings],
        }


def check_cluster(client: Client, cluster: DeclaredCluster, definitions: list[Definition]) -> Checked:
    """Gives all of a cluster to an empty server.

    Raises:
        NoServer: the server does not take what does not come from us.
    """
    _prepare(client, cluster, definitions)
    served = [each for each in cluster.objects if client.serves(kind_of_object(each))]
    unchecked = tuple(label(each) for each in cluster.objects if each not in served)
    findings = list(_applied(client, served))
    refused = {finding.subject for finding in findings}
    taken = [each for each in served if label(each) not in refused]
    workloads = [each for each in served if pod_of(each, cluster) is not None]
    for content in workloads:
        findings += _pods(client, content, cluster)
    findings += _applied_again(client, taken)
    # After the namespaces that they are for.
    for content in policies(cluster):
        _must(client, content)
    asked, about_rights = check_roles(client, cluster)
    findings += about_rights
    given, about_mistakes = _mistakes(client, cluster, taken)
    findings += about_mistakes
    return Checked(cluster.name, len(served), len(workloads), asked, given, unchecked, tuple(findings))


def _prepare(client: Client, cluster: DeclaredCluster, definitions: list[Definition]) -> None:
    """What others make on EKS: kinds, namespaces of add-ons, what access policies give."""
    for definition in definitions:
        _must(client, definition.content)
    for definition in definitions:
        _wait(lambda content=definition.content: _established(client, content), definition.kind)
    client.forget_kinds()
    for name in cluster.provided:
        _must(client, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})


def _must(client: Client, content: Content) -> None:
    if (said := client.create(content).refusal) is not None:
        raise NoServer(f"{label(content)}: {said}")


def _established(client: Client, content: Content) -> bool:
    conditions = (client.get(content).content.get("status") or {}).get("conditions") or ()
    return any((each["type"], each["status"]) == ("Established", "True") for each in conditions)


def _applied(client: Client, objects: list[Content]) -> Iterator[Finding]:
    """Applies everything in the order in which it was made."""
    for content in objects:
        if (said := client.apply(content).refusal) is not None:
            yield Finding(Kind.REFUSED, label(content), said)
        elif content["kind"] == "Namespace":
            _wait_for_controllers(client, content["metadata"]["name"])
        elif content["kind"] == "ResourceQuota":
            _wait(lambda it=content: _counted(client, it), label(content))


def _pods(client: Client, content: Content, cluster: DeclaredCluster) -> Iterator[Finding]:
    """The pods that a controller would make, as a dry run."""
    pod = pod_of(content, cluster)
    assert pod is not None
    answer = client.create(pod, dry_run=True)
    if answer.refusal is not None:
        yield Finding(Kind.REFUSED, f"pod of {label(content)}", answer.refusal)
        return
    for text in differences(content, answer.content, cluster):
        yield Finding(Kind.DEFAULTED, f"pod of {label(content)}", text)


def _applied_again(client: Client, objects: list[Content]) -> Iterator[Finding]:
    """The same once more: a server that takes it for a change would have Pulumi see one in each preview."""
    for content in objects:
        before = client.get(content).content
        after = client.apply(content)
        if after.refusal is not None:
            yield Finding(Kind.REFUSED, f"{label(content)}, applied again", after.refusal)
            continue
        old, new = _applied_part(before), _applied_part(after.content)
        if old != new:
            different = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
            text = f"{', '.join(different)}: otherwise than after the first apply"
            yield Finding(Kind.CHANGED, label(content), text)


def _applied_part(content: Content) -> Content:
    """An object without what controllers report, and without what the server writes down about writing."""
    metadata = {key: value for key, value in content["metadata"].items() if key not in _BOOKKEEPING}
    return {**{key: value for key, value in content.items() if key != "status"}, "metadata": metadata}


def _mistakes(client: Client, cluster: DeclaredCluster, objects: list[Content]) -> tuple[int, list[Finding]]:
    embedded, given = EmbeddedCluster(cluster), 0
    findings: list[Finding] = []
    for name, content in wrong_objects(objects):
        given += 1
        there = refusal_there(client, deepcopy(content), cluster)
        here = embedded.refusal(deepcopy(content))
        findings += _compared(f"{label(content)} with {name}", there, here)
    for name, content in updated_objects(objects):
        given += 1
        there = client.apply(content, dry_run=True).refusal
        here = embedded.update_refusal(deepcopy(content))
        findings += _compared(f"{label(content)} changed: {name}", there, here)
    return given, findings


def _compared(subject: str, there: str | None, here: str | None) -> Iterator[Finding]:
    if there is not None and here is None:
        yield Finding(Kind.ONLY_THERE, subject, there)
    elif there is None and here is not None:
        yield Finding(Kind.ONLY_HERE, subject, here)


def _counted(client: Client, quota: Content) -> bool:
    return bool(client.get(quota).content.get("status", {}).get("hard"))


def _wait_for_controllers(client: Client, namespace: str) -> None:
    """Pods need their namespace's own service account, which a controller makes."""
    account = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "default", "namespace": namespace},
    }
    _wait(lambda: client.get(account).refusal is None, f"the service account of {namespace}")


def _wait(condition: Any, what: str) -> None:
    deadline = time.monotonic() + _WAIT_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise NoServer(f"{what}: not there after {_WAIT_SECONDS:.0f} s")
        time.sleep(_PAUSE_SECONDS)
