"""The pod templates that objects have: what pods are made from, whoever makes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Where each kind has its template (Kubernetes API reference).
_PATHS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("", "Pod"): (),
    ("", "ReplicationController"): ("spec", "template"),
    ("apps", "DaemonSet"): ("spec", "template"),
    ("apps", "Deployment"): ("spec", "template"),
    ("apps", "ReplicaSet"): ("spec", "template"),
    ("apps", "StatefulSet"): ("spec", "template"),
    ("batch", "CronJob"): ("spec", "jobTemplate", "spec", "template"),
    ("batch", "Job"): ("spec", "template"),
}


def pod_template(content: Mapping[str, Any]) -> dict[str, Any] | None:
    """The object's template, with `metadata` and `spec`: for a Pod the object itself, for most kinds None."""
    path = _path(content)
    if path is None:
        return None
    found: Any = content
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, dict) and isinstance(found.get("spec"), dict) else None


def template_path(content: Mapping[str, Any]) -> str:
    """Where the template is in the object, with the dot after it: `spec.template.`; empty for a Pod."""
    return "".join(f"{name}." for name in _path(content) or ())


def _path(content: Mapping[str, Any]) -> tuple[str, ...] | None:
    return _PATHS.get((str(content.get("apiVersion", "")).rpartition("/")[0], str(content.get("kind"))))
