"""AWS's documented evaluation of a request, within one account and from one to another.

Source: IAM user guide, "Policy evaluation logic", "How AWS enforcement code logic evaluates requests",
"Cross-account policy evaluation logic" and "AWS JSON policy elements: Principal"; KMS developer guide,
"Troubleshooting key access". Service control policies and session policies are left out: the platform has
neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from rights.conditions import Keys, UnsupportedPolicyError, conditions_met, listed
from rights.patterns import arn_matches, filled, matches_any

Statement = Mapping[str, Any]

# What a resource's policy alone decides: nobody comes in by an identity's policy that it does not speak of.
_CLOSED_SERVICES = ("kms", "sts")
# Of these services, what is asked of no key (Service Authorization Reference, "AWS KMS").
_OF_NO_RESOURCE = ("kms:CreateKey", "kms:ListAliases", "kms:ListKeys")


class Verdict(StrEnum):
    """What came of a request."""

    ALLOWED = "allowed"
    DENIED = "denied by a statement"
    NOT_ALLOWED = "allowed by no statement"


@dataclass(frozen=True)
class Policy:
    """A policy and whose it is.

    Args:
        owner: for people, `role service-api` and the like.
        statements: of the document.
    """

    owner: str
    statements: tuple[Statement, ...]

    @staticmethod
    def of(owner: str, document: Mapping[str, Any]) -> Policy:
        """A policy of a document; one statement may stand without a list."""
        statements = document["Statement"]
        return Policy(owner, tuple(statements) if isinstance(statements, list) else (statements,))

    def about(self, action: str) -> tuple[Statement, ...]:
        """The statements that speak of an action; each request asks for them, and most speak of others."""
        if action not in self._about:
            self._about[action] = tuple(each for each in self.statements if _action(each, action))
        return self._about[action]

    @cached_property
    def _about(self) -> dict[str, tuple[Statement, ...]]:
        return {}


@dataclass(frozen=True)
class Principal:
    """Who asks: a role (its ARN), or a service or identity provider by its name.

    Args:
        kind: `AWS`, `Service` or `Federated`, as policies call it.
        name: ARN or name.
        account: whose role it is; of the account where a service acts for it.
    """

    kind: str
    name: str
    account: str


@dataclass(frozen=True)
class Policies:
    """All that decides about one request.

    Args:
        identity: of who asks; none for a service.
        resource: of what is asked for; None where it has no policy.
        boundary: of who asks; None for no boundary.
        across_accounts: what is asked for is another account's, and both accounts have to allow it.
    """

    identity: Sequence[Policy] = ()
    resource: Policy | None = None
    boundary: Policy | None = None
    across_accounts: bool = False


@dataclass(frozen=True)
class Request:
    """What is asked of AWS.

    Args:
        principal: who asks.
        action: `kms:Decrypt` and the like.
        resource: its ARN; `*` for actions on none.
        keys: what AWS says about the request, beside what it says about every one.
    """

    principal: Principal
    action: str
    resource: str
    keys: Mapping[str, str | list[str]] = field(default_factory=dict)

    @property
    def all_keys(self) -> Keys:
        """With those of every request, by names in lower case."""
        role = self.principal.kind == "AWS"
        common: dict[str, str | list[str]] = {"aws:securetransport": "true"}
        if self.principal.kind != "Federated":
            common["aws:principalisawsservice"] = str(not role).lower()
        if role:
            common |= {
                "aws:principalarn": self.principal.name,
                "aws:principalaccount": self.principal.account,
            }
        return {**common, **{name.lower(): value for name, value in self.keys.items()}}


@dataclass(frozen=True)
class Decision:
    """What came of a request, and the statements that decided it, each with its policy's owner."""

    verdict: Verdict
    by: tuple[tuple[str, Statement], ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether AWS does what was asked."""
        return self.verdict is Verdict.ALLOWED


_NOT_ALLOWED = Decision(Verdict.NOT_ALLOWED)


def decide(request: Request, policies: Policies) -> Decision:
    """What AWS would decide.

    Raises:
        UnsupportedPolicyError: a policy has an element or an operator that is not known here.
    """
    of_boundary = [] if policies.boundary is None else [policies.boundary]
    of_resource = [] if policies.resource is None else [policies.resource]
    every = [*policies.identity, *of_boundary, *of_resource]
    denials = tuple(_matching(request, "Deny", every, of_resource))
    if denials:
        return Decision(Verdict.DENIED, denials)
    identity = tuple(_matching(request, "Allow", policies.identity, ()))
    named, delegated = _resource_grants(request, policies.resource)
    if policies.boundary is not None and not any(_matching(request, "Allow", of_boundary, ())):
        # A role's boundary limits what a resource's policy gives the role, too (IAM user guide, "Permissions
        # boundaries"); only its sessions could be named past it, which nothing here does.
        return _NOT_ALLOWED
    if policies.across_accounts:
        both = identity and (named or delegated)
        return Decision(Verdict.ALLOWED, (*identity, *named, *delegated)) if both else _NOT_ALLOWED
    if named:
        # Where an identity's own policy would do as well, both count as used.
        return Decision(Verdict.ALLOWED, (*named, *identity))
    if identity and (delegated or not _closed(request.action)):
        return Decision(Verdict.ALLOWED, (*identity, *delegated))
    return _NOT_ALLOWED


def _closed(action: str) -> bool:
    return action.partition(":")[0] in _CLOSED_SERVICES and action not in _OF_NO_RESOURCE


def _resource_grants(
    request: Request, policy: Policy | None
) -> tuple[tuple[tuple[str, Statement], ...], tuple[tuple[str, Statement], ...]]:
    """Statements that allow a request to its principal itself, and those that leave it to the account."""
    if policy is None:
        return (), ()
    found = tuple(_matching(request, "Allow", [policy], [policy]))
    delegated = tuple(each for each in found if _principal(each[1], request.principal, account_alone=True))
    return tuple(each for each in found if each not in delegated), delegated


def _matching(
    request: Request, effect: str, policies: Sequence[Policy], of_resource: Sequence[Policy]
) -> Iterator[tuple[str, Statement]]:
    keys = request.all_keys
    for policy in policies:
        for statement in policy.about(request.action):
            if (
                statement["Effect"] == effect
                and _resource(statement, request.resource, keys, own=policy in of_resource)
                and (policy not in of_resource or _principal(statement, request.principal))
                and conditions_met(statement.get("Condition") or {}, keys)
            ):
                yield policy.owner, statement


def _action(statement: Statement, action: str) -> bool:
    if "NotAction" in statement:
        return not matches_any(tuple(listed(statement["NotAction"])), action)
    return matches_any(tuple(listed(statement["Action"])), action)


def _resource(statement: Statement, resource: str, keys: Keys, *, own: bool) -> bool:
    if "NotResource" in statement:
        patterns = [filled(each, keys) for each in listed(statement["NotResource"])]
        return not any(pattern is not None and arn_matches(pattern, resource) for pattern in patterns)
    if "Resource" not in statement:
        return own  # a trust policy means the role that it belongs to
    patterns = [filled(each, keys) for each in listed(statement["Resource"])]
    return any(pattern is not None and arn_matches(pattern, resource) for pattern in patterns)


def _principal(statement: Statement, principal: Principal, *, account_alone: bool = False) -> bool:
    """Whether a resource's statement speaks of a principal; with `account_alone` only as its account."""
    if "NotPrincipal" in statement:
        raise UnsupportedPolicyError("NotPrincipal is not known here; name who is meant")
    named = statement.get("Principal")
    if named is None:
        raise UnsupportedPolicyError("a resource's policy has a statement without a principal")
    by_kind = {"AWS": named} if isinstance(named, str) else dict(named)
    everybody = "*" in listed(by_kind.get("AWS", []))
    account = principal.kind == "AWS" and bool(
        {principal.account, f"arn:aws:iam::{principal.account}:root"} & set(listed(by_kind.get("AWS", [])))
    )
    itself = everybody or principal.name in listed(by_kind.get(principal.kind, []))
    return account and not itself if account_alone else account or itself
