"""Policy documents that AWS would refuse as malformed.

Source: "Grammar of the IAM JSON policy language" and "IAM and AWS STS quotas" in the IAM user guide;
"Bucket policies" in that of S3. Which elements a statement needs depends on what the policy is
attached to: who may do it is in a trust or resource policy, what with is in an identity policy.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from rehearsal.aws.value_rules import Rule, json_object
from rehearsal.providers.provider import contains_unknown

_VERSIONS = ("2012-10-17", "2008-10-17")
_ELEMENTS = frozenset(
    f"{negation}{element}" for element in ("Principal", "Action", "Resource") for negation in ("", "Not")
) | {"Sid", "Effect", "Condition"}
_ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+")


@dataclass(frozen=True)
class PolicyKind:
    """What a policy must have where it is attached.

    `principal` and `resource`: True for needed, False for not allowed, None for either.
    `plain_sid`: a statement's id is letters and digits only. `size`: characters without blanks.
    """

    principal: bool | None
    resource: bool | None
    plain_sid: bool = False
    size: int | None = None


IDENTITY = PolicyKind(principal=False, resource=True, plain_sid=True, size=10_240)
MANAGED = PolicyKind(principal=False, resource=True, plain_sid=True, size=6_144)
# Two thousand letters unless AWS was asked for more, which it gives up to this.
TRUST = PolicyKind(principal=True, resource=False, plain_sid=True, size=4_096)
RESOURCE = PolicyKind(principal=True, resource=None)
BUCKET = PolicyKind(principal=True, resource=True, size=20_480)
KEY = PolicyKind(principal=True, resource=True, size=32_768)
# ECR user guide, "Private registry permissions"; the size is that of PutRegistryPolicy in botocore's model.
REGISTRY = PolicyKind(principal=True, resource=True, size=10_240)


def policy(kind: PolicyKind) -> Rule:
    """A policy document of this kind, as JSON text."""

    def rule(value: Any) -> str | None:
        reason = json_object(value)
        if reason is not None or contains_unknown(value):
            return reason
        document = value if isinstance(value, dict) else json.loads(value)
        size = len(re.sub(r"\s", "", json.dumps(document)))
        if kind.size is not None and size > kind.size:
            return f"has {size} characters without blanks; allowed: at most {kind.size}"
        return _refused(document, kind)

    return rule


def _refused(document: dict[str, Any], kind: PolicyKind) -> str | None:
    if document.get("Version", _VERSIONS[1]) not in _VERSIONS:
        return f"has Version {document['Version']!r}; allowed: {', '.join(_VERSIONS)}"
    statements = document.get("Statement")
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list):
        return "has no Statement; allowed: a list of statements"
    for number, statement in enumerate(statements):
        reason = _refused_statement(statement, kind)
        if reason is not None:
            return f"Statement[{number}] {reason}"
    return None


def _refused_statement(statement: Any, kind: PolicyKind) -> str | None:
    if not isinstance(statement, dict):
        return f"is {statement!r:.60}; allowed: an object"
    unknown = sorted(set(statement) - _ELEMENTS)
    if unknown:
        return f"has {', '.join(unknown)}; allowed: {', '.join(sorted(_ELEMENTS))}"
    if statement.get("Effect") not in ("Allow", "Deny"):
        return f"has Effect {statement.get('Effect')!r}; allowed: Allow, Deny"
    for element, needed in (("Action", True), ("Principal", kind.principal), ("Resource", kind.resource)):
        given = [name for name in (element, f"Not{element}") if name in statement]
        if len(given) != 1 and needed:
            return f"has {' and '.join(given) or 'neither'}; allowed: one of {element}, Not{element}"
        if given and needed is False:
            return f"has {given[0]}; allowed in this kind of policy: none"
    return _refused_texts(statement, kind)


def _refused_texts(statement: dict[str, Any], kind: PolicyKind) -> str | None:
    for action in _texts(statement.get("Action", statement.get("NotAction"))):
        if not _ACTION.fullmatch(action):
            return f"has Action {action!r}; allowed: service:Action or *"
    for resource in _texts(statement.get("Resource", statement.get("NotResource"))):
        if kind.principal is False and resource != "*" and not resource.startswith("arn:"):
            return f"has Resource {resource!r}; allowed: an ARN or *"
    sid = str(statement.get("Sid", ""))
    if kind.plain_sid and not re.fullmatch(r"[A-Za-z0-9]*", sid):
        return f"has Sid {sid!r}; allowed: letters and digits"
    return None


def _texts(value: Any) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, str)]
