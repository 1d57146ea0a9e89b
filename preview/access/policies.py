"""Access by policies that is there afterwards and was not before, evaluated as AWS evaluates them.

Each thing that a changed policy says is asked as a request, of what there was and of what there will be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from preview.access.candidates import Asked, documents, negated, requests
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
from preview.access.words import grouped, label, listed_actions, when, who_of
from preview.change import Change, Step, Verb
from preview.risk import Kind, Risk
from rights.conditions import UnsupportedPolicyError
from rights.evaluation import Policies, Policy, Principal, Request, Statement, Verdict, decide


def policy_access(change: Change) -> Iterator[Risk]:
    """What roles and others may afterwards and might not before."""
    before, after = side_of(change, 0), side_of(change, 1)
    account = account_of(change)
    for role in change.of(ROLE):
        if role.verb not in (Verb.DELETED, Verb.FORGOTTEN):
            yield from _role(change, role, (before, after), account)
    for step in change.of(POLICY):
        yield from _unattached(change, step, (before, after), account)
    for resource_type, (document, _) in OF_RESOURCES.items():
        for step in change.of(resource_type):
            if step.verb is not Verb.SAME:
                yield from _of_resource(change, step, document, account)


def unknown_policies(change: Change) -> list[Step]:
    """Policies whose documents are known only when what they name exists; nothing can be said of them."""
    documents_of = {
        INLINE: "policy",
        POLICY: "policy",
        **{name: key for name, (key, _) in OF_RESOURCES.items()},
    }
    return [
        step
        for step in change.changed
        if step.type in documents_of
        and step.verb in (Verb.UPDATED, Verb.REPLACED)
        and step.after.get(documents_of[step.type])
        and documents(step.after[documents_of[step.type]]) is None
    ]


def _role(change: Change, role: Step, sides: tuple[Side, Side], account: str) -> Iterator[Risk]:
    name = str(role.after.get("name"))
    old_name = str(role.before.get("name", name))
    before, after = sides
    for arn in sorted(after.attached[name] - before.attached[old_name]):
        # One of AWS's own: its name says what it allows.
        if arn.startswith("arn:aws:iam::aws:policy/") and (role.before or _is_wide(arn)):
            what = f"gets AWS's policy {arn.rpartition('/')[2]}"
            yield Risk(Kind.ACCESS, step_of(change, ATTACHED, name) or role, what, ("policyArn",), role)
    principal = principal_of(role, name, account)
    old = Policies(before.of_role(old_name), delegating(account), before.limit_of(old_name))
    new = Policies(after.of_role(name), delegating(account), after.limit_of(name))
    if old == new:
        return
    statements = [statement for policy in new.identity for statement in policy.statements]
    # Of a new role only what is worth a line.
    wider = _wider(
        statements, principal, (old, new), account, _is_anything if role.before else _is_everything
    )
    step = step_of(change, INLINE, name) or role
    yield from _told(step, _on_resources(change, wider), role, "policy")


def _asked(
    statement: Statement, principal: Principal | None, account: str, effect: str = "Allow"
) -> Iterator[Asked]:
    if statement.get("Effect") == effect:
        yield from requests(statement, principal, "*", account)


def _wider(
    statements: Iterable[Statement],
    principal: Principal | None,
    policies: tuple[Policies, Policies],
    account: str,
    counts: Callable[[Asked], bool],
) -> Iterator[Asked]:
    """What statements allow that was not allowed before.

    Args:
        statements: of the policies afterwards.
        principal: whose they are; None where they name their own.
        policies: before and after.
        account: of the environment.
        counts: whether a request is asked at all.
    """
    for statement in statements:
        for asked in _asked(statement, principal, account):
            if counts(asked) and _is_wider(statement, asked, *policies):
                yield asked


def _on_resources(change: Change, wider: Iterable[Asked]) -> dict[tuple[str, str], list[str]]:
    return grouped(wider, lambda asked: label(change, asked.request.resource))


def _is_wider(statement: Statement, asked: Asked, old: Policies, new: Policies) -> bool:
    """Whether what a statement says is allowed afterwards, and was not before."""
    return allowed(asked, new, unsure=True) and not allowed(asked, old, unsure=says(old, statement))


def _is_anything(asked: Asked) -> bool:
    return True


def _is_everything(asked: Asked) -> bool:
    """A right of a new role that is worth a line: all actions of a service, or all of AWS's."""
    return asked.request.action.endswith(":*") or asked.request.action == "*"


def _is_wide(arn: str) -> bool:
    return arn.endswith(("FullAccess", "AdministratorAccess", "PowerUserAccess"))


