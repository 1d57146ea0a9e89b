"""Restarts pods when their secrets change: environment variables are read once, when a process starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes.apps.v1 import Deployment
from pulumi_kubernetes.core.v1 import ServiceAccount
from pulumi_kubernetes.networking.v1 import NetworkPolicy
from pulumi_kubernetes.rbac.v1 import Role, RoleBinding

from infra.configuration.platform_names import RELOADER
from infra.foundations import ports
from infra.kubernetes.pods import placement, resources, restricted_container, restricted_pod

# Stakater Reloader 1.4.21; the digest is that of its multi-platform image.
IMAGE = (
    "ghcr.io/stakater/reloader:v1.4.21"
    "@sha256:b253579350a835082cdad8d8736671cedaa0f8309437c894bd1bf1c2f0e0d45e"
)
_NAME = RELOADER
# Metrics and probes (Reloader's documentation, "Verify Installation").
_PORT = 9090
_MEMORY = 256
_CPU = 50
# It writes a log and nothing else.
_STORAGE = 128


@dataclass(frozen=True)
class ReloaderArgs:
    """Where secrets are watched.

    Args:
        namespace: the only one in which it may do anything.
        ready: what has to be there first: the namespace.
    """

    namespace: str
    ready: pulumi.Resource


class Reloader(pulumi.ComponentResource):
    """Replaces the pods of a Deployment, one by one, when a Secret in their environment has changed.

    Reloader watches the Secrets of one namespace, which the Secrets Store CSI driver renews, and marks
    the pod template of the Deployments that use one: Kubernetes then rolls them out as it does a new version.
    """

    def __init__(self, name: str, args: ReloaderArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("groundwork:reloader:Reloader", name, None, opts)
        metadata = {"name": _NAME, "namespace": args.namespace, "labels": _labels()}
        here = pulumi.ResourceOptions(parent=self, depends_on=[args.ready])
        account = ServiceAccount(_NAME, metadata=metadata, automount_service_account_token=False, opts=here)
        role = Role(_NAME, metadata=metadata, rules=_rules(), opts=here)
        binding = RoleBinding(
            _NAME,
            metadata=metadata,
            role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "Role", "name": _NAME},
            subjects=[{"kind": "ServiceAccount", "name": _NAME, "namespace": args.namespace}],
            opts=pulumi.ResourceOptions.merge(here, pulumi.ResourceOptions(depends_on=[account, role])),
        )
        policy = NetworkPolicy(
            _NAME,
            metadata=metadata,
            spec={
                "pod_selector": {"match_labels": _labels()},
                "policy_types": ["Egress"],
                # Names, and the Kubernetes API, whose addresses EKS may change.
                "egress": [
                    {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]},
                    {"ports": [{"port": ports.HTTPS, "protocol": "TCP"}]},
                ],
            },
            opts=here,
        )
        Deployment(
            _NAME,
            metadata=metadata,
            spec=_deployment(),
            opts=pulumi.ResourceOptions.merge(here, pulumi.ResourceOptions(depends_on=[binding, policy])),
        )
        self.register_outputs({})


def _labels() -> dict[str, str]:
    """Without the system's label: it is none of the pods that services may call."""
    return {"app.kubernetes.io/name": _NAME}


def _rules() -> list[dict[str, Any]]:
    """What Reloader's documentation asks for ("RBAC and Security Reference"), for Deployments alone."""
    return [
        {"api_groups": [""], "resources": ["secrets"], "verbs": ["get", "list", "watch"]},
        # It keeps what it knows about its own release in one.
        {
            "api_groups": [""],
            "resources": ["configmaps"],
            "verbs": ["get", "list", "watch", "create", "update"],
        },
        {
            "api_groups": ["apps"],
            "resources": ["deployments", "daemonsets", "statefulsets"],
            "verbs": ["get", "list"],
        },
        {"api_groups": ["apps"], "resources": ["deployments"], "verbs": ["update", "patch"]},
        {"api_groups": ["batch"], "resources": ["cronjobs", "jobs"], "verbs": ["get", "list"]},
        {"api_groups": [""], "resources": ["events"], "verbs": ["create", "patch"]},
    ]


def _deployment() -> dict[str, Any]:
    return {
        # A second one would restart everything twice.
        "replicas": 1,
        "strategy": {"type": "Recreate"},
        "selector": {"match_labels": _labels()},
        "template": {
            "metadata": {"labels": _labels()},
            "spec": {
                **placement(),
                **restricted_pod(),
                "service_account_name": _NAME,
                "automount_service_account_token": True,
                "containers": [_container()],
            },
        },
    }


def _container() -> dict[str, Any]:
    return {
        **restricted_container(),
        "name": _NAME,
        "image": IMAGE,
        "image_pull_policy": "IfNotPresent",
        "args": [
            # An annotation of the pod template, which nobody else owns: Pulumi finds no drift.
            "--reload-strategy=annotations",
            "--resources-to-ignore=configMaps",
            "--log-format=json",
        ],
        "env": [
            {"name": variable, "value_from": {"field_ref": {"field_path": "metadata.namespace"}}}
            # The first one keeps it to this namespace.
            for variable in ("KUBERNETES_NAMESPACE", "RELOADER_NAMESPACE")
        ]
        + [{"name": "RELOADER_DEPLOYMENT_NAME", "value": _NAME}],
        "ports": [{"name": "http", "container_port": _PORT, "protocol": "TCP"}],
        "liveness_probe": {
            "http_get": {"path": "/live", "port": "http"},
            "period_seconds": 10,
            "timeout_seconds": 5,
        },
        "readiness_probe": {
            "http_get": {"path": "/metrics", "port": "http"},
            "period_seconds": 10,
            "timeout_seconds": 5,
        },
        "resources": resources(_CPU, _MEMORY, _STORAGE),
    }
