"""Kubernetes objects, and the embedded provider called as the engine's server calls it."""

from __future__ import annotations

from typing import Any

import yaml

from rehearsal.kubernetes import Clusters, KubernetesProvider
from rehearsal.providers.provider import DiffResult, ProviderConfig, Resource

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
SERVICE = "kubernetes:core/v1:Service"
SECRET = "kubernetes:core/v1:Secret"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
NAMESPACE = "kubernetes:core/v1:Namespace"


def resource(token: str, identifier: str = "", name: str = "web") -> Resource:
    return Resource(urn=f"urn:pulumi:dev::p::{token}::{name}", type=token, name=name, id=identifier)


def kubeconfig(server: str, user: str = "a") -> str:
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "c", "cluster": {"server": server}}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": user}}],
            "current-context": "x",
            "users": [{"name": user, "user": {}}],
        }
    )


def deployment(**changes: Any) -> dict[str, Any]:
    labels = {"app": "web"}
    container = {"name": "web", "image": changes.pop("image", "web:1")}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    return {
        "metadata": {"name": "web", **changes.pop("metadata", {})},
        "spec": {"selector": {"matchLabels": labels}, "template": template, **changes},
    }


def named(**fields: Any) -> dict[str, Any]:
    return {"metadata": {"name": "a"}, **fields}


class Harness:
    """Does what the engine does for one resource: check, diff, create, update."""

    def __init__(self, clusters: Clusters, **properties: Any) -> None:
        base = KubernetesProvider(clusters, "1.34")
        assert base.check_config(properties) == []
        self.provider = base.configure(ProviderConfig(properties))

    def check(self, token: str, new: dict[str, Any], old: dict[str, Any] | None = None) -> dict[str, Any]:
        inputs, failures = self.provider.check(resource(token), old, new)
        assert failures == []
        return inputs

    def failures(self, token: str, new: dict[str, Any]) -> dict[str, str]:
        return {item.property: item.reason for item in self.provider.check(resource(token), None, new)[1]}

    def create(
        self, token: str, new: dict[str, Any], name: str = "web"
    ) -> tuple[str, dict[str, Any], dict[str, Any]]:
        inputs = self.check(token, new)
        identifier, outputs = self.provider.create(resource(token, name=name), inputs, preview=False)
        return identifier, inputs, outputs

    def diff(
        self, token: str, old: dict[str, Any], new: dict[str, Any], ignored: tuple[str, ...] = ()
    ) -> DiffResult:
        """Creates `old` and asks what `new` would change."""
        identifier, inputs, outputs = self.create(token, old)
        checked = self.check(token, new, inputs)
        return self.provider.diff(resource(token, identifier), inputs, outputs, checked, ignored)
