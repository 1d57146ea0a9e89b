"""Resources of the engine's state, as `pulumi stack export` has them: where they are, what they point to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from infra.naming import Place

Resource = dict[str, Any]

PROVIDERS = "pulumi:providers:"
PLACE_TYPES = {Place.HOME: "groundwork:place:Home", Place.RECOVERY: "groundwork:place:Recovery"}


def resources_of(state: Mapping[str, Any]) -> list[Resource]:
    """All of a state."""
    return list((state.get("deployment") or {}).get("resources") or [])


def providers_of_region(resources: Iterable[Resource], region: str) -> frozenset[str]:
    """The providers that ask a region: AWS's there, and that of the cluster in it."""
    aws = {
        each["urn"]
        for each in resources
        if each["type"] == f"{PROVIDERS}aws" and each["inputs"].get("region") == region
    }
    clusters = {
        each["urn"]
        for each in resources
        if each["type"] == f"{PROVIDERS}kubernetes"
        and f":{region}:" in str(each["inputs"].get("clusterIdentifier"))
    }
    return frozenset(aws | clusters)


def provider_urn(each: Resource) -> str:
    """URN of its provider; empty for what has none."""
    return str(each.get("provider", "")).rpartition("::")[0]


def type_of(urn: str) -> str:
    """Its own type, without those of its parents."""
    return urn.split("::")[2].rpartition("$")[2]


def name_of(urn: str) -> str:
    """Its name in the program."""
    return urn.split("::", 3)[3]


def is_in(urn: str, place: Place) -> bool:
    """Whether it belongs to a place, or is the place itself."""
    chain = urn.split("::")[2]
    return chain == PLACE_TYPES[place] or chain.startswith(f"{PLACE_TYPES[place]}$")


def elsewhere(urn: str, place: Place) -> str:
    """What the same is called in the other place; what is in none is called the same."""
    if not is_in(urn, place):
        return urn
    head, project, chain, name = urn.split("::", 3)
    other = place.other
    if chain == PLACE_TYPES[place]:
        return "::".join([head, project, PLACE_TYPES[other], other.value])
    return "::".join([head, project, chain.replace(PLACE_TYPES[place], PLACE_TYPES[other], 1), name])


def pointing(each: Resource, now: Mapping[str, str | None], serving: str, lost: frozenset[str]) -> Resource:
    """The same resource with what it refers to as it is called now, without what is no more."""

    def named(urns: Iterable[str]) -> list[str]:
        found = (now.get(urn, urn) for urn in urns)
        return list(dict.fromkeys(urn for urn in found if urn is not None))

    found = dict(each)
    if provider_urn(each) in lost:
        found["provider"] = serving
    for one in ("parent", "deletedWith", "viewOf"):
        if found.get(one):
            found[one] = now.get(found[one], found[one]) or ""
    for several in ("dependencies", "replaceWith"):
        if found.get(several):
            found[several] = named(found[several])
    if found.get("propertyDependencies"):
        found["propertyDependencies"] = {
            name: named(urns or []) for name, urns in found["propertyDependencies"].items()
        }
    return {name: value for name, value in found.items() if value != "" or name == "id"}


def in_order(resources: list[Resource]) -> list[Resource]:
    """Each after all that it refers to, otherwise in the order that it was: the engine refuses another."""
    waiting = {each["urn"]: each for each in resources}
    done: dict[str, Resource] = {}

    def add(urn: str) -> None:
        each = waiting.pop(urn, None)
        if each is None:
            return
        for needed in _needed(each):
            add(needed)
        done[urn] = each

    for each in resources:
        add(each["urn"])
    return list(done.values())


def _needed(each: Resource) -> Iterable[str]:
    yield from filter(None, [each.get("parent"), each.get("deletedWith"), provider_urn(each)])
    yield from each.get("dependencies") or []
    for urns in (each.get("propertyDependencies") or {}).values():
        yield from urns or []
