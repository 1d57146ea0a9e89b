"""Pods as the controllers of EKS's clusters would make them of an object's template."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rehearsal.apiserver.declared import DeclaredCluster
from rehearsal.kubernetes.admission import Admission
from rehearsal.kubernetes.cluster import Content
from rehearsal.kubernetes.quantities import amount

_LISTS = ("initContainers", "containers")


def pod_of(content: Content, cluster: DeclaredCluster) -> Content | None:
    """The pod that an object asks for, with what EKS's webhooks put into it; None where it asks for none."""
    admission = Admission(cluster.objects, cluster.installed, cluster.name, cluster.version)
    made = admission.injected(content)
    if made is None:
        return None
    metadata = content["metadata"]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            **made["metadata"],
            "generateName": f"{metadata['name']}-",
            "namespace": metadata.get("namespace", "default"),
        },
        "spec": made["spec"],
    }


def differences(content: Content, admitted: Content, cluster: DeclaredCluster) -> Iterator[str]:
    """What the embedded cluster fills into a pod's containers otherwise than the server has done."""
    expected = Admission(cluster.objects, cluster.installed, cluster.name, cluster.version).pod(content)
    assert expected is not None
    for field in _LISTS:
        ours = {each["name"]: _resources(each) for each in expected["spec"].get(field) or ()}
        theirs = {each["name"]: _resources(each) for each in admitted["spec"].get(field) or ()}
        for name in sorted(ours.keys() | theirs.keys()):
            here, there = ours.get(name), theirs.get(name)
            if here != there:
                yield f"{field} {name}: the API server has {there}, the embedded cluster {here}"


def _resources(container: Content) -> dict[str, Any]:
    return {
        f"{kind}.{name}": amount(quantity)
        for kind, amounts in (container.get("resources") or {}).items()
        if isinstance(amounts, dict)
        for name, quantity in amounts.items()
    }
