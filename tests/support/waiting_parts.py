"""Deployments of a lost region as they would be if less had waited for it, of those where everything did."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from timing.facts import Times
from timing.forecast import Forecast
from timing.operations import Kind, Operation, Phase, Run

_OF = {
    "cluster": ("$groundwork:cluster:Cluster", "$groundwork:kubernetes:PodGroup"),
    "redis": ("$groundwork:redis:Redis",),
}
# Stands also where no cluster does.
_STAYS = "aws:cloudwatch/logGroup:LogGroup::control-plane"
# Redis lets it in, also where no cluster waits.
_PODS = "$groundwork:kubernetes:PodGroup"
_OF_CLUSTER = ("::pods-cluster", "::cluster-pods")


def _is_missing(urn: str, missing: Collection[str]) -> bool:
    if urn.endswith(_STAYS):
        return False
    if _PODS in urn and set(missing) != set(_OF):
        return "cluster" in missing and urn.endswith(_OF_CLUSTER)
    return any(component in urn for each in missing for component in _OF[each])


def made_on_the_day(run: Run, missing: Collection[str], place: str) -> Run:
    """A deployment that makes what waited, too.

    Args:
        run: the deployment that found all of it.
        missing: the parts that did not wait.
        place: `Home` or `Recovery`, where they would have.
    """
    made = {
        urn: Operation(Kind.CREATE, resource)
        for urn, resource in run.graph.items()
        if f"place:{place}$" in urn and _is_missing(urn, missing)
    }
    others = [each for each in run.operations if each.resource.urn not in made]
    old = {urn: each for urn, each in run.old.items() if urn not in made}
    return replace(run, operations=(*made.values(), *others), old=old)


def removed_afterwards(run: Run, missing: Collection[str], place: str) -> Run:
    """A deployment that does not have it wait again.

    Args:
        run: the deployment that did.
        missing: the parts that are to wait no more.
        place: `Home` or `Recovery`, where they would.
    """

    def goes(urn: str) -> bool:
        return f"place:{place}$" in urn and _is_missing(urn, missing)

    gone = [
        Operation(Kind.DELETE, resource, Phase.AT_THE_END, before=resource.inputs)
        for urn, resource in run.old.items()
        if goes(urn)
    ]
    others = [each for each in run.operations if not goes(each.resource.urn)]
    graph = {urn: each for urn, each in run.graph.items() if not goes(urn)}
    return replace(run, graph=graph, operations=(*others, *gone))


def times_of(run: Run, workers: int) -> Times:
    """How long AWS takes for it."""
    typical, slow = Forecast(run, workers).seconds
    return Times(round(typical), round(slow))
