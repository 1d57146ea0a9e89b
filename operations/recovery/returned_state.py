"""A state to which a region that is back belongs again: what it forgot of it is known, as it was.

The counterpart of `moved_state`. Everything still stands in the region, in no state; most of it waits there
from now on, under the same URN, and the rest the engine deletes, since the program declares it no more. Not
known again is what the command itself puts aside or removes (see `left_behind`): the database, which is
evidence; both Redis with their users; the entries of Secrets Manager.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from operations.recovery.moved_state import Move, at, moved, provider_of
from operations.recovery.state_resources import (
    Resource,
    elsewhere,
    in_order,
    is_in,
    name_of,
    pointing,
    provider_urn,
    providers_of_region,
    resources_of,
)

INSTANCE = "aws:rds/instance:Instance"
REDIS = "aws:elasticache/replicationGroup:ReplicationGroup"
USER_GROUP, USER = "aws:elasticache/userGroup:UserGroup", "aws:elasticache/user:User"
LOAD_BALANCER = "aws:lb/loadBalancer:LoadBalancer"
CLUSTER = "aws:eks/cluster:Cluster"
_PUT_ASIDE = frozenset(
    [
        INSTANCE,
        "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
        REDIS,
        USER_GROUP,
        USER,
        # A call that was made: there is nothing of it in AWS.
        "aws:lambda/invocation:Invocation",
    ]
)
_ENTRIES = "aws:secretsmanager/"


@dataclass
class Returned:
    """The state as it is afterwards.

    Args:
        state: for `pulumi stack import`.
        known: URNs of what is in it again.
        taken_over: URNs, in the region that serves, of what was left alone for the one that is back.
    """

    state: dict[str, Any]
    known: list[str] = field(default_factory=list)
    taken_over: list[str] = field(default_factory=list)


def is_returned(state: Mapping[str, Any], region: str) -> bool:
    """Whether a state knows a region."""
    return bool(providers_of_region(resources_of(state), region))


def returned(state: Mapping[str, Any], before: Mapping[str, Any], move: Move) -> Returned:
    """The state with the region that is back.

    Protection is lifted from what comes back: the program protects again what it declares, and has the rest
    removed. What was protected is only forgotten then, and stays in AWS; but the load balancer and the
    cluster, which were protected since people were using them.

    Args:
        state: as it is now; it is left as it is.
        before: as it was before the region was forgotten, as the recovery has kept it.
        move: how it was forgotten.

    Raises:
        ValueError: `before` has nothing in either of the two regions.
    """
    result = Returned(json.loads(json.dumps(state)))
    deployment = result.state["deployment"]
    resources: list[Resource] = deployment["resources"]
    of_before = resources_of(before)
    known = {each["urn"] for each in resources}
    forgotten = frozenset(moved(before, move).forgotten)
    lost, serving = providers_of_region(of_before, move.lost), provider_of(resources, move)
    now: dict[str, str | None] = {}
    back: list[Resource] = []
    for each in of_before:
        urn = each["urn"]
        if urn in known:
            continue
        target = elsewhere(urn, move.place)
        if _is_left_alone(each, move) and target not in known:
            now[urn] = target
            back.append(at(each, target, move) | {"provider": serving})
            result.taken_over.append(target)
        elif _comes_back(each, forgotten, move):
            back.append(_unprotected(each))
            if each.get("custom"):
                result.known.append(urn)
        else:
            now[urn] = target if target in known else None
    taken = frozenset(result.taken_over)
    added = [pointing(each, now, serving, lost if each["urn"] in taken else frozenset()) for each in back]
    deployment["resources"] = in_order([*resources, *added])
    return result


def _is_left_alone(each: Resource, move: Move) -> bool:
    return name_of(each["urn"]) in move.left_alone and each["type"].startswith("aws:iam/")


def _comes_back(each: Resource, forgotten: frozenset[str], move: Move) -> bool:
    if not each.get("custom"):
        return is_in(each["urn"], move.place)
    kind = each["type"]
    return each["urn"] in forgotten and kind not in _PUT_ASIDE and not kind.startswith(_ENTRIES)


def _unprotected(each: Resource) -> Resource:
    if not each.get("protect"):
        return each
    kept = {name: value for name, value in each.items() if name != "protect"}
    return kept if each["type"] in (LOAD_BALANCER, CLUSTER) else {**kept, "retainOnDelete": True}


def in_region(before: Mapping[str, Any], region: str, kind: str) -> list[Resource]:
    """What of a type a state has in a region."""
    resources = resources_of(before)
    providers = providers_of_region(resources, region)
    return [each for each in resources if each["type"] == kind and provider_urn(each) in providers]
