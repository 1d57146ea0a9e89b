"""Fields that cannot change in place: what replaces an object, and what the API server refuses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rehearsal.kubernetes.kinds import Kind
from rehearsal.providers.property_differences import property_changes, without_indexes
from rehearsal.providers.provider import ChangeKind, Properties, PropertyChange

_VOLUME_SOURCES = (
    "awsElasticBlockStore azureDisk azureFile cephfs cinder csi fc flexVolume flocker gcePersistentDisk "
    "glusterfs hostPath iscsi local nfs photonPersistentDisk portworxVolume quobyte rbd scaleIO "
    "storageos vsphereVolume"
).split()
_POD_FIELDS = (
    "affinity automountServiceAccountToken dnsConfig dnsPolicy enableServiceLinks hostAliases hostIPC "
    "hostNetwork hostPID hostname imagePullSecrets nodeName nodeSelector overhead preemptionPolicy "
    "priority priorityClassName readinessGates restartPolicy runtimeClassName schedulerName "
    "securityContext serviceAccount serviceAccountName shareProcessNamespace subdomain "
    "terminationGracePeriodSeconds volumes"
).split()
_CONTAINER_FIELDS = (
    "args command env image imagePullPolicy lifecycle livenessProbe ports readinessProbe resources "
    "securityContext stdin stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices "
    "volumeMounts workingDir"
).split()
_CONTAINERS = ("containers", "initContainers")

# Source: forceNewProperties of pulumi-kubernetes (provider/pkg/provider/diff.go). Paths have no list indexes.
REPLACING: dict[tuple[str, str], Sequence[str]] = {
    ("apps", "DaemonSet"): ["spec.selector"],
    ("apps", "Deployment"): ["spec.selector"],
    ("apps", "StatefulSet"): [
        "spec.podManagementPolicy",
        "spec.revisionHistoryLimit",
        "spec.selector",
        "spec.serviceName",
        "spec.volumeClaimTemplates",
    ],
    ("batch", "Job"): ["spec.completions", "spec.parallelism", "spec.selector", "spec.template"],
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): ["roleRef"],
    ("rbac.authorization.k8s.io", "RoleBinding"): ["roleRef"],
    ("storage.k8s.io", "StorageClass"): ["parameters", "provisioner"],
    ("", "PersistentVolume"): [f"spec.{name}" for name in _VOLUME_SOURCES],
    ("", "PersistentVolumeClaim"): [
        "spec.accessModes",
        "spec.selector",
        "spec.storageClassName",
        "spec.volumeName",
    ],
    ("", "Pod"): [
        *(f"spec.{name}" for name in _POD_FIELDS),
        *(f"spec.{containers}.{name}" for containers in _CONTAINERS for name in _CONTAINER_FIELDS),
    ],
    ("", "ResourceQuota"): ["spec.scopes"],
    ("", "Secret"): ["type"],
    ("", "Service"): ["spec.clusterIP"],
}
_IDENTITY = ("metadata.name", "metadata.namespace")
_CONTENT = {"Secret": ["type", "stringData", "data"], "ConfigMap": ["binaryData", "data"]}

# What the API server refuses to change although pulumi-kubernetes plans an update, besides the above.
# Source: the API reference of these kinds ("immutable", "Cannot be updated").
_REFUSED: dict[tuple[str, str], Sequence[str]] = {
    ("scheduling.k8s.io", "PriorityClass"): ["value", "preemptionPolicy"],
    ("storage.k8s.io", "StorageClass"): ["reclaimPolicy", "volumeBindingMode"],
    ("", "PersistentVolumeClaim"): ["spec.volumeMode", "spec.dataSource", "spec.dataSourceRef"],
    ("batch", "Job"): ["spec.completionMode", "spec.podFailurePolicy", "spec.managedBy"],
    # The controller's webhook: "update may not change these immutable fields" (aws-load-balancer-controller,
    # webhooks/elbv2/targetgroupbinding_validator.go; its issue 2764).
    ("eks.amazonaws.com", "TargetGroupBinding"): ["spec.targetGroupARN", "spec.targetType"],
}
_MUTABLE_FOR_THE_SERVER = {
    ("batch", "Job"): {"spec.completions", "spec.parallelism"},
    ("apps", "StatefulSet"): {"spec.revisionHistoryLimit"},
}


def replacing_paths(
    kind: Kind, new: Properties, *, mutable_secrets: bool, mutable_config_maps: bool
) -> list[str]:
    """The paths whose change makes pulumi-kubernetes replace the object.

    Secrets and ConfigMaps are replaced by a change of their content unless the provider's
    enableSecretMutable or enableConfigMapMutable says otherwise; an immutable one always is.
    """
    paths = [*_IDENTITY, *REPLACING.get((kind.group, kind.name), ())]
    mutable = {"Secret": mutable_secrets, "ConfigMap": mutable_config_maps}
    if kind.group == "" and kind.name in mutable and (not mutable[kind.name] or new.get("immutable") is True):
        paths += _CONTENT[kind.name]
    return paths


def mark_replacing(changes: Iterable[PropertyChange], paths: Iterable[str]) -> list[PropertyChange]:
    """The changes, with those marked that replace because they touch one of `paths`."""
    listed = list(paths)
    return [
        PropertyChange(change.path, change.kind, replaces=any(_touches(change, path) for path in listed))
        for change in changes
    ]


def _touches(change: PropertyChange, path: str) -> bool:
    changed = without_indexes(change.path)
    if changed == path or changed.startswith((f"{path}.", f"{path}[")):
        return True
    # A whole that goes away or becomes unknown takes the field with it.
    return path.startswith(f"{changed}.") and change.kind is not ChangeKind.ADD


def refused_changes(kind: Kind, before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The paths that differ although the API server lets nobody change them in place."""
    key = (kind.group, kind.name)
    paths = [*REPLACING.get(key, ()), *_REFUSED.get(key, ())]
    if before.get("immutable") is True:
        paths += [*_CONTENT.get(kind.name, ()), "immutable"]
    paths = [path for path in paths if path not in _MUTABLE_FOR_THE_SERVER.get(key, ())]
    # Only an indexed Job is elastic (Kubernetes' documentation, "Elastic Indexed Jobs").
    if key == ("batch", "Job") and (before.get("spec") or {}).get("completionMode") != "Indexed":
        paths.append("spec.completions")
    if key == ("", "Pod"):
        paths = [path for path in paths if not path.endswith(".image")]
    if key == ("", "Service") and "ExternalName" in (_service_type(before), _service_type(after)):
        paths = []
    marked = mark_replacing(property_changes(before, after), paths)
    return [change.path for change in marked if change.replaces]


def _service_type(content: dict[str, Any]) -> Any:
    return (content.get("spec") or {}).get("type")
