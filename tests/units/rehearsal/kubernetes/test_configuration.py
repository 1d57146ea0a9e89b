"""Which cluster the kubernetes provider is for, and what happens when that cluster does not answer."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.kubernetes import Clusters, KubernetesProvider
from rehearsal.kubernetes.configuration import PROPERTIES
from rehearsal.providers.provider import UNKNOWN, ProviderConfig, ProviderError
from tests.support.kubernetes import CONFIG_MAP, Harness, kubeconfig, named, resource


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
        ProviderError, match=r"unreachable: the region is switched off.*PULUMI_K8S_DELETE_UNREACHABLE=true"
    ):
        engine.provider.delete(target, named(), {})
    with pytest.raises(ProviderError, match=r"PULUMI_K8S_DELETE_UNREACHABLE=true"):
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
