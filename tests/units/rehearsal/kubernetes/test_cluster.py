"""The embedded clusters: what clients of the API server notice, and the record that outlives the process."""

from __future__ import annotations

import base64
import json
import threading
from typing import Any

import pytest

from rehearsal.kubernetes.cluster import Cluster, Clusters
from rehearsal.kubernetes.kinds import Kind
from rehearsal.providers.provider import ProviderError

NAMESPACE = Kind("", "v1", "Namespace")
SERVICE = Kind("", "v1", "Service")
SECRET = Kind("", "v1", "Secret")
CONFIG_MAP = Kind("", "v1", "ConfigMap")
DEPLOYMENT = Kind("apps", "v1", "Deployment")


def content(kind: Kind, name: str, namespace: str | None = "default", **fields: Any) -> dict[str, Any]:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": kind.api_version, "kind": kind.name, "metadata": metadata, **fields}


def deployment(**spec: Any) -> dict[str, Any]:
    labels = {"app": "web"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "web", "image": "web:1"}]}}
    return content(
        DEPLOYMENT, "web", spec={"selector": {"matchLabels": labels}, "template": template, **spec}
    )


@pytest.fixture
def cluster() -> Cluster:
    return Cluster("test")


def test_a_namespace_has_to_exist(cluster: Cluster) -> None:
    with pytest.raises(ProviderError, match=r'^namespaces "shop" not found$'):
        cluster.create(content(CONFIG_MAP, "a", "shop"))
    cluster.create(content(NAMESPACE, "shop", None))
    assert cluster.create(content(CONFIG_MAP, "a", "shop"))["metadata"]["namespace"] == "shop"


def test_a_cluster_begins_with_its_own_namespaces(cluster: Cluster) -> None:
    for namespace in ("default", "kube-system"):
        cluster.create(content(CONFIG_MAP, "a", namespace))


def test_a_name_is_taken_once_for_each_namespace(cluster: Cluster) -> None:
    cluster.create(deployment())
    with pytest.raises(ProviderError, match=r'^deployments\.apps "web" already exists$'):
        cluster.create(deployment())
    cluster.create(content(SERVICE, "web", "kube-system", spec={}))
    cluster.create(content(SERVICE, "web", spec={}))


def test_the_version_of_an_api_group_is_not_part_of_the_name(cluster: Cluster) -> None:
    old = Kind("autoscaling", "v1", "HorizontalPodAutoscaler")
    new = Kind("autoscaling", "v2", "HorizontalPodAutoscaler")
    cluster.create(content(old, "web", spec={"maxReplicas": 2}))
    assert cluster.get(new, "default", "web") is not None


def test_deleting_a_namespace_deletes_what_is_in_it(cluster: Cluster) -> None:
    cluster.create(content(NAMESPACE, "shop", None))
    cluster.create(content(CONFIG_MAP, "a", "shop"))
    cluster.create(content(CONFIG_MAP, "a"))
    assert cluster.delete(NAMESPACE, "", "shop")
    assert cluster.get(CONFIG_MAP, "shop", "a") is None
    assert cluster.get(CONFIG_MAP, "default", "a") is not None
    assert not cluster.delete(NAMESPACE, "", "shop")


def test_versions_and_generations_count_changes(cluster: Cluster) -> None:
    first = cluster.create(deployment(replicas=2))
    again = cluster.apply(deployment(replicas=2))
    labelled = cluster.apply(deployment(replicas=2) | {"metadata": {"name": "web", "labels": {"a": "b"}}})
    scaled = cluster.apply(deployment(replicas=3))
    assert again == first
    assert int(labelled["metadata"]["resourceVersion"]) > int(first["metadata"]["resourceVersion"])
    assert (labelled["metadata"]["generation"], scaled["metadata"]["generation"]) == (1, 2)
    assert scaled["metadata"]["uid"] == first["metadata"]["uid"]
    assert scaled["status"]["observedGeneration"] == 2


