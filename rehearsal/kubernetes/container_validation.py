"""Validation of containers by an API server: what holds between their values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.kubernetes.quantities import amount
from rehearsal.kubernetes.value_table import CONTAINER
from rehearsal.kubernetes.values import found, value_failures
from rehearsal.providers.provider import UNKNOWN, CheckFailure, contains_unknown

Content = Mapping[str, Any]

_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_HOOKS = ("lifecycle.postStart", "lifecycle.preStop")
_PROBE_WAYS = ("exec", "grpc", "httpGet", "tcpSocket")
_HOOK_WAYS = ("exec", "httpGet", "sleep", "tcpSocket")
# Kubernetes' own resources; all others are of a domain, and of devices that no two containers can share.
_RESOURCES = ("cpu", "ephemeral-storage", "memory")
# What a variable can take of its pod (pkg/apis/core/pods, ConvertDownwardAPIFieldLabel).
_FIELDS = (
    *(f"metadata.{name}" for name in ("annotations", "labels", "name", "namespace", "uid")),
    *(f"spec.{name}" for name in ("nodeName", "restartPolicy", "schedulerName", "serviceAccountName")),
    *(f"status.{name}" for name in ("hostIP", "hostIPs", "phase", "podIP", "podIPs")),
)


def container_failures(path: str, container: Content) -> Iterator[CheckFailure]:
    """What is wrong with a container, whatever its pod is."""
    yield from value_failures(container, CONTAINER, path)
    if container.get("image") is None:
        yield CheckFailure(f"{path}.image", "Required value")
    for place in _PROBES:
        yield from _ways(path, container, place, _PROBE_WAYS)
    for place in _HOOKS:
        yield from _ways(path, container, place, _HOOK_WAYS)
    yield from _variable_failures(path, container)
    yield from _port_failures(path, container)
    yield from _resource_failures(path, container)


def _ways(path: str, container: Content, place: str, ways: tuple[str, ...]) -> Iterator[CheckFailure]:
    """A probe or a hook works in one way."""
    for where, value in found(container, place, path):
        used = [way for way in ways if isinstance(value, Mapping) and value.get(way) is not None]
        if not used:
            yield CheckFailure(where, "Required value: must specify a handler type")
        for way in used[1:]:
            yield CheckFailure(f"{where}.{way}", "Forbidden: may not specify more than 1 handler type")


def _variable_failures(path: str, container: Content) -> Iterator[CheckFailure]:
    for where, variable in found(container, "env[]", path):
        source = variable.get("valueFrom")
        if not isinstance(source, Mapping):
            continue
        if variable.get("value"):
            yield CheckFailure(
                f"{where}.valueFrom", 'Invalid value: "": may not be specified when `value` is not empty'
            )
        if len([each for each in source.values() if each is not None]) != 1:
            reason = 'Invalid value: "": must have one field specified, and not more'
            yield CheckFailure(f"{where}.valueFrom", reason)
        field = (source.get("fieldRef") or {}).get("fieldPath")
        if isinstance(field, str) and field.partition("[")[0] not in _FIELDS:
            reason = f'Invalid value: "{field}": field label not supported: {field}'
            yield CheckFailure(f"{where}.valueFrom.fieldRef.fieldPath", reason)
    for where, source in found(container, "envFrom[]", path):
        if len([name for name in ("configMapRef", "secretRef") if source.get(name) is not None]) != 1:
            yield CheckFailure(where, "Invalid value: must specify one of: `configMapRef` or `secretRef`")


def _port_failures(path: str, container: Content) -> Iterator[CheckFailure]:
    seen = set()
    for where, name in found(container, "ports[].name", path):
        if name in seen:
            yield CheckFailure(where, f'Duplicate value: "{name}"')
        seen.add(name)


def _resource_failures(path: str, container: Content) -> Iterator[CheckFailure]:
    resources = container.get("resources")
    if not isinstance(resources, Mapping) or contains_unknown(resources):
        return
    limits = resources.get("limits") or {}
    for kind in ("limits", "requests"):
        for name, quantity in (resources.get(kind) or {}).items():
            where = f"{path}.resources.{kind}[{name}]"
            if "/" not in name and name not in _RESOURCES and not name.startswith("hugepages-"):
                reason = f'Invalid value: "{name}": must be a standard resource type or fully qualified'
                yield CheckFailure(where, reason)
                continue
            try:
                given, most = amount(quantity), amount(limits[name]) if name in limits else None
            except ValueError:
                continue  # the schema says so
            if given < 0:
                yield CheckFailure(where, f'Invalid value: "{quantity}": must be greater than or equal to 0')
            if kind == "limits":
                continue
            if most is None and name not in _RESOURCES:
                reason = "Required value: Limit must be set for non overcommitable resources"
                yield CheckFailure(f"{path}.resources.limits", reason)
            elif most is not None and given > most:
                reason = f"must be less than or equal to {name} limit of {limits[name]}"
                yield CheckFailure(f"{path}.resources.requests", f'Invalid value: "{quantity}": {reason}')


def mount_failures(path: str, container: Content, volumes: set[Any]) -> Iterator[CheckFailure]:
    """Mounts of what the pod has no volume for."""
    for number, mount in enumerate(container.get("volumeMounts") or ()):
        if mount.get("name") not in volumes:
            yield CheckFailure(f"{path}.volumeMounts[{number}].name", f'Not found: "{mount.get("name")}"')


def lifecycle_failures(path: str, container: Content, grace: Any) -> Iterator[CheckFailure]:
    """A hook that waits longer than its pod has to end, and probes that succeed twice.

    Args:
        path: of the container.
        container: itself.
        grace: the pod's `terminationGracePeriodSeconds`.
    """
    for where, seconds in found(container, "lifecycle.preStop.sleep.seconds", path):
        if grace is not UNKNOWN and not 0 <= seconds <= grace:
            reason = f"must be greater than 0 and less than terminationGracePeriodSeconds ({grace})"
            yield CheckFailure(where, f"Invalid value: {seconds}: {reason}")
    for kind in ("livenessProbe", "startupProbe"):
        for where, threshold in found(container, f"{kind}.successThreshold", path):
            if threshold != 1:
                yield CheckFailure(where, f"Invalid value: {threshold}: must be 1")
