"""What the embedded cluster refuses: kinds, schemas, names, labels."""

from __future__ import annotations

import re
from typing import Any

import kubernetes_validate
import pytest

from rehearsal.kubernetes.kinds import Kind, kind_of_token
from rehearsal.kubernetes.metadata import AUTONAMED, metadata_failures, with_name
from rehearsal.kubernetes.schemas import schema_failures, supported_versions
from rehearsal.providers.provider import UNKNOWN, ProviderError

DEPLOYMENT = Kind("apps", "v1", "Deployment")
VERSION = "1.34"


def deployment(container: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    pod = {"containers": [{"name": "web", "image": "web:1", **(container or {})}]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": {"spec": pod}, **spec},
    }


def failures(content: dict[str, Any], kind: Kind = DEPLOYMENT, version: str = VERSION) -> dict[str, str]:
    return {item.property: item.reason for item in schema_failures(kind, content, version)}


CONTAINER = "spec.template.spec.containers[0]"


@pytest.mark.parametrize(
    ("content", "path", "reason"),
    [
        (
            deployment(replica=2),
            "spec.replica",
            "is unknown; did you mean replicas? Allowed are minReadySeconds, ",
        ),
        (deployment(replicas="2"), "spec.replicas", "has to be a whole number, not text"),
        (deployment(replicas=2**31), "spec.replicas", "has to be a whole number of 32 bits"),
        (deployment(paused=1), "spec.paused", "has to be true or false, not a number"),
        (deployment({"command": "ls"}), f"{CONTAINER}.command", "has to be a list, not text"),
        (deployment({"env": [{"value": "x"}]}), f"{CONTAINER}.env[0].name", "is required"),
        (
            deployment({"resources": {"limits": {"memory": "1 GB"}}}),
            f"{CONTAINER}.resources.limits.memory",
            "has to be a quantity, such as 500m, 2 or 1Gi",
        ),
        (
            deployment({"livenessProbe": {"httpGet": {"port": True}}}),
            f"{CONTAINER}.livenessProbe.httpGet.port",
            "has to be a whole number or text",
        ),
        (deployment() | {"kind": "Deploy"}, "kind", "is none of the allowed values: Deployment"),
    ],
)
def test_what_the_schema_forbids_is_named_with_what_it_allows(
    content: dict[str, Any], path: str, reason: str
) -> None:
    found = failures(content)
    assert list(found) == [path]
    assert found[path].startswith(reason)


@pytest.mark.parametrize("quantity", ["500m", "1Gi", "0.5", "1e3", ".5", 2, 0.25, "128974848", "129M"])
def test_every_way_to_write_a_quantity_is_accepted(quantity: Any) -> None:
    assert failures(deployment({"resources": {"requests": {"cpu": quantity}}})) == {}


def test_all_mistakes_are_reported_at_once() -> None:
    assert len(failures(deployment({"nmae": 1, "image": 2}, replicas="x"))) == 3


def test_a_correct_object_passes_here_and_in_kubernetes_validate() -> None:
    content = deployment({"ports": [{"containerPort": 80}]}, replicas=2)
    assert failures(content) == {}
    assert kubernetes_validate.validate(content, VERSION, strict=True) == VERSION


def test_values_that_are_not_known_yet_are_accepted_wherever_they_stand() -> None:
    content = deployment({"env": UNKNOWN, "image": UNKNOWN, "livenessProbe": {"httpGet": {"port": UNKNOWN}}})
    content["spec"] |= {"replicas": UNKNOWN, "selector": UNKNOWN}
    assert failures(content) == {}
    assert failures({**content, "spec": UNKNOWN, "metadata": UNKNOWN, "kind": UNKNOWN}) == {}
    assert failures(deployment({"resources": {"limits": {"cpu": UNKNOWN}}})) == {}


def test_mistakes_beside_unknown_values_are_still_found() -> None:
    content = deployment({"image": UNKNOWN, "imag": UNKNOWN}, replicas=UNKNOWN, strategy={"typ": UNKNOWN})
    assert set(failures(content)) == {f"{CONTAINER}.imag", "spec.strategy.typ"}


def test_a_secrets_value_is_never_in_the_message() -> None:
    content = {"apiVersion": "v1", "kind": "Secret", "metadata": {}, "data": {"a": "planted!", "b": 7131}}
    found = failures(content, Kind("", "v1", "Secret"))
    assert set(found) == {"data.a", "data.b"}
    assert not re.search("planted|7131", str(found))


def test_a_custom_resource_that_is_not_known_here_has_no_schema_and_passes() -> None:
    assert failures({"spec": {"x": 1}}, Kind("example.com", "v1", "Widget")) == {}


def test_a_custom_kind_that_is_called_like_a_built_in_one_is_not_taken_for_it() -> None:
    assert failures({"spec": {"x": 1}}, Kind("apps.example.com", "v1", "Deployment")) == {}


def test_the_schemas_are_those_of_the_clusters_version() -> None:
    policy = Kind("admissionregistration.k8s.io", "v1beta1", "MutatingAdmissionPolicy")
    assert failures({"nonsense": 1}, policy, "1.30").keys() == {"apiVersion"}  # not served yet
    assert "nonsense" in failures({"nonsense": 1}, policy, "1.34")


def test_a_version_without_schemas_is_refused_with_those_that_there_are() -> None:
    oldest, newest = supported_versions()[0], supported_versions()[-1]
    with pytest.raises(ProviderError, match=f"'1.99'.* has schemas for {oldest} to {newest} only"):
        schema_failures(DEPLOYMENT, deployment(), "1.99")


@pytest.mark.parametrize(
    ("token", "api_version", "resource", "cluster_scoped"),
    [
        ("kubernetes:core/v1:Namespace", "v1", "namespaces", True),
        ("kubernetes:apps/v1:Deployment", "apps/v1", "deployments.apps", False),
        ("kubernetes:core/v1:Endpoints", "v1", "endpoints", False),
        (
            "kubernetes:networking.k8s.io/v1:Ingress",
            "networking.k8s.io/v1",
            "ingresses.networking.k8s.io",
            False,
        ),
        (
            "kubernetes:networking.k8s.io/v1:NetworkPolicy",
            "networking.k8s.io/v1",
            "networkpolicies.networking.k8s.io",
            False,
        ),
        ("kubernetes:karpenter.sh/v1:NodePool", "karpenter.sh/v1", "nodepools.karpenter.sh", True),
        ("kubernetes:example.com/v1:Gateway", "example.com/v1", "gateways.example.com", False),
    ],
)
def test_a_token_tells_the_kind(token: str, api_version: str, resource: str, cluster_scoped: bool) -> None:
    kind = kind_of_token(token)
    assert (kind.api_version, kind.resource, kind.cluster_scoped) == (api_version, resource, cluster_scoped)


@pytest.mark.parametrize(
    "token",
    [
        "kubernetes:helm.sh/v3:Release",
        "kubernetes:core/v1:PodList",
        "kubernetes:apps/v1:DeploymentPatch",
        "kubernetes:x",
    ],
)
def test_what_is_no_single_object_is_refused(token: str) -> None:
    with pytest.raises(ProviderError, match=token):
        kind_of_token(token)


@pytest.mark.parametrize(
    ("kind", "metadata", "path"),
    [
        (DEPLOYMENT, {"name": "Web"}, "metadata.name"),
        (DEPLOYMENT, {"name": "a" * 254}, "metadata.name"),
        (DEPLOYMENT, {"name": "a..b"}, "metadata.name"),
        (Kind("", "v1", "Namespace"), {"name": "a.b"}, "metadata.name"),
        (Kind("", "v1", "Service"), {"name": "1st"}, "metadata.name"),
        (Kind("", "v1", "Service"), {"name": "a" * 64}, "metadata.name"),
        (Kind("rbac.authorization.k8s.io", "v1", "Role"), {"name": "a/b"}, "metadata.name"),
        (DEPLOYMENT, {"namespace": "Shop"}, "metadata.namespace"),
        (Kind("", "v1", "Namespace"), {"namespace": "shop"}, "metadata.namespace"),
        (DEPLOYMENT, {"labels": {"app": "a b"}}, "metadata.labels.app"),
        (DEPLOYMENT, {"labels": {"app/": "a"}}, 'metadata.labels["app/"]'),
        (DEPLOYMENT, {"labels": {"A.b/app": "a"}}, 'metadata.labels["A.b/app"]'),
        (DEPLOYMENT, {"annotations": {"-a": "anything at all"}}, 'metadata.annotations["-a"]'),
    ],
)
def test_bad_metadata_is_refused(kind: Kind, metadata: dict[str, Any], path: str) -> None:
    assert [item.property for item in metadata_failures(kind, metadata)] == [path]


def test_good_metadata_passes() -> None:
    labels = {"app.kubernetes.io/name": "Web_1.0", "empty": ""}
    metadata = {"name": "a.b-c", "namespace": "s-1", "labels": labels, "annotations": {"a": "any text: {}"}}
    assert list(metadata_failures(DEPLOYMENT, metadata)) == []
    assert (
        list(metadata_failures(Kind("rbac.authorization.k8s.io", "v1", "Role"), {"name": "system:x"})) == []
    )
    assert (
        list(metadata_failures(DEPLOYMENT, {"name": UNKNOWN, "namespace": UNKNOWN, "labels": UNKNOWN})) == []
    )


def test_an_object_without_name_gets_one_and_keeps_it() -> None:
    first = with_name({"metadata": {"annotations": {"a": "b"}}}, "web", None)
    assert re.fullmatch("web-[0-9a-f]{8}", first["metadata"]["name"])
    assert first["metadata"]["annotations"] == {"a": "b", AUTONAMED: "true"}
    assert with_name({}, "web", first)["metadata"]["name"] == first["metadata"]["name"]


def test_a_new_object_in_the_place_of_an_old_one_gets_another_name() -> None:
    assert with_name({}, "web", None) != with_name({}, "web", None)


@pytest.mark.parametrize(
    "inputs",
    [
        {"metadata": {"name": "web"}},
        {"metadata": {"name": UNKNOWN}},
        {"metadata": {"generateName": "web-"}},
        {"metadata": UNKNOWN},
        {"metadata": "web"},
    ],
)
def test_a_name_that_is_given_or_not_known_yet_is_left_alone(inputs: dict[str, Any]) -> None:
    assert with_name(inputs, "other", None) is inputs


@pytest.mark.parametrize(
    ("kind", "version"),
    [
        (Kind("flowcontrol.apiserver.k8s.io", "v1beta3", "FlowSchema"), "1.34"),  # gone in 1.32
        (Kind("resource.k8s.io", "v1", "DeviceClass"), "1.33"),  # there since 1.34
    ],
)
def test_an_api_that_the_version_does_not_serve_is_refused(kind: Kind, version: str) -> None:
    """Kubernetes' deprecated API migration guide; the API server's words for it."""
    content = {"apiVersion": kind.api_version, "kind": kind.name, "metadata": {"name": "a"}}
    reason = failures(content, kind, version)["apiVersion"]
    assert reason.startswith(f'no matches for kind "{kind.name}" in version "{kind.api_version}"')