def test_applying_the_same_service_again_changes_nothing(cluster: Cluster) -> None:
    wanted = content(SERVICE, "web", spec={"type": "LoadBalancer", "ports": [{"port": 80}]})
    assert cluster.create(wanted) == cluster.apply(wanted)


def test_apply_removes_what_it_set_and_leaves_what_others_set(cluster: Cluster) -> None:
    cluster.create(content(CONFIG_MAP, "a", data={"x": "1", "y": "2"}))
    cluster.change(CONFIG_MAP, "default", "a", lambda live: live["data"].update(z="3"))
    assert cluster.apply(content(CONFIG_MAP, "a", data={"x": "1"}))["data"] == {"x": "1", "z": "3"}


def test_a_deployment_reads_as_rolled_out(cluster: Cluster) -> None:
    status = cluster.create(deployment(replicas=3))["status"]
    assert {
        status[name] for name in ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")
    } == {3}
    assert {item["type"]: item["status"] for item in status["conditions"]} == {
        "Available": "True",
        "Progressing": "True",
    }


def test_each_service_has_an_address_of_its_own_and_keeps_it(cluster: Cluster) -> None:
    first = cluster.create(content(SERVICE, "a", spec={"ports": [{"port": 80}]}))
    second = cluster.create(content(SERVICE, "b", spec={"ports": [{"port": 80}]}))
    changed = cluster.apply(content(SERVICE, "a", spec={"ports": [{"port": 81}]}))
    addresses = [item["spec"]["clusterIP"] for item in (first, second, changed)]
    assert addresses[0] != addresses[1]
    assert addresses[0] == addresses[2]
    assert first["spec"]["ports"] == [{"port": 80, "protocol": "TCP", "targetPort": 80}]


def test_a_service_without_address_gets_none(cluster: Cluster) -> None:
    assert cluster.create(content(SERVICE, "a", spec={"clusterIP": "None"}))["spec"]["clusterIP"] == "None"
    outside = cluster.create(
        content(SERVICE, "b", spec={"type": "ExternalName", "externalName": "a.example"})
    )
    assert "clusterIP" not in outside["spec"]


def test_a_load_balancer_has_a_name_that_nothing_answers_to(cluster: Cluster) -> None:
    live = cluster.create(content(SERVICE, "web", spec={"type": "LoadBalancer", "ports": [{"port": 80}]}))
    assert live["status"]["loadBalancer"]["ingress"][0]["hostname"].endswith(".elb.invalid")
    assert 30000 <= live["spec"]["ports"][0]["nodePort"] <= 32767


def test_a_secrets_text_is_kept_encoded(cluster: Cluster) -> None:
    live = cluster.create(content(SECRET, "s", stringData={"a": "1", "b": "2"}))
    assert "stringData" not in live
    assert live["data"] == {"a": base64.b64encode(b"1").decode(), "b": base64.b64encode(b"2").decode()}
    assert cluster.apply(content(SECRET, "s", stringData={"a": "1"}))["data"].keys() == {"a"}


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        (
            deployment(),
            deployment(selector={"matchLabels": {"app": "other"}}),
            "spec.selector.matchLabels.app",
        ),
        (
            content(CONFIG_MAP, "a", data={"x": "1"}, immutable=True),
            content(CONFIG_MAP, "a", data={"x": "2"}, immutable=True),
            "data.x",
        ),
        (
            content(SERVICE, "a", spec={"clusterIP": "172.20.1.1"}),
            content(SERVICE, "a", spec={"clusterIP": "172.20.1.2"}),
            "spec.clusterIP",
        ),
    ],
)
def test_an_immutable_field_is_refused(
    cluster: Cluster, before: dict[str, Any], after: dict[str, Any], path: str
) -> None:
    first = cluster.create(before)
    with pytest.raises(ProviderError, match=f"is invalid: {path}: Forbidden: field is immutable"):
        cluster.apply(after)
    kind = Kind(before["apiVersion"].rpartition("/")[0], "v1", before["kind"])
    assert cluster.get(kind, "default", before["metadata"]["name"]) == first


