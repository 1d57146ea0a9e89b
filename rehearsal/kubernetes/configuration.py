"""The provider's own configuration: which cluster it is for, and how it treats one that is gone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from rehearsal.providers.property_differences import property_changes
from rehearsal.providers.provider import UNKNOWN, CheckFailure, DiffResult, Properties, PropertyChange

_SWITCHES = (
    "alwaysRender",
    "deleteUnreachable",
    "enableConfigMapMutable",
    "enablePatchForce",
    "enableSecretMutable",
    "enableServerSideApply",
    "skipUpdateUnreachable",
    "suppressDeprecationWarnings",
    "suppressHelmHookWarnings",
    "upsertExistingObjects",
)
# ProviderArgs of pulumi-kubernetes 4.34.
PROPERTIES = frozenset(
    (
        *_SWITCHES,
        "cluster",
        "clusterIdentifier",
        "context",
        "helmReleaseSettings",
        "kubeClientSettings",
        "kubeconfig",
        "namespace",
        "renderYamlToDirectory",
    )
)
# What the engine itself puts beside them.
_OF_THE_ENGINE = frozenset(("version", "pluginDownloadURL", "pluginChecksums", "__internal"))


@dataclass(frozen=True)
class Configuration:
    """What the program configured; `cluster` is None while it is not known yet.

    `eks_cluster` is the name that EKS has for it, where the kubeconfig gets its tokens from there.
    """

    cluster: str | None
    eks_cluster: str | None = None
    namespace: str | None = None
    delete_unreachable: bool = False
    skip_update_unreachable: bool = False
    mutable_config_maps: bool = False
    mutable_secrets: bool = False
    upsert_existing: bool = False


def read_configuration(properties: Properties) -> Configuration:
    """The configuration that checked properties say."""
    namespace = properties.get("namespace")
    return Configuration(
        cluster=cluster_name(properties),
        eks_cluster=_eks_cluster(properties),
        namespace=namespace if isinstance(namespace, str) and namespace else None,
        delete_unreachable=_switched_on(properties, "deleteUnreachable"),
        skip_update_unreachable=_switched_on(properties, "skipUpdateUnreachable"),
        mutable_config_maps=_switched_on(properties, "enableConfigMapMutable"),
        mutable_secrets=_switched_on(properties, "enableSecretMutable"),
        upsert_existing=_switched_on(properties, "upsertExistingObjects"),
    )


def cluster_name(properties: Properties) -> str | None:
    """Which embedded cluster the properties mean; None while that is not known.

    It is the address of the API server in the kubeconfig, as in the real world: the same address is
    the same cluster whoever connects to it. Without a kubeconfig it is `clusterIdentifier`, and
    without that "default"; a person's own ~/.kube/config is never read.
    """
    kubeconfig = properties.get("kubeconfig")
    if kubeconfig is UNKNOWN or properties.get("context") is UNKNOWN or properties.get("cluster") is UNKNOWN:
        return None
    active = _active_cluster(properties)
    if active and isinstance(active.get("server"), str):
        return str(active["server"])
    identifier = properties.get("clusterIdentifier")
    if identifier is UNKNOWN:
        return None
    return identifier or "default"


def _eks_cluster(properties: Properties) -> str | None:
    """What `aws eks get-token` of the kubeconfig asks for."""
    kubeconfig = properties.get("kubeconfig")
    config = _kubeconfig(kubeconfig) if kubeconfig and kubeconfig is not UNKNOWN else None
    for user in (config or {}).get("users") or ():
        arguments = ((user.get("user") or {}).get("exec") or {}).get("args") or []
        if "--cluster-name" in arguments[:-1]:
            return str(arguments[arguments.index("--cluster-name") + 1])
    return None


def configuration_failures(properties: Properties) -> Iterator[CheckFailure]:
    """What is wrong with the provider's configuration."""
    for name, value in properties.items():
        if name not in PROPERTIES | _OF_THE_ENGINE and not name.startswith("__"):
            yield CheckFailure(name, f"is unknown; allowed are {', '.join(sorted(PROPERTIES))}")
        elif (
            name in _SWITCHES and value is not UNKNOWN and str(value).lower() not in ("true", "false", "none")
        ):
            yield CheckFailure(name, "has to be true or false")
    if properties.get("renderYamlToDirectory"):
        yield CheckFailure(
            "renderYamlToDirectory",
            "the embedded cluster writes no files while it deploys; use `make manifests`",
        )
    kubeconfig = properties.get("kubeconfig")
    if kubeconfig and kubeconfig is not UNKNOWN and not _kubeconfig(kubeconfig):
        yield CheckFailure(
            "kubeconfig",
            "is neither a kubeconfig (YAML or JSON with clusters and contexts) nor the path of one",
        )


def configuration_diff(old: Properties, new: Properties) -> DiffResult:
    """How a changed configuration shows: in place, unless the provider is for another cluster now.

    With a clusterIdentifier before and after, nothing else counts. Otherwise it is another cluster
    when the active cluster of the kubeconfig differs, or cannot be told yet (pulumi-kubernetes'
    documentation of clusterIdentifier, and its tests of DiffConfig).
    """
    changes = property_changes(
        {key: old[key] for key in PROPERTIES & old.keys()}, {key: new[key] for key in PROPERTIES & new.keys()}
    )
    replaces = _other_cluster(old, new)
    return DiffResult([PropertyChange(change.path, change.kind, replaces=replaces) for change in changes])


def _other_cluster(old: Properties, new: Properties) -> bool:
    before, after = old.get("clusterIdentifier"), new.get("clusterIdentifier")
    if before and after:
        return bool(after is UNKNOWN or before != after)
    if any(new.get(name) is UNKNOWN for name in ("kubeconfig", "context", "cluster")):
        return True
    active, now_active = _active_cluster(old), _active_cluster(new)
    return active is not None and now_active is not None and active != now_active


def _active_cluster(properties: Properties) -> dict[str, Any] | None:
    kubeconfig = properties.get("kubeconfig")
    config = _kubeconfig(kubeconfig) if kubeconfig and kubeconfig is not UNKNOWN else None
    if config is None:
        return None
    name = properties.get("cluster")
    if not name:
        context = _named(config, "contexts", properties.get("context") or config.get("current-context"))
        name = ((context or {}).get("context") or {}).get("cluster")
    found = _named(config, "clusters", name)
    return found.get("cluster") if found else None


def _named(config: dict[str, Any], section: str, name: Any) -> dict[str, Any] | None:
    entries = config.get(section)
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and entry.get("name") == name:
            return entry
    return None


def _kubeconfig(text: Any) -> dict[str, Any] | None:
    """The kubeconfig that `text` is, or is the path of; None when it is neither."""
    if isinstance(text, dict):
        return text
    try:
        config = yaml.safe_load(text)
        if isinstance(config, str):
            config = yaml.safe_load(Path(config).expanduser().read_text(encoding="utf-8"))
    except (yaml.YAMLError, OSError, ValueError):
        return None
    return config if isinstance(config, dict) and "clusters" in config and "contexts" in config else None


def _switched_on(properties: Properties, name: str) -> bool:
    # The SDK sends the provider's own properties as JSON text.
    value = properties.get(name)
    return value is True or (isinstance(value, str) and json.loads(value.lower() or "false") is True)
