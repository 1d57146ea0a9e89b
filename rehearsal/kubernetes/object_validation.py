"""Validation of objects by an API server: what holds between the values of the kinds that are declared here.

Rules and words are those of Kubernetes' own validation (pkg/apis of each API group).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from infra.configuration.cron import syntax_mistake
from rehearsal.kubernetes.value_table import OBJECTS
from rehearsal.kubernetes.values import found, number_or_share, value_failures
from rehearsal.providers.provider import UNKNOWN, CheckFailure, contains_unknown

Content = Mapping[str, Any]

_CONFIG_MAP_BYTES = 1024 * 1024
_LEVELS = ("privileged", "baseline", "restricted")
_NOTHING = (0, "0%")


def object_failures(content: Content) -> Iterator[CheckFailure]:
    """What is wrong with the object beside its metadata and its pods; unknown values are passed over."""
    kind = str(content.get("kind"))
    yield from value_failures(content, OBJECTS.get(kind, {}))
    check = _CHECKS.get(kind)
    part = content.get("spec") if check in _OF_SPECIFICATIONS else content
    if check is not None and isinstance(part, Mapping):
        yield from check(part)


def _autoscaler(spec: Content) -> Iterator[CheckFailure]:
    least, most = spec.get("minReplicas", 1), spec.get("maxReplicas")
    if isinstance(least, int) and isinstance(most, int) and most < least:
        reason = "must be greater than or equal to `minReplicas`"
        yield CheckFailure("spec.maxReplicas", f"Invalid value: {most}: {reason}")
    for where, kind in found(spec, "scaleTargetRef.kind", "spec"):
        if "/" in kind:
            yield CheckFailure(where, f"Invalid value: \"{kind}\": may not contain '/'")
    for where, target in found(spec, "metrics[].resource.target", "spec"):
        if contains_unknown(target):
            continue
        if "averageUtilization" not in target and "averageValue" not in target:
            reason = "Required value: must set either a target raw value or a target utilization"
            yield CheckFailure(f"{where}.averageUtilization", reason)
        if "averageUtilization" in target and "averageValue" in target:
            reason = "Forbidden: may not set both a target raw value and a target utilization"
            yield CheckFailure(f"{where}.averageValue", reason)


def _budget(spec: Content) -> Iterator[CheckFailure]:
    if {"minAvailable", "maxUnavailable"} <= spec.keys():
        yield CheckFailure("spec", "Invalid value: minAvailable and maxUnavailable cannot be both set")


def _config_map(content: Content) -> Iterator[CheckFailure]:
    text, binary = content.get("data"), content.get("binaryData")
    if not isinstance(text, Mapping):
        return
    for key in text.keys() & (binary if isinstance(binary, Mapping) else {}).keys():
        yield CheckFailure(f"data.{key}", f'Invalid value: "{key}": duplicate of key present in binaryData')
    size = sum(len(value.encode()) for value in text.values() if isinstance(value, str))
    if size > _CONFIG_MAP_BYTES:
        yield CheckFailure("data", f"Too long: may not be more than {_CONFIG_MAP_BYTES} bytes")


def _cron_job(spec: Content) -> Iterator[CheckFailure]:
    schedule, zone = spec.get("schedule"), spec.get("timeZone")
    if isinstance(schedule, str) and schedule:
        if "TZ=" in schedule:
            reason = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"
            yield CheckFailure("spec.schedule", f'Invalid value: "{schedule}": {reason}')
        elif not schedule.startswith("@") and (allowed := syntax_mistake(schedule)):
            yield CheckFailure("spec.schedule", f'Invalid value: "{schedule}": allowed: {allowed}')
    if isinstance(zone, str) and not _is_zone(zone):
        yield CheckFailure("spec.timeZone", f'Invalid value: "{zone}": unknown time zone {zone}')


@cache
def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, ZoneInfoNotFoundError):
        # A machine without the data of zones knows none, and cannot judge.
        return name != "UTC" and not _is_zone("UTC")
    return True


def _deployment(spec: Content) -> Iterator[CheckFailure]:
    selector, strategy = spec.get("selector"), spec.get("strategy")
    if selector == {}:
        yield CheckFailure("spec.selector", "Invalid value: {}: empty selector is invalid for deployment")
    ready, deadline = spec.get("minReadySeconds", 0), spec.get("progressDeadlineSeconds", 600)
    if isinstance(ready, int) and isinstance(deadline, int) and deadline <= ready:
        reason = f"Invalid value: {deadline}: must be greater than minReadySeconds"
        yield CheckFailure("spec.progressDeadlineSeconds", reason)
    rolling = (strategy or {}).get("rollingUpdate") if isinstance(strategy, Mapping) else None
    if not isinstance(strategy, Mapping) or not isinstance(rolling, Mapping):
        return
    if strategy.get("type") == "Recreate":
        reason = "Forbidden: may not be specified when strategy `type` is 'Recreate'"
        yield CheckFailure("spec.strategy.rollingUpdate", reason)
    surge, missing = rolling.get("maxSurge", "25%"), rolling.get("maxUnavailable", "25%")
    # More pods than all of them may be added, so that a share has no upper end.
    if isinstance(surge, str) and not surge.removesuffix("%").isdigit():
        yield CheckFailure("spec.strategy.rollingUpdate.maxSurge", str(number_or_share(surge)))
    if surge in _NOTHING and missing in _NOTHING:
        reason = "Invalid value: 0: may not be 0 when `maxSurge` is 0"
        yield CheckFailure("spec.strategy.rollingUpdate.maxUnavailable", reason)


def _job(spec: Content) -> Iterator[CheckFailure]:
    if spec.get("selector") is not None and not spec.get("manualSelector"):
        yield CheckFailure("spec.selector", "Invalid value: `selector` not auto-generated")
    # Where neither is said, both are one.
    if spec.get("completionMode") == "Indexed" and spec.get("parallelism") is not None:
        if spec.get("completions") is None:
            yield CheckFailure("spec.completions", "Required value: when completion mode is Indexed")


def _namespace(content: Content) -> Iterator[CheckFailure]:
    """Kubernetes' documentation, "Pod Security Admission": its labels take a level, or a version of them."""
    labels = (content.get("metadata") or {}).get("labels")
    for key, value in labels.items() if isinstance(labels, Mapping) else ():
        prefix, _, mode = key.partition("/")
        if prefix == "pod-security.kubernetes.io" and mode in ("audit", "enforce", "warn"):
            if value not in (*_LEVELS, UNKNOWN):
                reason = f'Invalid value: "{value}": must be one of {", ".join(_LEVELS)}'
                yield CheckFailure(f"metadata.labels.{key}", reason)


