"""Injections of a cluster's webhooks on EKS into pods, before those are judged, each with its source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from infra.configuration.add_ons import OBSERVABILITY
from rehearsal.kubernetes.installed import Installed

Content = dict[str, Any]

# aws/amazon-eks-pod-identity-webhook, and EKS user guide, "Understand how EKS Pod Identity works".
_CREDENTIALS = "http://169.254.170.23/v1/credentials"
_TOKEN_VOLUME = "eks-pod-identity-token"
_TOKEN_FOLDER = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount"
_AUDIENCE = "pods.eks.amazonaws.com"

# EKS user guide, "Create a service with Auto Mode": a label of the namespace; the condition's name is that of
# the binding of the pods to a target group.
_GATE_LABEL = "eks.amazonaws.com/pod-readiness-gate-inject"
_GATE = "target-health.eks.amazonaws.com"

# aws-observability/helm-charts: release notes of 5.0.0, and `manager.applicationSignals` of its values.
_MONITORS_SINCE = 5
_AUTO_MONITOR = "manager.applicationSignals.autoMonitor"
_LANGUAGES = ("java", "python", "dotnet", "nodejs")
_MONITORED_KINDS = ("DaemonSet", "Deployment", "StatefulSet")
# aws/amazon-cloudwatch-agent-operator, pkg/instrumentation: what the init containers are called and ask for,
# and for which languages they get the security context of the container that they are for.
_INJECTED = "opentelemetry-auto-instrumentation"
_MEMORY = {"java": "64Mi", "python": "32Mi", "dotnet": "128Mi", "nodejs": "128Mi"}
_WITH_SECURITY_CONTEXT = ("python", "dotnet", "nodejs")
_INSTRUMENTATION_VOLUME = "200Mi"
# pkg/instrumentation/auto/monitor.go, as far as this program could have such namespaces.
_NOT_MONITORED = ("amazon-cloudwatch", "kube-system")


@dataclass(frozen=True)
class Surroundings:
    """What decides what is put into a pod.

    Args:
        installed: what EKS has put into the clusters.
        cluster: the name of this one.
        kind: of the object that makes the pod.
        namespace: the pod's, as an object.
        objects: all objects of the cluster.
    """

    installed: Installed
    cluster: str | None
    kind: str
    namespace: Mapping[str, Any]
    objects: Sequence[Mapping[str, Any]]

    @property
    def name(self) -> str:
        """Of the namespace."""
        return str(self.namespace["metadata"]["name"])

    def here(self, kind: str) -> list[Mapping[str, Any]]:
        """The namespace's objects of a kind."""
        return [
            it for it in self.objects if it["kind"] == kind and it["metadata"].get("namespace") == self.name
        ]


def injected(template: Mapping[str, Any], surroundings: Surroundings) -> Content:
    """The pod that a template becomes, with `metadata` and `spec`."""
    pod: Content = deepcopy({"metadata": dict(template.get("metadata") or {}), "spec": template["spec"]})
    # API servers call webhooks by name; these touch different things, but for Pod Identity's variables.
    for inject in (_instrumentation, _readiness_gates, _identity):
        inject(pod, surroundings)
    return pod


def selects(selector: Mapping[str, str] | None, labels: Mapping[str, str] | None) -> bool:
    """Whether a Service with this selector takes a pod with these labels; without one it takes none."""
    return bool(selector) and (selector or {}).items() <= (labels or {}).items()


