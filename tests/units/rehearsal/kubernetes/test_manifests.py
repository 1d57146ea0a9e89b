"""The objects of a cluster as files, without what the server added and without secrets."""

from __future__ import annotations

import base64
from typing import Any

import yaml

from rehearsal.kubernetes import Clusters, manifests
from tests.support.kubernetes import DEPLOYMENT, NAMESPACE, SECRET, SERVICE, Harness, deployment, named


def test_manifests_hold_what_was_applied_and_nothing_of_the_server(
    engine: Harness, clusters: Clusters
) -> None:
    engine.create(NAMESPACE, {"metadata": {"name": "shop"}})
    engine.create(
        SERVICE, {"metadata": {"name": "web", "namespace": "shop"}, "spec": {"ports": [{"port": 80}]}}
    )
    engine.create(DEPLOYMENT, deployment(metadata={"namespace": "shop"}))
    files = manifests(clusters.cluster("default"))
    assert list(files) == [
        "00-cluster/00-namespace-shop.yaml",
        "shop/13-service-web.yaml",
        "shop/14-deployment-web.yaml",
    ]
    assert yaml.safe_load(files["shop/13-service-web.yaml"]) == {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"ports": [{"port": 80}]},
    }


def test_manifests_do_not_depend_on_the_order_of_keys() -> None:
    def reordered(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: reordered(item) for key, item in reversed(value.items())}
        return [reordered(item) for item in value] if isinstance(value, list) else value

    texts = []
    for content in (deployment(), reordered(deployment())):
        clusters = Clusters()
        Harness(clusters).create(DEPLOYMENT, content)
        texts.append(manifests(clusters.cluster("default")))
    assert texts[0] == texts[1]
    assert next(iter(texts[0].values())).startswith(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n"
    )


def test_manifests_never_hold_the_value_of_a_secret(engine: Harness, clusters: Clusters) -> None:
    engine.create(SECRET, named(stringData={"password": "planted"}, data={"key": "cGxhbnRlZA=="}))
    text = manifests(clusters.cluster("default"))["default/05-secret-a.yaml"]
    assert "planted" not in text
    assert base64.b64encode(b"planted").decode() not in text
    assert "key, password" in text
