"""Embedded provider of the package `kubernetes` (pulumi-kubernetes 4.34) over the embedded clusters."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from copy import copy, deepcopy
from typing import Any

from rehearsal.kubernetes.admission import Admission
from rehearsal.kubernetes.cluster import Cluster, Clusters, MissingNamespace
from rehearsal.kubernetes.configuration import (
    Configuration,
    configuration_diff,
    configuration_failures,
    read_configuration,
)
from rehearsal.kubernetes.files import call_function
from rehearsal.kubernetes.immutable import mark_replacing, replacing_paths
from rehearsal.kubernetes.installed import Installed
from rehearsal.kubernetes.kinds import Kind, kind_of_token
from rehearsal.kubernetes.metadata import autonamed, metadata_failures, with_name
from rehearsal.kubernetes.object_validation import object_failures
from rehearsal.kubernetes.pod_templates import pod_template
from rehearsal.kubernetes.pod_validation import pod_failures
from rehearsal.kubernetes.schemas import schema_failures
from rehearsal.kubernetes.server_fields import clean, decoded
from rehearsal.providers.property_differences import is_within, property_changes
from rehearsal.providers.provider import (
    UNKNOWN,
    CheckFailure,
    DiffResult,
    Properties,
    Provider,
    ProviderConfig,
    ProviderError,
    ReadResult,
    Resource,
    contains_unknown,
)

# A deployment here takes seconds; the official provider tries for about half a minute.
_NAMESPACE_SECONDS = 0.5

_SERVER_METADATA = ("uid", "resourceVersion", "generation", "creationTimestamp")


class KubernetesProvider(Provider):
    """Objects of embedded clusters.

    Args:
        clusters: where the objects are.
        kubernetes_version: the version of a cluster, "1.34", or a function that tells it by the
            cluster's name (see `configuration.cluster_name`; None while that is not known).
        version: what the provider says its own version is.
        installed: what EKS has put into the clusters.
        is_accepted: whether what is as it was has been looked at by this very code, for this version.
    """

    package = "kubernetes"

    def __init__(
        self,
        clusters: Clusters,
        kubernetes_version: str | Callable[[str | None], str],
        version: str = "4.34.2",
        installed: Installed | None = None,
        is_accepted: Callable[[], bool] = lambda: False,
    ) -> None:
        self.version = version
        self._clusters = clusters
        self._installed = installed or Installed()
        self._kubernetes_version = kubernetes_version
        self._is_accepted = is_accepted
        self._configuration = Configuration(cluster="default")

    def check_config(self, inputs: Properties) -> list[CheckFailure]:
        return list(configuration_failures(inputs))

    def diff_config(self, old: Properties, new: Properties) -> DiffResult:
        return configuration_diff(old, new)

    def configure(self, config: ProviderConfig) -> KubernetesProvider:
        configured = copy(self)
        configured._configuration = read_configuration(config.properties)
        return configured

    def check(
        self, resource: Resource, old: Properties | None, new: Properties
    ) -> tuple[Properties, list[CheckFailure]]:
        kind = kind_of_token(resource.type)
        configuration = self._configuration
        if old and configuration.skip_update_unreachable and self._unreachable():
            return old, []
        inputs = {"apiVersion": kind.api_version, "kind": kind.name, **_without_nulls(new)}
        inputs = with_name(inputs, resource.name, old)
        metadata = inputs.get("metadata")
        if configuration.namespace and isinstance(metadata, dict) and not kind.cluster_scoped:
            inputs = {**inputs, "metadata": {"namespace": configuration.namespace, **metadata}}
        if inputs == old and self._is_accepted():
            return inputs, []
        failures = [
            *_kind_failures(kind, inputs),
            *metadata_failures(kind, metadata),
            *schema_failures(kind, inputs, self._version_of_cluster()),
            *_selector_failures(inputs),
        ]
        if not failures:
            failures += [*object_failures(inputs), *pod_failures(inputs)]
        return inputs, failures

    def diff(
        self,
        resource: Resource,
        old_inputs: Properties,
        old_outputs: Properties,
        new: Properties,
        ignore_changes: Sequence[str],
    ) -> DiffResult:
        kind = kind_of_token(resource.type)
        # As pulumi-kubernetes does: what the cluster reported last, but only the fields the program set.
        before = _in_namespace(kind, _as_inputs(old_outputs, old_inputs) if old_outputs else old_inputs)
        after = _in_namespace(kind, new)
        changes = [
            change for change in property_changes(before, after) if not is_within(change.path, ignore_changes)
        ]
        paths = replacing_paths(
            kind,
            after,
            mutable_secrets=self._configuration.mutable_secrets,
            mutable_config_maps=self._configuration.mutable_config_maps,
        )
        marked = mark_replacing(changes, paths)
        # Two objects of one name cannot exist side by side; one that Pulumi named gets a new name.
        same_name = _identity(before) == _identity(after) and not autonamed(after)
        return DiffResult(marked, delete_before_replace=same_name and any(item.replaces for item in marked))

    def create(self, resource: Resource, inputs: Properties, preview: bool) -> tuple[str, Properties]:
        if preview:
            return "", _previewed(kind_of_token(resource.type), inputs)
        cluster = self._reachable_cluster()
        self._admit(cluster, inputs)
        cluster.provide(self._installed.namespaces(self._configuration.eks_cluster))
        make = cluster.apply if self._configuration.upsert_existing else cluster.create
        live = self._rolled_out(cluster, _in_its_namespace(lambda: make(inputs, resource.urn)))
        return _id(live), live

    def read(
        self, resource: Resource, inputs: Properties | None, outputs: Properties | None
    ) -> ReadResult | None:
        kind = kind_of_token(resource.type)
        if reason := self._unreachable():
            if self._configuration.delete_unreachable:
                return None
            if self._configuration.skip_update_unreachable and inputs is not None:
                return ReadResult(resource.id, inputs, outputs or {})
            raise ProviderError(_unreachable_message(reason))
        namespace, _, name = resource.id.rpartition("/")
        live = self._cluster().get(kind, namespace, name)
        if live is None:
            return None
        return ReadResult(resource.id, _as_inputs(live, inputs) if inputs else clean(live), live)

    def update(
        self,
        resource: Resource,
        old_inputs: Properties,
        old_outputs: Properties,
        new: Properties,
        preview: bool,
    ) -> Properties:
        if preview and (contains_unknown(new) or self._configuration.cluster is None or self._unreachable()):
            return {**old_outputs, **_previewed(kind_of_token(resource.type), new)}
        cluster = self._reachable_cluster()
        if preview:
            return cluster.merged(new)
        if pod_template(new) != pod_template(old_inputs):
            self._admit(cluster, new)
        return self._rolled_out(cluster, cluster.apply(new))

    def delete(self, resource: Resource, inputs: Properties, outputs: Properties) -> None:
        reason = self._unreachable()
        if reason and self._configuration.delete_unreachable:
            return
        if reason:
            raise ProviderError(_unreachable_message(reason))
        namespace, _, name = resource.id.rpartition("/")
        self._cluster().delete(kind_of_token(resource.type), namespace, name)

    def _rolled_out(self, cluster: Cluster, live: Properties) -> Properties:
        """Waits for pods; of what does not come up the state keeps what was set (pulumi-kubernetes'
        await/await.go: a resource that fails its await is there, and not initialised)."""
        if live["kind"] not in ("Deployment", "Job"):
            return live
        reason = self._clusters.rollout(live)
        if reason is None:
            return live
        failed = cluster.fail(live, reason)
        said = f"the Kubernetes API server reported that {_id(live)!r} failed to fully initialize: {reason}"
        raise ProviderError(said, id=_id(live), outputs=failed)

    def _admit(self, cluster: Cluster, content: Properties) -> None:
        """Refuses an object whose pods the cluster would refuse; a preview cannot know what is there then."""
        objects = [stored.live for stored in cluster.objects()]
        version, name = self._version_of_cluster(), self._configuration.eks_cluster
        Admission(objects, self._installed, name, version).admit(content)

    def invoke(self, token: str, arguments: Properties) -> tuple[Properties, list[CheckFailure]]:
        return call_function(token, arguments), []

    def _version_of_cluster(self) -> str:
        version = self._kubernetes_version
        return version if isinstance(version, str) else version(self._configuration.cluster)

    def _cluster(self) -> Cluster:
        if self._configuration.cluster is None:
            raise ProviderError("kubernetes: the kubeconfig of this provider is not known yet")
        return self._clusters.cluster(self._configuration.cluster)

    def _unreachable(self) -> str | None:
        return None if self._configuration.cluster is None else self._cluster().unreachable

    def _reachable_cluster(self) -> Cluster:
        cluster = self._cluster()
        if reason := cluster.unreachable:
            raise ProviderError(f"configured Kubernetes cluster is unreachable: {reason}")
        return cluster


def _in_its_namespace(make: Callable[[], Properties]) -> Properties:
    """Waits for a namespace that the same deployment makes, as pulumi-kubernetes does: files of objects
    name no dependencies (its provider/pkg/await/await.go, "Creation": five more tries)."""
    deadline = time.monotonic() + _NAMESPACE_SECONDS
    while True:
        try:
            return make()
        except MissingNamespace:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _unreachable_message(reason: str) -> str:
    return (
        f"configured Kubernetes cluster is unreachable: {reason}. If the cluster was deleted, run again with "
        "PULUMI_K8S_DELETE_UNREACHABLE=true in the environment: that takes its objects out of the state"
    )


def _id(live: Properties) -> str:
    namespace = live["metadata"].get("namespace")
    return f"{namespace}/{live['metadata']['name']}" if namespace else str(live["metadata"]["name"])


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def _previewed(kind: Kind, inputs: Properties) -> Properties:
    """What is known of an object before it is made: what the server fills in is UNKNOWN."""
    outputs = deepcopy(inputs)
    outputs["status"] = UNKNOWN
    if isinstance(metadata := outputs.get("metadata"), dict):
        metadata |= dict.fromkeys(_SERVER_METADATA, UNKNOWN)
        if not kind.cluster_scoped:
            metadata.setdefault("namespace", "default")
    if (kind.group, kind.name) == ("", "Service") and isinstance(outputs.get("spec"), dict):
        outputs["spec"] = {"clusterIP": UNKNOWN, "clusterIPs": UNKNOWN, **outputs["spec"]}
    return outputs


def _pruned(live: Any, shape: Any) -> Any:
    """The part of `live` that `shape` has too."""
    if isinstance(live, dict) and isinstance(shape, dict):
        return {key: _pruned(live[key], shape[key]) for key in shape if key in live}
    if isinstance(live, list) and isinstance(shape, list):
        common = [_pruned(item, form) for item, form in zip(live, shape, strict=False)]
        return common + live[len(shape) :]
    return live


def _as_inputs(live: Properties, inputs: Properties) -> Properties:
    """The live object, as far as the program's inputs speak of it."""
    pruned: Properties = _pruned(live, inputs)
    if isinstance(inputs.get("stringData"), dict):
        pruned["stringData"] = decoded(live, inputs["stringData"])
    return pruned