def _network_policy(spec: Content) -> Iterator[CheckFailure]:
    types = spec.get("policyTypes")
    if isinstance(types, list) and len(types) > 2:
        yield CheckFailure("spec.policyTypes", f"Invalid value: {types}: may not specify more than two")
    for way, side in (("egress", "to"), ("ingress", "from")):
        for where, peer in found(spec, f"{way}[].{side}[]", "spec"):
            yield from _peer_failures(where, peer)
        for where, port in found(spec, f"{way}[].ports[]", "spec"):
            yield from _port_range_failures(where, port)


def _peer_failures(path: str, peer: Content) -> Iterator[CheckFailure]:
    block = peer.get("ipBlock")
    if not peer:
        yield CheckFailure(path, "Required value: must specify a peer")
    if not isinstance(block, Mapping) or contains_unknown(block):
        return
    if len(peer) > 1:
        yield CheckFailure(path, "Forbidden: may not specify both ipBlock and another peer")
    cidr = _network(block.get("cidr"))
    if cidr is None:
        yield CheckFailure(
            f"{path}.ipBlock.cidr", f'Invalid value: "{block.get("cidr")}": must be a valid CIDR'
        )
        return
    for number, text in enumerate(block.get("except") or ()):
        inside = _network(text)
        if inside is None or inside.version != cidr.version or inside == cidr or not _within(inside, cidr):
            reason = f"must be a strict subset of `cidr` {block['cidr']}"
            yield CheckFailure(f"{path}.ipBlock.except[{number}]", f'Invalid value: "{text}": {reason}')


def _port_range_failures(path: str, port: Content) -> Iterator[CheckFailure]:
    end, begin = port.get("endPort"), port.get("port")
    if end is None or UNKNOWN in (end, begin):
        return
    if not isinstance(begin, int):
        reason = "may not be specified when `port` is not set, or is a name"
        yield CheckFailure(f"{path}.endPort", f"Invalid value: {end}: {reason}")
    elif end < begin:
        reason = "must be greater than or equal to `port`"
        yield CheckFailure(f"{path}.endPort", f"Invalid value: {end}: {reason}")


