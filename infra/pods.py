"""What a pod of a service consists of."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from infra.service import Service

# Runbook 003: rolled back when a health check fails 3 times, or not healthy within 10 minutes.
FAILURE_THRESHOLD = 3
PROGRESS_DEADLINE_SECONDS = 600
# Runbook 004: the last 2 versions are kept.
REVISIONS_KEPT = 2

PROBE_PERIOD_SECONDS = 10
PROBE_TIMEOUT_SECONDS = 3
# Two minutes for a slow start; the probes of a running pod begin after it.
STARTUP_ATTEMPTS = 60
STARTUP_PERIOD_SECONDS = 2

# Long enough for requests under way and for the load balancer to notice.
GRACE_SECONDS = 45

# No user of any image's own; the number itself has no meaning.
USER = 10001

_SECRETS_FOLDER = "/mnt/secrets"


@dataclass(frozen=True)
class SecretVariable:
    """A secret as an environment variable.

    Args:
        variable: its name in the pod.
        secret: the name of the entry in Secrets Manager.
        field: one key of an entry that holds JSON; None takes the value as it is.
    """

    variable: str
    secret: str
    field: str | None = None


def labels(system: str, service: str) -> dict[str, str]:
    """Kubernetes' recommended labels; they select the pods of a service, so they never change."""
    return {"app.kubernetes.io/name": service, "app.kubernetes.io/part-of": system}


def secret_provider(
    service: str, secrets: Sequence[SecretVariable], region: str, object_labels: Mapping[str, str]
) -> dict[str, Any]:
    """A SecretProviderClass: fetches entries as the pod's own identity, and keeps a Secret up to date."""
    objects: dict[str, dict[str, Any]] = {}
    for secret in secrets:
        entry = objects.setdefault(
            secret.secret, {"objectName": secret.secret, "objectType": "secretsmanager"}
        )
        if secret.field is None:
            entry["objectAlias"] = secret.variable
        else:
            entry.setdefault("jmesPath", []).append({"path": secret.field, "objectAlias": secret.variable})
    for entry in objects.values():
        # The whole entry is a file as well; its name must not have the slashes of the entry's.
        entry.setdefault("objectAlias", entry["objectName"].replace("/", "_"))
    return {
        "provider": "aws",
        "parameters": {
            "region": region,
            "usePodIdentity": "true",
            # JSON is YAML, and nothing in it needs quoting by hand.
            "objects": json.dumps(list(objects.values())),
        },
        "secretObjects": [
            {
                "secretName": service,
                "type": "Opaque",
                "labels": dict(object_labels),
                "data": [{"objectName": secret.variable, "key": secret.variable} for secret in secrets],
            }
        ],
    }


def deployment(
    system: str,
    service: Service,
    image: str,
    variables: Mapping[str, pulumi.Input[str]],
    secrets: Sequence[SecretVariable],
) -> dict[str, Any]:
    """The specification of a Deployment that rolls out without downtime and spreads over the zones."""
    selected = labels(system, service.name)
    return {
        # The number of pods is the autoscaler's business.
        "selector": {"match_labels": selected},
        "strategy": {"type": "RollingUpdate", "rolling_update": {"max_unavailable": 0, "max_surge": 1}},
        "progress_deadline_seconds": PROGRESS_DEADLINE_SECONDS,
        "revision_history_limit": REVISIONS_KEPT,
        "template": {
            "metadata": {"labels": selected},
            "spec": {
                "service_account_name": service.name,
                "automount_service_account_token": False,
                "termination_grace_period_seconds": GRACE_SECONDS,
                "security_context": {
                    "run_as_non_root": True,
                    "run_as_user": USER,
                    "run_as_group": USER,
                    "fs_group": USER,
                    "seccomp_profile": {"type": "RuntimeDefault"},
                },
                "topology_spread_constraints": [
                    {
                        "max_skew": 1,
                        "topology_key": "topology.kubernetes.io/zone",
                        "when_unsatisfiable": "ScheduleAnyway",
                        "label_selector": {"match_labels": selected},
                    }
                ],
                "containers": [_container(service, image, variables, secrets)],
                "volumes": _volumes(service, secrets),
            },
        },
    }


def _container(
    service: Service,
    image: str,
    variables: Mapping[str, pulumi.Input[str]],
    secrets: Sequence[SecretVariable],
) -> dict[str, Any]:
    memory = f"{service.resources.memory}Mi"
    mounts: list[dict[str, Any]] = [{"name": "tmp", "mount_path": "/tmp"}]  # noqa: S108
    if secrets:
        mounts.append({"name": "secrets", "mount_path": _SECRETS_FOLDER, "read_only": True})
    container: dict[str, Any] = {
        "name": service.name,
        "image": image,
        "ports": [{"name": "http", "container_port": service.port, "protocol": "TCP"}],
        "env": [
            *({"name": name, "value": value} for name, value in variables.items()),
            *(
                {
                    "name": secret.variable,
                    "value_from": {"secret_key_ref": {"name": service.name, "key": secret.variable}},
                }
                for secret in secrets
            ),
        ],
        "resources": {
            # Memory is not shared out twice: a pod that is admitted has what it may use.
            "requests": {"cpu": f"{service.resources.cpu}m", "memory": memory},
            "limits": {"cpu": f"{service.resources.cpu}m", "memory": memory},
        },
        "startup_probe": _probe(service.health.live, service, STARTUP_PERIOD_SECONDS, STARTUP_ATTEMPTS),
        "liveness_probe": _probe(service.health.live, service, PROBE_PERIOD_SECONDS, FAILURE_THRESHOLD),
        "readiness_probe": _probe(service.health.ready, service, PROBE_PERIOD_SECONDS, FAILURE_THRESHOLD),
        "security_context": {
            "allow_privilege_escalation": False,
            "read_only_root_filesystem": True,
            "run_as_non_root": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volume_mounts": mounts,
    }
    if service.command:
        container["command"] = list(service.command)
    return container


def _probe(path: str, service: Service, period: int, failures: int) -> dict[str, Any]:
    return {
        "http_get": {"path": path, "port": "http", "scheme": "HTTP"},
        "period_seconds": period,
        "timeout_seconds": PROBE_TIMEOUT_SECONDS if period > PROBE_TIMEOUT_SECONDS else period,
        "failure_threshold": failures,
    }


def _volumes(service: Service, secrets: Sequence[SecretVariable]) -> list[dict[str, Any]]:
    volumes: list[dict[str, Any]] = [{"name": "tmp", "empty_dir": {}}]
    if secrets:
        volumes.append(
            {
                "name": "secrets",
                "csi": {
                    "driver": "secrets-store.csi.k8s.io",
                    "read_only": True,
                    "volume_attributes": {"secretProviderClass": service.name},
                },
            }
        )
    return volumes
