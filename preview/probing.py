"""Probes that notice later that a pod does not work, and pods that are added later than before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from preview.change import Change, Step, Verb
from preview.risk import Kind, Risk
from preview.values import at, number, said

_DEPLOYMENT = "kubernetes:apps/v1:Deployment"
_HPA = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
_CONTAINERS = "spec.template.spec.containers"
# Kubernetes, "Configure Liveness, Readiness and Startup Probes": the defaults.
_PERIOD, _FAILURES = 10, 3
_MUCH = 2  # times as long; less is tuning
_LATER: Mapping[str, str] = {
    "livenessProbe": "is restarted when it has hung for {after} s, instead of {before}",
    "readinessProbe": "gets requests for {after} s while it does not answer, instead of {before}",
}
_LESS: Mapping[str, str] = {
    "livenessProbe": "is not restarted while its port is open, whether it answers or not",
    "readinessProbe": "gets requests while its port is open, whether it answers or not",
}
_GONE: Mapping[str, str] = {
    "livenessProbe": "is not restarted any more when it hangs",
    "readinessProbe": "gets requests before it is ready: it is not asked any more",
}

Told = Iterator[tuple[Kind, str, str]]


def probing_risks(change: Change) -> Iterator[Risk]:
    """What is noticed later, or not at all."""
    for step in change.of(_DEPLOYMENT, _HPA):
        if step.verb in (Verb.UPDATED, Verb.REPLACED):
            for kind, what, path in _RULES[step.type](step):
                yield Risk(kind, step, what, (path,))


def _probes(step: Step) -> Told:
    before, after = (_containers(side) for side in (step.before, step.after))
    for name in before.keys() & after.keys():
        for probe in _LATER:
            yield from _laxer(probe, before[name].get(probe), after[name].get(probe))
        if after[name].get("livenessProbe"):
            yield from _start(before[name].get("startupProbe"), after[name].get("startupProbe"))


def _start(before: Any, after: Any) -> Told:
    """Until when a pod may start; the other probes begin then."""
    path = f"{_CONTAINERS}.startupProbe"
    if before and not after:
        what = "is restarted before it has started, when that takes long: its startup probe is gone"
        yield Kind.INTERRUPTION, what, path
    elif before and _seconds(after) * _MUCH <= _seconds(before):
        spans = [said(_seconds(each)) for each in (after, before)]
        what = f"is restarted when it has not started after {spans[0]} s, instead of {spans[1]}"
        yield Kind.INTERRUPTION, what, path


def _containers(inputs: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    found = at(inputs, _CONTAINERS)
    return {str(each.get("name")): each for each in (found if isinstance(found, list) else [])}


def _laxer(name: str, before: Any, after: Any) -> Told:
    """A probe that asks less, or not at all."""
    if before and not after:
        yield Kind.PROTECTION, _GONE[name], f"{_CONTAINERS}.{name}"
    if not before or not after:
        return
    old, new = _seconds(before), _seconds(after)
    if new >= _MUCH * old:
        same = _said(after, "failureThreshold") == _said(before, "failureThreshold")
        slower = "periodSeconds" if same else "failureThreshold"
        what = _LATER[name].format(before=said(old), after=said(new))
        yield Kind.PROTECTION, what, f"{_CONTAINERS}.{name}.{slower}"
    if "tcpSocket" in after and "tcpSocket" not in before:
        yield Kind.PROTECTION, _LESS[name], f"{_CONTAINERS}.{name}.tcpSocket"


def _seconds(probe: Mapping[str, Any]) -> float:
    return _said(probe, "periodSeconds") * _said(probe, "failureThreshold")


def _said(probe: Mapping[str, Any], name: str) -> float:
    return number(probe.get(name)) or {"periodSeconds": _PERIOD, "failureThreshold": _FAILURES}[name]


def _target(step: Step) -> Told:
    """The load from which on there are more pods."""
    before, after = (dict(_targets(side)) for side in (step.before, step.after))
    for measure, old in before.items():
        new = after.get(measure)
        if new is None:
            what = f"does not add pods for {measure} any more"
            yield Kind.PROTECTION, what, "spec.metrics"
        elif new > old:
            what = f"adds pods from {said(new)} % {measure} on, instead of {said(old)}"
            yield Kind.PROTECTION, what, "spec.metrics.resource.target.averageUtilization"


def _targets(inputs: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for each in at(inputs, "spec.metrics") or []:
        share = number(at(each, "resource.target.averageUtilization"))
        if share is not None:
            yield str(at(each, "resource.name")), share


_RULES = {_DEPLOYMENT: _probes, _HPA: _target}
