"""Changes played without the engine: two recordings of the program, and what providers replace, become steps.

What the engine would do is decided by the embedded providers' own differences, so that nothing is told twice.
Some changes go through the real engine too and come out the same (tests/rehearsal/test_previewed_risks.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from preview.change import Change, change_of
from preview.values import UNKNOWN as LOGGED_UNKNOWN
from rehearsal.aws.provider import AwsProvider
from rehearsal.kubernetes import KubernetesProvider
from rehearsal.providers.provider import UNKNOWN, Properties, Provider
from rehearsal.providers.provider import Resource as Asked
from rehearsal.random import RandomProvider
from tests.support.engine_values import uncovered
from tests.support.recorder import Recording, Resource
from timing.engine_step import EngineStep


@cache
def _provider(package: str) -> Provider | None:
    """A provider that is only asked for differences: it needs neither cloud nor clusters."""
    nothing: Any = None
    if package == "aws":
        return AwsProvider(nothing)
    if package == "kubernetes":
        return KubernetesProvider(nothing, "1.35")
    return RandomProvider() if package == "random" else None


def change_between(before: Recording, after: Recording) -> Change:
    """What the engine's preview of `after` would say where `before` is deployed."""
    return change_of(after.environment, _steps(before, after))


def _steps(before: Recording, after: Recording) -> Iterator[EngineStep]:
    old = {resource.urn: resource for resource in before.resources}
    taken: set[str] = set()
    unknown: dict[str, set[str]] = {}  # what is known of a resource only when it has been made, by URN
    for resource in after.resources:
        found = next((urn for urn in (resource.urn, *resource.aliases) if urn in old), None)
        if found is not None and old[found] is resource and not unknown.keys() & _referred(resource):
            taken.add(found)
            yield _unchanged(resource)
            continue
        inputs = _inputs(resource, unknown)
        state = _state(resource, inputs)
        if found is None:
            unknown[resource.urn] = _computed(resource)
            yield EngineStep("create", resource.urn, resource.type, new=state)
            continue
        taken.add(found)
        step = _compared(old[found], resource, inputs, state)
        if step.operation == "replace":
            unknown[resource.urn] = _computed(resource)
        yield step
    for urn, resource in old.items():
        if urn not in taken:
            operation = "discard" if resource.retain_on_delete else "delete"
            yield EngineStep(operation, urn, resource.type, old=_state(resource, _inputs(resource, {})))


# The step of each resource that stays as it is, beside the resource: most of a recording do, case by case.
_STEPS: dict[int, tuple[Resource, EngineStep]] = {}


def _unchanged(resource: Resource) -> EngineStep:
    if id(resource) not in _STEPS:
        state = _state(resource, _inputs(resource, {}))
        _STEPS[id(resource)] = (
            resource,
            EngineStep("same", resource.urn, resource.type, old=state, new=state),
        )
    return _STEPS[id(resource)][1]


def _referred(resource: Resource) -> set[str]:
    return set().union(*resource.references.values())


def _compared(old: Resource, new: Resource, inputs: Properties, state: Mapping[str, Any]) -> EngineStep:
    before = _inputs(old, {})
    provider = _provider(new.type.split(":")[0])
    if provider is None or (before == inputs and new.replacement_trigger == old.replacement_trigger):
        return EngineStep("same", new.urn, new.type, old=_state(old, before), new=state)
    asked = Asked(new.urn, new.type, new.name, "an-id")
    found = provider.diff(asked, before, {}, inputs, list(new.ignore_changes))
    kinds = {
        change.path: f"{change.kind.value.lower()}{'-replace' if change.replaces else ''}"
        for change in found.changes
    }
    operation = "replace" if found.replaces else "update" if kinds else "same"
    if new.replacement_trigger != old.replacement_trigger:
        operation = "replace"
    return EngineStep(operation, new.urn, new.type, kinds, _state(old, before), state)


def _computed(resource: Resource) -> set[str]:
    """The texts by which others refer to what only the cloud knows of a resource."""
    texts = {value for value in resource.outputs.values() if isinstance(value, str)}
    return {each for each in ({resource.id} | texts) if each and each not in resource.inputs.values()}


def _inputs(resource: Resource, unknown: Mapping[str, set[str]]) -> Properties:
    """The inputs; what comes of something that is made in the same run is UNKNOWN."""
    found = {name: uncovered(value) for name, value in resource.inputs.items()}
    for name, urns in resource.references.items():
        texts = set().union(*(unknown.get(urn, set()) for urn in urns))
        if texts and name in found:
            found[name] = _without(found[name], texts)
    return found


def _without(value: Any, texts: set[str]) -> Any:
    if isinstance(value, str):
        return UNKNOWN if any(text in value for text in texts) else value
    if isinstance(value, dict):
        return {key: _without(item, texts) for key, item in value.items()}
    return [_without(item, texts) for item in value] if isinstance(value, list) else value


def _as_logged(value: Any) -> Any:
    """A value as the engine's event log has it."""
    if value is UNKNOWN:
        return LOGGED_UNKNOWN
    if isinstance(value, dict):
        return {key: _as_logged(item) for key, item in value.items()}
    return [_as_logged(item) for item in value] if isinstance(value, list) else value


def _state(resource: Resource, inputs: Properties) -> dict[str, Any]:
    return {
        "urn": resource.urn,
        "type": resource.type,
        "id": resource.id,
        "inputs": _as_logged(inputs),
        "outputs": _as_logged({**inputs, **uncovered(dict(resource.outputs))}),
        "protect": resource.protect,
        "provider": f"{resource.provider_urn}::an-id" if resource.provider_urn else "",
        "retainOnDelete": resource.retain_on_delete,
    }
