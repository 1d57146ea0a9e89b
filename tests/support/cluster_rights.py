"""What a group of Kubernetes may do in a namespace, by the Roles of a recording."""

from __future__ import annotations

from rehearsal.rights import cluster_roles
from rehearsal.rights.cluster_roles import Question, Subject
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
