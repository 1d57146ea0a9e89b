"""Rights in a Kubernetes cluster by its Roles, as Kubernetes adds them up.

All bindings together decide, and what none gives is refused (Kubernetes' documentation, "Using RBAC
Authorization").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

Content = Mapping[str, Any]

# EKS's View policy, by API group: what Kubernetes' own role `view` shows, which EKS calls it similar to (user
# guide, "Review access policy permissions"). Neither rights nor Secrets nor custom resources.
VIEW: Mapping[str, str] = MappingProxyType(
    {
        "": "configmaps endpoints events limitranges namespaces persistentvolumeclaims pods"
        " replicationcontrollers resourcequotas serviceaccounts services",
        "apps": "controllerrevisions daemonsets deployments replicasets statefulsets",
        "autoscaling": "horizontalpodautoscalers",
        "batch": "cronjobs jobs",
        "discovery.k8s.io": "endpointslices",
        "networking.k8s.io": "ingresses networkpolicies",
        "policy": "poddisruptionbudgets",
    }
)


@dataclass(frozen=True)
class Subject:
    """Somebody who asks.

    Args:
        groups: that they are in.
        account: a service account, as namespace and name; None for people.
    """

    groups: tuple[str, ...] = ()
    account: tuple[str, str] | None = None


@dataclass(frozen=True)
class Question:
    """What somebody wants to do.

    Args:
        verb: `get` and the like.
        resource: `pods`, `pods/log`.
        group: of the API; empty for the core's.
        namespace: where; empty for what belongs to the cluster, or for all namespaces at once.
        name: of one object; empty for any.
    """

    verb: str
    resource: str
    group: str = ""
    namespace: str = ""
    name: str = ""

    def __str__(self) -> str:
        what = f"{self.resource}.{self.group}" if self.group else self.resource
        return f"{self.verb} {what}{f' in {self.namespace}' if self.namespace else ''}"


def may(objects: Iterable[Content], subject: Subject, question: Question) -> bool:
    """Whether somebody may do it, by the roles and bindings among a cluster's objects."""
    return any(_gives(rule, question) for rule in _rules(list(objects), subject, question.namespace))


def _gives(rule: Content, question: Question) -> bool:
    names = rule.get("resourceNames")
    return (
        _has(rule.get("apiGroups"), question.group)
        and _has(rule.get("resources"), question.resource)
        and _has(rule.get("verbs"), question.verb)
        and (not names or question.name in names)
    )


def _has(allowed: Iterable[str] | None, asked: str) -> bool:
    return bool({asked, "*"} & set(allowed or ()))


def _rules(objects: list[Content], subject: Subject, namespace: str) -> Iterator[Content]:
    """Those of Roles in a namespace, and of ClusterRoles, in it or in the whole cluster."""
    for binding in objects:
        where = binding["metadata"].get("namespace", "")
        if binding["kind"] not in ("RoleBinding", "ClusterRoleBinding") or where not in ("", namespace):
            continue
        if any(_is(each, subject, where) for each in binding.get("subjects") or ()):
            yield from _role(objects, binding)["rules"] or ()


def _role(objects: list[Content], binding: Content) -> Content:
    reference, where = binding["roleRef"], binding["metadata"].get("namespace", "")
    wanted = (reference["kind"], reference["name"], where if reference["kind"] == "Role" else "")
    for each in objects:
        metadata = each["metadata"]
        if (each["kind"], metadata["name"], metadata.get("namespace", "")) == wanted:
            return each
    # A role of Kubernetes' own: what it gives is not known here.
    raise LookupError(f"{reference['kind']} {reference['name']} is not declared")


def _is(named: Content, subject: Subject, where: str) -> bool:
    if named["kind"] == "ServiceAccount":
        return subject.account == (named.get("namespace") or where, named["name"])
    return named["kind"] == "Group" and named["name"] in subject.groups
