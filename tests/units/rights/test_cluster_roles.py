"""Rights by the Roles of a cluster; `make apiserver` has a real authorizer answer the same questions."""

from __future__ import annotations

from typing import Any

import pytest

from rights.cluster_roles import Question, Subject, may

PODS = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}
ONE = {"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["get"], "resourceNames": ["a"]}
PEOPLE = Subject(("people",))


def _objects(*rules: dict[str, Any], namespace: str = "", role_in: str | None = None) -> list[dict[str, Any]]:
    """A role and its binding, for people and a service account, in a namespace or in the cluster."""
    of_role = namespace if role_in is None else role_in
    role = {"kind": "Role" if of_role else "ClusterRole", "metadata": {"name": "r", "namespace": of_role}}
    reference = {"kind": role["kind"], "name": "r"}
    subjects = [{"kind": "Group", "name": "people"}, {"kind": "ServiceAccount", "name": "robot"}]
    binding = {
        "kind": "RoleBinding" if namespace else "ClusterRoleBinding",
        "metadata": {"name": "r", "namespace": namespace},
        "roleRef": reference,
        "subjects": subjects,
    }
    return [{**role, "rules": list(rules)}, binding]


@pytest.mark.parametrize(
    ("question", "allowed"),
    [
        (Question("get", "pods", namespace="shop"), True),
        (Question("delete", "pods", namespace="shop"), False),
        (Question("get", "pods", namespace="other"), False),
        # All namespaces at once are more than one.
        (Question("list", "pods"), False),
        # A part of an object is a resource of its own.
        (Question("get", "pods/log", namespace="shop"), False),
        (Question("get", "pods", "metrics.k8s.io", namespace="shop"), False),
        (Question("get", "jobs", "batch", "shop", "a"), True),
        (Question("get", "jobs", "batch", "shop", "b"), False),
        (Question("get", "jobs", "batch", "shop"), False),
    ],
)
def test_a_role_in_a_namespace_gives_what_it_names_there(question: Question, allowed: bool) -> None:
    assert may(_objects(PODS, ONE, namespace="shop"), PEOPLE, question) is allowed


def test_a_cluster_role_holds_where_it_is_bound() -> None:
    everywhere, there = _objects(PODS), _objects(PODS, namespace="shop", role_in="")
    assert may(everywhere, PEOPLE, Question("list", "pods"))
    assert may(there, PEOPLE, Question("list", "pods", namespace="shop"))
    assert not may(there, PEOPLE, Question("list", "pods"))


def test_a_service_account_without_a_namespace_is_one_of_the_bindings() -> None:
    objects, question = _objects(PODS, namespace="shop"), Question("get", "pods", namespace="shop")
    assert may(objects, Subject(account=("shop", "robot")), question)
    assert not may(objects, Subject(account=("other", "robot")), question)
    assert not may(objects, Subject(("robot",)), question)


def test_a_role_that_is_not_declared_is_not_taken_for_one_that_gives_nothing() -> None:
    _, binding = _objects(PODS)
    with pytest.raises(LookupError, match="ClusterRole r is not declared"):
        may([binding], PEOPLE, Question("get", "pods"))
