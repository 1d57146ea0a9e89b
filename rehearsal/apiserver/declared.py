"""A deployed environment's clusters: their objects in the order of creation, and who has a way into them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.kubernetes import Cluster, Installed
from rehearsal.kubernetes.cluster import Content
from rehearsal.session import Session
from rights.cluster_roles import Subject

_CLUSTER = "aws:eks/cluster:Cluster"
_ENTRY = "aws:eks/accessEntry:AccessEntry"
_ASSOCIATION = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"


@dataclass(frozen=True)
class Entry:
    """An access entry of EKS: what of a cluster a role of IAM comes to.

    Args:
        name: in the program.
        groups: of Kubernetes.
        policy: EKS's own, by name; empty without one.
        namespaces: that the policy is for; all of them without any.
    """

    name: str
    groups: tuple[str, ...]
    policy: str
    namespaces: tuple[str, ...]


@dataclass(frozen=True)
class DeclaredCluster:
    """One cluster.

    Args:
        name: EKS's.
        version: of Kubernetes: `1.35`.
        objects: what was applied, in the order of creation.
        provided: namespaces that add-ons make.
        installed: what EKS has put into it.
        entries: who has a way in.
    """

    name: str
    version: str
    objects: tuple[Content, ...]
    provided: tuple[str, ...]
    installed: Installed
    entries: tuple[Entry, ...]

    @property
    def subjects(self) -> Iterator[tuple[str, Subject]]:
        """Everybody about whom Roles decide, by a name for people."""
        for entry in self.entries:
            if entry.groups:
                yield entry.name, Subject(entry.groups)
        for each in self.objects:
            if each["kind"] == "ServiceAccount":
                namespace, name = each["metadata"]["namespace"], each["metadata"]["name"]
                yield f"service account {namespace}/{name}", Subject(account=(namespace, name))


def declared_clusters(session: Session) -> list[DeclaredCluster]:
    """The clusters of a session that was brought up; one that waits for its region's day has no objects."""
    resources = session.export()["deployment"]["resources"]
    found = []
    for resource in resources:
        if resource["type"] == _CLUSTER:
            cluster = session.clusters.cluster(resource["outputs"]["endpoint"])
            found.append(_declared(cluster, resource, resources, session.installed))
    return [each for each in found if each.objects]


def _declared(
    cluster: Cluster,
    resource: Mapping[str, Any],
    resources: Iterable[Mapping[str, Any]],
    installed: Installed,
) -> DeclaredCluster:
    inputs = resource["inputs"]
    name = str(inputs["name"])
    applied = [stored.applied for stored in cluster.objects() if stored.applied is not None]
    # In the other region there may be one of the same name.
    here = [each for each in resources if each.get("provider") == resource["provider"]]
    entries = tuple(_entries(name, here))
    provided = tuple(installed.namespaces(name))
    return DeclaredCluster(name, str(inputs["version"]), tuple(applied), provided, installed, entries)


def _entries(cluster: str, resources: list[Mapping[str, Any]]) -> Iterator[Entry]:
    here = [each for each in resources if (each.get("inputs") or {}).get("clusterName") == cluster]
    associations = {
        each["inputs"]["principalArn"]: each["inputs"] for each in here if each["type"] == _ASSOCIATION
    }
    for each in here:
        if each["type"] == _ENTRY:
            inputs = each["inputs"]
            association = associations.get(inputs["principalArn"], {})
            yield Entry(
                each["urn"].rpartition("::")[2],
                tuple(inputs.get("kubernetesGroups") or ()),
                str(association.get("policyArn", "")).rpartition("/")[2],
                tuple((association.get("accessScope") or {}).get("namespaces") or ()),
            )
