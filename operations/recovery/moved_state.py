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
from operations.recovery.state_resources import (
    PROVIDERS,
    Resource,
    elsewhere,
    in_order,
    is_in,
    name_of,
    pointing,
    provider_urn,
    providers_of_region,
    resources_of,
    type_of,
)

_ENTRY = "aws:secretsmanager/secret:Secret"
_VALUE = "aws:secretsmanager/secretVersion:SecretVersion"
_REDIS = "groundwork:redis:Redis"
# They stay in AWS until their days are over; removing the resource would end what was copied.
_COPIED_BACKUPS = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"


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
        own_roles: what IAM calls the roles that each place has of its own: what stands in the lost one works
            with them still, and the other place makes its own where it has none yet.
    """

    lost: str
    serving: str
    place: Place
    made_anew: frozenset[str] = frozenset()
    left_alone: frozenset[str] = frozenset()
    own_roles: frozenset[str] = frozenset()


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
        services = Counter(type_of(urn).partition("/")[0].partition(":index")[0] for urn in self.forgotten)
        return dict(services.most_common())


def is_moved(state: Mapping[str, Any], lost: str) -> bool:
    """Whether nothing of a state asks the lost region any more."""
    return not providers_of_region(resources_of(state), lost)


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
    lost, serving = providers_of_region(resources, move.lost), provider_of(resources, move)
    there = {each["urn"] for each in resources}
    now: dict[str, str | None] = {}
    kept: list[Resource] = []
    for each in resources:
        urn, target = each["urn"], elsewhere(each["urn"], move.place)
        if _stays(each, lost, move):
            kept.append(each)
        elif not _outlives(each, lost, move) or (target not in there and _is_its_own(each, move)):
            now[urn] = None
            result.forgotten.append(urn)
        elif target in there and target != urn:
            # The other place has its own; components are such, and roles that each place has.
            now[urn] = target
            if each.get("custom"):
                result.forgotten.append(urn)
        else:
            now[urn] = target
            kept.append(at(each, target, move))
            if each.get("custom"):
                result.moved.append(urn)
    deployment["resources"] = in_order([pointing(each, now, serving, lost) for each in kept])
    deployment["pending_operations"] = [
        each for each in deployment.get("pending_operations") or [] if each["resource"]["urn"] not in now
    ]
    return result


def _stays(each: Resource, lost: frozenset[str], move: Move) -> bool:
    if each["type"] == _COPIED_BACKUPS:
        return False
    of_lost_provider = each["urn"] in lost or provider_urn(each) in lost
    return not of_lost_provider and not is_in(each["urn"], move.place)


def _outlives(each: Resource, lost: frozenset[str], move: Move) -> bool:
    kind = each["type"]
    if each["urn"] in lost or kind.startswith(PROVIDERS) or kind == _COPIED_BACKUPS:
        return False
    if not each.get("custom") or provider_urn(each) not in lost:
        return True
    if name_of(each["urn"]) in move.left_alone:
        return False
    if kind == _ENTRY:
        return any(copy.get("region") == move.serving for copy in each["inputs"].get("replicas") or [])
    if kind == _VALUE:
        return name_of(each["urn"]) not in move.made_anew
    return kind.split(":")[1].split("/")[0] in GLOBAL_SERVICES


def _is_its_own(each: Resource, move: Move) -> bool:
    """Whether it belongs to what stands in the place: a role of the cluster, with what it may; a password
    that Redis there has. Moved along it would be exchanged for the other place's, and removed in AWS.
    """
    if each["type"].startswith("aws:iam/"):
        inputs = each["inputs"]
        return not move.own_roles.isdisjoint((inputs.get("name"), inputs.get("role")))
    return f"{_REDIS}$random:" in each["urn"]


def at(each: Resource, target: str, move: Move) -> Resource:
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


def provider_of(resources: Iterable[Resource], move: Move) -> str:
    """The reference to the provider of the other place: that of what is in it."""
    for each in resources:
        if is_in(each["urn"], move.place.other) and each["type"].startswith("aws:"):
            return str(each["provider"])
    raise ValueError(f"the state has nothing in {move.serving}: there is nothing to take over with")
