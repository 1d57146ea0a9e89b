"""Differences between what an API server says and what the rehearsal says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What is found."""

    REFUSED = "refused"  # an object of ours, or its pod
    CHANGED = "changed"  # by a second apply that has nothing new
    DEFAULTED = "defaulted"  # by admission, otherwise than the embedded cluster does
    RIGHTS = "rights"  # the Roles give more or less than the rehearsal takes them to give
    PROMISE = "promise"  # the Roles break what is promised of them
    ONLY_HERE = "refused-by-the-embedded-cluster"  # of objects that are wrong on purpose
    ONLY_THERE = "refused-by-the-api-server"


@dataclass(frozen=True)
class Finding:
    """One difference.

    Args:
        kind: what it is.
        subject: an object (`Deployment triangle/api`) or who asks.
        text: the server's own words, where it has any.
    """

    kind: Kind
    subject: str
    text: str

    def as_json(self) -> dict[str, Any]:
        """The finding for scripts."""
        return {"kind": self.kind.value, "subject": self.subject, "text": self.text}


def label(content: dict[str, Any]) -> str:
    """An object's kind, namespace and name."""
    metadata = content["metadata"]
    where = f"{metadata['namespace']}/" if metadata.get("namespace") else ""
    return f"{content['kind']} {where}{metadata.get('name') or metadata.get('generateName', '')}"
