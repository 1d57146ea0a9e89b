"""When two values mean the same to AWS's provider, whatever they look like.

Each is one of the provider's own comparisons; `rehearsal/aws/suppressed.py` says which properties use it.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Hashable
from typing import Any
from urllib.parse import urlsplit

Same = Callable[[Any, Any], bool]

_ROOT = re.compile(r"arn:[^:]*:iam::([0-9]{12}):root\Z")


def alike(reading: Callable[[str], Any]) -> Same:
    """Two texts are the same when they are read alike; what cannot be read is only like itself."""

    def same(before: Any, after: Any) -> bool:
        if not isinstance(before, str) or not isinstance(after, str):
            return False
        try:
            return bool(reading(before) == reading(after))
        except (ValueError, TypeError, AttributeError):
            return False

    return same


def without_period(name: str) -> str:
    """A domain name without the period at its end."""
    return name.removesuffix(".")


def domain_name(name: str) -> str:
    """A domain name as Route 53 keeps it."""
    return without_period(name).lower()


def issuer(url: str) -> str:
    """The address of an OpenID Connect provider, which is https without saying so."""
    text = url.strip()
    return urlsplit(text if "://" in text else f"https://{text}").geturl()


def lifecycle_policy(text: str) -> Any:
    """ECR's rules by their priority; the order of tags in one does not matter."""
    rules = []
    for rule in json.loads(text or "{}").get("rules", []):
        selection = dict(rule.get("selection", {}))
        for name in ("tagPatternList", "tagPrefixList"):
            if tags := sorted(selection.pop(name, None) or []):
                selection[name] = tags
        rules.append({**rule, "selection": selection})
    return sorted(rules, key=lambda rule: rule.get("rulePriority", 0))


def policy(text: str) -> Hashable:
    """An IAM policy document, in which the order of statements and of lists does not matter.

    A list of one is its only member, and an account is its root user (hashicorp/awspolicyequivalence,
    aws_policy_equivalence.go).
    """
    document = json.loads(text)
    statements = document["Statement"]
    read = [_statement(each) for each in (statements if isinstance(statements, list) else [statements])]
    return document.get("Version", ""), document.get("Id", ""), len(read), frozenset(read)


def _statement(statement: dict[str, Any]) -> Hashable:
    lists = tuple(
        tuple(sorted(_words(statement.get(name))))
        for name in ("Action", "NotAction", "Resource", "NotResource")
    )
    principals = tuple(_principals(statement.get(name)) for name in ("Principal", "NotPrincipal"))
    conditions = frozenset(
        (operator, key, len(_words(value)), frozenset(_words(value)))
        for operator, keys in statement.get("Condition", {}).items()
        for key, value in keys.items()
    )
    effect = statement.get("Effect", "").lower()
    return statement.get("Sid", ""), effect, lists, principals, conditions


def _principals(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    named = {kind: [_ROOT.sub(r"\1", each) for each in _words(names)] for kind, names in value.items()}
    return frozenset((kind, tuple(sorted(names))) for kind, names in named.items() if names)


def _words(value: Any) -> list[str]:
    words = [] if value is None else [value] if isinstance(value, str) else list(value)
    if not all(isinstance(word, str) for word in words):
        raise ValueError(f"{value!r} is no list of texts")
    return words


SAME_AMOUNT: Same = alike(float)
SAME_DOCUMENT: Same = alike(json.loads)
SAME_POLICY: Same = alike(policy)
SAME_LIFECYCLE_POLICY: Same = alike(lifecycle_policy)
SAME_IN_ANY_CASE: Same = alike(str.lower)
SAME_BUT_FOR_SPACE: Same = alike(str.strip)
SAME_BUT_FOR_PERIOD: Same = alike(without_period)
SAME_DOMAIN_NAME: Same = alike(domain_name)
SAME_ADDRESS: Same = alike(ipaddress.ip_address)
SAME_ISSUER: Same = alike(issuer)
