"""A real API server and what is found with it. Skipped where `make apiserver` has not built it yet."""

from __future__ import annotations

import os
from typing import Any

import pytest

from infra.kubernetes.cluster import ON_CALL_GROUP
from rehearsal.apiserver import mistakes
from rehearsal.apiserver.check import Checked, check_cluster
from rehearsal.apiserver.declared import DeclaredCluster, Entry
from rehearsal.apiserver.definitions import definitions
from rehearsal.apiserver.findings import Kind
from rehearsal.apiserver.mistakes.updates import UPDATES
from rehearsal.apiserver.programs import Programs, kept, server_version
from rehearsal.apiserver.server import control_plane
from rehearsal.kubernetes import Installed
from rehearsal.kubernetes.cluster import Content

ENTRY = Entry("on-call", (ON_CALL_GROUP,), "AmazonEKSViewPolicy", ("shop",))
RESTRICTED = {
    "runAsNonRoot": True,
    "runAsUser": 1000,
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}


def _of(kind: str, name: str, api: str = "v1", **content: Any) -> Content:
    metadata = {"name": name, **({} if kind == "Namespace" else {"namespace": "shop"})}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **content}


def _job(name: str, **container: Any) -> Content:
    whole = {"name": "c", "image": "i", "securityContext": RESTRICTED, **container}
    pod = {"restartPolicy": "Never", "containers": [whole]}
    return _of("Job", name, "batch/v1", spec={"template": {"spec": pod}})


LIMITS = {"limits": [{"type": "Container", "defaultRequest": {"cpu": "100m"}, "default": {"cpu": "1"}}]}
NAMESPACE: Content = _of("Namespace", "shop")
NAMESPACE["metadata"]["labels"] = {"pod-security.kubernetes.io/enforce": "restricted"}
BOUND = {
    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "r"},
    "subjects": [{"kind": "Group", "name": ON_CALL_GROUP, "apiGroup": "rbac.authorization.k8s.io"}],
}
POOL: Content = {
    "apiVersion": "karpenter.sh/v1",
    "kind": "NodePool",
    "metadata": {"name": "p"},
    "spec": {
        "template": {
            "spec": {
                "nodeClassRef": {"group": "eks.amazonaws.com", "kind": "NodeClass", "name": "n"},
                "requirements": [{"key": "kubernetes.io/arch", "operator": "In", "values": ["amd64"]}],
            }
        }
    },
}
RIGHT = (
    NAMESPACE,
    _of("LimitRange", "l", spec=LIMITS),
    _of("ResourceQuota", "q", spec={"hard": {"requests.cpu": "300m"}}),
    _of(
        "Role",
        "r",
        "rbac.authorization.k8s.io/v1",
        rules=[{"apiGroups": [""], "resources": ["pods"], "verbs": ["delete"]}],
    ),
    _of("RoleBinding", "r", "rbac.authorization.k8s.io/v1", **BOUND),
    _job("small"),
    POOL,
)


@pytest.fixture(scope="module")
def programs() -> Programs:
    """The server that was built before."""
    found = kept(os.environ)
    if found is None:
        pytest.skip(f"no API server {server_version()} has been built here: `make apiserver` does")
    return found


@pytest.fixture(autouse=True)
def few_mistakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """`make apiserver` makes all of them."""
    few = [each for each in mistakes.MISTAKES if "runtime that is not there" in each.name]
    monkeypatch.setattr(mistakes, "MISTAKES", few)
    monkeypatch.setattr(mistakes, "UPDATES", UPDATES[:1])


def _checked(programs: Programs, *objects: Content) -> Checked:
    cluster = DeclaredCluster("prod", "1.35", objects, ("amazon-cloudwatch",), Installed(), (ENTRY,))
    with control_plane(programs) as client:
        return check_cluster(client, cluster, definitions(programs))


@pytest.mark.contract("K8S-1")
def test_a_real_server_says_of_what_is_right_what_the_rehearsal_says(programs: Programs) -> None:
    checked = _checked(programs, *RIGHT)
    assert checked.findings == ()
    assert (checked.objects, checked.pods, checked.mistakes) == (len(RIGHT), 1, 1 + len(RIGHT))
    assert checked.questions > 1000


@pytest.mark.contract("K8S-1", "SEC-6")
def test_a_real_server_finds_what_is_wrong(programs: Programs) -> None:
    secrets = [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}]
    wrong = (
        _job(
            "privileged", securityContext={**RESTRICTED, "privileged": True, "allowPrivilegeEscalation": True}
        ),
        _job("large", resources={"requests": {"cpu": "400m"}, "limits": {"cpu": "1"}}),
        _of("ConfigMap", "m", daat={}),
        {**POOL, "metadata": {"name": "o"}, "spec": {**POOL["spec"], "weight": 101}},
        _job("odd", imege="i"),
        _of("Role", "s", "rbac.authorization.k8s.io/v1", rules=secrets),
        _of("Widget", "w", "example.com/v1", spec={}),
    )
    bound = {**BOUND, "roleRef": {**BOUND["roleRef"], "name": "s"}}  # type: ignore[dict-item]
    binding = _of("RoleBinding", "s", "rbac.authorization.k8s.io/v1", **bound)
    # The embedded cluster is left with what it takes.
    checked = _checked(programs, *RIGHT, *wrong, binding)
    found = {(finding.kind, finding.subject): finding.text for finding in checked.findings}
    assert 'violates PodSecurity "restricted' in found[Kind.REFUSED, "pod of Job shop/privileged"]
    assert "exceeded quota: q" in found[Kind.REFUSED, "pod of Job shop/large"]
    assert "daat" in found[Kind.REFUSED, "ConfigMap shop/m"]
    assert "spec.weight" in found[Kind.REFUSED, "NodePool o"]
    assert 'unknown field "spec.containers[0].imege"' in found[Kind.REFUSED, "pod of Job shop/odd"]
    assert "may get secrets in shop" in found[Kind.PROMISE, "on-call"]
    assert checked.unchecked == ("Widget shop/w",)
    assert {kind for kind, _ in found} == {Kind.REFUSED, Kind.PROMISE}
