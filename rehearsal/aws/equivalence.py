"""Equivalence of values: those that mean the same to AWS's provider, whatever they look like.

Each is one of its own comparisons; `rehearsal/aws/difference_table.py` says which properties use it.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Hashable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

Same = Callable[[Any, Any], bool]

# Numbers as IANA assigns them; the provider knows no others by name (ec2/vpc_security_group.go).
_PROTOCOLS = {"-1": "-1", "all": "-1", "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
_TRUTHS = {
    "": None,
    **dict.fromkeys(("1", "t", "T", "TRUE", "true", "True"), True),
    **dict.fromkeys(("0", "f", "F", "FALSE", "false", "False"), False),
}
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-._")
_CODE_OR_CHARACTER = re.compile(r"\\[0-7]{3}|.", re.DOTALL)
_ROOT = re.compile(r"arn:[^:]*:iam::([0-9]{12}):root\Z")


def alike(reading: Callable[[str], Any]) -> Same:
    """Two texts are the same when they are read alike; what cannot be read is only like itself."""

    def same(before: Any, after: Any) -> bool:
        if not isinstance(before, str) or not isinstance(after, str):
            return False
        try:
            return bool(reading(before) == reading(after))
        except (ValueError, TypeError, AttributeError, KeyError):
            return False

    return same


def without_period(name: str) -> str:
    """A domain name without the period at its end."""
    return name.removesuffix(".")


def domain_name(name: str) -> str:
    """A domain name as Route 53 keeps it."""
    return without_period(name).lower()


def escaped_domain_name(name: str) -> str:
    """A domain name as Route 53 answers it: every character but a few by its octal code (`*` is `\\052`)."""
    return "".join(
        found[0] if len(found[0]) == 4 or found[0] in _PLAIN else f"\\{ord(found[0]):03o}"
        for found in _CODE_OR_CHARACTER.finditer(domain_name(name))
    )


def protocol(name: str) -> str:
    """A protocol of a security group's rule, which may be a number."""
    return _PROTOCOLS.get(name.lower(), name.lower())


def network(block: str) -> tuple[str, str]:
    """A CIDR block: its address and its network, in the shortest spelling."""
    interface = ipaddress.ip_interface(block)
    return str(interface.ip), str(interface.network)


def truth(text: str) -> bool | None:
    """A boolean as Go's strconv.ParseBool reads it; None for an empty text."""
    return _TRUTHS[text]


def same_by_arn(before: Any, after: Any, prefix: str) -> bool:
    """One is an ARN and the other the name at its end, behind `prefix`."""
    if not isinstance(before, str) or not isinstance(after, str):
        return False
    arn, name = (before, after) if before.startswith("arn:") else (after, before)
    if not arn.startswith("arn:") or name.startswith("arn:"):
        return False
    return arn.split(":", 5)[-1] == f"{prefix}{name}"


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
SAME_DOMAIN_NAME: Same = alike(domain_name)
SAME_ESCAPED_DOMAIN_NAME: Same = alike(escaped_domain_name)
SAME_PROTOCOL: Same = alike(protocol)
SAME_NETWORK: Same = alike(network)
SAME_TRUTH: Same = alike(truth)
SAME_ADDRESS: Same = alike(ipaddress.ip_address)
SAME_ISSUER: Same = alike(issuer)
SAME_KEY: Same = partial(same_by_arn, prefix="key/")
SAME_DATABASE: Same = partial(same_by_arn, prefix="db:")
