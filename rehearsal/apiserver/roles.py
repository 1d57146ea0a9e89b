"""Rights in a cluster, asked of the API server's own authorizer.

Its answers are compared with what the rehearsal makes of the Roles (`rights/cluster_roles.py`), for
every resource and verb that it serves, and with what is promised.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rehearsal.apiserver.client import Client
from rehearsal.apiserver.declared import DeclaredCluster, Entry
from rehearsal.apiserver.findings import Finding, Kind
from rehearsal.kubernetes.cluster import Content
from rehearsal.kubernetes.kinds import kind_of_object
from rights.cluster_roles import VIEW, Question, Subject, may

_READ = ("get", "list", "watch")
_WRITE = ("create", "update", "patch", "delete", "deletecollection")
_RBAC = "rbac.authorization.k8s.io"
_ASKED_AGAIN_AFTER_SECONDS = (0.1, 0.3, 1.0, 3.0)
# Verbs of no path, with which one gets rights that one has not ("Using RBAC Authorization", "Privilege
# escalation prevention and bootstrapping"; "User impersonation").
_ESCALATING = (
    ("escalate", "roles", _RBAC),
    ("bind", "clusterroles", _RBAC),
    ("impersonate", "groups", ""),
    ("create", "serviceaccounts/token", ""),
)
# Who may create a pod, or change one, reads with it whatever it may read.
_POD_MAKERS = (
    ("", "pods"),
    ("", "pods/exec"),
    ("", "pods/attach"),
    ("", "pods/ephemeralcontainers"),
    ("apps", "daemonsets"),
    ("apps", "deployments"),
    ("apps", "replicasets"),
    ("apps", "statefulsets"),
    ("batch", "cronjobs"),
    ("batch", "jobs"),
)
_VIEW_POLICY = "AmazonEKSViewPolicy"


def policies(cluster: DeclaredCluster) -> list[Content]:
    """EKS's access policies of the entries as ClusterRoles and bindings.

    On EKS an authorizer of its own decides by them, beside the Roles, which comes to the same: both only add.
    """
    rules = [
        {"apiGroups": [group], "resources": names.split(), "verbs": list(_READ)}
        for group, names in VIEW.items()
    ]
    name = f"eks:{_VIEW_POLICY}"
    role = {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "ClusterRole",
        "metadata": {"name": name},
        "rules": rules,
    }
    viewing = [entry for entry in cluster.entries if entry.policy == _VIEW_POLICY and entry.groups]
    return [role, *(each for entry in viewing for each in _bindings(entry, name))]


def _bindings(entry: Entry, role: str) -> Iterator[Content]:
    for namespace in entry.namespaces or ("",):
        kind = "RoleBinding" if namespace else "ClusterRoleBinding"
        subjects = [{"kind": "Group", "name": group, "apiGroup": _RBAC} for group in entry.groups]
        yield {
            "apiVersion": f"{_RBAC}/v1",
            "kind": kind,
            "metadata": {"name": f"eks:{entry.name}", **({"namespace": namespace} if namespace else {})},
            "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": role},
            "subjects": subjects,
        }


def check_roles(client: Client, cluster: DeclaredCluster) -> tuple[int, list[Finding]]:
    """How many questions were asked, and what was answered otherwise than is known or promised."""
    objects = [*cluster.objects, *policies(cluster)]
    questions = list(_questions(client, cluster))
    asked, findings = 0, []
    for name, subject in cluster.subjects:
        expected = {each: may(objects, subject, each) for each in questions}
        answers = _answers(client, subject, expected)
        asked += len(answers)
        for question, allowed in answers.items():
            if allowed != expected[question]:
                said = "allowed" if allowed else "refused"
                text = f"{question}: {said} by the API server, and not by rights/cluster_roles.py"
                findings.append(Finding(Kind.RIGHTS, name, text))
        # What runs in the cluster is promised nothing about: Reloader has to see that a Secret has changed.
        allowed_ones = {each for each, allowed in answers.items() if allowed}
        broken = () if subject.account else _broken(cluster, name, allowed_ones)
        findings += [Finding(Kind.PROMISE, name, text) for text in broken]
    return asked, findings


def _answers(client: Client, subject: Subject, expected: Mapping[Question, bool]) -> dict[Question, bool]:
    """What the server says; it knows of Roles a moment after it took them, so what differs is asked again."""
    answers: dict[Question, bool] = {}
    differing = list(expected)
    for pause in (0, *_ASKED_AGAIN_AFTER_SECONDS):
        time.sleep(pause if differing else 0)
        answers |= {each: client.review(_as_user(subject), _attributes(each)) for each in differing}
        differing = [each for each in differing if answers[each] != expected[each]]
    return answers


def _questions(client: Client, cluster: DeclaredCluster) -> Iterator[Question]:
    namespaces = sorted({each["metadata"].get("namespace", "") for each in cluster.objects} - {""})
    for group, resource, namespaced, verbs in _served(client):
        for namespace in ("", "kube-system", *namespaces) if namespaced else ("",):
            for verb in verbs:
                yield Question(verb, resource, group, namespace)
    for verb, resource, group in _ESCALATING:
        yield Question(verb, resource, group)


def _served(client: Client) -> Iterator[tuple[str, str, bool, list[str]]]:
    """Each resource of the server: its group, name, whether it is in namespaces, and its verbs."""
    groups = client.request("GET", "/apis").content["groups"]
    for version in ("v1", *(each["preferredVersion"]["groupVersion"] for each in groups)):
        path = f"/apis/{version}" if "/" in version else f"/api/{version}"
        for each in client.request("GET", path).content["resources"]:
            group = version.partition("/")[0] if "/" in version else ""
            # Reviews that everybody may ask for about themselves are Kubernetes' own affair.
            if group not in ("authentication.k8s.io", "authorization.k8s.io"):
                yield each.get("group", group), each["name"], each["namespaced"], each["verbs"]


def _as_user(subject: Subject) -> dict[str, Any]:
    if subject.account is None:
        return {"user": "somebody", "groups": [*subject.groups, "system:authenticated"]}
    namespace, name = subject.account
    groups = ["system:serviceaccounts", f"system:serviceaccounts:{namespace}", "system:authenticated"]
    return {"user": f"system:serviceaccount:{namespace}:{name}", "groups": groups}


def _attributes(question: Question) -> dict[str, str]:
    resource, _, part = question.resource.partition("/")
    return {
        "verb": question.verb,
        "group": question.group,
        "resource": resource,
        "subresource": part,
        "namespace": question.namespace,
    }


def _broken(cluster: DeclaredCluster, name: str, allowed: set[Question]) -> Iterator[str]:
    """What is promised of somebody and is not so (contract K8S-1, SEC-6)."""
    for question in sorted(allowed, key=str):
        if question.resource == "secrets" and question.verb in _READ:
            yield f"may {question}; nobody reads Kubernetes' Secrets"
        if (question.verb, question.resource, question.group) in _ESCALATING:
            yield f"may {question}; nobody gets rights that they have not"
        if name == "on-call" and question.verb in _WRITE[:3]:
            if (question.group, question.resource) in _POD_MAKERS:
                yield f"may {question}; a pod of their own would read what pods read"
        if name == "read-only" and question.verb in _WRITE:
            yield f"may {question}; who looks changes nothing"
    if name == "read-only":
        yield from _unreadable(cluster.objects, allowed)


def _unreadable(objects: Iterable[Content], allowed: set[Question]) -> Iterator[str]:
    """What a preview and the nightly drift read: each kind that is declared, in every namespace."""
    kinds = {kind_of_object(each) for each in objects}
    for kind in sorted(kinds, key=lambda kind: kind.resource):
        resource = kind.resource.partition(".")[0]
        for verb in _READ:
            if Question(verb, resource, kind.group) not in allowed:
                yield f"may not {verb} {kind.resource}; a refresh reads every kind that is declared"
