"""Rights that are there before and not afterwards: what needs one of them fails.

A right to what is removed, or made anew, by the same change is none: nothing asks for it any more. Neither is
one of a role whose user asks for less by the same change, nor one of, or to, an account that is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from preview.access.candidates import Asked, documents, requests
from preview.access.sides import (
    ATTACHED,
    INLINE,
    OF_RESOURCES,
    POLICY,
    ROLE,
    Side,
    account_of,
    allowed,
    delegating,
    principal_of,
    says,
    side_of,
    step_of,
)
from preview.access.users import Missed, dropped, no_more_asked
from preview.access.words import grouped, label, listed_actions, when, who_of
from preview.change import Change, Step, Verb
from preview.risk import Kind, Risk
from preview.values import UNKNOWN
from rights.conditions import listed
from rights.evaluation import Policies, Policy, Principal

_AWS = "arn:aws:iam::aws:policy/"
_EVERYTHING = f"{_AWS}AdministratorAccess"
_MOST_RIGHTS = 2  # named in a line


@dataclass(frozen=True)
class _Gone:
    """What the change removes, makes anew, or stops to speak of; looked up once, when a right is lost.

    Args:
        change: the whole.
        account: of the environment.
    """

    change: Change
    account: str

    @cached_property
    def _names(self) -> frozenset[str]:
        replaced = (
            value
            for step in self.change.changed
            if step.verb is Verb.REPLACED
            for value in (step.record[0].get("id"), step.outputs.get("arn"), step.before.get("bucket"))
        )
        return self.change.removed | {value for value in replaced if isinstance(value, str) and value}

    @cached_property
    def _words(self) -> frozenset[str]:
        return dropped(self.change)

    def has(self, asked: Asked) -> bool:
        """Whether a right is about something, or somebody, that is there, or is worked with, no more."""
        request = asked.request
        stem = request.resource.rstrip("*").rstrip("/:")
        name = stem.rpartition(":::")[2]
        if {stem, name, name.partition("/")[0], request.principal.name} & self._names or stem in self._words:
            return True
        others = {request.principal.account, request.resource.split(":")[4] if stem.count(":") > 4 else ""}
        return any(other in word for other in others - {self.account, ""} for word in self._words)


def lost_rights(change: Change) -> Iterator[Risk]:
    """What roles and others may not do any more."""
    sides = side_of(change, 0), side_of(change, 1)
    gone = _Gone(change, account_of(change))
    for role in change.of(ROLE):
        if role.before and role.after:
            yield from _of_role(gone, role, sides)
    for step in change.of(POLICY):
        if step.verb in (Verb.UPDATED, Verb.REPLACED):
            yield from _unattached(gone, step, sides)
    for resource_type, (document, _) in OF_RESOURCES.items():
        for step in change.of(resource_type):
            if step.verb in (Verb.UPDATED, Verb.REPLACED):
                yield from _of_resource(gone, step, document)


def _of_role(gone: _Gone, role: Step, sides: tuple[Side, Side]) -> Iterator[Risk]:
    change, account = gone.change, gone.account
    old_name, name = (str(each.get("name")) for each in (role.before, role.after))
    before, after = sides
    if _EVERYTHING in after.attached[name]:
        return
    for arn in sorted(before.attached[old_name] - after.attached[name]):
        if arn.startswith(_AWS) and UNKNOWN not in after.attached[name]:
            what = f"has AWS's policy {arn.rpartition('/')[2]} no more: what needs it fails"
            yield _risk(change, role, (ATTACHED, old_name, "policyArn"), what)
    limits = before.limit_of(old_name), after.limit_of(name)
    old = Policies(before.of_role(old_name), delegating(account), limits[0])
    new = Policies([*after.of_role(name), *_perhaps(after, name)], delegating(account), limits[1])
    if old == new:
        return
    lost = _lost(gone, principal_of(role, old_name, gone.account), (old, new))
    if lost:
        lost = _needed(lost, no_more_asked(change, role), new)
    if not lost:
        return
    what = f"may not {_listed(change, lost)} any more: what needs it fails"
    managed = _managed(change, {*before.attached[old_name], before.boundary.get(old_name, "")})
    if managed is not None and not step_of(change, INLINE, old_name):
        yield Risk(Kind.INTERRUPTION, managed, what, ("policy",) if managed.after else (), role)
        return
    kind = next((kind for kind in (INLINE, ATTACHED) if step_of(change, kind, old_name)), ROLE)
    path = {INLINE: "policy", ATTACHED: "policyArn"}.get(kind, "")
    yield _risk(change, role, (kind, old_name, path), what)


def _needed(lost: Iterable[Asked], missed: Missed, new: Policies) -> list[Asked]:
    """Of the lost rights those that somebody still asks for.

    A key goes with the last right of the service through which alone it is used.
    """
    left = {
        action.partition(":")[0]
        for policy in new.identity
        for statement in policy.statements
        if statement.get("Effect") == "Allow"
        for action in listed(statement.get("Action", "*"))
    }
    return [
        asked
        for asked in lost
        if not missed.has(asked.request.resource)
        and ((via := _via(asked)) is None or {via, "*"} & left or not missed.words)
    ]


def _via(asked: Asked) -> str | None:
    """The service through which alone a key may be used."""
    found = asked.request.keys.get("kms:ViaService")
    return found.partition(".")[0] if isinstance(found, str) else None


def _managed(change: Change, arns: set[str]) -> Step | None:
    """The changed policy among those that a role has, or that limit it."""
    changed = (step for step in change.of(POLICY) if step.verb is not Verb.SAME)
    return next((step for step in changed if step.outputs.get("arn") in arns), None)


def _perhaps(side: Side, role: str) -> list[Policy]:
    """New policies that a role may be given: which one is known only when it exists."""
    if UNKNOWN not in side.attached[role]:
        return []
    return [policy for name, policy in side.managed.items() if name.startswith("urn:")]


def _risk(change: Change, role: Step, where: tuple[str, str, str], what: str) -> Risk:
    kind, name, path = where
    step = step_of(change, kind, name) or role
    # Of what is deleted there is no value afterwards to show.
    return Risk(Kind.INTERRUPTION, step, what, (path,) if path and step.after else (), role)


def _lost(gone: _Gone, principal: Principal | None, policies: tuple[Policies, Policies]) -> list[Asked]:
    """What was allowed and is not, of what the old policies allow and the new ones deny."""
    old, new = policies
    found = []
    for side, effect in ((old, "Allow"), (new, "Deny")):
        every = [*side.identity, *([side.resource] if side.resource and principal is None else [])]
        for statement in (each for policy in every for each in policy.statements):
            if statement.get("Effect") != effect:
                continue
            for asked in requests(statement, principal, "*", gone.account):
                was = allowed(asked, old, unsure=effect == "Allow")
                if was and not allowed(asked, new, unsure=says(new, statement) or effect == "Deny"):
                    if not gone.has(asked):
                        found.append(asked)
    return found


def _listed(change: Change, lost: Iterable[Asked]) -> str:
    """The rights, in one line: the first ones, and how many more there are."""
    by_resource = grouped(lost, lambda asked: label(change, asked.request.resource))
    told = [
        f"{listed_actions(actions)} on {name}{when(under)}" for (name, under), actions in by_resource.items()
    ]
    more = f" and on {len(told) - _MOST_RIGHTS} more" if len(told) > _MOST_RIGHTS else ""
    return "; ".join(told[:_MOST_RIGHTS]) + more


def _unattached(gone: _Gone, step: Step, sides: tuple[Side, Side]) -> Iterator[Risk]:
    """A policy that people get outside of the program."""
    account, arn = gone.account, str(step.outputs.get("arn") or step.urn)
    used = {each for side in sides for arns in side.attached.values() for each in arns}
    limits = {each for side in sides for each in side.boundary.values()}
    before, after = (documents(each.get("policy")) for each in (step.before, step.after))
    if arn in used | limits or before is None or after is None:
        return
    principal = Principal("AWS", f"arn:aws:iam::{account}:role/who-has-it", account)
    old, new = (Policies([Policy(step.noun, tuple(each))], delegating(account)) for each in (before, after))
    if what := _listed(gone.change, _lost(gone, principal, (old, new))):
        who = f"who has the policy {step.name}"
        yield Risk(Kind.INTERRUPTION, step, f"may not {what} any more", ("policy",), who)


def _of_resource(gone: _Gone, step: Step, document: str) -> Iterator[Risk]:
    """Whom a resource's own policy, or whom a role's trust, leaves out now."""
    before, after = (documents(each.get(document)) for each in (step.before, step.after))
    if before is None or after is None:
        return
    sides = Policies((), Policy(step.noun, tuple(before))), Policies((), Policy(step.noun, tuple(after)))
    lost = _lost(gone, None, sides)
    for (who, under), actions in grouped(lost, lambda asked: who_of(asked.request.principal)).items():
        does = f"used by {who} no more: {listed_actions(actions)}"
        what = f"may be {does if document == 'policy' else f'taken by {who} no more'}{when(under)}"
        yield Risk(Kind.INTERRUPTION, step, what, (document,))
