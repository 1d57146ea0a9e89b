"""Time limits of a rollout: how long a new version may take to replace the old one."""

from __future__ import annotations

import pulumi

from infra.configuration.pod_lifecycle import (
    HEALTHY_CHECKS,
    PROBE_PERIOD_SECONDS,
    PROGRESS_DEADLINE_SECONDS,
    STARTUP_ATTEMPTS,
    STARTUP_PERIOD_SECONDS,
)
from infra.configuration.settings import ReplicaSettings

# Auto Mode starts a node for pods that find no place, and the node loads their image: a minute or two.
NODE_SECONDS = 150

_STEP_SECONDS = (
    NODE_SECONDS + STARTUP_ATTEMPTS * STARTUP_PERIOD_SECONDS + (1 + HEALTHY_CHECKS) * PROBE_PERIOD_SECONDS
)


def rollout_timeouts(replicas: ReplicaSettings) -> pulumi.CustomTimeouts:
    """How long a deployment waits for all pods of a service.

    Kubernetes gives up when nothing has moved for ten minutes (contract K8S-5), Pulumi ten minutes after the
    beginning, whatever has moved (await/deployment.go in pulumi-kubernetes). So many pods as are replaced
    at once are one step; all but one may be slow, and Kubernetes still has its time with the last.
    """
    steps = -(-replicas.maximum // replicas.surge)
    seconds = PROGRESS_DEADLINE_SECONDS + (steps - 1) * _STEP_SECONDS
    return pulumi.CustomTimeouts(create=f"{seconds}s", update=f"{seconds}s")
