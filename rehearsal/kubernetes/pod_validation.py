"""Validation of pods by an API server, beyond what the schemas say.

Rules and words are those of Kubernetes' own validation (pkg/apis/core, batch, autoscaling and policy), and of
server-side apply, which Pulumi uses: in a list that is merged by a key no key may stand twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.kubernetes.container_validation import container_failures, lifecycle_failures, mount_failures
from rehearsal.kubernetes.pod_templates import pod_template, template_path
from rehearsal.kubernetes.value_table import POD
from rehearsal.kubernetes.values import between, found, qualified_keys, value_failures
from rehearsal.providers.provider import UNKNOWN, CheckFailure, contains_unknown

Content = Mapping[str, Any]

# Lists of a container and of a pod, and what their items are merged by.
_CONTAINER_LISTS = {
    "env": ("name",),
    "ports": ("containerPort", "protocol"),
    "volumeMounts": ("mountPath",),
}
_POD_LISTS = {
    "containers": ("name",),
    "initContainers": ("name",),
    "volumes": ("name",),
    "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
}
_CONTAINERS = ("initContainers", "containers")
_DEFAULTS = {"protocol": "TCP"}
_GRACE_SECONDS = 30
_RESTART_POLICIES: Mapping[str, tuple[str, ...]] = {
    "CronJob": ("OnFailure", "Never"),
    "Job": ("OnFailure", "Never"),
    "Pod": ("Always", "OnFailure", "Never"),
}
# A Job's name becomes a label, and a CronJob's has eleven characters of a time added to it.
_NAMES = {"Job": 63, "CronJob": 52}


def pod_failures(content: Content) -> Iterator[CheckFailure]:
    """What is wrong with the object; where something is not known yet, nothing."""
    yield from _name_failures(content)
    template = pod_template(content)
    if template is None or contains_unknown(template["spec"].get("containers")):
        return
    base = template_path(content)
    path, spec = f"{base}spec", template["spec"]
    yield from value_failures(template, {"metadata.labels": qualified_keys}, base.removesuffix("."))
    yield from _duplicates(path, spec, _POD_LISTS)
    yield from _spread_failures(path, spec)
    yield from _restart_failures(content, path, spec)
    yield from _specification_failures(content, path, spec)
    yield from _first_failures(path, spec)
    volumes = {volume.get("name") for volume in spec.get("volumes") or ()}
    grace = spec.get("terminationGracePeriodSeconds", _GRACE_SECONDS)
    for kind in _CONTAINERS:
        for number, container in enumerate(spec.get(kind) or ()):
            where = f"{path}.{kind}[{number}]"
            yield from _duplicates(where, container, _CONTAINER_LISTS)
            yield from mount_failures(where, container, volumes)
            yield from container_failures(where, container)
            yield from lifecycle_failures(where, container, grace)


def _duplicates(path: str, parent: Content, lists: Mapping[str, tuple[str, ...]]) -> Iterator[CheckFailure]:
    for field, keys in lists.items():
        seen = set()
        for item in parent.get(field) or ():
            key = tuple(item.get(name, _DEFAULTS.get(name)) for name in keys)
            if key in seen:
                shown = ", ".join(f'{name}="{value}"' for name, value in zip(keys, key, strict=True))
                yield CheckFailure(f"{path}.{field}", f"duplicate entries for key [{shown}]")
            seen.add(key)


def _first_failures(path: str, spec: Content) -> Iterator[CheckFailure]:
    """Of containers that come first, which end before the next one begins unless they are sidecars."""
    names = {container.get("name") for container in spec.get("containers") or ()}
    for number, container in enumerate(spec.get("initContainers") or ()):
        where = f"{path}.initContainers[{number}]"
        if container.get("name") in names:
            yield CheckFailure(f"{where}.name", f'Duplicate value: "{container["name"]}"')
        if container.get("restartPolicy") == "Always":
            continue
        for field in ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe"):
            if container.get(field):
                reason = "may not be set for init containers without restartPolicy=Always"
                yield CheckFailure(f"{where}.{field}", f"Forbidden: {reason}")


def _spread_failures(path: str, spec: Content) -> Iterator[CheckFailure]:
    for number, spread in enumerate(spec.get("topologySpreadConstraints") or ()):
        where = f"{path}.topologySpreadConstraints[{number}]"
        if "minDomains" in spread and spread.get("whenUnsatisfiable") != "DoNotSchedule":
            reason = "can only use minDomains if whenUnsatisfiable=DoNotSchedule"
            yield CheckFailure(f"{where}.minDomains", f"Invalid value: {spread['minDomains']}: {reason}")
        for field in ("minDomains", "maxSkew"):
            if field in spread and spread[field] is not UNKNOWN and spread[field] < 1:
                yield CheckFailure(
                    f"{where}.{field}", f"Invalid value: {spread[field]}: must be greater than zero"
                )
        if spread.get("matchLabelKeys") and "labelSelector" not in spread:
            yield CheckFailure(
                f"{where}.matchLabelKeys", "Forbidden: must not be specified when labelSelector is not set"
            )


def _restart_failures(content: Content, path: str, spec: Content) -> Iterator[CheckFailure]:
    kind, policy = content.get("kind"), spec.get("restartPolicy", "Always")
    allowed = _RESTART_POLICIES.get(str(kind), ("Always",))
    if policy not in allowed and policy is not UNKNOWN:
        names = ", ".join(f'"{name}"' for name in allowed)
        yield CheckFailure(
            f"{path}.restartPolicy", f'Unsupported value: "{policy}": supported values: {names}'
        )
    if kind not in ("Job", "CronJob"):
        return
    where = path.removesuffix("template.spec")
    job: Any = content
    for name in where.removesuffix(".").split("."):
        job = job[name]
    rules = (job.get("podFailurePolicy") or {}).get("rules") or ()
    if rules and policy != "Never":
        reason = 'only "Never" is supported when podFailurePolicy is specified'
        yield CheckFailure(f"{path}.restartPolicy", f'Invalid value: "{policy}": {reason}')
    containers = {each.get("name") for field in _CONTAINERS for each in spec.get(field) or ()}
    for number, rule in enumerate(rules):
        yield from _rule_failures(f"{where}podFailurePolicy.rules[{number}]", rule, containers)


def _rule_failures(path: str, rule: Content, containers: set[Any]) -> Iterator[CheckFailure]:
    codes = rule.get("onExitCodes") or {}
    if codes.get("containerName") not in (None, *containers):
        reason = "must be one of the container or initContainer names in the pod template"
        yield CheckFailure(
            f"{path}.onExitCodes.containerName", f'Invalid value: "{codes["containerName"]}": {reason}'
        )
    values = codes.get("values") or []
    if bool(codes) == bool(rule.get("onPodConditions")):
        yield CheckFailure(
            path, "Invalid value: specifying one of OnExitCodes and OnPodConditions is required"
        )
    if codes.get("operator") == "In" and 0 in values:
        reason = "must not be 0 for the In operator"
        yield CheckFailure(f"{path}.onExitCodes.values[{values.index(0)}]", f"Invalid value: 0: {reason}")
    if values != sorted(values):
        yield CheckFailure(f"{path}.onExitCodes.values", f"Invalid value: {values}: must be ordered")


def _name_failures(content: Content) -> Iterator[CheckFailure]:
    longest = _NAMES.get(str(content.get("kind")))
    metadata = content.get("metadata")
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    if longest and isinstance(name, str) and len(name) > longest:
        yield CheckFailure(
            "metadata.name", f'Invalid value: "{name}": must be no more than {longest} characters'
        )


def _specification_failures(content: Content, path: str, spec: Content) -> Iterator[CheckFailure]:
    """What holds in a pod beside its containers."""
    yield from value_failures(spec, POD, path)
    for where, volume in found(spec, "volumes[]", path):
        for kind in [name for name in volume if name != "name" and volume[name] is not None][1:]:
            yield CheckFailure(f"{where}.{kind}", "Forbidden: may not specify more than 1 volume type")
        if volume.get("secret") is not None and not volume["secret"].get("secretName"):
            yield CheckFailure(f"{where}.secret.secretName", "Required value")
    if spec.get("dnsPolicy") == "None" and not (spec.get("dnsConfig") or {}).get("nameservers"):
        reason = "Required value: must provide `dnsConfig` when `dnsPolicy` is None"
        yield CheckFailure(f"{path}.dnsConfig", reason)
    for where, toleration in found(spec, "tolerations[]", path):
        yield from _toleration_failures(where, toleration)
    if "activeDeadlineSeconds" in spec:
        if content.get("kind") in ("DaemonSet", "Deployment", "StatefulSet"):
            yield CheckFailure(f"{path}.activeDeadlineSeconds", "Forbidden: such pods run without an end")
        yield from value_failures(spec, {"activeDeadlineSeconds": between(1, 2147483647)}, path)


def _toleration_failures(path: str, toleration: Content) -> Iterator[CheckFailure]:
    if toleration.get("operator") == "Exists" and toleration.get("value"):
        reason = "value must be empty when `operator` is 'Exists'"
        yield CheckFailure(f"{path}.operator", f'Invalid value: "{toleration["value"]}": {reason}')
    if "tolerationSeconds" in toleration and toleration.get("effect") != "NoExecute":
        reason = "effect must be 'NoExecute' when `tolerationSeconds` is set"
        yield CheckFailure(f"{path}.effect", f'Invalid value: "{toleration.get("effect", "")}": {reason}')
