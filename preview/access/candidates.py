"""Requests that a statement of a policy is about: one for each thing that it says.

Patterns stand for themselves: `s3:*` as an action is matched by `s3:*` and by `*`, and by nothing that allows
less. So a request of a pattern is allowed only by what allows all that the pattern means.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rights.conditions import listed
from rights.evaluation import Principal, Request, Statement

# A value that no policy names.
_ANOTHER = "something-else"


@dataclass(frozen=True)
class Asked:
    """A request, and what a person has to be told of it.

    Args:
        request: to be evaluated.
        under: the conditions that it meets, in words; empty for none.
    """

    request: Request
    under: str


def requests(statement: Statement, principal: Principal | None, own: str, account: str) -> Iterator[Asked]:
    """Every request that a statement is about.

    Args:
        statement: of an identity or a resource; one with `NotAction` is about everything.
        principal: whose policy it is; None for a resource's policy, which names its own.
        own: the resource that the policy belongs to, for statements without `Resource`.
        account: of the environment.
    """
    principals = [principal] if principal else list(_principals(statement, account))
    for who in principals:
        for action in listed(statement.get("Action", "*")):
            for resource in listed(statement.get("Resource", own)):
                for keys, under in _keys(statement.get("Condition") or {}):
                    yield Asked(Request(who, action, resource, keys), under)


def _principals(statement: Statement, account: str) -> Iterator[Principal]:
    named = statement.get("Principal")
    by_kind = {"AWS": named} if isinstance(named, str) else dict(named or {})
    for kind, names in by_kind.items():
        for name in listed(names):
            yield Principal(kind, name, _account_of(name, account))


def _account_of(name: str, account: str) -> str:
    """The account of a principal; another one for everybody and for those of others."""
    if name.isdigit():
        return name
    parts = name.split(":")
    return parts[4] if len(parts) > 5 and parts[0] == "arn" else (account if ":" not in name else "")


def _keys(condition: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[dict[str, Any], str]]:
    """Keys that meet all conditions: those of the first values, then each other value by itself."""
    chosen: dict[str, tuple[str, list[str]]] = {}
    for operator, block in condition.items():
        for key, wanted in block.items():
            chosen[key] = (operator, listed(wanted))
    first = {key: _met(operator, values[0] if values else "") for key, (operator, values) in chosen.items()}
    yield _without_none(first), _words(chosen, {})
    for key, (operator, values) in chosen.items():
        for value in values[1:]:
            yield _without_none({**first, key: _met(operator, value)}), _words(chosen, {key: value})


def _without_none(keys: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in keys.items() if value is not None}


def _met(operator: str, value: str) -> Any:
    """A value of a key with which an operator is met; None for a key that may not be there."""
    quantifier, _, rest = operator.rpartition(":")
    test = rest.removesuffix("IfExists")
    if test == "Null":
        return None if value == "true" else _ANOTHER
    if "Not" in test:
        return None
    if test.startswith("Numeric") and not test.endswith("Equals"):
        return str(float(value) + (-1 if "Less" in test else 1))
    return [value] if quantifier else value


def negated(statement: Statement) -> Iterator[tuple[str, str]]:
    """Keys and values that a statement leaves out of what it says (`ArnNotLike` and the like)."""
    for operator, block in (statement.get("Condition") or {}).items():
        if "Not" in operator:
            for key, wanted in block.items():
                yield from ((key, value) for value in listed(wanted))


def _words(chosen: Mapping[str, tuple[str, list[str]]], other: Mapping[str, str]) -> str:
    said = [f"{key} {other.get(key, values[0] if values else '')}" for key, (_, values) in chosen.items()]
    return ", ".join(said)


def documents(text: Any) -> list[Statement] | None:
    """The statements of a document; None for one that is not known yet, or is none."""
    try:
        document = json.loads(text)
    except (TypeError, ValueError):
        return None
    if not isinstance(document, Mapping) or "Statement" not in document:
        return None
    found = document["Statement"]
    return list(found) if isinstance(found, list) else [found]
