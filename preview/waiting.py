"""Parts that wait in the other region for the day on which everything runs there, and are to wait no more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from infra.configuration.waits import WAITS, Waits
from infra.naming import Place
from preview.change import Change, Step, Verb
from preview.risk import Kind, Risk
from timing.region import longer_without
from timing.words import duration

_PARTS: Mapping[str, Waits] = MappingProxyType(
    {
        "aws:eks/cluster:Cluster": Waits.CLUSTER,
        "aws:elasticache/replicationGroup:ReplicationGroup": Waits.REDIS,
    }
)
_NETWORK = "aws:ec2/vpc:Vpc"
_PODS = "kubernetes:apps/v1:Deployment"
_HEADING = 'docs/recovery.md, "What waits, and what it costs"'


def waiting_risks(change: Change) -> Iterator[Risk]:
    """How much longer people cannot work when the region is lost; one thing, of several resources."""
    gone = waiting_no_more(change)
    if not gone:
        return
    missing = {_PARTS[each.type] for each in gone}
    before = {
        _PARTS[each.type]
        for each in change.of(*_PARTS)
        if _in_place(each, gone[0]) and each.verb != Verb.CREATED
    }
    later = longer_without(missing, before)
    what = (
        f"has {' and '.join(sorted(missing))} wait in the other region no more: when this one is lost, "
        f"people are back {duration(later.typical)} later (slow case {duration(later.slow)})"
    )
    if any(each.protected[0] or each.before.get("deletionProtection") for each in gone):
        what += f"; each is protected and has to be released first: {_HEADING}"
    for each in gone:
        yield Risk(Kind.PROTECTION, each, what, subject=change.environment, key=WAITS.name)


def waiting_no_more(change: Change) -> tuple[Step, ...]:
    """The parts that are removed where nobody works: nothing in them serves, or is lost."""
    working = {
        place for place in Place if any(_is_in(each, place) and not each.gone for each in change.of(_PODS))
    }
    standing = {
        place for place in Place if any(_is_in(each, place) and not each.gone for each in change.of(_NETWORK))
    }
    if len(working) != 1:
        return ()
    place = working.pop().other
    removed = (each for each in change.of(*_PARTS) if each.verb in (Verb.DELETED, Verb.FORGOTTEN))
    return tuple(each for each in removed if place in standing and _is_in(each, place))


def _is_in(step: Step, place: Place) -> bool:
    return f"groundwork:place:{place.value.capitalize()}$" in step.urn


def _in_place(step: Step, like: Step) -> bool:
    return any(_is_in(step, place) and _is_in(like, place) for place in Place)
