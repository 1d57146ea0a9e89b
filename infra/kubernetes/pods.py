"""Pods of a service: their containers, volumes and environment."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pulumi

from infra.configuration.pod_lifecycle import (
    FAILURE_THRESHOLD,
    GRACE_SECONDS,
    LEAVE_SECONDS,
    PROBE_PERIOD_SECONDS,
    PROBE_TIMEOUT_SECONDS,
    PROGRESS_DEADLINE_SECONDS,
    STARTUP_ATTEMPTS,
    STARTUP_PERIOD_SECONDS,
)
from infra.configuration.service import Service
from infra.configuration.settings import SURGE_PERCENT
from infra.configuration.tiers import JOB_POOL_MAXIMUM
from infra.labels import labels, owner_label

# Runbook 004: the last 2 versions are kept.
REVISIONS_KEPT = 2


# The NodePool and NodeClass of the application's pods, and the taint of their nodes.
APPLICATION_NODES = "application"
APPLICATION_ONLY = "application-only"

# No user of any image's own; the number itself has no meaning.
USER = 10001

# What a pod may write: /tmp and what its log keeps on the node, which the kubelet limits to 5 files of 10 MiB
# (KubeletConfiguration, containerLogMaxSize). Asked for as well, so that pods share a node's disk of 80 GiB
# (EKS user guide, NodeClass `ephemeralStorage`) as they share its memory: one that fills it goes alone.
TEMPORARY_MEBIBYTES = 1024
STORAGE_MEBIBYTES = TEMPORARY_MEBIBYTES + 256

# Of a Deployment, for Reloader: its pods are replaced when a Secret in their environment changes.
RESTART_WHEN_SECRETS_CHANGE = {"secret.reloader.stakater.com/auto": "true"}

# Auto Mode moves pods together whenever that saves a node, and waits for those that have this (Karpenter,
# "Disruption"). A node that ends for another reason does not wait: see `job_specs.WHEN_A_POD_FAILED`.
DO_NOT_DISRUPT = {"karpenter.sh/do-not-disrupt": "true"}

_SECRETS_FOLDER = "/mnt/secrets"
# Of the ConfigMap with the authority that signs the database's certificate.
CERTIFICATES = "database-certificates"
CERTIFICATES_FILE = "authority.pem"
_CERTIFICATES_FOLDER = "/etc/database"
CERTIFICATES_PATH = f"{_CERTIFICATES_FOLDER}/{CERTIFICATES_FILE}"


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


@dataclass(frozen=True)
class PodArgs:
    """What the pods of one service have, whether they serve or do a single job.

    Args:
        system: the system's name.
        service: the system file's description.
        image: with digest.
        variables: environment variables that are no secrets.
        secrets: environment variables that are.
    """

    system: str
    service: Service
    image: str
    variables: Mapping[str, pulumi.Input[str]]
    secrets: Sequence[SecretVariable]


def placement(nodes: str = APPLICATION_NODES, taint: str = APPLICATION_ONLY) -> dict[str, Any]:
    """Of a pod that belongs on the nodes of one pool; their taint keeps all others off them."""
    return {
        "node_selector": {"karpenter.sh/nodepool": nodes},
        "tolerations": [{"key": taint, "operator": "Exists", "effect": "NoSchedule"}],
    }


def restricted_pod() -> dict[str, Any]:
    """What the namespace's "restricted" pod security asks of a pod."""
    return {
        "security_context": {
            "run_as_non_root": True,
            "run_as_user": USER,
            "run_as_group": USER,
            "fs_group": USER,
            "seccomp_profile": {"type": "RuntimeDefault"},
        }
    }


def restricted_container() -> dict[str, Any]:
    """The same of each container, and a root file system that cannot be written."""
    return {
        "security_context": {
            "allow_privilege_escalation": False,
            "read_only_root_filesystem": True,
            "run_as_non_root": True,
            "capabilities": {"drop": ["ALL"]},
        }
    }


