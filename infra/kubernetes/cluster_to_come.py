"""A cluster to come, in a place where none waits: the logs of its control plane exist already."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra.common import CommonArgsWithKeys
from infra.kubernetes.control_plane_logs import control_plane_logs


@dataclass(frozen=True)
class ClusterToComeArgs:
    """What is there before the cluster.

    Args:
        common: names, rules and keys of its place.
    """

    common: CommonArgsWithKeys


class ClusterToCome(pulumi.ComponentResource):
    """The part of a cluster that outlives it. Keeps K8S-1.

    It is the same component as the cluster that is made there on the day, so that this one finds the group.
    What one wrote that served there before is kept. And EKS writes its last lines when a cluster is gone
    already: without the group it would make one, which is in the way of the next cluster
    (terraform-aws-modules/terraform-aws-eks#2763).
    """

    def __init__(
        self, name: str, args: ClusterToComeArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("groundwork:cluster:Cluster", name, None, opts)
        control_plane_logs(args.common, self, waiting=True)
        self.register_outputs({})
