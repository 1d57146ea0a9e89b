"""What a policy document of AWS allows: enough of IAM's rules to ask whether somebody can do their job.

Follows the IAM user guide, "Policy evaluation logic" and "Condition operators": a condition about a key that
the request does not carry is not met, unless the operator is negated. Each conversation with AWS carries
other keys, so a test says which ones.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

_NO_KEYS: Mapping[str, str] = {}


def allows(
    document: str,
    action: str,
    resource: str = "*",
    *,
    principal: str | None = None,
    keys: Mapping[str, str] = _NO_KEYS,
) -> bool:
    """Whether a document allows a request; a refusal in it wins.

    Args:
        document: JSON, of an identity or of a resource.
        action: `kms:Encrypt` and the like.
        resource: the ARN; `*` for the resource that the document belongs to, or a request that names none.
        principal: an AWS service, in a resource's document.
        keys: what AWS says about the request, by the name of the condition key.
    """
    met = {
        statement["Effect"]
        for statement in json.loads(document)["Statement"]
        if _concerns(statement, action, resource, principal) and _conditions_met(statement, keys)
    }
    return met == {"Allow"}


def _concerns(statement: Mapping[str, Any], action: str, resource: str, principal: str | None) -> bool:
    named = statement.get("Principal", {})
    principals = _texts(named) if isinstance(named, str) else [*_texts(named.get("Service", []))]
    return (
        any(fnmatchcase(action.lower(), pattern.lower()) for pattern in _texts(statement["Action"]))
        and any(fnmatchcase(resource, pattern) for pattern in _texts(statement["Resource"]))
        and (principal is None or principal in principals)
    )


def _texts(value: Any) -> Iterator[str]:
    yield from [value] if isinstance(value, str) else value


_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": operator.eq,
    "StringLike": fnmatchcase,
    "ArnLike": fnmatchcase,
    "ArnEquals": fnmatchcase,
    "Bool": operator.eq,
}


def _conditions_met(statement: Mapping[str, Any], keys: Mapping[str, str]) -> bool:
    for name, conditions in statement.get("Condition", {}).items():
        negated = "Not" in name
        compare = _OPERATORS[name.replace("Not", "")]
        for key, wanted in conditions.items():
            found = keys.get(key)
            holds = found is not None and any(compare(found, each) for each in _texts(wanted))
            if holds == negated:
                return False
    return True
