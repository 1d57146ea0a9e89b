"""What a group of Kubernetes may do in a namespace, and what somebody may read in all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rehearsal.kubernetes.kinds import kind_of_token
from rights import cluster_roles
from rights.cluster_roles import VIEW, Question, Subject
from rights.graph import Graph
from tests.support.recorder import Recording

_RBAC = "kubernetes:rbac.authorization.k8s.io/v1:"
_KINDS = ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")


def may(recording: Recording, group: str, namespace: str, verb: str, resource: str) -> bool:
    """Whether a group may do it.

    Args:
        recording: of an environment.
        group: as an access entry names it.
        namespace: where.
        verb: `get` and the like.
        resource: `pods`, `pods/log`; with the API group before it where it is another than the core's:
            `batch:jobs`.
    """
    of, _, name = resource.rpartition(":")
    objects = [
        {**each.inputs, "kind": kind}
        for kind in _KINDS
        for each in recording.perhaps(f"{_RBAC}{kind}").values()
    ]
    return cluster_roles.may(objects, Subject((group,)), Question(verb, name, of, namespace))


def unreadable_objects(graph: Graph, entry: str) -> list[str]:
    """The Kubernetes kinds that are declared and that an access entry may not read everywhere, by name."""
    granted = {
        (group, resource)
        for rule in _rules(graph, entry)
        if {"get", "list", "watch"} <= set(rule["verbs"])
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }
    granted |= {(group, resource) for group, names in VIEW.items() for resource in names.split()}
    kinds = {kind_of_token(each.type) for each in graph.of_kubernetes}
    needed = {(kind.group, kind.resource.partition(".")[0]) for kind in kinds}
    return sorted(f"{resource}.{group}".rstrip(".") for group, resource in needed - granted)


def readable_secrets(graph: Graph, entry: str) -> bool:
    """Whether an access entry reads Kubernetes' Secrets by its own rules."""
    return any({"secrets", "*"} & set(rule["resources"]) for rule in _rules(graph, entry))


def _rules(graph: Graph, entry: str) -> Iterator[Mapping[str, list[str]]]:
    """What the ClusterRoles of an access entry's groups allow."""
    rbac = "kubernetes:rbac.authorization.k8s.io/v1"
    access = next(each for each in graph.of("aws:eks/accessEntry:AccessEntry") if each.name == entry)
    groups = set(access.inputs.get("kubernetesGroups") or ())
    roles = {each.inputs["metadata"]["name"]: each for each in graph.of(f"{rbac}:ClusterRole")}
    for binding in graph.of(f"{rbac}:ClusterRoleBinding"):
        subjects = {each["name"] for each in binding.inputs["subjects"] if each["kind"] == "Group"}
        if subjects & groups:
            yield from roles[binding.inputs["roleRef"]["name"]].inputs["rules"]
