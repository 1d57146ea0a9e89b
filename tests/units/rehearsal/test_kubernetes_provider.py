"""The embedded kubernetes provider, called as the engine's server calls it."""

from __future__ import annotations

import base64
import time
from typing import Any

import pytest
import yaml

from rehearsal.kubernetes import Clusters, KubernetesProvider, manifests
from rehearsal.kubernetes.configuration import PROPERTIES
from rehearsal.kubernetes.kinds import Kind
from rehearsal.provider import UNKNOWN, DiffResult, ProviderConfig, ProviderError, Resource

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


@pytest.fixture
def clusters() -> Clusters:
    return Clusters()


@pytest.fixture
def engine(clusters: Clusters) -> Harness:
    return Harness(clusters)


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


def named(**fields: Any) -> dict[str, Any]:
    return {"metadata": {"name": "a"}, **fields}


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
        (SERVICE, named(spec={}), named(spec={"clusterIP": "None"}), ["spec.clusterIP"]),
        (SERVICE, named(spec={"type": "ClusterIP"}), named(spec={"type": "NodePort"}), []),
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


def test_providers_of_different_kubeconfigs_have_different_clusters(clusters: Clusters) -> None:
    first = Harness(clusters, kubeconfig=kubeconfig("https://one.test"))
    first.create(CONFIG_MAP, named())
    Harness(clusters, kubeconfig=kubeconfig("https://two.test")).create(CONFIG_MAP, named())
    with pytest.raises(ProviderError, match="already exists"):
        Harness(clusters, kubeconfig=kubeconfig("https://one.test", user="b")).create(
            CONFIG_MAP, named(), "b"
        )


def test_a_cluster_that_is_not_known_yet_is_previewed_but_not_changed(clusters: Clusters) -> None:
    engine = Harness(clusters, kubeconfig=UNKNOWN)
    inputs = engine.check(CONFIG_MAP, named())
    assert engine.provider.create(resource(CONFIG_MAP), inputs, preview=True)[0] == ""
    with pytest.raises(ProviderError, match="not known yet"):
        engine.provider.create(resource(CONFIG_MAP), inputs, preview=False)


def test_the_version_may_be_told_by_the_cluster() -> None:
    asked: list[str | None] = []

    def version(name: str | None) -> str:
        asked.append(name)
        return "1.35"

    provider = KubernetesProvider(Clusters(), version).configure(
        ProviderConfig({"clusterIdentifier": "blue"})
    )
    assert provider.check(resource(CONFIG_MAP), None, named())[1] == []
    assert asked == ["blue"]


@pytest.fixture
def cut_off(clusters: Clusters) -> Clusters:
    Harness(clusters).create(CONFIG_MAP, named(data={"x": "1"}))
    clusters.cluster("default").set_unreachable("the region is switched off")
    return clusters


def test_an_unreachable_cluster_is_an_error_with_the_way_out(cut_off: Clusters) -> None:
    engine = Harness(cut_off)
    target = resource(CONFIG_MAP, "default/a")
    with pytest.raises(
        ProviderError, match=r"unreachable: the region is switched off.*deleteUnreachable: true"
    ):
        engine.provider.delete(target, named(), {})
    with pytest.raises(ProviderError, match=r"deleteUnreachable: true"):
        engine.provider.read(target, named(), {})
    with pytest.raises(ProviderError, match=r"unreachable"):
        engine.create(CONFIG_MAP, {"metadata": {"name": "b"}})


def test_delete_unreachable_lets_the_objects_of_a_lost_cluster_go(cut_off: Clusters) -> None:
    provider = Harness(cut_off, deleteUnreachable="true").provider
    provider.delete(resource(CONFIG_MAP, "default/a"), named(), {})
    assert provider.read(resource(CONFIG_MAP, "default/a"), named(), {}) is None
    cut_off.cluster("default").set_unreachable(None)
    found = provider.read(resource(CONFIG_MAP, "default/a"), named(), {})
    assert found is not None, "the object itself is still there when the cluster comes back"


