"""Verdicts of the API server and of the embedded cluster on one object and the pods that it asks for."""

from __future__ import annotations

from typing import Any

from rehearsal.apiserver.client import Client, NotServed
from rehearsal.apiserver.declared import DeclaredCluster
from rehearsal.apiserver.pods import pod_of
from rehearsal.kubernetes import Clusters, KubernetesProvider
from rehearsal.kubernetes.cluster import Content
from rehearsal.kubernetes.kinds import kind_of_object
from rehearsal.providers.provider import ProviderConfig, ProviderError, Resource

_SERVER = "https://embedded"


def refusal_there(client: Client, content: Content, cluster: DeclaredCluster) -> str | None:
    """Why the API server refuses a new object, or its pods; None when it takes them. Nothing is made.

    It is applied, as Pulumi's provider does: some lists that a creation takes are refused then.
    """
    try:
        said = client.apply(content, dry_run=True).refusal
    except NotServed as error:
        return str(error)
    if said is not None:
        return said
    pod = pod_of(content, cluster)
    return None if pod is None else client.create(pod, dry_run=True).refusal


class EmbeddedCluster:
    """The embedded cluster with the same objects, which says what it would say in `make up`.

    Args:
        cluster: whose objects.
    """

    def __init__(self, cluster: DeclaredCluster) -> None:
        clusters = Clusters()
        base = KubernetesProvider(clusters, cluster.version, installed=cluster.installed)
        kubeconfig = _kubeconfig(cluster.name)
        self._provider = base.configure(ProviderConfig({"kubeconfig": kubeconfig}))
        here = clusters.cluster(_SERVER)
        here.provide(cluster.provided)
        for content in cluster.objects:
            here.create(content)
        self._cluster = here

    def refusal(self, content: Content) -> str | None:
        """Why it refuses a new object; None when it takes it. Nothing is made."""
        kind, name = kind_of_object(content), str(content["metadata"].get("name"))
        token = f"kubernetes:{kind.group or 'core'}/{kind.version}:{kind.name}"
        resource = Resource(f"urn:pulumi:here::here::{token}::{name}", token, name)
        inputs, failures = self._provider.check(resource, None, content)
        if failures:
            return "; ".join(f"{failure.property}: {failure.reason}" for failure in failures)
        try:
            self._provider.create(resource, inputs, preview=False)
        except ProviderError as error:
            return str(error)
        metadata = inputs["metadata"]
        self._cluster.delete(kind, metadata.get("namespace", ""), metadata["name"])
        return None

    def update_refusal(self, content: Content) -> str | None:
        """Why it refuses to change an object that is there; None when it would."""
        try:
            self._cluster.merged(content)
        except ProviderError as error:
            return str(error)
        return None


def _kubeconfig(name: str) -> dict[str, Any]:
    user = {"exec": {"args": ["--cluster-name", name]}}
    return {
        "clusters": [{"name": "here", "cluster": {"server": _SERVER}}],
        "contexts": [{"name": "here", "context": {"cluster": "here", "user": "here"}}],
        "current-context": "here",
        "users": [{"name": "here", "user": user}],
    }
