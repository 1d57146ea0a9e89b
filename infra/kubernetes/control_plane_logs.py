"""The log group of a cluster's control plane."""

from __future__ import annotations

import pulumi
from pulumi_aws import cloudwatch

from infra.common import CommonArgsWithKeys
from infra.configuration.singletons import Singleton
from infra.foundations.adoption import told_how_to_adopt


def control_plane_logs(
    common: CommonArgsWithKeys, parent: pulumi.Resource, *, exist: bool = False, waiting: bool
) -> cloudwatch.LogGroup:
    """The log group, which is there before the cluster: EKS would make it with no encryption and no end.

    Args:
        common: names, rules and keys of its place.
        parent: the component of the cluster.
        exist: it is there already, and is taken over.
        waiting: for the day on which everything runs there.
    """
    name = f"/aws/eks/{common.naming.prefix}/cluster"
    return cloudwatch.LogGroup(
        "control-plane",
        name=name,
        retention_in_days=common.log_retention,
        kms_key_id=common.log_key,
        opts=pulumi.ResourceOptions(
            parent=parent,
            import_=name if exist else None,
            # The engine takes one hook of a name.
            hooks=None if waiting else told_how_to_adopt(Singleton.CONTROL_PLANE_LOGS),
        ),
    )
