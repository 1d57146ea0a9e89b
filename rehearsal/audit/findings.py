"""Findings of the checkers, and how they are shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One rule that one resource of one environment breaks.

    `resource` is the checker's own name for it: `Deployment.triangle.api`, or type and name of an AWS
    resource (`aws:kms/key:Key logs`).
    """

    checker: str
    rule: str
    environment: str
    resource: str
    text: str


@dataclass(frozen=True)
class Group:
    """A finding that several environments share."""

    checker: str
    rule: str
    resource: str
    text: str
    environments: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The finding for scripts."""
        return {
            "checker": self.checker,
            "rule": self.rule,
            "resource": self.resource,
            "text": self.text,
            "environments": list(self.environments),
        }


def grouped(findings: Iterable[Finding]) -> list[Group]:
    """The findings with their environments, sorted by checker, rule and resource."""
    environments: dict[tuple[str, str, str, str], list[str]] = {}
    for found in findings:
        key = (found.checker, found.rule, found.resource, found.text)
        listed = environments.setdefault(key, [])
        if found.environment not in listed:
            listed.append(found.environment)
    return [Group(*key, tuple(names)) for key, names in sorted(environments.items())]
