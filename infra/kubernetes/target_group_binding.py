"""A service in the cluster, and how the load balancer comes to its pods."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.core.v1 import Service as ClusterService

# A pod counts as ready only when the load balancer has found it healthy, so that a rollout never takes
# the old pods away too early. EKS Auto Mode has a label of its own for that (K8S-5).
READINESS_GATE_LABEL = {"eks.amazonaws.com/pod-readiness-gate-inject": "enabled"}

HTTP_PORT = 80


def declare_cluster_service(
    name: str, metadata: dict[str, Any], target_group: pulumi.Input[str] | None, opts: pulumi.ResourceOptions
) -> list[pulumi.Resource]:
    """The Service, and the binding of its pods to a target group; pods have to come after it.

    Args:
        name: the service's.
        metadata: of its objects.
        target_group: the ARN; None for a service that the internet does not reach.
        opts: of the Service.
    """
    service = ClusterService(
        name,
        # Pulumi would wait ten minutes for pods: those wait for the binding, which needs the Service, and
        # for the migration, which may take longer.
        metadata={**metadata, "annotations": {"pulumi.com/skipAwait": "true"}},
        spec={
            "type": "ClusterIP",
            "selector": metadata["labels"],
            "ports": [{"name": "http", "port": HTTP_PORT, "target_port": "http", "protocol": "TCP"}],
        },
        opts=opts,
    )
    if target_group is None:
        return []
    binding = CustomResource(
        f"{name}-targets",
        api_version="eks.amazonaws.com/v1",
        kind="TargetGroupBinding",
        metadata={key: metadata[key] for key in ("name", "namespace", "labels")},
        spec={
            "serviceRef": {"name": metadata["name"], "port": HTTP_PORT},
            # Another one is refused ("update may not change these immutable fields", controller's webhook).
            "targetGroupARN": target_group,
            "targetType": "ip",
        },
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[service])),
    )
    return [binding]
