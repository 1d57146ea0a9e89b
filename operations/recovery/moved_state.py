"""A state in which a lost region is no more: what was in it is forgotten, what outlives it is moved.

An environment has two places, each a component type of its own, with the same names in both. So a resource
of the place that is lost has a counterpart in the other one: the same URN but for the place. Everything of
the lost region is taken out of the state: undeclaring it would ask AWS there, and protection would refuse it.
What does not die with a region moves to the other place instead, so that the program finds it there:

- resources of services that belong to no region (IAM, Route 53, CloudFront, budgets),
- what is in the state alone (passwords, the first day's decisions),
- entries in Secrets Manager that have a copy there, which is promoted: their ARNs differ by the region.

The whole state goes in and comes out (`pulumi stack export`, `import`); whoever calls keeps what it was.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.configuration.regions import GLOBAL_SERVICES
from infra.naming import Place

Resource = dict[str, Any]

_ENTRY = "aws:secretsmanager/secret:Secret"
_VALUE = "aws:secretsmanager/secretVersion:SecretVersion"
# They stay in AWS until their days are over; removing the resource would end what was copied.
_COPIED_BACKUPS = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"
_PROVIDERS = "pulumi:providers:"
_TYPES = {Place.HOME: "groundwork:place:Home", Place.RECOVERY: "groundwork:place:Recovery"}


@dataclass(frozen=True)
class Move:
    """What is moved from where to where.

    Args:
        lost: the region that is lost.
        serving: the one that takes over.
        place: that was in the lost one.
        made_anew: names of entries in Secrets Manager whose value the program writes again.
        left_alone: names of roles that what is in the lost region needs when it is back, to copy what it
            could not copy before. They stay in AWS.
    """

    lost: str
    serving: str
    place: Place
    made_anew: frozenset[str] = frozenset()
    left_alone: frozenset[str] = frozenset()


@dataclass
class Moved:
    """The state as it is afterwards, and what became of what was in it.

    Args:
        state: for `pulumi stack import`.
        forgotten: URNs of what is not in it any more.
        moved: URNs as they were, of what is in the other place now.
    """

    state: dict[str, Any]
    forgotten: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many resources of each service were forgotten, the most first."""
        services = Counter(_type_of(urn).partition("/")[0].partition(":index")[0] for urn in self.forgotten)
        return dict(services.most_common())


def is_moved(state: Mapping[str, Any], lost: str) -> bool:
    """Whether nothing of a state asks the lost region any more."""
    return not _lost_providers(_resources(state), lost)


def moved(state: Mapping[str, Any], move: Move) -> Moved:
    """The state without the lost region.

    Args:
        state: as `pulumi stack export` gives it; it is left as it is.
        move: from where to where.

    Raises:
        ValueError: the state has no provider for the region that takes over.
    """
    result = Moved(json.loads(json.dumps(state)))
    deployment = result.state["deployment"]
    resources: list[Resource] = deployment["resources"]
    lost, serving = _lost_providers(resources, move.lost), _provider_of(resources, move)
    there = {each["urn"] for each in resources}
    now: dict[str, str | None] = {}
    kept: list[Resource] = []
    for each in resources:
        urn, target = each["urn"], _elsewhere(each["urn"], move.place)
        if _stays(each, lost, move):
            kept.append(each)
        elif not _outlives(each, lost, move):
            now[urn] = None
            result.forgotten.append(urn)
        elif target in there and target != urn:
            # The other place has its own; components are such, and roles that each place has.
            now[urn] = target
            if each.get("custom"):
                result.forgotten.append(urn)
        else:
            now[urn] = target
            kept.append(_at(each, target, serving, lost, move))
            if each.get("custom"):
                result.moved.append(urn)
    deployment["resources"] = _in_order([_pointing(each, now, serving, lost) for each in kept])
    deployment["pending_operations"] = [
        each for each in deployment.get("pending_operations") or [] if each["resource"]["urn"] not in now
    ]
    return result


def _stays(each: Resource, lost: frozenset[str], move: Move) -> bool:
    if each["type"] == _COPIED_BACKUPS:
        return False
    of_lost_provider = each["urn"] in lost or _provider_urn(each) in lost
    return not of_lost_provider and not _is_in(each["urn"], move.place)


