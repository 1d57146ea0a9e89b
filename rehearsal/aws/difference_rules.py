"""Kinds of rules by which AWS's provider sees no difference between two values.

`rehearsal/aws/difference_table.py` says which property has which, with the source.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.aws import equivalence as same
from rehearsal.providers.provider import UNKNOWN, Properties


@dataclass(frozen=True)
class Place:
    """Where two values stand: the block around them, before and after, and all that the program writes."""

    block_before: Mapping[str, Any]
    block: Mapping[str, Any]
    properties: Properties


# Tells whether two values are the same to the provider; None is one that the program does not write.
Rule = Callable[[Any, Any, Place], bool]


def alone(compare: same.Same) -> Rule:
    return lambda before, after, _: compare(before, after)


def either(*rules: Rule) -> Rule:
    return lambda before, after, place: any(rule(before, after, place) for rule in rules)


def where(name: str, default: str, *values: str) -> Rule:
    """Whatever it is, it is ignored while the resource's `name` is one of `values`."""
    return lambda _before, _after, place: (place.properties.get(name) or default) in values


def unless(name: str, default: str, *values: str) -> Rule:
    """Whatever it is, it is ignored while the resource's `name` is none of `values`."""

    def ignored(_before: Any, _after: Any, place: Place) -> bool:
        value = place.properties.get(name) or default
        return value is not UNKNOWN and value not in values

    return ignored


def gone(**defaults: Any) -> Rule:
    """A block that the program writes no longer, and that said only what the provider says by itself."""

    def equal(before: Any, after: Any, _: Place) -> bool:
        said = before[0] if isinstance(before, list) and len(before) == 1 else before
        return isinstance(said, Mapping) and after is None and dict(said).items() <= defaults.items()

    return equal


def anything(before: Any, after: Any, _: Place) -> bool:
    """Whichever the program writes: the provider looks at other properties alone."""
    return before is not None and after is not None


def in_any_order(before: Any, after: Any, _: Place) -> bool:
    """A list by which an item of a set is told, once it is sorted."""
    return isinstance(before, list) and isinstance(after, list) and sorted(before) == sorted(after)


def left_out(_before: Any, after: Any, _: Place) -> bool:
    """It stays as it is once the program stops writing it."""
    return after is None


def nothing_in_it(before: Any, after: Any, _: Place) -> bool:
    """A block with nothing in it, or none."""
    return not any(value for block in (before, after) for value in (block or {}).values())


def nothing_new(before: Any, after: Any, _: Place) -> bool:
    """A block that the program writes for the first time, with nothing in it."""
    return before is None and isinstance(after, Mapping) and not any(after.values())


def grown_by_rds(before: Any, after: Any, place: Place) -> bool:
    """RDS has enlarged it, within what it may."""
    most = place.properties.get("maxAllocatedStorage") or 0
    if before is None or after is None or most is UNKNOWN:
        return False
    return int(before) > int(after) and int(most) > int(after)


def no_scaling(before: Any, after: Any, place: Place) -> bool:
    """As much as there is, is none."""
    if before is None or after is None:
        return False
    return int(before) == 0 and int(after) == int(place.properties.get("allocatedStorage") or 0)


def switched_off(_before: Any, _after: Any, place: Place) -> bool:
    """Where logs go does not matter while there are none."""
    return place.block.get("enabled") in (None, False)


def gone_switched_off(before: Any, after: Any, _: Place) -> bool:
    return isinstance(before, Mapping) and after is None and not before.get("enabled")


def not_of_its_type(kind: str) -> Rule:
    """What belongs to another type of action than the one that is chosen is ignored."""

    def ignored(_before: Any, _after: Any, place: Place) -> bool:
        chosen = place.block.get("type")
        return isinstance(chosen, str) and chosen != kind

    return ignored


def not_of_its_protocol(*protocols: str) -> Rule:
    """What a listener of this protocol does not have is ignored; one of a gateway balancer names none."""

    def ignored(_before: Any, _after: Any, place: Place) -> bool:
        protocol, balancer = place.properties.get("protocol"), place.properties.get("loadBalancerArn")
        if not protocol and isinstance(balancer, str) and "loadbalancer/gwy/" in balancer:
            protocol = "GENEVE"
        return isinstance(protocol, str) and protocol.upper() not in protocols

    return ignored


def level_left_out(before: Any, after: Any, place: Place) -> bool:
    """A log level stays once the program stops writing it, in the same format."""
    unchanged = place.block_before.get("logFormat") == place.block.get("logFormat")
    return bool(before) and not after and unchanged


def group_for_delivery(_before: Any, _after: Any, place: Place) -> bool:
    """AWS decides how long a group of the class DELIVERY keeps what is in it."""
    return {place.block_before.get("logGroupClass"), place.block.get("logGroupClass")} == {"DELIVERY"}


def default_port_left_out(before: Any, after: Any, _: Place) -> bool:
    return after is None and before == 6379


def in_global_group(before: Any, _after: Any, place: Place) -> bool:
    """The global replication group decides for its members."""
    return before is not None and bool(place.properties.get("globalReplicationGroupId"))


def same_filter(before: Any, after: Any, _: Place) -> bool:
    """A filter with nothing in it is that of an empty prefix."""
    return bool(_filter(before) == _filter(after))


def _filter(block: Any) -> Any:
    return {"prefix": ""} if isinstance(block, Mapping) and not block else block


def same_redaction(before: Any, after: Any, _: Place) -> bool:
    """The same parts of a request in another order, or a block with nothing in it."""
    return _redacted(before) == _redacted(after)


def _redacted(fields: Any) -> frozenset[tuple[str, str]]:
    """What is left out of WAF's log: the kind of a part, and a header's name."""
    return frozenset(
        (kind, str(part.get("name", "")) if isinstance(part, Mapping) else "")
        for field in fields or ()
        for kind, part in field.items()
        if part is not None
    )