def secret_provider(
    service: str, secrets: Sequence[SecretVariable], region: str, object_labels: Mapping[str, str]
) -> dict[str, Any]:
    """A SecretProviderClass: fetches entries as the pod's own identity, and keeps a Secret up to date."""
    objects: dict[str, dict[str, Any]] = {}
    # An entry, or a field of it, is one file, whichever variables get it.
    files: dict[tuple[str, str | None], str] = {}
    for secret in secrets:
        entry = objects.setdefault(
            secret.secret, {"objectName": secret.secret, "objectType": "secretsmanager"}
        )
        if files.setdefault((secret.secret, secret.field), secret.variable) != secret.variable:
            continue
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
                "data": [
                    {"objectName": files[secret.secret, secret.field], "key": secret.variable}
                    for secret in secrets
                ],
            }
        ],
    }


def _spread(selected: Mapping[str, str], minimum: int) -> list[dict[str, Any]]:
    """Over the zones, as far as they have room: one that fails is not waited for. Over nodes always.

    Counted are the pods of one revision, so that a rollout needs no node more, and nodes that they may be on.
    """
    one_revision = {
        "max_skew": 1,
        "label_selector": {"match_labels": dict(selected)},
        "match_label_keys": ["pod-template-hash"],
    }
    return [
        {
            **one_revision,
            "topology_key": "topology.kubernetes.io/zone",
            "when_unsatisfiable": "ScheduleAnyway",
        },
        {
            **one_revision,
            "topology_key": "kubernetes.io/hostname",
            "when_unsatisfiable": "DoNotSchedule",
            # Without it one node alone is an even spread.
            "min_domains": minimum,
            "node_taints_policy": "Honor",
        },
    ]


def deployment(pod: PodArgs, minimum: int) -> dict[str, Any]:
    """The specification of a Deployment that rolls out without downtime and spreads over zones and nodes.

    Args:
        pod: what its pods have.
        minimum: how many pods there are at least, each on a node of its own.
    """
    service = pod.service
    selected = labels(pod.system, service.name)
    return {
        # The number of pods is the autoscaler's business.
        "selector": {"match_labels": selected},
        "strategy": {
            "type": "RollingUpdate",
            "rolling_update": {"max_unavailable": 0, "max_surge": f"{SURGE_PERCENT}%"},
        },
        "progress_deadline_seconds": PROGRESS_DEADLINE_SECONDS,
        "revision_history_limit": REVISIONS_KEPT,
        "template": {
            "metadata": {"labels": {**selected, **owner_label(service.name)}},
            "spec": {
                **_pod(pod, service.name, service.command, _serving(service)),
                "topology_spread_constraints": _spread(selected, minimum),
            },
        },
    }


def job_template(pod: PodArgs, name: str, command: Sequence[str]) -> dict[str, Any]:
    """The template of a pod that does one job as the service: its image, identity and environment."""
    pod = _with_small_pool(pod)
    return {
        "metadata": {
            "labels": {**labels(pod.system, name), **owner_label(pod.service.name)},
            "annotations": DO_NOT_DISRUPT,
        },
        "spec": {**_pod(pod, name, command, {}), "restart_policy": "Never"},
    }


def container_until_ready(pod: PodArgs, name: str) -> dict[str, Any]:
    """The service's container as a job has it: it counts as started when its readiness path answers.

    It has as long as a deployment has (runbook 003); what would end or restart it later is not asked.
    """
    service = pod.service
    attempts = PROGRESS_DEADLINE_SECONDS // PROBE_PERIOD_SECONDS
    return {
        **_container(_with_small_pool(pod), name, service.command),
        "ports": _ports(service),
        "startup_probe": _probe(service.health.ready, PROBE_PERIOD_SECONDS, attempts),
    }


def _with_small_pool(pod: PodArgs) -> PodArgs:
    if not pod.service.database:
        return pod
    pool = {"DATABASE_POOL_MIN": "1", "DATABASE_POOL_MAX": str(JOB_POOL_MAXIMUM)}
    return replace(pod, variables={**pod.variables, **pool})