def test_skip_update_unreachable_leaves_everything_as_it_was(cut_off: Clusters) -> None:
    provider = Harness(cut_off, skipUpdateUnreachable="true").provider
    old = named(data={"x": "1"})
    assert provider.check(resource(CONFIG_MAP), old, named(data={"x": "2"})) == (old, [])
    found = provider.read(resource(CONFIG_MAP, "default/a"), old, {"a": 1})
    assert found is not None
    assert (found.inputs, found.outputs) == (old, {"a": 1})


def test_the_properties_are_those_of_the_installed_package() -> None:
    import pulumi_kubernetes
    from pulumi._types import input_type_py_to_pulumi_names

    assert set(input_type_py_to_pulumi_names(pulumi_kubernetes.ProviderArgs).values()) == PROPERTIES


@pytest.mark.parametrize(
    ("properties", "name"),
    [
        ({"kubeconfg": "x"}, "kubeconfg"),
        ({"deleteUnreachable": "yes"}, "deleteUnreachable"),
        ({"kubeconfig": "no: config"}, "kubeconfig"),
        ({"kubeconfig": "/nowhere/at/all"}, "kubeconfig"),
        ({"renderYamlToDirectory": "out"}, "renderYamlToDirectory"),
    ],
)
def test_a_bad_configuration_is_refused(properties: dict[str, Any], name: str) -> None:
    failures = KubernetesProvider(Clusters(), "1.34").check_config(properties)
    assert [failure.property for failure in failures] == [name]


ONE, TWO = kubeconfig("https://one.test"), kubeconfig("https://two.test")


@pytest.mark.parametrize(
    ("old", "new", "changed", "replaced"),
    [
        ({"kubeconfig": ONE}, {"kubeconfig": ONE}, False, False),
        ({"kubeconfig": ONE}, {"kubeconfig": TWO}, True, True),
        ({"kubeconfig": ONE}, {"kubeconfig": kubeconfig("https://one.test", user="b")}, True, False),
        ({"kubeconfig": ONE}, {"kubeconfig": UNKNOWN}, True, True),
        ({}, {"kubeconfig": ONE}, True, False),
        ({"kubeconfig": ONE}, {"kubeconfig": ONE, "context": "other"}, True, False),
        ({"kubeconfig": ONE}, {"kubeconfig": ONE, "context": UNKNOWN}, True, True),
        ({"clusterIdentifier": "a"}, {"clusterIdentifier": "b"}, True, True),
        ({"clusterIdentifier": "a"}, {}, True, False),
        ({}, {"clusterIdentifier": "a"}, True, False),
        (
            {"clusterIdentifier": "a", "kubeconfig": ONE},
            {"clusterIdentifier": "a", "kubeconfig": TWO},
            True,
            False,
        ),
        (
            {"clusterIdentifier": "a", "kubeconfig": ONE},
            {"clusterIdentifier": "a", "kubeconfig": UNKNOWN},
            True,
            False,
        ),
        (
            {"clusterIdentifier": "a", "kubeconfig": ONE},
            {"clusterIdentifier": "b", "kubeconfig": TWO},
            True,
            True,
        ),
        ({"namespace": "a"}, {"namespace": "b"}, True, False),
        ({"version": "1"}, {"version": "2"}, False, False),
    ],
)
def test_the_provider_is_replaced_only_for_another_cluster(
    old: dict[str, Any], new: dict[str, Any], changed: bool, replaced: bool
) -> None:
    diff = KubernetesProvider(Clusters(), "1.34").diff_config(old, new)
    assert (bool(diff.changes), bool(diff.replaces)) == (changed, replaced)


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


def test_forty_objects_are_checked_and_compared_in_well_under_half_a_second(engine: Harness) -> None:
    engine.check(DEPLOYMENT, deployment())
    begin = time.process_time()
    for number in range(40):
        new = deployment(metadata={"name": f"web-{number}"})
        engine.diff(DEPLOYMENT, new, new)
    assert time.process_time() - begin < 0.5
