"""Labels of Kubernetes objects, by which services, network policies and log shipping select pods."""

from __future__ import annotations


def labels(system: str, name: str) -> dict[str, str]:
    """Kubernetes' recommended labels; they select the pods of a service, so they never change."""
    return {"app.kubernetes.io/name": name, "app.kubernetes.io/part-of": system}


def owner_label(service: str) -> dict[str, str]:
    """What all pods of a service have, its jobs' as well: network policies select by it."""
    return {"app.kubernetes.io/instance": service}