def test_objects_that_are_handed_out_are_copies(cluster: Cluster) -> None:
    wanted = content(CONFIG_MAP, "a", data={"x": "1"})
    cluster.create(wanted)["data"]["x"] = "2"
    wanted["data"]["x"] = "3"
    found = cluster.get(CONFIG_MAP, "default", "a")
    assert found is not None
    assert found["data"] == {"x": "1"}


def test_clusters_do_not_see_each_others_objects() -> None:
    clusters = Clusters()
    clusters.cluster("a").create(content(CONFIG_MAP, "a"))
    assert clusters.cluster("b").get(CONFIG_MAP, "default", "a") is None
    assert clusters.names() == ["a", "b"]


def everything(clusters: Clusters) -> list[Any]:
    return [(name, stored) for name in clusters.names() for stored in clusters.cluster(name).objects()]


def test_replaying_the_record_makes_the_same_clusters() -> None:
    record: list[str] = []
    clusters = Clusters(lambda entry: record.append(json.dumps(entry)))
    clusters.cluster("b").create(content(CONFIG_MAP, "a"))
    cluster = clusters.cluster("a")
    cluster.create(deployment(replicas=1))
    cluster.create(content(SERVICE, "web", spec={"type": "LoadBalancer", "ports": [{"port": 80}]}))
    cluster.create(content(SECRET, "s", stringData={"a": "1"}))
    cluster.apply(deployment(replicas=4))
    cluster.change(SERVICE, "default", "web", lambda live: live["metadata"].update(labels={"x": "y"}))
    cluster.delete(SECRET, "default", "s")
    again = Clusters()
    again.replay(json.loads(line) for line in record)
    assert everything(again) == everything(clusters)
    wanted = content(SERVICE, "two", spec={"ports": [{"port": 80}]})
    mine, theirs = (item.cluster("a").create(wanted) for item in (clusters, again))
    assert mine["metadata"]["resourceVersion"] == theirs["metadata"]["resourceVersion"]
    assert mine["spec"] == theirs["spec"]


def test_a_replay_records_nothing() -> None:
    record: list[dict[str, Any]] = []
    Clusters(record.append).cluster("a").create(content(CONFIG_MAP, "a"))
    count = len(record)
    Clusters(record.append).replay(list(record))
    assert len(record) == count


def test_a_refused_or_empty_change_is_not_recorded() -> None:
    record: list[dict[str, Any]] = []
    cluster = Clusters(record.append).cluster("a")
    cluster.create(content(CONFIG_MAP, "a"))
    count = len(record)
    with pytest.raises(ProviderError):
        cluster.create(content(CONFIG_MAP, "a"))
    cluster.apply(content(CONFIG_MAP, "a"))
    cluster.merged(content(CONFIG_MAP, "a", data={"x": "1"}))
    cluster.delete(CONFIG_MAP, "default", "b")
    assert len(record) == count


def test_threads_get_different_versions_and_addresses(cluster: Cluster) -> None:
    def create(number: int) -> None:
        for item in range(10):
            cluster.create(content(SERVICE, f"s{number}-{item}", spec={"ports": [{"port": 80}]}))

    threads = [threading.Thread(target=create, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    services = [stored.live for stored in cluster.objects() if stored.live["kind"] == "Service"]
    assert len({live["metadata"]["resourceVersion"] for live in services}) == 80
    assert len({live["spec"]["clusterIP"] for live in services}) == 80


def test_a_namespace_that_an_add_on_has_made_is_there_once() -> None:
    cluster = Cluster("c", lambda _: None)
    for _ in range(2):
        cluster.provide(["amazon-cloudwatch"])
    names = [each.live["metadata"]["name"] for each in cluster.objects()]
    assert names.count("amazon-cloudwatch") == 1
