"""Pod Security admission: each control of the standards, what it refuses and what it lets pass."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from rehearsal.kubernetes.pod_security import Level, Policy, enforced, forbidden

BASELINE, RESTRICTED = Policy(Level.BASELINE, None), Policy(Level.RESTRICTED, None)

CONTAINER = {
    "name": "web",
    "image": "web:1",
    "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
}
POD: dict[str, Any] = {
    "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
    "containers": [CONTAINER],
}


def pod(context: dict[str, Any] | None = None, container: dict[str, Any] | None = None, **spec: Any) -> Any:
    """A pod that "restricted" allows, with other settings of its security contexts and of itself."""
    made = deepcopy(POD)
    made["securityContext"] |= context or {}
    made["containers"][0]["securityContext"] |= container or {}
    return {**made, **spec}


def reasons(
    spec: Any, policy: Policy = RESTRICTED, minor: int = 35, annotations: dict[str, str] | None = None
) -> str:
    return forbidden(policy, minor, {"annotations": annotations or {}}, spec)


def test_a_pod_that_asks_for_nothing_is_restricted_enough() -> None:
    assert reasons(POD) == ""
    secrets = {"name": "secrets", "csi": {"driver": "secrets-store.csi.k8s.io"}}
    others = [
        {"name": "tmp", "emptyDir": {}},
        {"name": "files", "configMap": {"name": "a"}},
        {"name": "bare"},
    ]
    assert reasons(pod(volumes=[secrets, *others])) == ""


BASELINE_CASES = {
    "appArmorProfile": (
        pod({"appArmorProfile": {"type": "Unconfined"}}),
        'forbidden AppArmor profile (pod must not set AppArmor profile type to "Unconfined")',
    ),
    "capabilities": (
        pod(container={"capabilities": {"drop": ["ALL"], "add": ["NET_RAW", "CHOWN"]}}),
        (
            'non-default capabilities (container "web" must not include "NET_RAW" in'
            " securityContext.capabilities.add)"
        ),
    ),
    "hostNamespaces": (
        pod(hostNetwork=True, hostPID=True),
        "host namespaces (hostNetwork=true, hostPID=true)",
    ),
    "hostPath": (
        pod(volumes=[{"name": "root", "hostPath": {"path": "/"}}]),
        'hostPath volumes (volume "root")',
    ),
    "hostPorts": (
        pod(containers=[{**CONTAINER, "ports": [{"containerPort": 80, "hostPort": 80}]}]),
        'hostPort (container "web" uses hostPort 80)',
    ),
    "privileged": (
        pod(container={"privileged": True}),
        'privileged (container "web" must not set securityContext.privileged=true)',
    ),
    "probes": (
        pod(containers=[{**CONTAINER, "livenessProbe": {"httpGet": {"host": "10.0.0.1", "port": 80}}}]),
        'probe or lifecycle host (container "web" uses probe or lifecycle host "10.0.0.1")',
    ),
    "procMount": (
        pod(container={"procMount": "Unmasked"}),
        'procMount (container "web" must not set securityContext.procMount to "Unmasked")',
    ),
    "seLinux": (
        pod({"seLinuxOptions": {"type": "spc_t", "user": "root"}}),
        (
            'seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "spc_t";'
            " user may not be set)"
        ),
    ),
    "seccomp": (
        pod({"seccompProfile": {"type": "Unconfined"}}),
        'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
    ),
    "sysctls": (
        pod({"sysctls": [{"name": "net.ipv4.tcp_syncookies"}, {"name": "kernel.msgmax"}]}),
        "forbidden sysctls (kernel.msgmax)",
    ),
    "windows": (
        pod({"windowsOptions": {"hostProcess": True}}),
        "hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)",
    ),
}


@pytest.mark.parametrize("control", BASELINE_CASES)
def test_what_baseline_refuses_restricted_refuses_as_well(control: str) -> None:
    spec, reason = BASELINE_CASES[control]
    assert reasons(spec, BASELINE) == reason
    assert reasons(spec, RESTRICTED) != ""
    assert reasons(spec, Policy(Level.PRIVILEGED, None)) == ""


RESTRICTED_CASES = {
    "allowPrivilegeEscalation": (
        pod(container={"allowPrivilegeEscalation": None}),
        (
            'allowPrivilegeEscalation != false (container "web" must set'
            " securityContext.allowPrivilegeEscalation=false)"
        ),
    ),
    "capabilities kept": (
        pod(container={"capabilities": {}}),
        'unrestricted capabilities (container "web" must set securityContext.capabilities.drop=["ALL"])',
    ),
    "capabilities added": (
        pod(container={"capabilities": {"drop": ["ALL"], "add": ["CHOWN", "NET_BIND_SERVICE"]}}),
        (
            'unrestricted capabilities (container "web" must not include "CHOWN" in'
            " securityContext.capabilities.add)"
        ),
    ),
    "volumes": (
        pod(volumes=[{"name": "share", "nfs": {"server": "a", "path": "/"}}]),
        'restricted volume types (volume "share" uses restricted volume type "nfs")',
    ),
    "root": (
        pod({"runAsNonRoot": None}),
        'runAsNonRoot != true (pod or container "web" must set securityContext.runAsNonRoot=true)',
    ),
    "root in a container": (
        pod(container={"runAsNonRoot": False}),
        'runAsNonRoot != true (container "web" must not set securityContext.runAsNonRoot=false)',
    ),
    "user 0": (pod({"runAsUser": 0}), "runAsUser=0 (pod must not set runAsUser=0)"),
    "no seccomp": (
        pod({"seccompProfile": None}),
        (
            'seccompProfile (pod or container "web" must set securityContext.seccompProfile.type to'
            ' "RuntimeDefault" or "Localhost")'
        ),
    ),
}


@pytest.mark.parametrize("control", RESTRICTED_CASES)
def test_what_restricted_alone_refuses(control: str) -> None:
    spec, reason = RESTRICTED_CASES[control]
    assert reasons(spec, RESTRICTED) == reason
    assert reasons(spec, BASELINE) == ""


@pytest.mark.parametrize("kind", ["initContainers", "ephemeralContainers"])
def test_containers_of_all_kinds_are_looked_at(kind: str) -> None:
    other = {"name": "other", "image": "other:1"}
    found = reasons({**pod(), kind: [other]})
    assert 'container "other" must set securityContext.allowPrivilegeEscalation=false' in found


def test_all_reasons_are_told_at_once_in_the_plugins_order() -> None:
    bare = {"containers": [{"name": "a"}, {"name": "b"}]}
    assert reasons(bare) == (
        'allowPrivilegeEscalation != false (containers "a", "b" must set'
        " securityContext.allowPrivilegeEscalation=false), "
        'unrestricted capabilities (containers "a", "b" must set securityContext.capabilities.drop=["ALL"]), '
        'runAsNonRoot != true (pod or containers "a", "b" must set securityContext.runAsNonRoot=true), '
        'seccompProfile (pod or containers "a", "b" must set securityContext.seccompProfile.type to'
        ' "RuntimeDefault" or "Localhost")'
    )


def test_annotations_of_apparmor_count_too() -> None:
    key = "container.apparmor.security.beta.kubernetes.io/web"
    assert reasons(POD, annotations={key: "runtime/default"}) == ""
    assert "forbidden AppArmor profile" in reasons(POD, annotations={key: "unconfined"})


@pytest.mark.parametrize(
    ("spec", "refused", "allowed"),
    [
        pytest.param(BASELINE_CASES["probes"][0], 34, 33, id="hosts of probes are refused from 1.34 on"),
        pytest.param(
            pod({"sysctls": [{"name": "net.ipv4.tcp_rmem"}]}), 31, 32, id="more sysctls are safe in 1.32"
        ),
        pytest.param(
            pod({"seLinuxOptions": {"type": "container_engine_t"}}), 30, 31, id="another type is safe in 1.31"
        ),
        pytest.param(
            pod({"runAsNonRoot": None, "runAsUser": 0}, hostUsers=False),
            34,
            35,
            id="root of a user namespace is nobody's root from 1.35 on",
        ),
    ],
)
def test_the_standards_of_a_version_are_its_own(spec: Any, refused: int, allowed: int) -> None:
    assert reasons(spec, minor=refused) != ""
    assert reasons(spec, minor=allowed) == ""
    # A namespace may hold on to the standards of an older version.
    assert reasons(spec, Policy(Level.RESTRICTED, refused), minor=35) != ""


def test_windows_pods_need_none_of_what_windows_does_not_have() -> None:
    windows = {
        "os": {"name": "windows"},
        "securityContext": {"runAsNonRoot": True},
        "containers": [{"name": "a"}],
    }
    assert reasons(windows) == ""


@pytest.mark.parametrize(
    ("labels", "policy"),
    [
        ({}, "privileged:latest"),
        ({"enforce": "restricted"}, "restricted:latest"),
        ({"enforce": "baseline", "enforce-version": "v1.34"}, "baseline:v1.34"),
        ({"enforce": "strict"}, "restricted:latest"),
    ],
)
def test_a_namespaces_labels_say_what_it_enforces(labels: dict[str, str], policy: str) -> None:
    assert (
        str(enforced({f"pod-security.kubernetes.io/{name}": value for name, value in labels.items()}))
        == policy
    )
