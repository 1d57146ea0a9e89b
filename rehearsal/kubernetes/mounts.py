"""Mounts of secrets: the kubelet of a pod's node has them from an add-on's pod on that very node.

An API server takes a pod that no node can ever start; the kubelet says why, again and again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra.configuration.add_ons import SECRETS_STORE
from rehearsal.kubernetes.injections import Surroundings

_DRIVER = "secrets-store.csi.k8s.io"
# Karpenter, "NodePools": every node has it, and says from whose template it is.
_NODE_POOL = "karpenter.sh/nodepool"
_KEEP_AWAY = ("NoSchedule", "NoExecute")


def never_mounted(spec: Mapping[str, Any], surroundings: Surroundings) -> str | None:
    """What the kubelet says of a pod's volume that will never be there; None where each will be."""
    for volume in spec.get("volumes") or ():
        if (volume.get("csi") or {}).get("driver") == _DRIVER and (reason := _missing(spec, surroundings)):
            return f'MountVolume.SetUp failed for volume "{volume["name"]}": {reason}'
    return None


def _missing(spec: Mapping[str, Any], surroundings: Surroundings) -> str | None:
    add_on = surroundings.installed.add_on(surroundings.cluster, SECRETS_STORE)
    if add_on is None:
        return f"driver name {_DRIVER} not found in the list of registered CSI drivers"
    # aws/secrets-store-csi-driver-provider-aws, charts/…/values.yaml: `tolerations: []` is AWS's half alone;
    # the driver's own chart, which comes with it, tolerates everything.
    tolerations = add_on.setting("tolerations", [])
    for taint in _taints(spec, surroundings):
        if taint.get("effect") in _KEEP_AWAY and not any(_tolerates(each, taint) for each in tolerations):
            return (
                'error connecting to provider "aws": provider not found: the pods of '
                f"{SECRETS_STORE} do not tolerate {taint['key']}:{taint['effect']}"
            )
    return None


def _taints(spec: Mapping[str, Any], surroundings: Surroundings) -> list[Mapping[str, Any]]:
    """Of the nodes that a pod asks for; those of EKS's own general pool have none."""
    name = (spec.get("nodeSelector") or {}).get(_NODE_POOL)
    for each in surroundings.objects:
        if each["kind"] == "NodePool" and each["metadata"]["name"] == name:
            return list(each["spec"]["template"]["spec"].get("taints") or ())
    return []


def _tolerates(toleration: Mapping[str, Any], taint: Mapping[str, Any]) -> bool:
    """Kubernetes' documentation, "Taints and Tolerations": an empty key with Exists is every taint's."""
    exists = toleration.get("operator") == "Exists"
    key, effect = toleration.get("key"), toleration.get("effect")
    if effect and effect != taint["effect"]:
        return False
    if not key:
        return exists
    return key == taint["key"] and (exists or toleration.get("value", "") == taint.get("value", ""))
