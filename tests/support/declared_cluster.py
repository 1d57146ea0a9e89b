"""The cluster of a recorded environment, as `make apiserver` would find it."""

from __future__ import annotations

from infra.configuration.add_ons import ADD_ON_NAMESPACES
from rehearsal.apiserver.declared import DeclaredCluster, Entry
from rehearsal.apiserver.findings import label
from rehearsal.kubernetes import Installed
from rehearsal.kubernetes.installed import ADD_ON
from tests.support.engine_values import uncovered
from tests.support.recorder import Recording

# As infra/kubernetes/cluster.py and infra/functions/watch_jobs have them.
ENTRIES = (
    Entry("on-call", ("on-call",), "AmazonEKSViewPolicy", ("triangle",)),
    Entry("read-only", ("read-only",), "AmazonEKSViewPolicy", ()),
    Entry("deploy", (), "AmazonEKSClusterAdminPolicy", ()),
    Entry("watch-jobs", ("watch-jobs",), "", ()),
)


def declared_cluster(recording: Recording, version: str = "1.35") -> DeclaredCluster:
    """All objects of a recording, namespaces first; a recording's own order is another one each time."""
    objects = [
        dict(uncovered(each.inputs))
        for each in recording.resources
        if each.custom and each.type.startswith("kubernetes:")
    ]
    objects.sort(key=lambda content: (content["kind"] != "Namespace", label(content)))
    installed = Installed()
    for each in recording.of(ADD_ON).values():
        installed.note(each.urn, ADD_ON, {**uncovered(each.inputs), "clusterName": "triangle-prod"})
    return DeclaredCluster(
        "triangle-prod",
        version,
        tuple(objects),
        tuple(sorted(set(ADD_ON_NAMESPACES.values()))),
        installed,
        ENTRIES,
    )
