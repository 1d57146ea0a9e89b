"""Answers that the CDN keeps: whether one person's may come to another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from preview.change import Change, Inputs, Step, Verb
from preview.risk import Kind, Risk
from preview.values import UNKNOWN, at, more

_CDN = "aws:cloudfront/distribution:Distribution"
_POLICY = "aws:cloudfront/cachePolicy:CachePolicy"
_KEY = "parametersInCacheKeyAndForwardedToOrigin"
# CloudFront developer guide, "Use managed cache policies".
NOTHING_KEPT = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
_EVERYTHING = "*"
# What requests may be told apart by: how much of it is taken, and the list of names.
_PARTS: Mapping[str, tuple[str, str]] = {
    "cookies": ("cookiesConfig.cookieBehavior", "cookiesConfig.cookies.items"),
    "queries": ("queryStringsConfig.queryStringBehavior", "queryStringsConfig.queryStrings.items"),
    "headers": ("headersConfig.headerBehavior", "headersConfig.headers.items"),
}

# What a part of the key has: names, or everything but some names.
Taken = tuple[frozenset[str], frozenset[str]]


def caching_risks(change: Change) -> Iterator[Risk]:
    """Answers that are kept by a key that tells fewer requests apart."""
    policies = {str(step.record[0].get("id")): step for step in change.of(_POLICY) if step.before}
    for step in change.of(_POLICY):
        if step.verb in (Verb.UPDATED, Verb.REPLACED):
            for part in _less(step.before, step.after):
                yield Risk(Kind.ACCESS, step, _alike(part), (_KEY,))
    for step in change.of(_CDN):
        if step.verb in (Verb.UPDATED, Verb.REPLACED):
            yield from _behaviours(step, policies)


def _alike(part: str) -> str:
    return f"answers alike whatever {part} a request has: one person's answer may go to another"


def _less(before: Inputs, after: Inputs) -> Iterator[str]:
    """The parts of the key that tell fewer requests apart, by their names where these are known."""
    for name in _PARTS:
        old, new = (_taken(side, name) for side in (before, after))
        if not _within(old, new):
            gone = sorted(old[0] - new[0] - {_EVERYTHING})
            yield ", ".join(gone) if gone else name


def _taken(policy: Inputs, part: str) -> Taken:
    behaviour, items = (at(policy, f"{_KEY}.{path}") for path in _PARTS[part])
    listed = frozenset(map(str, items or ()))
    if behaviour in ("all", "allViewer"):
        return frozenset({_EVERYTHING}), frozenset()
    if behaviour == "allExcept":
        return frozenset({_EVERYTHING}), listed
    return (listed if behaviour == "whitelist" else frozenset()), frozenset()


def _within(old: Taken, new: Taken) -> bool:
    if _EVERYTHING in old[0]:
        return _EVERYTHING in new[0] and new[1] <= old[1]
    return old[0] <= new[0] or (_EVERYTHING in new[0] and not old[0] & new[1])


def _behaviours(step: Step, policies: Mapping[str, Step]) -> Iterator[Risk]:
    """Of each path the policy that holds for it; what is said for none is the default's."""
    before, after = (_by_path(side) for side in (step.before, step.after))
    moved = len(after) >= len(before)  # a path that is called otherwise
    for path in dict.fromkeys((*before, *after)):
        old, new = (side.get(path, side[""]) for side in (before, after))
        if old == new or UNKNOWN in (old, new) or new == NOTHING_KEPT or (moved and path not in after):
            continue
        where = path or "what has no rule of its own"
        property_ = "orderedCacheBehaviors.cachePolicyId" if path else "defaultCacheBehavior.cachePolicyId"
        if old == NOTHING_KEPT:
            what = f"keeps answers of {where}, where it kept none: one person's may go to another"
            yield Risk(Kind.ACCESS, step, what, (property_,))
        elif old in policies and new in policies:
            one, other = policies[old].before, policies[new].after
            if parts := ", ".join(_less(one, other)):
                yield Risk(Kind.ACCESS, step, f"{_alike(parts)} ({where})", (property_,))
            if longer := [name for name in ("minTtl", "defaultTtl") if more(one.get(name), other.get(name))]:
                age = other.get(longer[0])
                what = f"keeps answers of {where} for {age} s, instead of {one.get(longer[0])}"
                yield Risk(Kind.ACCESS, step, what, (property_,))
        else:
            what = f"keeps answers of {where} by another policy ({new}): judge whether it tells people apart"
            yield Risk(Kind.ACCESS, step, what, (property_,))


def _by_path(inputs: Inputs) -> dict[str, str]:
    rules: list[Mapping[str, Any]] = [*(inputs.get("orderedCacheBehaviors") or [])]
    default = str(at(inputs, "defaultCacheBehavior.cachePolicyId"))
    return {"": default, **{str(rule.get("pathPattern")): str(rule.get("cachePolicyId")) for rule in rules}}


__all__ = ["NOTHING_KEPT", "caching_risks"]
