"""Pods get a new secret without anybody's doing."""

from __future__ import annotations

import pytest

from tests.support.recorder import Recording

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
RELOADER = "reloader"


@pytest.mark.contract("SEC-3")
def test_pods_are_replaced_when_a_secret_in_their_environment_changes(each: Recording) -> None:
    services = {name: it for name, it in each.of(DEPLOYMENT).items() if name != RELOADER}
    assert services
    for deployment in services.values():
        annotations = deployment.inputs["metadata"]["annotations"]
        assert annotations["secret.reloader.stakater.com/auto"] == "true"
    pod = each.one(DEPLOYMENT, RELOADER).inputs["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    # The environment strategy would change what Pulumi declares, and the next `up` would change it back.
    assert "--reload-strategy=annotations" in container["args"]


@pytest.mark.contract("SEC-3")
def test_nobody_restarts_pods_a_second_time(each: Recording) -> None:
    spec = each.one(DEPLOYMENT, RELOADER).inputs["spec"]
    # Its next version starts when this one is gone, and there is one.
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})


def test_reloader_is_kept_to_the_namespace_of_the_services(each: Recording) -> None:
    namespaces = {
        each.one(kind, RELOADER).inputs["metadata"]["namespace"]
        for kind in (
            DEPLOYMENT,
            "kubernetes:core/v1:ServiceAccount",
            "kubernetes:rbac.authorization.k8s.io/v1:Role",
            "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
            "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        )
    }
    assert namespaces == {each.outputs["namespace"]}
    for it in each.resources:
        assert ":ClusterRole" not in it.type or "reloader" not in it.urn.lower()
    (container,) = each.one(DEPLOYMENT, RELOADER).inputs["spec"]["template"]["spec"]["containers"]
    (kept_to,) = [variable for variable in container["env"] if variable["name"] == "KUBERNETES_NAMESPACE"]
    assert kept_to["valueFrom"]["fieldRef"]["fieldPath"] == "metadata.namespace"


def test_reloader_reads_secrets_and_changes_nothing_but_deployments(each: Recording) -> None:
    rules = each.one("kubernetes:rbac.authorization.k8s.io/v1:Role", RELOADER).inputs["rules"]
    changing = {"create", "update", "patch", "delete", "deletecollection", "*"}
    changed = {
        resource for rule in rules for resource in rule["resources"] if changing.intersection(rule["verbs"])
    }
    assert changed == {"deployments", "configmaps", "events"}
    (secrets,) = [rule for rule in rules if "secrets" in rule["resources"]]
    assert set(secrets["verbs"]) == {"get", "list", "watch"}


def test_reloader_starts_where_pods_are_restricted(each: Recording) -> None:
    pod = each.one(DEPLOYMENT, RELOADER).inputs["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert "@sha256:" in container["image"]
    # Unlike the services it talks to the Kubernetes API, so its pods alone have a token.
    assert pod["automountServiceAccountToken"] is True
