"""The Jobs of an EKS cluster."""

from __future__ import annotations

from typing import Any

from functions.shared.kubernetes import KubernetesApi

_PAGE = 500


def jobs(api: KubernetesApi, namespace: str) -> list[dict[str, Any]]:
    """All Jobs of a namespace."""
    found: list[dict[str, Any]] = []
    following = ""
    while True:
        query = {"limit": str(_PAGE), "continue": following}
        page = api.get(f"/apis/batch/v1/namespaces/{namespace}/jobs", **query)
        found += page["items"]
        following = page["metadata"].get("continue", "")
        if not following:
            return found