def _in_namespace(kind: Kind, inputs: Properties) -> Properties:
    metadata = inputs.get("metadata")
    if kind.cluster_scoped or not isinstance(metadata, dict):
        return inputs
    return {**inputs, "metadata": {"namespace": "default", **metadata}}


def _identity(inputs: Properties) -> tuple[Any, Any] | None:
    metadata = inputs.get("metadata")
    if not isinstance(metadata, dict) or "name" not in metadata:
        return None
    return metadata["name"], metadata.get("namespace")


def _kind_failures(kind: Kind, inputs: Properties) -> Iterator[CheckFailure]:
    for name, value in (("apiVersion", kind.api_version), ("kind", kind.name)):
        if inputs[name] not in (value, UNKNOWN):
            yield CheckFailure(name, f"is {inputs[name]!r}, but the resource's type says {value!r}")


def _selector_failures(inputs: Properties) -> Iterator[CheckFailure]:
    """A workload's selector has to pick the pods of its own template (apps/v1 API reference)."""
    if inputs["apiVersion"] != "apps/v1" or contains_unknown(inputs.get("spec", {})):
        return
    spec = inputs.get("spec")
    try:
        wanted = spec["selector"]["matchLabels"].items()  # type: ignore[index]
        labels = (spec["template"].get("metadata") or {}).get("labels") or {}  # type: ignore[index]
    except (KeyError, TypeError, AttributeError):
        # The schema says what is missing.
        return
    for key, value in wanted:
        if labels.get(key) != value:
            yield CheckFailure(
                "spec.selector.matchLabels",
                f"asks for {key}={value}, which spec.template.metadata.labels does not have",
            )