def _pod(pod: PodArgs, name: str, command: Sequence[str], extra: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "service_account_name": pod.service.name,
        "automount_service_account_token": False,
        "termination_grace_period_seconds": GRACE_SECONDS,
        **placement(),
        **restricted_pod(),
        "containers": [{**_container(pod, name, command), **extra}],
        "volumes": _volumes(pod.service, pod.secrets),
    }


def _container(pod: PodArgs, name: str, command: Sequence[str]) -> dict[str, Any]:
    service, secrets = pod.service, pod.secrets
    mounts: list[dict[str, Any]] = [{"name": "tmp", "mount_path": "/tmp"}]  # noqa: S108
    if secrets:
        mounts.append({"name": "secrets", "mount_path": _SECRETS_FOLDER, "read_only": True})
    if service.database:
        mounts.append({"name": CERTIFICATES, "mount_path": _CERTIFICATES_FOLDER, "read_only": True})
    container: dict[str, Any] = {
        "name": name,
        "image": pod.image,
        # A tag may have moved since a node last saw it; what a digest names never changes.
        "image_pull_policy": "IfNotPresent" if "@" in pod.image else "Always",
        "env": [
            *({"name": variable, "value": value} for variable, value in pod.variables.items()),
            *(
                {
                    "name": secret.variable,
                    "value_from": {"secret_key_ref": {"name": service.name, "key": secret.variable}},
                }
                for secret in secrets
            ),
        ],
        "resources": resources(service.resources.cpu, service.resources.memory, STORAGE_MEBIBYTES),
        **restricted_container(),
        "volume_mounts": mounts,
    }
    if command:
        container["command"] = list(command)
    return container


def resources(cpu: int, memory: int, storage: int) -> dict[str, Any]:
    """What a container has; nothing is shared out twice: a pod that is admitted has what it may use.

    Args:
        cpu: thousandths of one.
        memory: MiB.
        storage: MiB of the node's disk.
    """
    all_of_it = {"cpu": f"{cpu}m", "memory": f"{memory}Mi", "ephemeral-storage": f"{storage}Mi"}
    return {"requests": all_of_it, "limits": all_of_it}


def _serving(service: Service) -> dict[str, Any]:
    """What a container has that answers requests, and that a job has not."""
    return {
        "ports": _ports(service),
        "startup_probe": _probe(service.health.live, STARTUP_PERIOD_SECONDS, STARTUP_ATTEMPTS),
        "liveness_probe": _probe(service.health.live, PROBE_PERIOD_SECONDS, FAILURE_THRESHOLD),
        "readiness_probe": _probe(service.health.ready, PROBE_PERIOD_SECONDS, FAILURE_THRESHOLD),
        # It goes on serving until the load balancer sends it nothing more.
        "lifecycle": {"pre_stop": {"sleep": {"seconds": LEAVE_SECONDS}}},
    }


def _ports(service: Service) -> list[dict[str, Any]]:
    return [{"name": "http", "container_port": service.port, "protocol": "TCP"}]


def _probe(path: str, period: int, failures: int) -> dict[str, Any]:
    return {
        "http_get": {"path": path, "port": "http", "scheme": "HTTP"},
        "period_seconds": period,
        "timeout_seconds": PROBE_TIMEOUT_SECONDS if period > PROBE_TIMEOUT_SECONDS else period,
        "failure_threshold": failures,
    }


def _volumes(service: Service, secrets: Sequence[SecretVariable]) -> list[dict[str, Any]]:
    volumes: list[dict[str, Any]] = [{"name": "tmp", "empty_dir": {"size_limit": f"{TEMPORARY_MEBIBYTES}Mi"}}]
    if service.database:
        volumes.append({"name": CERTIFICATES, "config_map": {"name": CERTIFICATES}})
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
