"""What a group of Kubernetes may do in a namespace, by the Roles of a recording.

Kubernetes adds up what all bindings give, and refuses what none gives ("Using RBAC Authorization").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.support.recorder import Recording

_RBAC = "kubernetes:rbac.authorization.k8s.io/v1:"


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
    return any(
        _has(rule["apiGroups"], of) and _has(rule["resources"], name) and _has(rule["verbs"], verb)
        for rule in _rules(recording, group, namespace)
        if not rule.get("resourceNames")
    )


def _has(allowed: list[str], asked: str) -> bool:
    return asked in allowed or "*" in allowed


def _rules(recording: Recording, group: str, namespace: str) -> Iterator[Mapping[str, Any]]:
    for kind, scope in (("Role", namespace), ("ClusterRole", None)):
        bindings = recording.perhaps(f"{_RBAC}{kind}Binding").values()
        roles = [each.inputs for each in recording.perhaps(f"{_RBAC}{kind}").values()]
        for binding in (each.inputs for each in bindings):
            if binding["metadata"].get("namespace") != scope or not _binds(binding, group):
                continue
            named = (binding["roleRef"]["name"], scope)
            found = [each for each in roles if _name(each) == named]
            # A role of Kubernetes' own, or of a ClusterRole within a namespace: not known here.
            assert len(found) == 1, f"{binding['roleRef']} is not declared"
            yield from found[0]["rules"]


def _binds(binding: Mapping[str, Any], group: str) -> bool:
    return any((each["kind"], each["name"]) == ("Group", group) for each in binding["subjects"])


def _name(role: Mapping[str, Any]) -> tuple[str, str | None]:
    return role["metadata"]["name"], role["metadata"].get("namespace")
