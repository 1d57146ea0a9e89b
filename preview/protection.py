"""Protection that becomes weaker, and retention, encryption, a second copy, an alarm with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from preview.change import Change, Step, Verb
from preview.risk import Kind, Risk
from preview.shares import same_share
from preview.values import at, number, said
from preview.weakenings import PROTECTS, WEAKENINGS, Weakening

_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
_LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
_IMAGES = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
_SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
_FIREWALL = "aws:wafv2/webAcl:WebAcl"

_BY_TYPE: dict[str, list[Weakening]] = {}
for _each in WEAKENINGS:
    _BY_TYPE.setdefault(_each.type, []).append(_each)


def protection_risks(change: Change) -> Iterator[Risk]:
    """What is weaker afterwards."""
    for step in change.steps:
        yield from _options(step)
        if step.verb in (Verb.UPDATED, Verb.REPLACED):
            yield from _properties(step)
            for rule in _RULES.get(step.type, ()):
                yield from rule(step)
        elif step.verb in (Verb.DELETED, Verb.FORGOTTEN) and step.type in PROTECTS:
            if not change.goes_with_another(step):
                yield Risk(Kind.PROTECTION, step, f"is deleted: {PROTECTS[step.type]}")


def _options(step: Step) -> Iterator[Risk]:
    """Pulumi's own: a deletion that was refused until now, what would have stayed in AWS."""
    if step.verb in (Verb.DELETED, Verb.FORGOTTEN, Verb.CREATED):
        return
    if step.protected == (True, False):
        yield Risk(Kind.PROTECTION, step, "can be deleted: Pulumi does not protect it any more", ("protect",))
    if step.retained == (True, False):
        what = "is deleted in AWS when it leaves the program, where it would have stayed"
        yield Risk(Kind.PROTECTION, step, what, ("retainOnDelete",))


def _properties(step: Step) -> Iterator[Risk]:
    for each in _BY_TYPE.get(step.type, ()):
        before, after = at(step.before, each.path), at(step.after, each.path)
        if before != after and each.weaker(before, after):
            what = each.what.format(before=said(before), after=said(after))
            yield Risk(Kind.PROTECTION, step, what, (each.path,))


def _threshold(step: Step) -> Iterator[Risk]:
    """An alarm that begins later than before."""
    before, after = number(step.before.get("threshold")), number(step.after.get("threshold"))
    if before is None or after is None or before == after or same_share(step):
        return
    upwards = str(step.after.get("comparisonOperator", "")).startswith("GreaterThan")
    if (after > before) == upwards:
        direction = "above" if upwards else "below"
        what = f"begins {direction} {said(after)}, instead of {said(before)}"
        yield Risk(Kind.PROTECTION, step, what, ("threshold",))


def _lifecycle(step: Step) -> Iterator[Risk]:
    """Objects, or their old versions, that are removed earlier."""
    for path, what in (
        ("expiration.days", "removes objects after {after} days, instead of {before}"),
        (
            "noncurrentVersionExpiration.noncurrentDays",
            "removes old versions after {after} days, instead of {before}",
        ),
    ):
        before, after = (_days(side, path) for side in (step.before, step.after))
        if before is not None and after is None and path == "expiration.days":
            told = f"keeps objects for good, instead of removing them after {said(before)} days"
            yield Risk(Kind.PROTECTION, step, told, ("rules",))
        if after is not None and (before is None or after < before):
            told = what.format(before=said(before) if before else "keeping them", after=said(after))
            yield Risk(Kind.PROTECTION, step, told, (f"rules.{path}",))


def _days(inputs: Mapping[str, Any], path: str) -> float | None:
    rules = [rule for rule in inputs.get("rules") or [] if isinstance(rule, Mapping)]
    found = [number(at(rule, path)) for rule in rules if rule.get("status") == "Enabled"]
    return min((days for days in found if days is not None), default=None)


def _images(step: Step) -> Iterator[Risk]:
    """Images that are removed earlier: there is nothing to roll back to."""
    before, after = (_counts(side) for side in (step.before, step.after))
    for tags, kept in before.items():
        if tags in after and after[tags] < kept:
            yield Risk(
                Kind.PROTECTION, step, f"keeps {after[tags]} images ({tags}), instead of {kept}", ("policy",)
            )


def _counts(inputs: Mapping[str, Any]) -> dict[str, int]:
    try:
        rules = json.loads(inputs.get("policy") or "{}").get("rules", [])
    except (TypeError, ValueError):
        return {}
    return {
        str(rule.get("description") or rule.get("rulePriority")): int(rule["selection"]["countNumber"])
        for rule in rules
    }


def _subscription(step: Step) -> Iterator[Risk]:
    """An address that is written to when it has confirmed (SNS developer guide, "Email notifications")."""
    if step.verb is Verb.REPLACED and step.after.get("protocol") == "email":
        what = f"is replaced: {step.after.get('endpoint')} is told nothing until it has confirmed"
        yield Risk(Kind.PROTECTION, step, what, step.forcing)


def _firewall(step: Step) -> Iterator[Risk]:
    """Rules that are gone, only count, or let more requests through."""
    before, after = (_rules(side, "name") for side in (step.before, step.after))
    for name, rule in before.items():
        if name not in after:
            yield Risk(Kind.PROTECTION, step, f"keeps nothing out by {name} any more", ("rules",))
            continue
        if _blocks(rule) and not _blocks(after[name]):
            yield Risk(Kind.PROTECTION, step, f"only counts what {name} kept out", ("rules",))
        old, new = (at(each, "statement.rateBasedStatement.limit") for each in (rule, after[name]))
        if (number(new) or 0) > (number(old) or 0) > 0:
            what = f"lets {said(new)} requests of an address through, instead of {said(old)}"
            yield Risk(Kind.PROTECTION, step, what, ("rules.statement.rateBasedStatement.limit",))


def _blocks(rule: Mapping[str, Any]) -> bool:
    override, action = rule.get("overrideAction") or {}, rule.get("action") or {}
    return "none" in override or "block" in action


def _rules(inputs: Mapping[str, Any], name: str) -> dict[str, Mapping[str, Any]]:
    return {str(rule.get(name)): rule for rule in inputs.get("rules") or [] if isinstance(rule, Mapping)}


_RULES = {
    _ALARM: (_threshold,),
    _FIREWALL: (_firewall,),
    _IMAGES: (_images,),
    _LIFECYCLE: (_lifecycle,),
    _SUBSCRIPTION: (_subscription,),
}
