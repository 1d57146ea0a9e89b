"""Objects in the embedded kubernetes provider: checked, made, compared, changed, read, deleted."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.kubernetes import Clusters, KubernetesProvider
from rehearsal.kubernetes.kinds import Kind
from rehearsal.providers.provider import UNKNOWN, ProviderError
from tests.support.kubernetes import (
    CONFIG_MAP,
    DEPLOYMENT,
    NAMESPACE,
    SECRET,
    SERVICE,
    Harness,
    deployment,
    named,
    resource,
)

PORTS: dict[str, Any] = {"ports": [{"port": 80}]}


def test_check_fills_in_what_the_type_says(engine: Harness) -> None:
    inputs = engine.check(DEPLOYMENT, deployment())
    assert (inputs["apiVersion"], inputs["kind"]) == ("apps/v1", "Deployment")


def test_check_reports_everything_that_is_wrong_at_once(engine: Harness) -> None:
    new = deployment(metadata={"name": "Web", "labels": {"a": "b c"}}, replica=1) | {
        "kind": "Pod",
        "sepc": {},
    }
    assert set(engine.failures(DEPLOYMENT, new)) == {
        "metadata.name", "metadata.labels.a", "spec.replica", "kind", "sepc",
    }  # fmt: skip


def test_a_selector_has_to_pick_its_own_pods(engine: Harness) -> None:
    new = deployment(selector={"matchLabels": {"app": "api"}})
    assert "app=api" in engine.failures(DEPLOYMENT, new)["spec.selector.matchLabels"]


def test_check_leaves_unknown_values_where_they_stand(engine: Harness) -> None:
    new = deployment(image=UNKNOWN, replicas=UNKNOWN, metadata={"namespace": UNKNOWN})
    inputs = engine.check(DEPLOYMENT, new)
    assert inputs["spec"]["replicas"] is UNKNOWN
    assert inputs["metadata"]["namespace"] is UNKNOWN


def test_values_that_are_null_are_as_good_as_missing(engine: Harness) -> None:
    assert "replicas" not in engine.check(DEPLOYMENT, deployment(replicas=None))["spec"]


def test_the_default_namespace_is_for_namespaced_objects_only(clusters: Clusters) -> None:
    engine = Harness(clusters, namespace="shop")
    assert engine.check(CONFIG_MAP, {"metadata": {"name": "a"}})["metadata"]["namespace"] == "shop"
    assert "namespace" not in engine.check(NAMESPACE, {"metadata": {"name": "shop"}})["metadata"]


def test_the_id_is_namespace_and_name(engine: Harness) -> None:
    assert engine.create(NAMESPACE, {"metadata": {"name": "shop"}})[0] == "shop"
    assert engine.create(DEPLOYMENT, deployment(metadata={"namespace": "shop"}))[0] == "shop/web"
    assert engine.create(CONFIG_MAP, {"metadata": {"name": "a"}})[0] == "default/a"


def test_nothing_is_made_in_a_preview(engine: Harness, clusters: Clusters) -> None:
    inputs = engine.check(SERVICE, {"metadata": {"name": "web"}, "spec": {"ports": [{"port": 80}]}})
    identifier, outputs = engine.provider.create(resource(SERVICE), inputs, preview=True)
    assert identifier == ""
    assert outputs["spec"]["clusterIP"] is UNKNOWN
    assert outputs["metadata"]["uid"] is UNKNOWN
    assert outputs["metadata"]["namespace"] == "default"
    assert clusters.cluster("default").objects() == []


def test_the_same_inputs_are_no_change(engine: Harness) -> None:
    new = {"metadata": {"name": "web"}, "spec": {"ports": [{"port": 80}], "type": "LoadBalancer"}}
    assert engine.diff(SERVICE, new, new).changes == []


def test_naming_the_default_namespace_is_no_change(engine: Harness) -> None:
    assert engine.diff(DEPLOYMENT, deployment(), deployment(metadata={"namespace": "default"})).changes == []


def test_a_generated_name_stays(engine: Harness) -> None:
    assert engine.diff(CONFIG_MAP, {"data": {"a": "1"}}, {"data": {"a": "1"}}).changes == []


def test_an_ordinary_change_is_made_in_place(engine: Harness) -> None:
    diff = engine.diff(DEPLOYMENT, deployment(replicas=1), deployment(replicas=2, image="web:2"))
    assert [change.path for change in diff.changes] == [
        "spec.template.spec.containers[0].image",
        "spec.replicas",
    ]
    assert diff.replaces == []


def job(**spec: Any) -> dict[str, Any]:
    pod = {"restartPolicy": "Never", "containers": [{"name": "a", "image": spec.pop("image", "a:1")}]}
    return {"metadata": {"name": "a"}, "spec": {"template": {"spec": pod}, **spec}}


def claim(storage: str, mode: str = "ReadWriteOnce") -> dict[str, Any]:
    return named(spec={"accessModes": [mode], "resources": {"requests": {"storage": storage}}})


@pytest.mark.parametrize(
    ("token", "old", "new", "replaces"),
    [
        (DEPLOYMENT, deployment(), deployment(metadata={"name": "api"}), ["metadata.name"]),
        (DEPLOYMENT, deployment(), deployment(metadata={"namespace": "kube-system"}), ["metadata.namespace"]),
        (
            DEPLOYMENT,
            deployment(),
            deployment(selector={"matchExpressions": [{"key": "app", "operator": "Exists"}]}),
            ["spec.selector.matchExpressions", "spec.selector.matchLabels"],
        ),
        (
            "kubernetes:batch/v1:Job",
            job(),
            job(image="a:2"),
            ["spec.template.spec.containers[0].image"],
        ),
        ("kubernetes:batch/v1:Job", job(), job(backoffLimit=2), []),
        (SERVICE, named(spec=PORTS), named(spec={**PORTS, "clusterIP": "None"}), ["spec.clusterIP"]),
        (SERVICE, named(spec={**PORTS, "type": "ClusterIP"}), named(spec={**PORTS, "type": "NodePort"}), []),
        (CONFIG_MAP, named(data={"x": "1"}), named(data={"x": "2"}), ["data.x"]),
        (CONFIG_MAP, named(data={"x": "1"}), named(data={"x": "1"}, immutable=True), []),
        (SECRET, named(stringData={"x": "1"}), named(stringData={"x": "2"}), ["stringData.x"]),
        (SECRET, named(stringData={"x": "1"}), named(stringData={"x": "1"}, type="a"), ["type"]),
        ("kubernetes:core/v1:PersistentVolumeClaim", claim("1Gi"), claim("2Gi"), []),
        (
            "kubernetes:core/v1:PersistentVolumeClaim",
            claim("1Gi"),
            claim("1Gi", "ReadWriteMany"),
            ["spec.accessModes[0]"],
        ),
        (
            "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
            named(roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "a"}),
            named(roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "b"}),
            ["roleRef.name"],
        ),
        (
            "kubernetes:storage.k8s.io/v1:StorageClass",
            named(provisioner="a"),
            named(provisioner="b"),
            ["provisioner"],
        ),
        ("kubernetes:x.example/v1:Thing", named(spec={"a": 1}), named(spec={"a": 2}), []),
    ],
)
def test_replacement_is_what_pulumi_kubernetes_does(
    engine: Harness, token: str, old: dict[str, Any], new: dict[str, Any], replaces: list[str]
) -> None:
    diff = engine.diff(token, old, new)
    assert diff.changes
    assert diff.replaces == replaces


def test_secrets_and_config_maps_change_in_place_when_the_provider_says_so(clusters: Clusters) -> None:
    engine = Harness(clusters, enableSecretMutable="true", enableConfigMapMutable=True)
    assert engine.diff(SECRET, named(stringData={"x": "1"}), named(stringData={"x": "2"})).replaces == []
    assert engine.diff(CONFIG_MAP, named(data={"x": "1"}), named(data={"x": "2"})).replaces == []
    fixed = {"metadata": {"name": "b"}, "immutable": True}
    diff = engine.diff(CONFIG_MAP, {**fixed, "data": {"x": "1"}}, {**fixed, "data": {"x": "2"}})
    assert diff.replaces == ["data.x"]


def test_two_objects_of_one_name_are_not_made_side_by_side(engine: Harness) -> None:
    assert engine.diff(CONFIG_MAP, named(data={"x": "1"}), named(data={"x": "2"})).delete_before_replace
    assert not engine.diff(CONFIG_MAP, {"data": {"x": "1"}}, {"data": {"x": "2"}}).delete_before_replace
    renamed = {"metadata": {"name": "c"}, "data": {"x": "2"}}
    old = {"metadata": {"name": "b"}, "data": {"x": "1"}}
    assert not engine.diff(CONFIG_MAP, old, renamed).delete_before_replace


def test_ignored_changes_are_left_out(engine: Harness) -> None:
    diff = engine.diff(DEPLOYMENT, deployment(replicas=1), deployment(replicas=2), ("spec.replicas",))
    assert diff.changes == []


def test_an_update_changes_the_object_and_a_preview_of_it_does_not(
    engine: Harness, clusters: Clusters
) -> None:
    identifier, inputs, outputs = engine.create(DEPLOYMENT, deployment(replicas=1))
    new = engine.check(DEPLOYMENT, deployment(replicas=2), inputs)
    arguments = (resource(DEPLOYMENT, identifier), inputs, outputs, new)
    before = clusters.cluster("default").objects()
    assert engine.provider.update(*arguments, preview=True)["spec"]["replicas"] == 2
    assert clusters.cluster("default").objects() == before
    assert engine.provider.update(*arguments, preview=False)["status"]["availableReplicas"] == 2


def test_a_refresh_sees_what_others_changed(engine: Harness, clusters: Clusters) -> None:
    identifier, inputs, _ = engine.create(DEPLOYMENT, deployment(replicas=1))
    kind = Kind("apps", "v1", "Deployment")
    clusters.cluster("default").change(kind, "default", "web", lambda live: live["spec"].update(replicas=5))
    found = engine.provider.read(resource(DEPLOYMENT, identifier), inputs, {})
    assert found is not None
    assert found.inputs["spec"]["replicas"] == 5
    diff = engine.provider.diff(resource(DEPLOYMENT, identifier), inputs, found.outputs, inputs, [])
    assert [change.path for change in diff.changes] == ["spec.replicas"]
    clusters.cluster("default").delete(kind, "default", "web")
    assert engine.provider.read(resource(DEPLOYMENT, identifier), inputs, {}) is None


def test_a_refresh_without_changes_gives_the_same_inputs(engine: Harness) -> None:
    for token, new in ((DEPLOYMENT, deployment()), (SECRET, named(stringData={"x": "é"}))):
        identifier, inputs, outputs = engine.create(token, new)
        found = engine.provider.read(resource(token, identifier), inputs, outputs)
        assert found is not None
        assert (found.inputs, found.outputs) == (inputs, outputs)


def test_an_object_is_imported_without_what_the_server_added(engine: Harness) -> None:
    _, inputs, _ = engine.create(CONFIG_MAP, named(data={"x": "1"}))
    found = engine.provider.read(resource(CONFIG_MAP, "default/a"), None, None)
    assert found is not None
    assert found.inputs == {**inputs, "metadata": {"name": "a", "namespace": "default"}}
    assert engine.provider.diff(resource(CONFIG_MAP), found.inputs, found.outputs, inputs, []).changes == []
    assert engine.provider.read(resource(CONFIG_MAP, "default/b"), None, None) is None


def test_deleting_what_is_gone_is_no_error(engine: Harness) -> None:
    identifier, inputs, outputs = engine.create(DEPLOYMENT, deployment())
    for _ in range(2):
        engine.provider.delete(resource(DEPLOYMENT, identifier), inputs, outputs)
    assert engine.provider.read(resource(DEPLOYMENT, identifier), inputs, outputs) is None


def test_an_existing_object_is_taken_over_only_when_the_provider_says_so(clusters: Clusters) -> None:
    engine = Harness(clusters)
    engine.create(CONFIG_MAP, named(data={"x": "1"}))
    with pytest.raises(ProviderError, match="already exists"):
        engine.create(CONFIG_MAP, named(data={"x": "2"}), "other")
    taken = Harness(clusters, upsertExistingObjects="true").create(
        CONFIG_MAP, named(data={"x": "2"}), "other"
    )[2]
    assert taken["data"] == {"x": "2"}


def test_what_a_killed_deployment_made_is_not_made_twice(engine: Harness) -> None:
    _, inputs, first = engine.create(CONFIG_MAP, named(data={"x": "1"}))
    again = engine.provider.create(resource(CONFIG_MAP), inputs, preview=False)[1]
    assert again == first
    with pytest.raises(ProviderError, match="already exists"):
        engine.provider.create(resource(CONFIG_MAP, name="other"), inputs, preview=False)


def test_it_is_not_made_twice_after_its_process_has_gone_either() -> None:
    record: list[dict[str, Any]] = []
    inputs = Harness(Clusters()).check(CONFIG_MAP, named())
    first = KubernetesProvider(Clusters(record.append), "1.34").create(
        resource(CONFIG_MAP), inputs, preview=False
    )
    rebuilt = Clusters()
    rebuilt.replay(record)
    again = KubernetesProvider(rebuilt, "1.34").create(resource(CONFIG_MAP), inputs, preview=False)
    assert again == first
