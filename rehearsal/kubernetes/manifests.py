"""A cluster's objects as YAML files that kubectl can apply."""

from __future__ import annotations

from typing import Any

import yaml

from rehearsal.kubernetes.cluster import Cluster
from rehearsal.kubernetes.kinds import kind_of_object

# kubectl goes through a directory by name, so names begin with the place in the order of applying.
_ORDER = (
    "Namespace CustomResourceDefinition StorageClass PriorityClass ServiceAccount Secret ConfigMap "
    "ClusterRole ClusterRoleBinding Role RoleBinding PersistentVolume PersistentVolumeClaim Service"
).split()
# dict.fromkeys: a set that keeps its order.
_FIRST_KEYS = dict.fromkeys(("apiVersion", "kind", "metadata", "name", "namespace")).keys()
_CLUSTER_FOLDER = "00-cluster"
_SECRET_NOTE = (
    "# The values of this Secret are left out: secret values are never written to files.\n"
    "# It has the keys {keys}; applying this file leaves values that are in the cluster as they are.\n"
)


def manifests(cluster: Cluster) -> dict[str, str]:
    """Every object that was applied to the cluster, one YAML document each, by relative path.

    The documents are what was applied, so nothing in them comes from the server, and the values of
    Secrets are left out. `kubectl apply --recursive -f` takes the files in an order that works:
    what belongs to the cluster first, and in each namespace what others refer to.
    """
    files = {}
    for stored in cluster.objects():
        if stored.applied is not None:
            files[_path(stored.applied)] = _document(stored.applied)
    return dict(sorted(files.items()))


def _path(content: dict[str, Any]) -> str:
    kind = kind_of_object(content)
    place = _ORDER.index(kind.name) if kind.name in _ORDER else len(_ORDER)
    folder = _CLUSTER_FOLDER if kind.cluster_scoped else content["metadata"]["namespace"]
    # A colon, which roles may have in their names, is no part of a file name everywhere.
    name = content["metadata"]["name"].replace(":", "_")
    return f"{folder}/{place:02d}-{kind.name.lower()}-{name}.yaml"


def _document(content: dict[str, Any]) -> str:
    note = ""
    if (content["apiVersion"], content["kind"]) == ("v1", "Secret"):
        note = _SECRET_NOTE.format(keys=", ".join(sorted(content.get("data") or {})) or "(none)")
        content = {key: value for key, value in content.items() if key not in ("data", "stringData")}
    return note + yaml.safe_dump(_ordered(content), sort_keys=False, width=1000)


def _ordered(value: Any) -> Any:
    """`value` with its keys in an order of their own: the engine hands maps over in a random one."""
    if isinstance(value, dict):
        first = [key for key in _FIRST_KEYS if key in value]
        return {key: _ordered(value[key]) for key in [*first, *sorted(value.keys() - _FIRST_KEYS)]}
    return [_ordered(item) for item in value] if isinstance(value, list) else value
