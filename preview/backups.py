"""Backups of AWS Backup that are not made any more, are kept for a shorter time, or are not copied.

A resource is backed up as long as any selection names it: one that is deleted, or that leaves something out,
is no risk where another one takes that over, with a plan that keeps and copies it alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from preview.change import Change, Inputs, Step, Verb
from preview.copies import BACKUPS, Accounts
from preview.risk import Kind, Risk
from preview.schedules import often, rarer
from preview.values import UNKNOWN, at, differs, fewer, grows, off, said

_SELECTION = "aws:backup/selection:Selection"
_NOT_ANY_MORE = "is deleted: nothing is backed up by it any more"
# AWS Backup, "Assigning resources": what these name, or do not match, is not backed up.
_LEAVE_OUT = ("conditions", "notResources")
_GONE = (Verb.DELETED, Verb.FORGOTTEN)


def backup_risks(change: Change) -> Iterator[Risk]:
    """What is weaker of the backups."""
    selections = list(change.of(_SELECTION))
    still = [arn for step in selections for arn in _resources(step.after)]
    # What is made in the same deployment has no ARN yet: it may be what is looked for.
    unknown = still.count(UNKNOWN)

    def left_out(step: Step) -> bool:
        missing = {arn for arn in _resources(step.before) if arn not in still} - change.removed
        return len(missing) > unknown

    for step in selections:
        yield from _of_selection(change, step, left_out)
    accounts = Accounts(change)
    for plan in change.of(BACKUPS):
        own = [each for each in selections if _is_of(each.before, plan, 0)]
        if plan.verb in _GONE and (not own or not all(map(_names_resources, own)) or any(map(left_out, own))):
            if not change.goes_with_another(plan):
                yield Risk(Kind.PROTECTION, plan, _NOT_ANY_MORE)
            continue
        yield from _of_plan(plan, _rules_after(change, plan, own), accounts)


def _of_selection(change: Change, step: Step, left_out: Callable[[Step], bool]) -> Iterator[Risk]:
    if step.verb in _GONE:
        lost = left_out(step) or not _names_resources(step)
        if lost and not change.goes_with_another(step):
            yield Risk(Kind.PROTECTION, step, _NOT_ANY_MORE)
    elif left_out(step):
        what = "leaves out what it backed up until now"
        yield Risk(Kind.PROTECTION, step, what, ("resources",))
    elif any(grows(step.before.get(name), step.after.get(name)) for name in _LEAVE_OUT):
        yield Risk(Kind.PROTECTION, step, "may leave out what it backed up until now", _LEAVE_OUT)


def _of_plan(plan: Step, afters: list[Inputs], accounts: Accounts) -> Iterator[Risk]:
    """What the rules of a plan do, and those that come in their place do not."""
    found = dict.fromkeys(each for after in afters for each in _weaker(plan, after, accounts))
    for what, path in found:
        yield Risk(Kind.PROTECTION, plan, what, (path,))


def _weaker(plan: Step, after: Inputs, accounts: Accounts) -> Iterator[tuple[str, str]]:
    old, new = _rules(plan.before), _rules(after)
    for name in (each for each in old if each not in new):
        yield f"makes no {name} backups any more", "rules"
    for name in (each for each in old if each in new):
        before, now = at(old[name], "lifecycle.deleteAfter"), at(new[name], "lifecycle.deleteAfter")
        if fewer(before, now):
            what = f"keeps its {name} backups {said(now)} days, instead of {said(before)}"
            yield what, "rules.lifecycle.deleteAfter"
        yield from _of_rule(name, old[name], new[name])
    kept = {"rules": [rule for name, rule in old.items() if name in new]}
    for copy in accounts.no_more(plan, kept, after):
        yield copy.lost, copy.path


def _of_rule(name: str, old: Inputs, new: Inputs) -> Iterator[tuple[str, str]]:
    """When it backs up, where it puts that, and for how long copies are kept."""
    if rarer(old.get("schedule"), new.get("schedule")):
        what = f"makes {name} backups {often(new.get('schedule'))}, instead of {often(old.get('schedule'))}"
        yield what, "rules.schedule"
    if off(old.get("enableContinuousBackup"), new.get("enableContinuousBackup")):
        yield f"keeps no moments between {name} backups any more", "rules.enableContinuousBackup"
    vaults = [each.get("targetVaultName") for each in (old, new)]
    if differs(*vaults):
        yield f"puts {name} backups into {vaults[1]}, not {vaults[0]}", "rules.targetVaultName"
    copies = [
        {
            each.get("destinationVaultArn"): at(each, "lifecycle.deleteAfter")
            for each in side.get("copyActions") or []
        }
        for side in (old, new)
    ]
    for vault, days in copies[0].items():
        if vault in copies[1] and fewer(days, copies[1][vault]):
            what = f"keeps copies of {name} backups {said(copies[1][vault])} days, instead of {said(days)}"
            yield what, "rules.copyActions.lifecycle.deleteAfter"


def _rules_after(change: Change, plan: Step, selections: list[Step]) -> list[Inputs]:
    """The plans that what one backs up has afterwards: itself, and those that have taken something over."""
    named = {arn for step in selections for arn in _resources(step.before)} - change.removed
    taken_over = [
        other
        for other in change.of(BACKUPS)
        if other.urn != plan.urn
        for step in change.of(_SELECTION)
        if _is_of(step.after, other, 1) and named & set(_resources(step.after))
    ]
    stands = plan.verb in (Verb.UPDATED, Verb.REPLACED)
    return [*([plan.after] if stands else []), *(other.after for other in taken_over)]


def _is_of(selection: Inputs, plan: Step, side: int) -> bool:
    """Whether a selection is of a plan, which has no id yet where it is created."""
    asked = selection.get("planId")
    if asked == UNKNOWN:
        return plan.verb in (Verb.CREATED, Verb.REPLACED)
    return bool(asked) and asked == (plan.record[side].get("id") or plan.record[0].get("id"))


def _names_resources(step: Step) -> bool:
    """Whether all that it selects is told by ARN: what it finds by tags may be anything."""
    return bool(_resources(step.before)) and not any("*" in arn for arn in _resources(step.before))


def _resources(inputs: Inputs) -> list[str]:
    return [str(each) for each in inputs.get("resources") or []]


def _rules(inputs: Inputs) -> dict[str, Mapping[str, Any]]:
    rules = inputs.get("rules")
    found = rules if isinstance(rules, list) else []
    return {str(rule.get("ruleName")): rule for rule in found if isinstance(rule, Mapping)}
