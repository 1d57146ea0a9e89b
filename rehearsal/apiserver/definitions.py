"""Definitions of the custom resources that our objects are of.

Karpenter and the Secrets Store CSI driver publish theirs. AWS publishes none of EKS Auto Mode's own: those
are made of what `rehearsal/kubernetes/custom_kinds.py` has of its user guide.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from rehearsal.apiserver.programs import Programs
from rehearsal.kubernetes.cluster import Content
from rehearsal.kubernetes.custom_kinds import specification_of
from rehearsal.kubernetes.kinds import Kind

_GROUP = "eks.amazonaws.com"
_OF_AUTO_MODE = {"NodeClass": "nodeclasses", "TargetGroupBinding": "targetgroupbindings"}


@dataclass(frozen=True)
class Definition:
    """What the server is told of a kind.

    Args:
        content: a CustomResourceDefinition.
        written_here: after a user guide, because its makers publish none.
    """

    content: Content
    written_here: bool

    @property
    def source(self) -> str:
        """Where it is from, in words."""
        return "written after EKS's user guide" if self.written_here else "published by its makers"

    @property
    def kind(self) -> str:
        """Of its objects, with the API: `karpenter.sh/v1 NodePool`."""
        spec = self.content["spec"]
        version = next(each["name"] for each in spec["versions"] if each["storage"])
        return f"{spec['group']}/{version} {spec['names']['kind']}"


def definitions(programs: Programs) -> list[Definition]:
    """All of them."""
    return [*_published(programs), *_of_auto_mode()]


def _published(programs: Programs) -> Iterator[Definition]:
    for file in programs.definitions:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        yield Definition(content, written_here=False)


def _of_auto_mode() -> Iterator[Definition]:
    for name, plural in _OF_AUTO_MODE.items():
        kind = Kind(_GROUP, "v1", name)
        yield Definition(_definition(kind, plural), written_here=True)


def _definition(kind: Kind, plural: str) -> Content:
    specification = specification_of(kind)
    assert specification is not None
    status = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    properties = {"spec": specification, "status": status}
    schema = {"type": "object", "properties": properties, "required": ["spec"]}
    version = {
        "name": kind.version,
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": schema},
        "subresources": {"status": {}},
    }
    names = {
        "kind": kind.name,
        "listKind": f"{kind.name}List",
        "plural": plural,
        "singular": kind.name.lower(),
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{kind.group}"},
        "spec": {
            "group": kind.group,
            "names": names,
            "scope": "Cluster" if kind.cluster_scoped else "Namespaced",
            "versions": [version],
        },
    }
