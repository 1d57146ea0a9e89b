"""The accounts that are embedded in this process, and whom of one the policies of another let in.

moto is one for the whole process, and looks at no policy on its way into another account. Between accounts
both sides must allow a request (IAM user guide, "Cross-account policy evaluation logic"). moto does not say
which role asks, so that the identity's side is taken for given here; the graph of rights judges it by itself
(`rights`). What is asked is whether the resource's own policy lets in the account, or a role of it.

What one account's journal has copied into another is copied again when it is carried out, by the other's
policies of that moment: the account that is copied into has to be brought back first.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from rehearsal.workspace.journal import Entry
from rights.conditions import listed
from rights.evaluation import Policies, Policy, Principal, Request, decide


class Embedded(Protocol):
    """What is asked of an embedded account in another one's name; `rehearsal.aws.cloud` has it."""

    @property
    def is_back(self) -> bool: ...

    @property
    def unreachable(self) -> set[str]: ...

    def bring_back(self) -> None: ...

    def take_up(self, entry: Entry) -> None: ...


# By account, from a cloud's start to its stop.
STARTED: dict[str, Embedded] = {}

# Kinds of the journal's entries: what another account has copied into this one, and how a copy job has ended.
COPIED, COPY_JOB = "copied", "copy job"
ACROSS_ACCOUNTS = (COPIED, COPY_JOB)

Value = str | list[str]

_RESOURCE = "resource"
_EVERYTHING = Policy("identity", ({"Effect": "Allow", "Action": "*", "Resource": "*"},))


def embedded() -> set[str]:
    """The accounts that were asked for something already: nothing of any other exists here."""
    # Another session may start one meanwhile.
    return {account for account, cloud in tuple(STARTED.items()) if cloud.is_back}


def root_of(account: str) -> str:
    """The ARN by which a policy names an account as a whole."""
    return f"arn:aws:iam::{account}:root"


def account_of(arn: str) -> str:
    """The account in an ARN; empty where it has none, or is no ARN."""
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 and parts[0] == "arn" else ""


def allows_account(
    document: str | bytes | None, account: str, action: str, resource: str, **keys: Value
) -> bool:
    """Whether a resource's policy lets an account, as a whole or in one of its roles, do something.

    Args:
        document: the policy; None or empty for none, which lets nobody of another account in.
        account: who asks.
        action: `kms:Decrypt` and the like.
        resource: its ARN.
        keys: what AWS says about the request, by condition key.
    """
    policy = _policy(document)
    return policy is not None and any(
        _allows(policy, each, action, resource, keys) for each in {*_callers(policy, account)}
    )


def allows(document: str | bytes | None, caller: str, action: str, resource: str, **keys: Value) -> bool:
    """The same for one caller: a role's ARN."""
    policy = _policy(document)
    return policy is not None and _allows(policy, caller, action, resource, keys)


def access_denied(account: str, action: str, resource: str) -> Exception:
    """AWS's error for what a resource's policy does not allow: one of every service, in no model."""
    from moto.core.exceptions import JsonRESTError

    return JsonRESTError(
        "AccessDeniedException",
        f"User: {root_of(account)} is not authorized to perform: {action} on resource: {resource} "
        f"because no resource-based policy allows the {action} action",
    )


def _policy(document: str | bytes | None) -> Policy | None:
    return Policy.of(_RESOURCE, json.loads(document)) if document else None


def _allows(policy: Policy, caller: str, action: str, resource: str, keys: Mapping[str, Value]) -> bool:
    principal = Principal("AWS", caller, account_of(caller))
    request = Request(principal, action, resource, keys)
    decision = decide(request, Policies(identity=[_EVERYTHING], resource=policy))
    # An identity's policy is enough within an account alone; here the resource's must have decided, too.
    return decision.allowed and any(owner == _RESOURCE for owner, _ in decision.by)


def _callers(policy: Policy, account: str) -> Iterator[str]:
    """Whoever of an account may be meant: itself, its roles, and whom the policy names."""
    yield root_of(account)
    yield from (role.arn for role in _roles(account))
    for statement in policy.statements:
        named = statement.get("Principal", {})
        if isinstance(named, Mapping):
            yield from (each for each in listed(named.get("AWS", [])) if account_of(each) == account)


def _roles(account: str) -> Iterable[Any]:
    from moto.iam.models import iam_backends

    return list(iam_backends[account]["aws"].roles.values()) if account in embedded() else ()
