"""A namespace's LimitRanges and ResourceQuotas: what containers get that say nothing, and what is too much.

Only what limits pods: their number, cpu, memory and disk (Kubernetes, "Resource Quotas" and "Limit Ranges").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from rehearsal.kubernetes.pod_templates import pod_template
from rehearsal.kubernetes.quantities import amount, pod_total, written

Content = Mapping[str, Any]

_RESOURCES = ("cpu", "memory", "ephemeral-storage")


def apply_defaults(pod: dict[str, Any], limit_ranges: Iterable[Content]) -> None:
    """Gives containers what the namespace's LimitRanges have for those that say nothing, in place."""
    for rule in _rules(limit_ranges, "Container"):
        for container in _containers(pod["spec"]):
            resources = container.setdefault("resources", {})
            for kind, default in (("limits", "default"), ("requests", "defaultRequest")):
                given = resources.setdefault(kind, {})
                for name, value in (rule.get(default) or {}).items():
                    given.setdefault(name, value)
            # Without a request a container asks for its limit (API defaults).
            for name, value in resources["limits"].items():
                resources["requests"].setdefault(name, value)


def outside_of_limits(spec: Content, limit_ranges: Iterable[Content]) -> Iterator[str]:
    """Which containers ask for less or more than the LimitRanges allow, in the API server's words."""
    for rule in _rules(limit_ranges, "Container"):
        for container in _containers(spec):
            resources = container.get("resources") or {}
            for name, least in (rule.get("min") or {}).items():
                given = (resources.get("requests") or {}).get(name)
                if given is None or amount(given) < amount(least):
                    yield f"minimum {name} usage per Container is {least}, but request is {given or 'none'}"
            for name, most in (rule.get("max") or {}).items():
                given = (resources.get("limits") or {}).get(name)
                if given is None or amount(given) > amount(most):
                    yield f"maximum {name} usage per Container is {most}, but limit is {given or 'none'}"


def over_quota(
    workload: Content, spec: Content, quotas: Iterable[Content], others: Sequence[Content]
) -> str | None:
    """Why the pods of a workload do not fit into the namespace's quotas, in the API server's words.

    Args:
        workload: whose pods they are.
        spec: of each of its pods.
        quotas: the namespace's ResourceQuotas.
        others: the namespace's objects, the workload itself left out.
    """
    for quota in quotas:
        hard = {_full(name): limit for name, limit in quota["spec"].get("hard", {}).items()}
        kinds = [(kind, name) for kind in ("requests", "limits") for name in _RESOURCES]
        limited = [(f"{kind}.{name}", kind, name) for kind, name in kinds if f"{kind}.{name}" in hard]
        name_of_quota = quota["metadata"]["name"]
        if silent := [
            f"{full} for: {','.join(names)}"
            for full, kind, name in limited
            if (names := _silent(spec, kind, name))
        ]:
            return f"failed quota: {name_of_quota}: must specify {'; '.join(silent)}"
        running = [(each, template["spec"]) for each in others if (template := pod_template(each))]
        number = Fraction(_pods(workload)), Fraction(sum(_pods(each) for each, _ in running))
        amounts = {"pods": (*number, "")}
        for full, kind, name in limited:
            wanted = _pods(workload) * pod_total(spec, kind, name)
            used = sum((_pods(each) * pod_total(one, kind, name) for each, one in running), Fraction(0))
            amounts[full] = (wanted, used, name)
        for full, (wanted, used, like) in amounts.items():
            if full in hard and wanted + used > amount(hard[full]):
                shown = f"requested: {full}={written(wanted, like)}, used: {full}={written(used, like)}"
                return f"exceeded quota: {name_of_quota}, {shown}, limited: {full}={hard[full]}"
    return None


def _rules(limit_ranges: Iterable[Content], kind: str) -> Iterator[Content]:
    for limit_range in limit_ranges:
        yield from (rule for rule in limit_range["spec"].get("limits", ()) if rule["type"] == kind)


def _containers(spec: Content) -> list[dict[str, Any]]:
    return [*(spec.get("initContainers") or ()), *spec["containers"]]


def _silent(spec: Content, kind: str, name: str) -> list[str]:
    return [
        container["name"]
        for container in _containers(spec)
        if name not in ((container.get("resources") or {}).get(kind) or {})
    ]


def _full(name: str) -> str:
    """`cpu` and `memory` of a quota mean what is requested."""
    return f"requests.{name}" if name in _RESOURCES else name


def _pods(workload: Content) -> int:
    """How many pods a workload has at least; a CronJob's come and go, and count as one."""
    return int(workload.get("spec", {}).get("replicas") or 1)
