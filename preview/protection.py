"""Protection that becomes weaker, and retention, encryption, a second copy, an alarm with it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from preview.change import Change, Inputs, Step, Verb
from preview.copies import ARCHIVES
from preview.risk import Kind, Risk
from preview.shares import same_share
from preview.values import at, fewer, number, said
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
    """What the table of properties says; of one that goes as a whole not each of its parts."""
    weaker: dict[str, Weakening] = {}
    for each in _BY_TYPE.get(step.type, ()):
        before, after = at(step.before, each.path), at(step.after, each.path)
        if before != after and each.weaker(before, after):
            weaker.setdefault(each.path, each)
    for path, each in weaker.items():
        if not any(path.startswith(f"{other}.") for other in weaker):
            before, after = (each.said(at(side, path)) for side in (step.before, step.after))
            yield Risk(each.kind, step, each.what.format(before=before, after=after), (path,))


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
    """Objects, or their old versions, that are removed earlier, or never: in the bucket, or in a folder."""
    for path, objects in (
        ("expiration.days", "objects"),
        ("noncurrentVersionExpiration.noncurrentDays", "old versions"),
    ):
        before, after = (_days(side, path) for side in (step.before, step.after))
        for folder in sorted({*before, *after}):
            was, will_be = (_shortest(days, folder) for days in (before, after))
            what = f"{objects} in {folder}" if folder else objects
            # Of a bucket whose folders have a rule each from now on, nothing is said as a whole.
            if was is not None and will_be is None and (folder or not after) and objects == "objects":
                told = f"keeps {what} for good, instead of removing them after {said(was)} days"
                yield Risk(Kind.PROTECTION, step, told, ("rules",))
            if (
                will_be is not None
                and (was is None or will_be < was)
                and not _told_of_all(before, after, folder)
            ):
                told = f"removes {what} after {said(will_be)} days, instead of "
                told += said(was) if was else "keeping them"
                yield Risk(Kind.PROTECTION, step, told, (f"rules.{path}",))


def _archived(step: Step) -> Iterator[Risk]:
    """Objects that nobody can read at once any more."""
    before, after = (set(_archives(side)) for side in (step.before, step.after))
    for storage, days in sorted(after - before):
        earlier = [known for name, known in before if name == storage]
        if not earlier or days < min(earlier):
            what = f"moves objects to {storage} after {said(days)} days: reading one takes hours then"
            yield Risk(Kind.PROTECTION, step, what, ("rules.transitions",))


def _archives(inputs: Inputs) -> Iterator[tuple[str, float]]:
    for rule in inputs.get("rules") or []:
        for each in rule.get("transitions") or []:
            if rule.get("status") == "Enabled" and each.get("storageClass") in ARCHIVES:
                yield str(each["storageClass"]), number(each.get("days")) or 0


def _days(inputs: Mapping[str, Any], path: str) -> dict[str, float]:
    """After how many days the rules remove what, by what names begin with; empty for all."""
    found: dict[str, float] = {}
    for rule in inputs.get("rules") or []:
        days = (
            number(at(rule, path)) if isinstance(rule, Mapping) and rule.get("status") == "Enabled" else None
        )
        if days is not None:
            folder = str(at(rule, "filter.prefix") or rule.get("prefix") or "")
            found[folder] = min(days, found.get(folder, days))
    return found


def _shortest(days: Mapping[str, float], folder: str) -> float | None:
    """What holds for a folder: S3 takes the shortest of the rules that an object falls under."""
    return min((each for begins, each in days.items() if folder.startswith(begins)), default=None)


def _told_of_all(before: Mapping[str, float], after: Mapping[str, float], folder: str) -> bool:
    """Whether the same is said of the whole bucket."""
    return bool(folder) and (before.get(""), after.get("")) == (
        _shortest(before, folder),
        _shortest(after, folder),
    )


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
    allows = [bool(at(side, "defaultAction.allow") is not None) for side in (step.before, step.after)]
    if allows == [True, False]:
        what = "keeps out every request that no rule lets through"
        yield Risk(Kind.NO_SECOND_COPY, step, what, ("defaultAction",))
    before, after = (_rules(side, "name") for side in (step.before, step.after))
    for name, rule in before.items():
        if name not in after:
            yield Risk(Kind.PROTECTION, step, f"keeps nothing out by {name} any more", ("rules",))
            continue
        if _blocks(rule) and not _blocks(after[name]):
            yield Risk(Kind.PROTECTION, step, f"only counts what {name} kept out", ("rules",))
        yield from _rate(step, rule, after[name])
        for told in _narrowed(name, rule, after[name]):
            yield Risk(Kind.PROTECTION, step, told, ("rules.statement",))
        for kind, told in _versions(name, rule, after[name]):
            yield Risk(kind, step, told, ("rules.statement.managedRuleGroupStatement.version",))
    for name, rule in after.items():
        if "allow" in (rule.get("action") or {}) and "allow" not in (
            before.get(name, {}).get("action") or {}
        ):
            what = f"lets through what {name} is about, whatever the rules behind it say"
            yield Risk(Kind.ACCESS, step, what, ("rules",))
        answer = at(rule, "action.block.customResponse.responseCode")
        if name not in before and answer is not None:
            what = f"answers {said(answer)} by {name}, and hands no request on that it is about"
            yield Risk(Kind.INTERRUPTION, step, what, ("rules",))


def _rate(step: Step, before: Inputs, after: Inputs) -> Iterator[Risk]:
    """So many requests of an address in so many seconds."""
    path = "statement.rateBasedStatement"
    old, new = (number(at(each, f"{path}.limit")) or 0 for each in (before, after))
    if new > old > 0:
        what = f"lets {said(new)} requests of an address through, instead of {said(old)}"
        yield Risk(Kind.PROTECTION, step, what, (f"rules.{path}.limit",))
    seconds = f"{path}.evaluationWindowSec"
    if fewer(at(before, seconds), at(after, seconds)):
        spans = [said(at(each, seconds)) for each in (after, before)]
        what = f"counts requests of {spans[0]} s at a time, instead of {spans[1]}"
        yield Risk(Kind.PROTECTION, step, what, (f"rules.{seconds}",))


def _narrowed(name: str, before: Inputs, after: Inputs) -> Iterator[str]:
    """A rule that looks at fewer requests, or at less of them."""
    for kind in ("rateBasedStatement", "managedRuleGroupStatement"):
        old, new = (at(each, f"statement.{kind}") or {} for each in (before, after))
        if old and not new:
            yield f"has {name} look for something else"
            continue
        scopes = [each.get("scopeDownStatement") for each in (old, new)]
        if scopes[1] and scopes[0] != scopes[1]:
            yield f"has {name} look at some requests alone"
        counted = _counted(new) - _counted(old)
        if counted:
            yield f"only counts what {', '.join(sorted(counted))} of {name} kept out"


def _versions(name: str, before: Inputs, after: Inputs) -> Iterator[tuple[Kind, str]]:
    """A group of AWS's that stays at a version, or follows AWS's again.

    One that is not said is the version that its provider recommends, which moves (WAF developer guide, "Best
    practices for handling managed rule group versions").
    """
    path = "statement.managedRuleGroupStatement"
    if not (at(before, path) and at(after, path)):
        return
    old, new = (at(each, f"{path}.version") for each in (before, after))
    if new and not old:
        yield Kind.PROTECTION, f"stays at {new} of {name}: what AWS adds to it later keeps nothing out"
    elif old and not new:
        what = f"follows AWS's version of {name}, instead of {old}: it may keep out what came through"
        yield Kind.INTERRUPTION, what
    elif old and new and _parts(new) < _parts(old):
        yield Kind.PROTECTION, f"goes back to {new} of {name}, from {old}"


def _parts(version: Any) -> list[int]:
    return [int(each) for each in re.findall(r"\d+", str(version))]


def _counted(group: Inputs) -> set[str]:
    """The rules of a group that keep nothing out."""
    overrides = group.get("ruleActionOverrides") or []
    return {
        str(each.get("name"))
        for each in overrides
        if not {"block", "captcha", "challenge"} & set(each.get("actionToUse") or {})
    }


def _blocks(rule: Mapping[str, Any]) -> bool:
    override, action = rule.get("overrideAction") or {}, rule.get("action") or {}
    return "none" in override or "block" in action


def _rules(inputs: Mapping[str, Any], name: str) -> dict[str, Mapping[str, Any]]:
    return {str(rule.get(name)): rule for rule in inputs.get("rules") or [] if isinstance(rule, Mapping)}


_RULES = {
    _ALARM: (_threshold,),
    _FIREWALL: (_firewall,),
    _IMAGES: (_images,),
    _LIFECYCLE: (_lifecycle, _archived),
    _SUBSCRIPTION: (_subscription,),
}