def _outlives(each: Resource, lost: frozenset[str], move: Move) -> bool:
    kind = each["type"]
    if each["urn"] in lost or kind.startswith(_PROVIDERS) or kind == _COPIED_BACKUPS:
        return False
    if not each.get("custom") or _provider_urn(each) not in lost:
        return True
    if _name(each["urn"]) in move.left_alone:
        return False
    if kind == _ENTRY:
        return any(copy.get("region") == move.serving for copy in each["inputs"].get("replicas") or [])
    if kind == _VALUE:
        return _name(each["urn"]) not in move.made_anew
    return kind.split(":")[1].split("/")[0] in GLOBAL_SERVICES


def _at(each: Resource, target: str, serving: str, lost: frozenset[str], move: Move) -> Resource:
    """The same resource in the other place."""
    found = each
    if each["type"] in (_ENTRY, _VALUE):
        copies = each["inputs"].get("replicas") or []
        key = next((copy.get("kmsKeyId") for copy in copies if copy.get("region") == move.serving), None)
        found = json.loads(json.dumps(each).replace(f":{move.lost}:", f":{move.serving}:"))
        for side in ("inputs", "outputs"):
            found.get(side, {}).pop("replicas", None)
            if key is not None:
                found[side]["kmsKeyId"] = key
    return {**found, "urn": target}


def _pointing(each: Resource, now: Mapping[str, str | None], serving: str, lost: frozenset[str]) -> Resource:
    """The same resource with what it refers to as it is called now, without what is no more."""

    def named(urns: Iterable[str]) -> list[str]:
        found = (now.get(urn, urn) for urn in urns)
        return list(dict.fromkeys(urn for urn in found if urn is not None))

    found = dict(each)
    if _provider_urn(each) in lost:
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


def _in_order(resources: list[Resource]) -> list[Resource]:
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
    yield from filter(None, [each.get("parent"), each.get("deletedWith"), _provider_urn(each)])
    yield from each.get("dependencies") or []
    for urns in (each.get("propertyDependencies") or {}).values():
        yield from urns or []


def _resources(state: Mapping[str, Any]) -> list[Resource]:
    return list((state.get("deployment") or {}).get("resources") or [])


def _lost_providers(resources: Iterable[Resource], lost: str) -> frozenset[str]:
    """The providers that would ask the lost region: AWS's there, and that of the cluster in it."""
    aws = {
        each["urn"]
        for each in resources
        if each["type"] == f"{_PROVIDERS}aws" and each["inputs"].get("region") == lost
    }
    clusters = {
        each["urn"]
        for each in resources
        if each["type"] == f"{_PROVIDERS}kubernetes"
        and f":{lost}:" in str(each["inputs"].get("clusterIdentifier"))
    }
    return frozenset(aws | clusters)


def _provider_of(resources: Iterable[Resource], move: Move) -> str:
    """The reference to the provider of the other place: that of what is in it."""
    for each in resources:
        if _is_in(each["urn"], move.place.other) and each["type"].startswith("aws:"):
            return str(each["provider"])
    raise ValueError(f"the state has nothing in {move.serving}: there is nothing to take over with")


def _provider_urn(each: Resource) -> str:
    return str(each.get("provider", "")).rpartition("::")[0]


def _type_of(urn: str) -> str:
    return urn.split("::")[2].rpartition("$")[2]


def _name(urn: str) -> str:
    return urn.split("::", 3)[3]


def _is_in(urn: str, place: Place) -> bool:
    chain = urn.split("::")[2]
    return chain == _TYPES[place] or chain.startswith(f"{_TYPES[place]}$")


def _elsewhere(urn: str, place: Place) -> str:
    """What the same is called in the other place; what is in none is called the same."""
    if not _is_in(urn, place):
        return urn
    head, project, chain, name = urn.split("::", 3)
    other = place.other
    if chain == _TYPES[place]:
        return "::".join([head, project, _TYPES[other], other.value])
    return "::".join([head, project, chain.replace(_TYPES[place], _TYPES[other], 1), name])