def _unattached(change: Change, step: Step, sides: tuple[Side, Side], account: str) -> Iterator[Risk]:
    """A policy that people get outside of the program."""
    arn = str(step.outputs.get("arn") or step.urn)
    used = {each for side in sides for arns in side.attached.values() for each in arns}
    # Of a boundary the roles that it limits are asked; that it lets them be given everything is told, too.
    limits = arn in {each for side in sides for each in side.boundary.values()}
    if step.verb in (Verb.SAME, Verb.DELETED, Verb.FORGOTTEN) or arn in used:
        return
    statements = documents(step.after.get("policy"))
    if statements is None or not step.before:
        return
    principal = Principal("AWS", f"arn:aws:iam::{account}:role/who-has-it", account)
    old = Policies(
        [Policy(step.noun, tuple(documents(step.before.get("policy")) or ()))], delegating(account)
    )
    new = Policies([Policy(step.noun, tuple(statements))], delegating(account))
    counts = _is_everything if limits else _is_anything
    wider = _wider(statements, principal, (old, new), account, counts)
    who = f"who is limited by the policy {step.name}" if limits else f"who has the policy {step.name}"
    yield from _told(step, _on_resources(change, wider), who, "policy")


def _of_resource(change: Change, step: Step, document: str, account: str) -> Iterator[Risk]:
    after = documents(step.after.get(document)) if step.after else []
    before = documents(step.before.get(document)) if step.before else []
    if after is None or before is None:
        return
    if step.verb in (Verb.DELETED, Verb.FORGOTTEN) and change.goes_with_another(step):
        return
    sides = Policies((), Policy(step.noun, tuple(before))), Policies((), Policy(step.noun, tuple(after)))
    yield from _granted(step, after, sides, document, account)
    yield from _not_denied(step, before, sides, document, account)
    yield from _excepted(step, after, sides, document, account)


def _granted(
    step: Step,
    statements: Iterable[Statement],
    policies: tuple[Policies, Policies],
    document: str,
    account: str,
) -> Iterator[Risk]:
    def counts(asked: Asked) -> bool:
        # Of a new policy only what lets others in.
        return bool(step.before) or (_is_outside(asked.request.principal, account) and not asked.under)

    wider = _wider(statements, None, policies, account, counts)
    for (who, under), actions in grouped(wider, lambda asked: who_of(asked.request.principal)).items():
        does = f"used by {who}: {listed_actions(actions)}" if document == "policy" else f"taken by {who}"
        yield Risk(Kind.ACCESS, step, f"may be {does}{when(under)}", (document,))


def _not_denied(
    step: Step,
    statements: Iterable[Statement],
    policies: tuple[Policies, Policies],
    document: str,
    account: str,
) -> Iterator[Risk]:
    """What a statement denied, and nothing denies any more."""
    for statement in statements:
        for asked in _asked(statement, None, account, "Deny"):
            if _is_denied_no_more(asked.request, policies):
                said = statement.get("Sid") or listed_actions([asked.request.action])
                yield Risk(Kind.ACCESS, step, f"does not deny {said} any more", (document,))
                break


def _excepted(
    step: Step,
    statements: Iterable[Statement],
    policies: tuple[Policies, Policies],
    document: str,
    account: str,
) -> Iterator[Risk]:
    """Whom a statement leaves out of what it denies, and did not before."""
    for statement in statements:
        for key, value in negated(statement):
            left_out = (
                replace(asked.request, keys={**asked.request.keys, key: value})
                for asked in _asked(statement, None, account, "Deny")
            )
            if any(_is_denied_no_more(request, policies) for request in left_out):
                what = f"does not deny {value.rpartition('/')[2]} any more what it denies others"
                yield Risk(Kind.ACCESS, step, what, (document,))


def _is_denied_no_more(request: Request, policies: tuple[Policies, Policies]) -> bool:
    """Whether it was denied and is not; False where a policy has what the evaluation does not know."""
    try:
        before, after = (decide(request, each).verdict is Verdict.DENIED for each in policies)
    except UnsupportedPolicyError:
        return False
    return before and not after


def _is_outside(who: Principal, account: str) -> bool:
    """Everybody, or a principal of another account."""
    return who.name == "*" or (who.kind == "AWS" and bool(account) and who.account not in (account, ""))


def _told(
    step: Step, found: Mapping[tuple[str, str], list[str]], subject: Step | str, document: str
) -> Iterator[Risk]:
    for (resource, under), actions in found.items():
        what = f"may {listed_actions(actions)} on {resource}{when(under)}"
        yield Risk(Kind.ACCESS, step, what, (document,), subject)
