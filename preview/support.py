"""Versions of Kubernetes whose standard support ends soon, or has ended, among what will be there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from infra.configuration.cluster_settings import support_notice
from preview.change import Change

_CLUSTER = "aws:eks/cluster:Cluster"


def support_notices(change: Change, today: date) -> Iterator[str]:
    """One for each version that clusters will have."""
    clusters = change.of(_CLUSTER)
    versions = {str(each.after["version"]) for each in clusters if each.after.get("version")}
    yield from (notice for each in sorted(versions) if (notice := support_notice(each, today)))