def _role(content: Content, *, in_namespace: bool = False) -> Iterator[CheckFailure]:
    for where, rule in found(content, "rules[]"):
        paths = rule.get("nonResourceURLs")
        if paths and in_namespace:
            reason = f"Invalid value: {paths}: namespaced rules cannot apply to non-resource URLs"
            yield CheckFailure(f"{where}.nonResourceURLs", reason)
        if paths:
            if rule.get("resources") or rule.get("apiGroups"):
                reason = f"Invalid value: {paths}: rules cannot apply to both resources and non-resource URLs"
                yield CheckFailure(f"{where}.nonResourceURLs", reason)
            continue
        for name in ("apiGroups", "resources"):
            if not rule.get(name):
                yield CheckFailure(
                    f"{where}.{name}", "Required value: resource rules must supply at least one"
                )


def _role_in_namespace(content: Content) -> Iterator[CheckFailure]:
    yield from _role(content, in_namespace=True)


def _binding(content: Content) -> Iterator[CheckFailure]:
    for where, subject in found(content, "subjects[]"):
        of_account = subject.get("kind") == "ServiceAccount"
        group = subject.get("apiGroup", "" if of_account else "rbac.authorization.k8s.io")
        supported = "" if of_account else "rbac.authorization.k8s.io"
        if group not in (supported, UNKNOWN):
            reason = f'Unsupported value: "{group}": supported values: "{supported}"'
            yield CheckFailure(f"{where}.apiGroup", reason)
        # One in a namespace means its own.
        if of_account and not subject.get("namespace") and content.get("kind") == "ClusterRoleBinding":
            yield CheckFailure(f"{where}.namespace", "Required value")


def _service(spec: Content) -> Iterator[CheckFailure]:
    kind, ports = spec.get("type", "ClusterIP"), spec.get("ports")
    if kind != "ExternalName" and spec.get("clusterIP") != "None" and not ports:
        yield CheckFailure("spec.ports", "Required value")
    listed = list(found(spec, "ports[]", "spec"))
    names, numbers = set(), set()
    for where, port in listed:
        name, number = port.get("name"), (port.get("port"), port.get("protocol", "TCP"))
        if not name and len(listed) > 1:
            yield CheckFailure(f"{where}.name", "Required value")
        if name and name in names:
            yield CheckFailure(f"{where}.name", f'Duplicate value: "{name}"')
        if number in numbers:
            yield CheckFailure(where, f"Duplicate value: {number[0]} {number[1]}")
        if port.get("nodePort") and kind == "ClusterIP":
            yield CheckFailure(f"{where}.nodePort", "Forbidden: may not be used when `type` is 'ClusterIP'")
        names.add(name)
        numbers.add(number)
    address = spec.get("clusterIP")
    if isinstance(address, str) and address not in ("", "None") and _network(address) is None:
        yield CheckFailure("spec.clusterIP", f'Invalid value: "{address}": must be a valid IP address')


def _network(text: Any) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """Addresses; Kubernetes takes them with bits behind the prefix, too."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _within(
    inside: ipaddress.IPv4Network | ipaddress.IPv6Network, cidr: ipaddress.IPv4Network | ipaddress.IPv6Network
) -> bool:
    return inside.network_address in cidr and inside.prefixlen > cidr.prefixlen


Check = Callable[[Content], Iterator[CheckFailure]]
_CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "ClusterRole": _role,
        "ClusterRoleBinding": _binding,
        "ConfigMap": _config_map,
        "CronJob": _cron_job,
        "Deployment": _deployment,
        "HorizontalPodAutoscaler": _autoscaler,
        "Job": _job,
        "Namespace": _namespace,
        "NetworkPolicy": _network_policy,
        "PodDisruptionBudget": _budget,
        "Role": _role_in_namespace,
        "RoleBinding": _binding,
        "Service": _service,
    }
)
_OF_SPECIFICATIONS = (
    _autoscaler,
    _budget,
    _cron_job,
    _deployment,
    _job,
    _network_policy,
    _service,
)
