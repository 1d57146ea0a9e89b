"""Access that is wider afterwards: policies, the network, the cluster, what is public."""

from __future__ import annotations

from collections.abc import Iterator

from preview.access.cluster import cluster_access
from preview.access.identities import identity_access
from preview.access.lost import lost_rights
from preview.access.lost_in_cluster import lost_in_cluster
from preview.access.network import network_access
from preview.access.pods import pod_access
from preview.access.policies import policy_access, unknown_policies
from preview.access.public import public_access
from preview.access.routes import route_access
from preview.change import Change
from preview.risk import Risk

__all__ = ["access_risks", "lost_in_cluster", "lost_rights", "unknown_policies"]


def access_risks(change: Change) -> Iterator[Risk]:
    """Everything that somebody may or reaches afterwards and did not before."""
    yield from public_access(change)
    yield from network_access(change)
    yield from route_access(change)
    yield from policy_access(change)
    yield from identity_access(change)
    yield from cluster_access(change)
    yield from pod_access(change)