def _identity(pod: Content, surroundings: Surroundings) -> None:
    account = pod["spec"].get("serviceAccountName", "default")
    if not surroundings.installed.has_identity(surroundings.cluster, surroundings.name, account):
        return
    pod["metadata"].setdefault("labels", {})["eks.amazonaws.com/pod-identity"] = "enabled"
    token = {"audience": _AUDIENCE, "expirationSeconds": 86400, "path": _TOKEN_VOLUME}
    volumes = pod["spec"].setdefault("volumes", [])
    volumes.insert(0, {"name": _TOKEN_VOLUME, "projected": {"sources": [{"serviceAccountToken": token}]}})
    for container in [*pod["spec"].get("initContainers", ()), *pod["spec"]["containers"]]:
        variables = container.setdefault("env", [])
        known = {variable["name"] for variable in variables}
        added = {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": _CREDENTIALS,
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": f"{_TOKEN_FOLDER}/{_TOKEN_VOLUME}",
        }
        variables += [{"name": name, "value": value} for name, value in added.items() if name not in known]
        container.setdefault("volumeMounts", []).append(
            {"name": _TOKEN_VOLUME, "mountPath": _TOKEN_FOLDER, "readOnly": True}
        )


def _readiness_gates(pod: Content, surroundings: Surroundings) -> None:
    if (surroundings.namespace["metadata"].get("labels") or {}).get(_GATE_LABEL) != "enabled":
        return
    labels = pod["metadata"].get("labels")
    services = {
        service["metadata"]["name"]
        for service in surroundings.here("Service")
        if selects(service["spec"].get("selector"), labels)
    }
    gates = [
        {"conditionType": f"{_GATE}/{binding['metadata']['name']}"}
        for binding in surroundings.here("TargetGroupBinding")
        if binding["spec"]["serviceRef"]["name"] in services
    ]
    if gates:
        pod["spec"].setdefault("readinessGates", []).extend(gates)


def _instrumentation(pod: Content, surroundings: Surroundings) -> None:
    """Application Signals: an init container for each language, in every workload that a Service selects."""
    languages = _instrumented(pod["metadata"].get("labels"), surroundings)
    if not languages or _would_not_start(pod["spec"]):
        return
    first = pod["spec"]["containers"][0]
    for language in languages:
        name, folder = f"{_INJECTED}-{language}", f"/otel-auto-instrumentation-{language}"
        mount = {"name": name, "mountPath": folder}
        memory = _MEMORY[language]
        container: Content = {
            "name": name,
            "image": f"public.ecr.aws/aws-observability/adot-autoinstrumentation-{language}",
            "resources": {
                "limits": {"cpu": "500m", "memory": memory},
                "requests": {"cpu": "50m", "memory": memory},
            },
            "volumeMounts": [mount],
        }
        if language in _WITH_SECURITY_CONTEXT and "securityContext" in first:
            container["securityContext"] = deepcopy(first["securityContext"])
        pod["spec"].setdefault("initContainers", []).append(container)
        volume = {"name": name, "emptyDir": {"sizeLimit": _INSTRUMENTATION_VOLUME}}
        pod["spec"].setdefault("volumes", []).append(volume)
        first.setdefault("volumeMounts", []).append(dict(mount))


def _instrumented(labels: Mapping[str, str] | None, surroundings: Surroundings) -> Iterable[str]:
    add_on = surroundings.installed.add_on(surroundings.cluster, OBSERVABILITY)
    if add_on is None or surroundings.kind not in _MONITORED_KINDS or surroundings.name in _NOT_MONITORED:
        return ()
    by_default = add_on.major >= _MONITORS_SINCE and add_on.setting("applicationSignals.enabled", True)
    if not add_on.setting(f"{_AUTO_MONITOR}.monitorAllServices", by_default):
        return ()
    selected = any(
        selects(service["spec"].get("selector"), labels) for service in surroundings.here("Service")
    )
    chosen = add_on.setting(f"{_AUTO_MONITOR}.languages", _LANGUAGES)
    return [language for language in _LANGUAGES if language in chosen] if selected else ()


def _would_not_start(spec: Mapping[str, Any]) -> bool:
    """The operator leaves pods alone that forbid root and say no user: its containers could not start."""
    pod, container = (each.get("securityContext") or {} for each in (spec, spec["containers"][0]))
    if pod.get("runAsNonRoot") and pod.get("runAsUser") is None:
        return True
    user = container.get("runAsUser", pod.get("runAsUser"))
    return bool(container.get("runAsNonRoot")) and user is None
